"""The security master: names, sectors and fundamentals, as far as anybody knows them (spec 5.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from application.ports import Clock, Market
from application.security_ports import KnownSecurity, Security, SecurityMaster, SecuritySource

KEPT_FOR = timedelta(days=30)
"""How long what a source said is taken for current; also that it knew nothing."""

_PREFERENCE = ("yahoo", "pytickersymbols")
_FACTS = ("name", "sector", "industry", "asset_type", "beta", "market_cap", "dividend_yield")

Findings = tuple[dict[str, int], Sequence[str]]
"""What was counted, and sentences that warn the user."""


class MergedSecurity(msgspec.Struct, frozen=True):
    """What all sources together know of a symbol: each fact from the most trusted that has it."""

    security: Security
    sources: tuple[str, ...]
    learnt_at: datetime | None


@dataclass(frozen=True, slots=True)
class Securities:
    """Asks the sources of a market for what the master lacks, and tells what it knows."""

    master: SecurityMaster
    sources: Mapping[Market, Sequence[SecuritySource]]
    clock: Clock

    def enrich(self, market: Market, symbols: Sequence[str]) -> Findings:
        """Look up what no source was asked for in 30 days; counts symbols `done` and `known`.

        `known` have a name or a sector afterwards. An outage is a warning.
        """
        warnings: list[str] = []
        for source in self.sources[market]:
            if due := self._due(source.name, symbols):
                looked_up = source.look_up(due)
                unknown = [Security(symbol=s, source=source.name) for s in looked_up.unknown]
                self.master.learn([*looked_up.securities, *unknown])
                warnings.extend(looked_up.warnings)
        return {"done": len(symbols), "known": self.count_known(symbols)}, warnings

    def fundamentals(self, symbols: Sequence[str]) -> Mapping[str, Security]:
        """Those of the symbols whose beta, market value or dividend yield is known."""
        return {
            symbol: merged.security
            for symbol, merged in self._merged(symbols).items()
            if _has_fundamentals(merged.security)
        }

    def tags(self, symbols: Sequence[str]) -> Mapping[str, str]:
        """The GICS sector of each symbol that has one."""
        return {
            symbol: merged.security.sector
            for symbol, merged in self._merged(symbols).items()
            if merged.security.sector
        }

    def known(self, symbols: Sequence[str]) -> Mapping[str, Security]:
        """Those of the symbols of which anything is known, as all sources together tell it."""
        return {symbol: merged.security for symbol, merged in self._merged(symbols).items()}

    def one(self, symbol: str) -> MergedSecurity:
        """What is known of a symbol; nothing but the symbol where nobody knows it."""
        nothing = MergedSecurity(Security(symbol=symbol, source=""), (), None)
        return self._merged([symbol]).get(symbol, nothing)

    def count_known(self, symbols: Sequence[str]) -> int:
        """How many of the symbols have a name or a sector."""
        return sum(
            bool(merged.security.name or merged.security.sector)
            for merged in self._merged(symbols).values()
        )

    def _due(self, source: str, symbols: Sequence[str]) -> list[str]:
        oldest = self.clock.now() - KEPT_FOR
        current = {
            symbol
            for symbol, rows in self.master.known(symbols).items()
            if any(row.security.source == source and row.learnt_at > oldest for row in rows)
        }
        return [symbol for symbol in dict.fromkeys(symbols) if symbol not in current]

    def _merged(self, symbols: Sequence[str]) -> Mapping[str, MergedSecurity]:
        known = self.master.known(symbols)
        return {symbol: _merge(symbol, rows) for symbol, rows in known.items()}


def _merge(symbol: str, rows: Sequence[KnownSecurity]) -> MergedSecurity:
    telling = sorted(filter(_says_something, rows), key=_rank)
    facts = {
        fact: next(
            (value for row in telling if (value := getattr(row.security, fact)) is not None), None
        )
        for fact in _FACTS
    }
    sources = tuple(row.security.source for row in telling)
    learnt_at = max((row.learnt_at for row in telling), default=None)
    return MergedSecurity(
        Security(symbol=symbol, source=", ".join(sources), **facts), sources, learnt_at
    )


def _rank(row: KnownSecurity) -> int:
    source = row.security.source
    return _PREFERENCE.index(source) if source in _PREFERENCE else len(_PREFERENCE)


def _says_something(row: KnownSecurity) -> bool:
    return any(getattr(row.security, fact) is not None for fact in _FACTS)


def _has_fundamentals(security: Security) -> bool:
    facts = (security.beta, security.market_cap, security.dividend_yield)
    return any(fact is not None for fact in facts)
