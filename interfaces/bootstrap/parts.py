"""What a test or a tool may put in place of what the settings would choose."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.ports import Clock, PriceSource
from application.prices import BENCHMARKS
from application.security_ports import SecuritySource
from infrastructure.argon2_passwords import Cost


@dataclass(frozen=True, slots=True)
class Parts:
    """What a test or a tool may put in place of what the settings would choose."""

    live_sources: Sequence[PriceSource] | None = None
    password_cost: Cost | None = None
    benchmarks: Sequence[str] = BENCHMARKS
    security_sources: Sequence[SecuritySource] | None = None
    clock: Clock | None = None
