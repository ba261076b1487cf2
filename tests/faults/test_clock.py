"""The clock: each session is valued once, as soon as it is completed, whatever the clock does.

Four hundred days with both changes of daylight saving time, a leap day, weekends, holidays and
early closes, and a clock that jumps back every day. What the exchange did on which day stands here
as it announced it, not as our calendar reckons it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from application.commands import RequestRun
from application.nights import Nights
from application.ports import Close, Fetched
from domain.daily_valuation import DailyValuation
from interfaces.bootstrap import Parts, Program, build
from tests.support.accounts import cause, register, shares
from tests.support.clocks import SetClock
from tests.support.journal import events_recorded, nav_path, rooms_differing_from_the_log
from tests.support.openings import open_account, recorded
from tests.support.programs import FAST, settings_for
from tests.support.queues import work_off_queue
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds

NEW_YORK = ZoneInfo("America/New_York")
OPENED_ON = date(2023, 11, 17)
SATURDAY = datetime(2023, 11, 18, 12, tzinfo=NEW_YORK)
MONDAY = date(2023, 11, 20)
HOLIDAYS = {
    *(date(2023, 11, 23), date(2023, 12, 25), date(2024, 1, 1), date(2024, 1, 15)),
    *(date(2024, 2, 19), date(2024, 3, 29), date(2024, 5, 27), date(2024, 6, 19)),
    *(date(2024, 7, 4), date(2024, 9, 2), date(2024, 11, 28), date(2024, 12, 25)),
}
"""Announced by the exchange (NYSE, Holidays and Trading Hours, 2023 and 2024)."""

EARLY_CLOSES = {date(2023, 11, 24), date(2024, 7, 3), date(2024, 11, 29), date(2024, 12, 24)}
"""Days on which trading ended at one o'clock, from the same announcement."""

SETTLING = timedelta(minutes=30)
EQUITY, SHARES = Decimal(100_000), 100


def completed_at(session: date) -> datetime:
    """From when a session counts as completed, UTC: half an hour after its close (spec 5.1)."""
    close = time(13 if session in EARLY_CLOSES else 16, tzinfo=NEW_YORK)
    return datetime.combine(session, close).astimezone(UTC) + SETTLING


def sessions_completed(now: datetime) -> list[date]:
    """The sessions since the account was opened that are completed."""
    days = [OPENED_ON + timedelta(n) for n in range((now.date() - OPENED_ON).days + 2)]
    traded = [day for day in days if day.weekday() < 5 and day not in HOLIDAYS]
    return [day for day in traded if completed_at(day) <= now]


def close_on(session: date) -> Decimal:
    return Decimal(150 + session.toordinal() % 7)


@dataclass
class Quotes:
    """A provider of a price that wanders; before a session is completed it quotes another one."""

    clock: SetClock
    name: str = "yahoo"

    def fetch(self, spans: Mapping[str, tuple[date, date]]) -> Fetched:
        """See `PriceSource.fetch`."""
        return Fetched(
            closes=[
                Close(symbol, day, self._price(day), self.name)
                for symbol, (first, last) in spans.items()
                for day in (first + timedelta(n) for n in range((last - first).days + 1))
                if day.weekday() < 5 and day not in HOLIDAYS
            ]
        )

    def _price(self, day: date) -> Decimal:
        return close_on(day) + (completed_at(day) > self.clock.time)


@dataclass
class Account:
    """A live account, the clock of its market, and the scheduler."""

    program: Program
    database: str
    clock: SetClock
    portfolio_id: UUID

    def look(self) -> None:
        """What the scheduler and a worker do, whatever the time is."""
        self.program.rooms.catch_up(self.program.log.position())
        Nights(self.program.runs).look()
        work_off_queue(self.program, self.database)

    def ask_for_a_run(self) -> None:
        """What an impatient owner and a worker do."""
        self.program.runs.request(RequestRun(portfolio_id=self.portfolio_id), cause())
        work_off_queue(self.program, self.database)

    def snapshots(self) -> int:
        """How often a session was recorded, first or again."""
        return events_recorded(self.database, DailyValuation.TOPIC)


@pytest.fixture
def account(database: str) -> Iterator[Account]:
    """A hundred shares, bought on a Friday, on the Saturday after it."""
    clock = SetClock(SATURDAY.astimezone(UTC))
    parts = Parts(live_sources=[Quotes(clock)], password_cost=FAST, benchmarks=(), clock=clock)
    with build(settings_for(database), parts) as program:
        portfolio_id = open_account(
            program,
            register(program),
            [shares("AAPL", SHARES, str(close_on(OPENED_ON)), OPENED_ON)],
            equity_balance=str(EQUITY),
            equity_as_of=OPENED_ON.isoformat(),
        )
        yield Account(program, database, clock, portfolio_id)


def moments_of(day: date) -> list[datetime]:
    """When the clock is looked at, UTC: around the moment a session is completed, and late."""
    ends = completed_at(day)
    late = datetime.combine(day, time(23, 59), NEW_YORK).astimezone(UTC)
    return [ends - timedelta(seconds=1), ends, late]


@rounds(400, most=400)
def test_each_session_is_valued_once_as_soon_as_it_is_completed(
    account: Account, rounds: int, note: Note
) -> None:
    chance = Random(rounds)  # noqa: S311 - how far the clock jumps back, the same each time
    for day in (MONDAY + timedelta(n) for n in range(rounds)):
        for moment in moments_of(day):
            account.clock.time = moment
            account.look()
            completed = sessions_completed(moment)
            assert account.program.markets["live"].latest_session() == completed[-1]
            assert account.snapshots() == len(completed)
        account.clock.time = moment - timedelta(minutes=chance.uniform(0, 3 * 24 * 60))
        account.look()
        if day.weekday() in (SATURDAY.weekday(), MONDAY.weekday()):
            account.ask_for_a_run()
        assert account.snapshots() == len(completed)

    events = [event for _, event in recorded(account.program, DailyValuation.SnapshotCalculated)]
    assert [event.session for event in events] == completed
    assert nav_path(account.program, account.portfolio_id) == {
        day: EQUITY + SHARES * (close_on(day) - close_on(OPENED_ON)) for day in completed
    }
    assert rooms_differing_from_the_log(account.program, account.database) == []
    note(
        Asked.CLOCK,
        "days with changes of daylight saving time, leap day, weekends, holidays, early closes,"
        " and a jump back each day",
        rounds,
        "each session valued once, as soon as it is completed",
    )
