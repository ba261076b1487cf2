"""Specification of restating in trouble: kills, races, gaps, and long histories (spec 5.4)."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

import pytest

from application.commands import RequestRun
from application.ports import (
    AnyAggregate,
    Cause,
    Close,
    EventLog,
    Market,
    PriceBook,
    PriceNews,
    Statement,
)
from application.runs import Runs
from application.stale_days import SESSIONS_IN_A_SAVE, Progress
from application.valuations import Valuations
from domain.calculation_run import CalculationRun
from domain.corporate_action import CorporateAction
from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id
from domain.kernel import Aggregate
from domain.position_import import ImportBuiltUpon
from interfaces.bootstrap import Program
from tests.application.changing_accounts import (
    END,
    LATE,
    OPENED_ON,
    SESSIONS,
    TUESDAY,
    Account,
    Scene,
    assert_equal,
    assert_whole,
)
from tests.support.accounts import SAMPLE_SYMBOLS, cause, register, shares
from tests.support.faulty_logs import ForwardingLog, InterruptedLog, OvertakenLog, WorkerKilled
from tests.support.openings import PAIR, open_account, recorded
from tests.support.racing import at_once

STALE = 33  # sessions from the tenth on


@pytest.fixture
def scene(program: Program) -> Scene:
    """An owner without accounts, and prices of what they will hold."""
    symbols = ["GOOG", "SPY", "IBM", "MSFT", "AAPL"]
    program.runs.prices.gather("sample", symbols, (OPENED_ON, END))
    return Scene(program, register(program))


def killed(account: Account, saves: int, until: date = END) -> None:
    """Catch up, and be killed after some saves."""
    with pytest.raises(WorkerKilled):
        account.catch_up(until, log=InterruptedLog(account.program.log, saves, WorkerKilled()))


class TestKills:
    """What a killed catch-up leaves behind, the next one finds."""

    @pytest.mark.parametrize("saves", [0, 1, 2, 3])
    def test_the_next_one_goes_on_and_restates_each_day_once(
        self, scene: Scene, saves: int
    ) -> None:
        account, twin = scene.open(), scene.open("Twin")
        account.catch_up()
        for one in (account, twin):
            one.take_in(*LATE)
        killed(account, saves)
        done = saves * SESSIONS_IN_A_SAVE

        assert account.versions().count(2) == done
        assert account.catch_up() == Progress(restated=STALE - done, restated_already=done)
        assert_equal(account, twin)
        assert account.versions() == [1] * (SESSIONS - STALE) + [2] * STALE

    def test_what_changes_before_the_next_one_is_restated_with_the_rest(self, scene: Scene) -> None:
        account, twin = scene.open(), scene.open("Twin")
        account.catch_up()
        late = [one.take_in(*LATE) for one in (account, twin)]
        killed(account, 2)
        for one, import_id in zip((account, twin), late, strict=True):
            one.take_in(shares("AAPL", 5, "460.00", date(2013, 2, 19)))
            one.revert(import_id)

        account.catch_up()
        assert_equal(account, twin)

    def test_no_day_is_valued_upon_one_that_is_stale(self, scene: Scene) -> None:
        account, twin = scene.open(), scene.open("Twin")
        account.catch_up(date(2013, 2, 15))
        for one in (account, twin):
            one.take_in(*LATE)
        for saves in (1, 1, 0, 1):
            killed(account, saves)

        assert account.catch_up() == Progress(valued=3)
        assert_equal(account, twin)
        assert account.versions() == [1] * 9 + [2] * 24 + [1] * 9


class TestGaps:
    """A filled gap makes the next day stale."""

    @pytest.mark.parametrize("days_missed", [1, 9, 10, 11, 20])
    @pytest.mark.parametrize("saves", [1, 2, 3])
    def test_the_day_after_a_gap_is_restated_whenever_the_filling_is_killed(
        self, scene: Scene, days_missed: int, saves: int
    ) -> None:
        account, twin = scene.open(), scene.open("Twin")
        missed = account.program.valuations.sessions(account.portfolio, END)[5:][:days_missed]
        account.catch_up(markets=_markets_without(account.program, missed))
        assert len(account.days()) == SESSIONS - days_missed
        log = InterruptedLog(account.program.log, saves, WorkerKilled())
        try:
            account.catch_up(log=log)
        except WorkerKilled:
            account.catch_up()

        assert_equal(account, twin)
        [(_, restated)] = recorded(account.program, DailyValuation.SnapshotRestated)
        assert restated.previous is not None
        assert restated.previous.session == missed[-1]
        filled = daily_valuation_id(account.portfolio_id, missed[-1])
        assert restated.caused_by == f"daily_valuation:{filled}@1"
        reason = f"The valuation of {missed[-1]}, which this one builds on, is new."
        assert restated.reason == reason

    def test_a_gap_among_stale_days_is_filled_on_the_way(self, scene: Scene) -> None:
        account, twin = scene.open(), scene.open("Twin")
        sessions = account.program.valuations.sessions(account.portfolio, END)
        missed = [*sessions[2:4], *sessions[20:33]]
        account.catch_up(markets=_markets_without(account.program, missed))
        for one in (account, twin):
            one.take_in(*LATE)

        progress = account.catch_up()
        assert progress.valued == len(missed)
        assert_equal(account, twin)
        caused_by = [
            day.latest.caused_by.partition(":")[0]
            for day in account.days()
            if isinstance(day.latest, DailyValuation.SnapshotRestated)
        ]
        assert caused_by == ["daily_valuation"] + ["portfolio"] * (progress.restated - 1)


@dataclass(frozen=True)
class CalendarWithout:
    """A calendar that does not know of some sessions."""

    calendar: Any
    missed: Sequence[date]

    def sessions(self, first: date, last: date) -> Sequence[date]:
        """See `TradingCalendar.sessions`."""
        return [one for one in self.calendar.sessions(first, last) if one not in self.missed]

    def session_on_or_before(self, day: date) -> date | None:
        """See `TradingCalendar.session_on_or_before`."""
        return next(reversed(self.sessions(OPENED_ON, day)), None)


def _markets_without(program: Program, missed: Sequence[date]) -> Mapping[str, Any]:
    market: Any = program.markets["sample"]
    return {"sample": replace(market, calendar=CalendarWithout(market.calendar, missed))}


class TestRaces:
    """Whoever else is at work, with the same or another knowledge of the portfolio."""

    def test_sixteen_that_race_restate_each_day_once(self, scene: Scene) -> None:
        account, twin = scene.open(), scene.open("Twin")
        account.catch_up(date(2013, 2, 15))
        for one in (account, twin):
            one.take_in(*LATE)
        progress, refusals = at_once([partial(account.catch_up)] * 16)

        assert refusals == []
        assert account.versions() == [1] * 9 + [2] * 24 + [1] * 9
        assert sum(one.restated for one in progress) == 24
        assert sum(one.valued for one in progress) == 9
        assert_equal(account, twin)

    def test_who_knows_less_of_the_portfolio_records_nothing_over_who_knows_more(
        self, scene: Scene
    ) -> None:
        account = scene.open()
        account.catch_up()
        ignorant = account.portfolio
        account.take_in(*LATE)
        account.catch_up(date(2013, 2, 28))
        account.catch_up()
        position = scene.program.log.position()

        for since in (None, 1):
            done = scene.program.valuations.catch_up(ignorant, END, cause(), since)
            assert done == Progress()
        assert scene.program.log.position() == position

    def test_who_knows_less_fills_no_gap_before_who_knows_more(self, scene: Scene) -> None:
        account, twin = scene.open(), scene.open("Twin")
        ignorant = account.portfolio
        missed = account.program.valuations.sessions(ignorant, END)[5:25]
        markets = _markets_without(account.program, missed)
        account.catch_up(markets=markets)
        for one in (account, twin):
            one.take_in(shares("IBM", 40, "191.00", missed[0]))
        account.catch_up(markets=markets)

        assert scene.program.valuations.catch_up(ignorant, END, cause()) == Progress()
        assert account.catch_up().valued == 20
        assert_equal(account, twin)

    def test_who_knows_less_builds_nothing_on_a_day_of_who_knows_more(self, scene: Scene) -> None:
        account, twin = scene.open(), scene.open("Twin")
        account.catch_up()
        eleventh_stale = scene.program.valuations.sessions(account.portfolio, END)[19]
        for one in (account, twin):
            one.take_in(shares("AAPL", 5, "460.00", eleventh_stale))
        ignorant = account.portfolio
        for one in (account, twin):
            one.take_in(*LATE)
        killed(account, 1)

        assert scene.program.valuations.catch_up(ignorant, END, cause()) == Progress()
        account.catch_up()
        assert_equal(account, twin)

    def test_who_learns_under_way_that_somebody_knows_more_stops(self, scene: Scene) -> None:
        account, twin = scene.open(), scene.open("Twin")
        account.catch_up(date(2013, 1, 25))

        def others() -> None:
            account.take_in(*LATE)
            account.catch_up(date(2013, 1, 31))

        progress = account.catch_up(log=OvertakenLog(scene.program.log, others))
        assert progress == Progress()
        assert len(account.days()) == 22
        twin.take_in(*LATE)
        account.catch_up()
        assert_equal(account, twin)

    def test_days_valued_in_ignorance_behind_who_restates_are_restated_next(
        self, scene: Scene
    ) -> None:
        account, twin = scene.open(), scene.open("Twin")
        account.catch_up(date(2013, 1, 25))
        ignorant = account.portfolio
        for one in (account, twin):
            one.take_in(*LATE)
        value = partial(scene.program.valuations.catch_up, ignorant, date(2013, 2, 8), cause())

        progress = account.catch_up(log=OvertakenLog(scene.program.log, value))
        assert progress == Progress(valued=SESSIONS - 28, restated=19)
        assert account.catch_up() == Progress()
        assert_equal(account, twin)

    @pytest.mark.parametrize("until", [date(2013, 2, 28), END])
    def test_a_run_that_restated_in_ignorance_puts_in_order_what_it_moved(
        self, scene: Scene, until: date
    ) -> None:
        """While it restates for an import, that is reverted, and others value another day."""
        account, twin = scene.open(), scene.open("Twin")
        account.catch_up(date(2013, 2, 28))
        import_id = account.take_in(*LATE)

        def others() -> None:
            account.revert(import_id)
            account.catch_up()

        run_id = run(account, until, OvertakenLog(scene.program.log, others))
        assert_equal(account, twin)
        assert set(account.versions()) == {1, 3}
        ended = recorded(scene.program, CalculationRun.Completed)
        assert [row.aggregate_id for row, _ in ended] == [run_id]


def run(account: Account, until: date, log: EventLog) -> UUID:
    """A whole run whose valuations are recorded on another log."""
    runs: Runs = account.program.runs
    on_log: Valuations = replace(runs.valuations, log=log)
    command = RequestRun(portfolio_id=account.portfolio_id, calculation_on=until)
    requested = runs.request(command, cause())
    replace(runs, valuations=on_log).execute(requested.run_id, "worker-1")
    return requested.run_id


class TestTargets:
    """A run may end before the latest valuation."""

    def test_what_is_stale_after_the_target_is_restated_later(self, scene: Scene) -> None:
        account, twin = scene.open(), scene.open("Twin")
        account.catch_up()
        for one in (account, twin):
            one.take_in(*LATE)

        assert account.catch_up(TUESDAY) == Progress(restated=6)
        assert account.catch_up(TUESDAY) == Progress()
        assert account.catch_up() == Progress(restated=STALE - 6, restated_already=6)
        assert_equal(account, twin)


class TestAnyHistory:
    """Whatever happens in whatever order, in the end each day is as if known from the start."""

    @pytest.mark.parametrize("seed", range(8))
    def test_in_the_end_each_day_is_as_if_all_had_been_known_from_the_start(
        self, scene: Scene, seed: int
    ) -> None:
        chance = Random(seed)  # noqa: S311 - a history, the same each time
        account, twin = scene.open(), scene.open("Twin")
        sessions = scene.program.valuations.sessions(account.portfolio, END)
        imports: list[tuple[UUID, ...]] = []
        for _ in range(12):
            day, until = chance.choice(sessions), chance.choice(sessions)
            terms = shares(chance.choice(["IBM", "MSFT"]), chance.randint(1, 50), "123.45", day)
            known = chance.choice(imports) if imports else ()
            match chance.choice(["add", "replace", "revert", "restore", "value", "kill"]):
                case "add":
                    one = (account.take_in(terms, is_forced=True),)
                    imports.append((*one, twin.take_in(terms, is_forced=True)))
                case "replace":
                    one = (account.replace_by(*PAIR, terms, on=until),)
                    imports.append((*one, twin.replace_by(*PAIR, terms, on=until)))
                case "revert":
                    _tell_both((account, twin), Account.revert, known)
                case "restore":
                    _tell_both((account, twin), Account.restore, known)
                case "value":
                    account.catch_up(until)
                case _:
                    _catch_up_until_killed(account, chance.randint(0, 3), until)

        account.catch_up()
        assert_equal(account, twin)
        position = scene.program.log.position()
        account.catch_up()
        assert scene.program.log.position() == position


def _tell_both(
    accounts: Sequence[Account], tell: Callable[[Account, UUID], None], known: Sequence[UUID]
) -> None:
    """Both obey, or both refuse."""
    refused = []
    for account, import_id in zip(accounts, known, strict=False):
        try:
            tell(account, import_id)
        except ImportBuiltUpon as refusal:
            refused.append(refusal.code)
    assert len(refused) in (0, 2)


def _catch_up_until_killed(account: Account, saves: int, until: date) -> None:
    with suppress(WorkerKilled):
        account.catch_up(until, log=InterruptedLog(account.program.log, saves, WorkerKilled()))


class TestLongHistories:
    """A year of many positions."""

    def test_queries_grow_with_the_saves_and_few_days_are_held_at_once(
        self, program: Program
    ) -> None:
        asked = [_questions(program, date(2012, month, 1)) for month in (9, 3)]

        for one in asked:
            assert one.days_at_once <= SESSIONS_IN_A_SAVE
        short, long = asked
        assert (short.restated, long.restated) == (122, 250)
        assert (short.saves, long.saves) == (13, 25)
        assert long.questions - short.questions <= 3 * (long.saves - short.saves)


class WatchedLog(ForwardingLog):
    """The log of another; counts what is asked, saved, and loaded or saved at once."""

    def __init__(self, log: EventLog) -> None:
        super().__init__(log)
        self.restated = self.saves = self.questions = self.days_at_once = 0

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`."""
        self.saves += 1
        self._see(len(aggregates))
        return super().save(*aggregates, cause=cause, also=also)

    def load(self, kind: type[AnyAggregate], aggregate_id: UUID) -> AnyAggregate | None:
        """See `EventLog.load`."""
        self.questions += 1
        return super().load(kind, aggregate_id)

    def load_many(
        self, kind: type[AnyAggregate], aggregate_ids: Sequence[UUID]
    ) -> dict[UUID, AnyAggregate]:
        """See `EventLog.load_many`."""
        self.questions += 1
        self._see(len(aggregate_ids))
        return super().load_many(kind, aggregate_ids)

    def existing(self, aggregate_ids: Sequence[UUID]) -> set[UUID]:
        """See `EventLog.existing`."""
        self.questions += 1
        return super().existing(aggregate_ids)

    def _see(self, days: int) -> None:
        self.days_at_once = max(self.days_at_once, days)


