"""Ports of the security master, beside the others (application/ports.py)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec


class Security(msgspec.Struct, frozen=True, kw_only=True):
    """What a source knows of a symbol; None is not known.

    `sector` is a GICS name, `asset_type` a subtype of positions (STOCK, ETF, MUTUAL_FUND). `beta`
    is against the market, `market_cap` in USD, `dividend_yield` a share of the price a year.
    """

    symbol: str
    source: str
    name: str | None = None
    sector: str | None = None
    industry: str | None = None
    asset_type: str | None = None
    beta: float | None = None
    market_cap: int | None = None
    dividend_yield: float | None = None


class KnownSecurity(msgspec.Struct, frozen=True):
    """A security with the instant (UTC) it was learnt."""

    security: Security
    learnt_at: datetime


class LookedUp(msgspec.Struct, frozen=True):
    """What a source of securities answered; a symbol in `unknown` it does not have."""

    securities: Sequence[Security] = ()
    unknown: Sequence[str] = ()
    warnings: Sequence[str] = ()


class SecuritySource(Protocol):
    """Knows securities. Never raises: an outage is a warning."""

    @property
    def name(self) -> str:
        """The source written beside each security."""
        ...

    def look_up(self, symbols: Sequence[str]) -> LookedUp:
        """What is known of the symbols."""
        ...


class SecurityMaster(Protocol):
    """All that was ever learnt of securities, append-only."""

    def learn(self, securities: Sequence[Security]) -> int:
        """Add a row for each; returns rows added."""
        ...

    def known(self, symbols: Sequence[str]) -> Mapping[str, Sequence[KnownSecurity]]:
        """For each symbol known, the newest row of each source, by source."""
        ...
