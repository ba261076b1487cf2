"""Specification of the scheduler: each completed session is valued once, whoever looks (5.6)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest

from application.commands import RequestRun
from application.nights import ATTEMPTS_A_SESSION, Nights
from application.ports import Accounts, Close, Fetched, Market
from domain.calculation_run import CalculationRun, RunStatus
from domain.daily_valuation import DailyValuation
from domain.identity import nightly_run_id
from domain.run_order import RunKind
from tests.support.accounts import cause, register
from tests.support.clocks import SetClock
from tests.support.openings import load_portfolio, open_account, recorded
from tests.support.queues import next_queued
from tests.support.racing import at_once
from tests.support.streets import FRIDAY, Street, later, street

FannedOut = CalculationRun.FannedOut


def utc(month: int, day: int, hour: int, minute: int = 0, year: int = 2024) -> datetime:
    """A time of 2024, UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def wholes(street: Street) -> list[CalculationRun.Requested]:
    """The runs over all accounts that were requested."""
    events = [event for _, event in recorded(street.program, CalculationRun.Requested)]
    return [event for event in events if not event.portfolio_ids]


def test_a_session_that_live_accounts_lack_is_valued_by_a_nightly_run(database: str) -> None:
    with street(database) as everyone:
        due = everyone.look()
        everyone.work_off()

        assert due == nightly_run_id("live", FRIDAY, 1)
        [requested] = wholes(everyone)
        assert (requested.kind, requested.requested_by) == (RunKind.NIGHTLY, None)
        assert requested.calculation_on == FRIDAY
        assert all(days == [FRIDAY] for days in everyone.valued().values())
        assert everyone.run(due).status is RunStatus.COMPLETED


def test_when_all_is_valued_nothing_is_due(database: str) -> None:
    with street(database) as everyone:
        everyone.look()
        everyone.work_off()

        assert everyone.look() is None
        assert len(wholes(everyone)) == 1


def test_while_the_nightly_run_is_live_no_other_is_requested(database: str) -> None:
    with street(database) as everyone:
        assert everyone.look()
        assert everyone.look() is None
        assert len(wholes(everyone)) == 1


def test_sixteen_schedulers_at_once_request_one_run(database: str) -> None:
    with street(database) as everyone:
        everyone.program.rooms.catch_up(everyone.program.log.position())
        found, refusals = at_once([partial(everyone.nights.look) for _ in range(16)])

        assert refusals == []
        assert set(found) <= {nightly_run_id("live", FRIDAY, 1), None}
        assert len(wholes(everyone)) == 1
        assert everyone.program.runs.jobs.runs() == {nightly_run_id("live", FRIDAY, 1)}


def test_only_accounts_that_lack_the_session_are_calculated(database: str) -> None:
    with street(database, accounts=2) as everyone:
        first = everyone.portfolio_ids[0]
        everyone.program.runs.request(RequestRun(portfolio_id=first), cause())
        everyone.work_off()
        everyone.look()
        everyone.work_off()

        [(_, fanned_out)] = recorded(everyone.program, CalculationRun.FannedOut)
        assert (fanned_out.parts, fanned_out.portfolios) == (1, 1)


def test_sample_accounts_are_not_of_the_night(database: str) -> None:
    with street(database, accounts=0) as nobody:
        owner = register(nobody.program, "bob@example.com")
        open_account(nobody.program, owner, price_source="sample", equity_as_of="2013-03-01")

        assert nobody.look() is None


def test_a_new_account_is_left_to_its_owner_for_an_hour(database: str) -> None:
    with street(database, accounts=1) as everyone:
        everyone.program.rooms.catch_up(everyone.program.log.position())

        assert Nights(everyone.program.runs).look() is None
        assert everyone.look() is not None


def test_missed_nights_are_made_up_for_by_the_next_look(database: str) -> None:
    with street(database) as everyone:
        everyone.look()
        everyone.work_off()
    with later(everyone, utc(1, 26, 23)) as a_week_on:
        a_week_on.look()
        a_week_on.work_off()

        week = [date(2024, 1, day) for day in (19, 22, 23, 24, 25, 26)]
        assert all(days == week for days in a_week_on.valued().values())
        assert [event.calculation_on for event in wholes(a_week_on)] == [FRIDAY, week[-1]]


