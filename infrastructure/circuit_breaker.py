"""Leaving a provider alone that does not answer (spec 5.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock

from application.ports import Clock, Fetched, PriceSource
from application.security_ports import LookedUp, SecuritySource

FAILURES_IN_A_ROW = 5
REST = timedelta(seconds=60)


@dataclass
class Rest:
    """Whether a provider may be asked: not for 60 s after 5 outages in a row.

    After the rest one question tries; until its answer is there the others are still turned away.
    One more outage is another rest. Who is not a provider may be given other figures.
    """

    clock: Clock
    outages: int = FAILURES_IN_A_ROW
    length: timedelta = REST
    _failures: int = 0
    _until: datetime | None = None
    _one_at_a_time: Lock = field(default_factory=Lock, repr=False)

    def may_ask(self) -> bool:
        """Whether to ask; who is let through notes what came of it."""
        with self._one_at_a_time:
            if self._failures < self.outages:
                return True
            now = self.clock.now()
            if self._until and now < self._until:
                return False
            self._until = now + self.length  # for all but this one, which tries
            return True

    def note(self, *, is_outage: bool) -> None:
        """Take note of an answer, or that there was none."""
        with self._one_at_a_time:
            self._failures = self._failures + 1 if is_outage else 0
            if self._failures >= self.outages:
                self._until = self.clock.now() + self.length


class CircuitBreaker:
    """A PriceSource that leaves the one behind it alone while it rests.

    An outage is a fetch that no symbol was answered in; a symbol the provider does not know is an
    answer. While the provider rests, the answer is a warning at once.
    """

    def __init__(self, source: PriceSource, clock: Clock) -> None:
        self.source = source
        self._rest = Rest(clock)

    @property
    def name(self) -> str:
        """The name of the provider behind it."""
        return self.source.name

    def fetch(self, spans: Mapping[str, tuple[date, date]]) -> Fetched:
        """What the provider answers, or that it rests."""
        if not spans:
            return Fetched()
        if not self._rest.may_ask():
            return Fetched(warnings=[_resting("prices", self.name)], is_outage=True)
        fetched = self.source.fetch(spans)
        self._rest.note(is_outage=fetched.is_outage)
        return fetched


class SecuritiesBreaker:
    """A SecuritySource that leaves the one behind it alone while it rests.

    An outage is a look-up in which nothing was said of any symbol, not even that it is unknown.
    """

    def __init__(self, source: SecuritySource, clock: Clock) -> None:
        self.source = source
        self._rest = Rest(clock)

    @property
    def name(self) -> str:
        """The name of the provider behind it."""
        return self.source.name

    def look_up(self, symbols: Sequence[str]) -> LookedUp:
        """What the provider answers, or that it rests."""
        if not symbols:
            return LookedUp()
        if not self._rest.may_ask():
            return LookedUp(warnings=[_resting("securities", self.name)])
        looked_up = self.source.look_up(symbols)
        self._rest.note(is_outage=not (looked_up.securities or looked_up.unknown))
        return looked_up


def _resting(kind: str, name: str) -> str:
    return (
        f"The provider of {kind} {name} did not answer {FAILURES_IN_A_ROW} times in a row"
        f" and is left alone for a minute: no {kind} from it."
    )
