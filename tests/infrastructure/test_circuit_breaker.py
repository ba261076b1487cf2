"""Specification of the circuit breaker: five outages in a row, a minute's rest, one that tries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from application.ports import Fetched
from application.security_ports import LookedUp, Security
from infrastructure.circuit_breaker import CircuitBreaker, SecuritiesBreaker
from tests.support.price_sources import OUTAGE, ToldPrices, told

DAY = date(2024, 1, 8)
SPANS = {"AAPL": (DAY, DAY)}
ANSWER = told("AAPL", {DAY: "185.56"})
UNKNOWN = Fetched(missing=["AAPL"])


@dataclass
class Stopwatch:
    """A Clock that goes on when it is told to; the market's stands."""

    at: datetime = datetime(2024, 1, 9, tzinfo=UTC)

    def now(self) -> datetime:
        """The real time."""
        return self.at

    def market_now(self) -> datetime:
        """The market's time."""
        return datetime(2000, 1, 1, tzinfo=UTC)

    def go_on(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)


class Besieged(ToldPrices):
    """A provider that others ask for while it is answering, once it has been out five times."""

    source: CircuitBreaker

    def __init__(self, *answers: Fetched) -> None:
        super().__init__(*answers)
        self.others: list[Fetched] = []

    def fetch(self, spans: Mapping[str, tuple[date, date]]) -> Fetched:
        """See `PriceSource.fetch`."""
        if len(self.asked) == 5:
            self.asked.append({})
            self.others += fetch(self.source, 3)
            self.asked.pop()
        return super().fetch(spans)


def breaker(*answers: Fetched) -> tuple[CircuitBreaker, ToldPrices, Stopwatch]:
    """A breaker before a provider that answers so."""
    provider, clock = ToldPrices(*answers), Stopwatch()
    return CircuitBreaker(provider, clock), provider, clock


def fetch(source: CircuitBreaker, times: int) -> list[Fetched]:
    """Fetch that often."""
    return [source.fetch(SPANS) for _ in range(times)]


def test_a_provider_that_answers_is_asked_each_time() -> None:
    source, provider, _ = breaker(ANSWER)
    assert fetch(source, 7) == [ANSWER] * 7
    assert (len(provider.asked), source.name) == (7, "yahoo")


def test_after_five_outages_in_a_row_it_rests_and_says_so_at_once() -> None:
    source, provider, _ = breaker(OUTAGE)
    fetch(source, 5)
    resting = source.fetch(SPANS)
    assert len(provider.asked) == 5
    assert resting.is_outage
    assert (list(resting.closes), list(resting.missing)) == ([], [])
    assert resting.warnings == [
        "The provider of prices yahoo did not answer 5 times in a row and is left alone for a"
        " minute: no prices from it."
    ]


def test_an_answer_in_between_begins_the_count_again() -> None:
    source, provider, _ = breaker(*[OUTAGE] * 4, ANSWER, *[OUTAGE] * 4, ANSWER)
    fetch(source, 12)
    assert len(provider.asked) == 12


def test_a_symbol_that_is_not_known_is_an_answer() -> None:
    source, provider, _ = breaker(UNKNOWN)
    fetch(source, 12)
    assert len(provider.asked) == 12


def test_after_the_rest_one_tries_while_the_others_are_still_turned_away() -> None:
    clock = Stopwatch()
    provider = Besieged(OUTAGE)
    source = provider.source = CircuitBreaker(provider, clock)
    fetch(source, 5)
    clock.go_on(59.9)
    fetch(source, 1)
    assert len(provider.asked) == 5
    clock.go_on(0.2)
    fetch(source, 1)
    assert len(provider.asked) == 6
    assert [fetched.warnings[0][:12] for fetched in provider.others] == ["The provider"] * 3


def test_a_provider_that_came_back_is_asked_again_as_ever() -> None:
    source, provider, clock = breaker(*[OUTAGE] * 5, ANSWER)
    fetch(source, 5)
    clock.go_on(60)
    assert fetch(source, 3) == [ANSWER] * 3
    assert len(provider.asked) == 8


def test_one_more_outage_after_the_rest_is_another_rest() -> None:
    source, provider, clock = breaker(*[OUTAGE] * 6, ANSWER)
    fetch(source, 5)
    clock.go_on(60)
    assert fetch(source, 1) == [OUTAGE]
    clock.go_on(59)
    assert fetch(source, 1)[0].is_outage
    assert len(provider.asked) == 6
    clock.go_on(1)
    assert fetch(source, 1) == [ANSWER]


def test_asking_for_nothing_counts_for_nothing() -> None:
    source, provider, _ = breaker(OUTAGE)
    assert source.fetch({}) == Fetched()
    assert provider.asked == []


class Sectors:
    """A source of securities that answers so, one look-up after the other, the last for ever."""

    name = "yahoo"

    def __init__(self, *answers: LookedUp) -> None:
        self.answers = list(answers)
        self.asked = 0

    def look_up(self, symbols: Sequence[str]) -> LookedUp:
        """See `SecuritySource.look_up`."""
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


SILENT = LookedUp(warnings=["Yahoo did not answer."])
KNOWN = LookedUp([Security(symbol="AAPL", source="yahoo", sector="Information Technology")])


def test_a_source_of_securities_rests_likewise_and_says_so_at_once() -> None:
    sectors, clock = Sectors(*[SILENT] * 5, KNOWN), Stopwatch()
    source = SecuritiesBreaker(sectors, clock)
    assert [source.look_up(["AAPL"]) for _ in range(5)] == [SILENT] * 5
    resting = source.look_up(["AAPL"])
    assert (sectors.asked, source.name) == (5, "yahoo")
    assert (list(resting.securities), list(resting.unknown)) == ([], [])
    assert resting.warnings == [
        "The provider of securities yahoo did not answer 5 times in a row and is left alone for a"
        " minute: no securities from it."
    ]
    clock.go_on(60)
    assert [source.look_up(["AAPL"]) for _ in range(3)] == [KNOWN] * 3


def test_a_security_that_is_not_known_is_an_answer_and_nothing_asked_is_none() -> None:
    sectors = Sectors(LookedUp(unknown=["XYZZY"]))
    source = SecuritiesBreaker(sectors, Stopwatch())
    assert len([source.look_up(["XYZZY"]) for _ in range(9)]) == sectors.asked == 9

    silent = Sectors(SILENT)
    assert SecuritiesBreaker(silent, Stopwatch()).look_up([]) == LookedUp()
    assert silent.asked == 0
