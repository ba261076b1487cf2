"""How often things ended how, by the log and by what is counted beside it (spec 9.4)."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

import msgspec

IMPORTS, PROVIDER_CALLS, REGISTRATIONS = "imports", "provider_calls", "registrations"
RUNS, PHASES, VALUATIONS = "runs", "phases", "valuations"


class Count(msgspec.Struct, frozen=True):
    """How often `what` had an `outcome`, with a code or name where there is one.

    `seconds` is how long all of it took together, 0 where that is not known.
    """

    what: str
    outcome: str
    code: str
    times: int
    seconds: float


class Tallies(Protocol):
    """What is counted beside the log, by all processes together."""

    def note(self, what: str, outcome: str, code: str, seconds: float = 0.0) -> None:
        """Count once more, today. Never raises: what cannot be counted is not."""
        ...

    def since(self, day: date | None = None) -> Sequence[Count]:
        """The counts from a day (UTC) on, or of all time."""
        ...