@pytest.mark.parametrize(
    ("now", "due_for"),
    [
        (utc(1, 21, 17), FRIDAY),  # Sunday
        (utc(1, 22, 14), FRIDAY),  # Monday before the opening
        (utc(1, 22, 21, 29), FRIDAY),  # 29 minutes after Monday's close
        (utc(1, 22, 21, 30), date(2024, 1, 22)),
        (utc(2, 19, 23), date(2024, 2, 16)),  # Presidents' Day
        (utc(7, 3, 17, 29), date(2024, 7, 2)),  # the day before Independence Day closes at 13:00
        (utc(7, 3, 17, 30), date(2024, 7, 3)),
        (utc(11, 29, 18, 30), date(2024, 11, 29)),  # the day after Thanksgiving likewise
        (utc(3, 11, 20, 29), date(2024, 3, 8)),  # summer time since the day before
        (utc(3, 11, 20, 30), date(2024, 3, 11)),
    ],
)
def test_the_session_that_is_due_is_the_latest_completed_one(
    database: str, now: datetime, due_for: date
) -> None:
    with street(database, accounts=1) as everyone, later(everyone, now) as then:
        then.look()

        [requested] = wholes(then)
        assert requested.calculation_on == due_for


@dataclass(frozen=True)
class AlwaysLacking:
    """Accounts that lack the session whatever is calculated."""

    portfolio_ids: Sequence[UUID]

    def active(
        self,
        market: Market,
        not_valued_on: date | None = None,
        opened_before: datetime | None = None,
    ) -> Sequence[UUID]:
        """See `Accounts.active`."""
        return self.portfolio_ids


def test_what_cannot_be_valued_is_tried_three_times_and_then_waits(database: str) -> None:
    with street(database, accounts=1) as everyone:
        lacking = AlwaysLacking(everyone.portfolio_ids)
        nights = Nights(replace(everyone.program.runs, accounts=lacking))
        tried = []
        for _ in range(ATTEMPTS_A_SESSION + 2):
            tried.append(nights.look())
            everyone.work_off()

        ids = [nightly_run_id("live", FRIDAY, n) for n in range(1, ATTEMPTS_A_SESSION + 1)]
        assert tried == [*ids, None, None]


def test_a_nightly_run_that_was_given_up_is_tried_again(database: str) -> None:
    with street(database) as everyone:
        lost = everyone.look()
        assert lost
        everyone.program.runs.abandon(lost, "Its worker died 5 times.")

        assert everyone.look() == nightly_run_id("live", FRIDAY, 2)
        everyone.work_off()
        assert all(days == [FRIDAY] for days in everyone.valued().values())


def correct(street: Street, portfolio_id: UUID, equity: str) -> None:
    """Let the owner correct what the account started from."""
    portfolio = load_portfolio(street.program, portfolio_id)
    portfolio.correct_opening(Decimal(equity), FRIDAY, "A typing error.")
    street.program.log.save(portfolio, cause=cause())


def learn(street: Street, symbol: str, price: str) -> None:
    """Let the book learn another close of Friday."""
    close = Close(symbol, FRIDAY, Decimal(price), "taught")
    street.program.prices.book.learn("live", Fetched(closes=[close]))


def restated(street: Street) -> list[UUID]:
    """The accounts that were restated, one after the other."""
    events = recorded(street.program, DailyValuation.SnapshotRestated)
    return [event.portfolio_id for _, event in events]


@dataclass(frozen=True)
class OvertakenAccounts:
    """The accounts of another; just after they are looked up somebody else does something."""

    accounts: Accounts
    overtake: Callable[[], object]

    def active(
        self,
        market: Market,
        not_valued_on: date | None = None,
        opened_before: datetime | None = None,
    ) -> Sequence[UUID]:
        """See `Accounts.active`."""
        found = self.accounts.active(market, not_valued_on, opened_before)
        self.overtake()
        return found


