"""Specification of catching up: each missing session once, in order, whoever races (spec 5.4)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import pairwise
from uuid import uuid4

import pytest

from application.marking import symbols_to_price
from application.ports import EventLog
from application.stale_days import SESSIONS_IN_A_SAVE, Progress, ToDo
from application.valuations import Valuations
from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id
from domain.portfolio import Portfolio
from domain.snapshot import Snapshot
from interfaces.bootstrap import Program
from tests.support.accounts import cause, register
from tests.support.faulty_logs import InterruptedLog, OvertakenLog, WorkerKilled
from tests.support.openings import PAIR, load_portfolio, open_account, recorded, snapshots
from tests.support.programs import connect_owner
from tests.support.racing import at_once

END = date(2013, 3, 1)
SESSIONS = 42  # from 2012-12-31 to 2013-03-01


def opened(program: Program, *names: str) -> list[Portfolio]:
    """Equal sample accounts under these names, opened on 2012-12-31, with prices in the book."""
    owner = register(program)
    portfolios = [
        load_portfolio(
            program,
            open_account(
                program,
                owner,
                PAIR,
                account_name=name,
                price_source="sample",
                equity_as_of="2012-12-31",
            ),
        )
        for name in names
    ]
    span = portfolios[0].opening.equity_as_of, END
    program.runs.prices.gather("sample", symbols_to_price(portfolios[0]), span)
    return portfolios


def path(program: Program, portfolio: Portfolio) -> list[tuple[object, ...]]:
    """What is recorded day by day, but for the ids."""
    sessions = program.valuations.sessions(portfolio, END)
    days = snapshots(program, portfolio.id, sessions).values()
    return [_figures(day) for day in days]


def _figures(day: Snapshot) -> tuple[object, ...]:
    lines = day.lines.rows("symbol", "quantity", "mark_price", "mark_on", "market_value", "pnl")
    return day.session, day.opening, day.previous, day.nav, day.cash, day.pnl, tuple(lines)


def catch_up(program: Program, portfolio: Portfolio, until: date = END) -> Progress:
    """Value what is missing."""
    return program.valuations.catch_up(portfolio, until, cause())


def with_log(program: Program, log: EventLog) -> Valuations:
    """The valuations on another log."""
    valuations: Valuations = program.valuations
    return replace(valuations, log=log)


def test_each_session_from_the_opening_on_is_valued_once_in_order(program: Program) -> None:
    [portfolio] = opened(program, "IRA")

    assert catch_up(program, portfolio) == Progress(valued=SESSIONS)
    days = recorded(program, DailyValuation.SnapshotCalculated)
    assert [day.session for _, day in days] == list(program.valuations.sessions(portfolio, END))
    assert {row.version for row, _ in days} == {1}
    assert [day.opening for _, day in days] == [True] + [False] * (SESSIONS - 1)


def test_each_day_builds_on_the_one_before_it(program: Program) -> None:
    [portfolio] = opened(program, "IRA")
    catch_up(program, portfolio)
    days = [day for _, day in recorded(program, DailyValuation.SnapshotCalculated)]

    for before, day in pairwise(days):
        assert day.previous == before.as_previous(version=1)
        assert day.nav == before.nav + day.pnl + day.flows


def test_calculating_again_records_nothing(program: Program) -> None:
    [portfolio] = opened(program, "IRA")
    catch_up(program, portfolio)
    position = program.log.position()

    assert program.valuations.missing(portfolio, END) == []
    assert catch_up(program, portfolio) == Progress()
    assert program.log.position() == position


def test_what_was_interrupted_goes_on_where_it_stopped(program: Program) -> None:
    interrupted, undisturbed = opened(program, "Interrupted", "Undisturbed")
    log = InterruptedLog(program.log, 2, WorkerKilled())
    with pytest.raises(WorkerKilled):
        with_log(program, log).catch_up(interrupted, END, cause())
    left = SESSIONS - 2 * SESSIONS_IN_A_SAVE

    assert len(program.valuations.missing(interrupted, END)) == left
    assert catch_up(program, interrupted) == Progress(valued=left)
    catch_up(program, undisturbed)
    assert path(program, interrupted) == path(program, undisturbed)


def test_days_that_somebody_else_valued_meanwhile_are_skipped(program: Program) -> None:
    overtaken, undisturbed = opened(program, "Overtaken", "Undisturbed")
    fifth = program.valuations.sessions(overtaken, END)[4]
    log = OvertakenLog(program.log, partial(catch_up, program, overtaken, fifth))

    progress = with_log(program, log).catch_up(overtaken, END, cause())
    assert progress == Progress(valued=SESSIONS - 5)
    catch_up(program, undisturbed)
    assert path(program, overtaken) == path(program, undisturbed)


def test_sixteen_that_race_for_the_same_days_record_each_once(program: Program) -> None:
    raced, undisturbed = opened(program, "Raced", "Undisturbed")
    progress, refusals = at_once([partial(catch_up, program, raced)] * 16)

    assert refusals == []
    days = recorded(program, DailyValuation.SnapshotCalculated)
    assert len(days) == len({row.aggregate_id for row, _ in days}) == SESSIONS
    assert sum(one.valued for one in progress) == SESSIONS
    catch_up(program, undisturbed)
    assert path(program, raced) == path(program, undisturbed)


def test_night_by_night_gives_the_same_as_all_at_once(program: Program) -> None:
    nightly, at_one_go = opened(program, "Nightly", "At one go")
    for night in program.valuations.sessions(nightly, END):
        assert catch_up(program, nightly, night) == Progress(valued=1)
    catch_up(program, at_one_go)

    assert path(program, nightly) == path(program, at_one_go)


def test_days_missing_in_the_middle_are_found_and_filled_alike(
    program: Program, database: str
) -> None:
    damaged, whole = opened(program, "Damaged", "Whole")
    catch_up(program, damaged)
    catch_up(program, whole)
    sessions = program.valuations.sessions(damaged, END)
    gap = [*sessions[3:5], *sessions[20:21], sessions[-1]]
    with connect_owner(database) as owner:
        owner.execute(
            "DELETE FROM events.stored_events WHERE originator_id = ANY(%s)",
            [[daily_valuation_id(damaged.id, session) for session in gap]],
        )

    assert program.valuations.missing(damaged, END) == gap
    assert catch_up(program, damaged) == Progress(valued=4)
    assert path(program, damaged) == path(program, whole)


def test_before_the_opening_there_is_nothing_to_value(program: Program) -> None:
    [portfolio] = opened(program, "IRA")

    assert catch_up(program, portfolio, date(2012, 12, 28)) == Progress()
    assert program.valuations.latest(portfolio, date(2012, 12, 28)) is None


def test_the_latest_valuation_is_that_of_the_session(program: Program) -> None:
    [portfolio] = opened(program, "IRA")
    catch_up(program, portfolio)
    latest = program.valuations.latest(portfolio, END)

    assert latest is not None
    assert latest.session == END


DAYS = [date(2013, 1, n) for n in range(1, 31)]


def stretches(missing: Sequence[date]) -> list[tuple[int, int]]:
    """The saves of a catch-up that lacks these of the days: first and last day of the month."""
    begins_on = missing[0] if missing else None
    to_do = ToDo(Portfolio(uuid4()), lambda _: (), DAYS, frozenset(missing), begins_on)
    return [(stretch[0].day, stretch[-1].day) for stretch in to_do.stretches()]


@pytest.mark.parametrize(
    ("missing", "saves"),
    [
        ([], []),
        (DAYS, [(1, 10), (11, 20), (21, 30)]),
        (DAYS[23:], [(24, 30)]),
        (DAYS[5:8], [(6, 15), (16, 25), (26, 30)]),
        (DAYS[5:15], [(6, 14), (15, 24), (25, 30)]),
        (DAYS[5:15] + DAYS[23:24], [(6, 14), (15, 23), (24, 30)]),
        (DAYS[19:29], [(20, 28), (29, 30)]),
    ],
)
def test_a_save_takes_ten_sessions_and_never_ends_a_gap_without_the_day_after_it(
    missing: Sequence[date], saves: list[tuple[int, int]]
) -> None:
    assert stretches(missing) == saves