@dataclass(frozen=True)
class WatchedBook:
    """The closes of another book, counted beside what a log is asked."""

    book: PriceBook
    log: WatchedLog

    def closes(
        self, market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, Sequence[Close]]:
        """See `PriceBook.closes`."""
        self.log.questions += 1
        return self.book.closes(market, symbols, first, last)

    def last_closes_before(
        self, market: Market, symbols: Sequence[str], day: date
    ) -> Mapping[str, Close]:
        """See `PriceBook.last_closes_before`."""
        self.log.questions += 1
        return self.book.last_closes_before(market, symbols, day)

    def actions(self, market: Market, symbols: Sequence[str]) -> Sequence[CorporateAction]:
        """See `PriceBook.actions`."""
        self.log.questions += 1
        return self.book.actions(market, symbols)

    def last_row(self, market: Market) -> int:
        """See `PriceBook.last_row`."""
        self.log.questions += 1
        return self.book.last_row(market)

    def up_to(self, row: int) -> "WatchedBook":
        """See `PriceBook.up_to`."""
        return replace(self, book=self.book.up_to(row))

    def news(self, market: Market, symbols: Sequence[str], after: int) -> Sequence[PriceNews]:
        """See `PriceBook.news`."""
        self.log.questions += 1
        return self.book.news(market, symbols, after)


def _questions(program: Program, opened_on: date) -> WatchedLog:
    """What restating an account of 25 positions asks for, from the day after its opening on."""
    terms = [shares(symbol, 10, "50.00", date(2011, 3, 1)) for symbol in SAMPLE_SYMBOLS]
    program.runs.prices.gather("sample", SAMPLE_SYMBOLS, (opened_on, END))
    owner = register(program, f"{opened_on}@example.com")
    given = {"price_source": "sample", "equity_as_of": opened_on.isoformat()}
    account = Account(program, open_account(program, owner, terms, **given))
    account.catch_up()
    after = account.days()[1].latest.session
    account.take_in(shares("GOOG", 3, "600.00", after))
    log = WatchedLog(program.log)
    log.restated = account.catch_up(
        log=log, book=WatchedBook(program.valuations.book, log)
    ).restated
    assert_whole(account)
    return log