class TestHealing:
    """Accounts that are valued at the session, and lack something known since, are healed."""

    def valued(self, street: Street) -> list[UUID]:
        """The accounts after the night."""
        street.look()
        street.work_off()
        assert street.look() is None
        return list(street.portfolio_ids)

    def test_an_account_that_changed_after_the_night_is_restated(self, database: str) -> None:
        with street(database) as everyone:
            _, chosen, _ = self.valued(everyone)
            correct(everyone, chosen, "123000.00")
            due = everyone.look()
            assert due
            assert everyone.run(due).order.kind is RunKind.NIGHTLY
            everyone.work_off()

            assert restated(everyone) == [chosen]
            assert [e.portfolios for _, e in recorded(everyone.program, FannedOut)] == [3, 1]
            assert everyone.look() is None

    def test_a_price_learnt_after_the_night_concerns_those_who_hold_it(self, database: str) -> None:
        with street(database) as everyone:  # AAPL, MSFT, AAPL
            first, _, third = self.valued(everyone)
            learn(everyone, "TLT", "95.00")
            assert everyone.look() is None
            learn(everyone, "AAPL", "191.56")
            assert everyone.look()
            everyone.work_off()

            assert sorted(restated(everyone)) == sorted([first, third])
            assert [e.portfolios for _, e in recorded(everyone.program, FannedOut)] == [3, 2]

    def test_what_moves_no_figure_is_not_gone_through_again_and_again(self, database: str) -> None:
        with street(database, accounts=1) as everyone:
            [chosen] = self.valued(everyone)
            portfolio = load_portfolio(everyone.program, chosen)
            portfolio.describe("What I hold for later.")
            everyone.program.log.save(portfolio, cause=cause())

            assert everyone.look() is None

    def test_an_owner_who_is_at_work_is_left_alone_for_an_hour(self, database: str) -> None:
        with street(database, accounts=1) as everyone:
            [chosen] = self.valued(everyone)
            correct(everyone, chosen, "123000.00")
            everyone.program.rooms.catch_up(everyone.program.log.position())

            assert Nights(everyone.program.runs).look() is None
            assert everyone.look() is not None

    def test_sixteen_schedulers_at_once_request_one_run_an_hour(self, database: str) -> None:
        with street(database, accounts=1) as everyone:
            [chosen] = self.valued(everyone)
            correct(everyone, chosen, "123000.00")
            everyone.program.rooms.catch_up(everyone.program.log.position())
            nights = everyone.nights  # whose clock stands still
            found, refusals = at_once([partial(nights.look) for _ in range(16)])
            assert refusals == []
            [run_id] = {run_id for run_id in found if run_id}
            everyone.program.runs.abandon(run_id, "Its worker died 5 times.")
            everyone.program.rooms.catch_up(everyone.program.log.position())

            assert nights.look() is None
            clock = SetClock(nights.runs.clock.now() + timedelta(hours=1))
            again = Nights(replace(nights.runs, clock=clock)).look()
            assert again not in (None, run_id)

    def test_the_next_night_takes_them_along(self, database: str) -> None:
        with street(database, accounts=2) as everyone:
            first, _ = self.valued(everyone)
            correct(everyone, first, "123000.00")
            owner = register(everyone.program, "bob@example.com")
            open_account(everyone.program, owner, equity_as_of=FRIDAY.isoformat())
            everyone.look()
            everyone.work_off()

            assert restated(everyone) == [first]
            assert [e.portfolios for _, e in recorded(everyone.program, FannedOut)] == [2, 2]

    def test_an_account_valued_and_corrected_while_a_night_is_divided_is_in_it_once(
        self, database: str
    ) -> None:
        with street(database) as everyone:
            whole = everyone.look()
            assert whole
            assert whole == next_queued(database)
            chosen, *_ = everyone.portfolio_ids

            def others() -> None:
                command = RequestRun(portfolio_id=chosen)
                own = everyone.program.runs.request(command, cause()).run_id
                assert own == next_queued(database)
                everyone.program.runs.execute(own, "worker-2")
                correct(everyone, chosen, "123000.00")
                everyone.program.rooms.catch_up(everyone.program.log.position())

            runs = everyone.program.runs
            overtaken = OvertakenAccounts(runs.accounts, others)
            replace(runs, accounts=overtaken).execute(whole, "worker-1")
            everyone.work_off()

            assert [e.portfolios for _, e in recorded(everyone.program, FannedOut)] == [3]
            assert everyone.run(whole).status is RunStatus.COMPLETED
            assert all(days == [FRIDAY] for days in everyone.valued().values())
            assert restated(everyone) == [chosen]


