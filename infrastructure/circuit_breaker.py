"""Leaving a provider alone that does not answer (spec 5.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock

from application.ports import Clock, Fetched, PriceSource

FAILURES_IN_A_ROW = 5
REST = timedelta(seconds=60)


@dataclass
class CircuitBreaker:
    """A PriceSource that stops asking the one behind it for 60 s after 5 outages in a row.

    An outage is a fetch that no symbol was answered in; a symbol the provider does not know is an
    answer. While the provider rests, the answer is a warning at once. After the rest one fetch
    tries; until it is back the others are still turned away. One more outage is another rest.
    """

    source: PriceSource
    clock: Clock
    _failures: int = 0
    _rests_until: datetime | None = None
    _one_at_a_time: Lock = field(default_factory=Lock, repr=False)

    @property
    def name(self) -> str:
        """The name of the provider behind it."""
        return self.source.name

    def fetch(self, spans: Mapping[str, tuple[date, date]]) -> Fetched:
        """What the provider answers, or that it rests."""
        if not spans:
            return Fetched()
        if not self._may_ask():
            return Fetched(warnings=[self._resting()], is_outage=True)
        fetched = self.source.fetch(spans)
        self._note(fetched)
        return fetched

    def _may_ask(self) -> bool:
        with self._one_at_a_time:
            if self._failures < FAILURES_IN_A_ROW:
                return True
            now = self.clock.now()
            if self._rests_until and now < self._rests_until:
                return False
            self._rests_until = now + REST  # for all but this one, which tries
            return True

    def _note(self, fetched: Fetched) -> None:
        with self._one_at_a_time:
            self._failures = self._failures + 1 if fetched.is_outage else 0
            if self._failures >= FAILURES_IN_A_ROW:
                self._rests_until = self.clock.now() + REST

    def _resting(self) -> str:
        return (
            f"The provider of prices {self.name} did not answer {FAILURES_IN_A_ROW} times in a row"
            " and is left alone for a minute: no prices from it."
        )
