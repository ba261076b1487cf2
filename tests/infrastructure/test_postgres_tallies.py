"""What is counted beside the log: by all processes together, and never in anybody's way."""

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NoReturn

import pytest

from application.errors import StoreUnavailable
from application.ports import Fetched
from application.tallies import Count
from infrastructure.postgres_tallies import PostgresTallies
from infrastructure.price_providers import CountedPrices, MarketDataUnknown, providers
from interfaces.bootstrap import Program
from tests.support.clocks import SetClock
from tests.support.racing import at_once

TUESDAY = datetime(2024, 1, 2, 23, 59, tzinfo=UTC)
WEDNESDAY = datetime(2024, 1, 3, 0, 1, tzinfo=UTC)


def test_counts_are_added_by_day(program: Program) -> None:
    clock = SetClock(TUESDAY)
    tallies = PostgresTallies(program.database.pool, clock)
    tallies.note("imports", "refused", "ERR_CSV_002")
    tallies.note("provider_calls", "answered", "yahoo", 1.5)
    clock.time = WEDNESDAY
    tallies.note("provider_calls", "answered", "yahoo", 0.5)
    assert tallies.since() == [
        Count("imports", "refused", "ERR_CSV_002", 1, 0.0),
        Count("provider_calls", "answered", "yahoo", 2, 2.0),
    ]
    assert tallies.since(WEDNESDAY.date()) == [Count("provider_calls", "answered", "yahoo", 1, 0.5)]


def test_of_eight_at_once_all_are_counted(program: Program) -> None:
    at_once([lambda: program.tallies.note("imports", "refused", "ERR_PORT_008")] * 8)
    assert [count.times for count in program.tallies.since()] == [8]


class Down:
    """A pool of a database that does not answer."""

    @contextmanager
    def connection(self) -> NoReturn:
        """Fails."""
        raise StoreUnavailable


def test_what_cannot_be_counted_is_nobodys_failure() -> None:
    pool: Any = Down()
    PostgresTallies(pool, SetClock(TUESDAY)).note("imports", "refused", "ERR_PORT_008")
    assert PostgresTallies(pool, SetClock(TUESDAY)).pool is pool


@dataclass
class Noted:
    """Tallies in a list."""

    notes: list[tuple[str, str, str]] = field(default_factory=list)

    def note(self, what: str, outcome: str, code: str, seconds: float = 0.0) -> None:
        """See `Tallies.note`."""
        assert seconds >= 0
        self.notes.append((what, outcome, code))

    def since(self, day: date | None = None) -> list[Count]:
        """Nothing."""
        return []


@dataclass
class Answering:
    """A provider that always answers the same."""

    answer: Fetched
    name: str = "yahoo"

    def fetch(self, spans: Mapping[str, tuple[date, date]]) -> Fetched:
        """The answer."""
        return self.answer


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Fetched(), "answered"),
        (Fetched(missing=["NOPE"]), "partial"),
        (Fetched(warnings=["It was slow."]), "partial"),
        (Fetched(warnings=["It is down."], is_outage=True), "outage"),
    ],
)
def test_each_call_of_a_provider_is_counted_by_its_outcome(answer: Fetched, outcome: str) -> None:
    noted = Noted()
    counted = CountedPrices(Answering(answer), noted)
    assert counted.fetch({}) is answer
    assert noted.notes == [("provider_calls", outcome, "yahoo")]


def test_the_providers_are_those_that_are_named(program: Program) -> None:
    calendar, clock = program.markets["live"].calendar, SetClock(TUESDAY)
    named = providers("csv:prices, yahoo", calendar, clock, Noted())
    assert [source.name for source in named] == ["csv", "yahoo"]
    with pytest.raises(MarketDataUnknown, match="'reuters'"):
        providers("yahoo,reuters", calendar, clock, Noted())