class TestEndingDeadRuns:
    """Live runs that no job will take up are ended; whoever waited can calculate again."""

    def test_a_run_whose_job_is_gone_is_ended_and_frees_its_account(self, database: str) -> None:
        with street(database, accounts=1) as everyone:
            command = RequestRun(portfolio_id=everyone.portfolio_ids[0])
            run_id = everyone.program.runs.request(command, cause()).run_id
            assert next_queued(database) == run_id
            everyone.program.rooms.catch_up(everyone.program.log.position())

            assert everyone.program.runs.clean_up() == [run_id]
            assert everyone.run(run_id).status is RunStatus.FAILED
            [(_, abandoned)] = recorded(everyone.program, CalculationRun.Abandoned)
            assert abandoned.reason == "Its worker died, and no other would have taken it up."
            assert everyone.program.runs.request(command, cause()).run_id != run_id

    def test_a_run_that_is_queued_or_over_is_left_alone(self, database: str) -> None:
        with street(database, accounts=2) as everyone:
            first, second = everyone.portfolio_ids
            everyone.program.runs.request(RequestRun(portfolio_id=first), cause())
            everyone.work_off()
            queued = everyone.program.runs.request(RequestRun(portfolio_id=second), cause()).run_id
            everyone.program.rooms.catch_up(everyone.program.log.position())

            assert everyone.program.runs.clean_up() == []
            assert everyone.run(queued).status is RunStatus.QUEUED

    def test_a_run_that_ended_since_the_rooms_looked_is_left_alone(self, database: str) -> None:
        with street(database, accounts=1) as everyone:
            command = RequestRun(portfolio_id=everyone.portfolio_ids[0])
            run_id = everyone.program.runs.request(command, cause()).run_id
            everyone.program.rooms.catch_up(everyone.program.log.position())
            everyone.program.runs.execute(run_id, "worker-1")
            assert next_queued(database) == run_id
            runs = replace(everyone.program.runs, live_runs=AsBefore([run_id]))

            assert runs.clean_up() == []
            assert everyone.run(run_id).status is RunStatus.COMPLETED

    def test_only_runs_of_a_portfolio_are_ended_where_one_is_named(self, database: str) -> None:
        with street(database, accounts=2) as everyone:
            runs = [
                everyone.program.runs.request(RequestRun(portfolio_id=one), cause()).run_id
                for one in everyone.portfolio_ids
            ]
            assert {next_queued(database), next_queued(database)} == set(runs)
            everyone.program.rooms.catch_up(everyone.program.log.position())

            assert everyone.program.runs.clean_up(everyone.portfolio_ids[1]) == runs[1:]
            assert everyone.run(runs[0]).status is RunStatus.QUEUED

    def test_a_whole_waits_for_its_parts_and_ends_with_a_dead_one(self, database: str) -> None:
        with street(database) as everyone:
            whole = everyone.look()
            assert whole
            assert whole == next_queued(database)
            everyone.program.runs.execute(whole, "worker-1")
            everyone.program.rooms.catch_up(everyone.program.log.position())
            assert everyone.program.runs.clean_up() == []

            part = next_queued(database)
            assert everyone.program.runs.clean_up() == [part]
            assert everyone.run(whole).status is RunStatus.FAILED

    def test_the_scheduler_ends_them_before_it_looks_what_is_due(self, database: str) -> None:
        with street(database) as everyone:
            assert everyone.look() == next_queued(database)

            assert everyone.look() == nightly_run_id("live", FRIDAY, 2)


@dataclass(frozen=True)
class AsBefore:
    """Runs that seem to be live, because nobody has looked since."""

    run_ids: Sequence[UUID]

    def live(self, portfolio_id: UUID | None = None) -> Sequence[UUID]:
        """See `LiveRuns.live`."""
        return self.run_ids
