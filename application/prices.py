"""Keeping the price book filled with what is about to be valued (spec 5.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from application.ports import Market, PriceBook, PriceSource

BACKFILL = timedelta(days=800)
"""How far before the first day to be valued a symbol's prices begin: 63-session volatility over
a year of rolling windows needs 315 closes."""

Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What asking for prices led to: rows added, and sentences for the user."""

    rows: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prices:
    """Asks the providers of a market, in order of preference, for what the book lacks."""

    book: PriceBook
    sources: Mapping[Market, Sequence[PriceSource]]

    def gather(self, market: Market, symbols: Sequence[str], needed: Span) -> Gathered:
        """Bring the book up to date for `symbols` over the sessions `needed` (first, last).

        A symbol not seen before is fetched from 800 days earlier on, a known one from where the
        book ends. An outage is a warning, never an error.
        """
        wanted = self._lacking(market, symbols, needed)
        rows = 0
        warnings: list[str] = []
        for source in self.sources[market]:
            if not wanted:
                break
            fetched = source.fetch(wanted)
            rows += self.book.learn(market, fetched)
            warnings.extend(fetched.warnings)
            answered = {close.symbol for close in fetched.closes}
            wanted = {symbol: span for symbol, span in wanted.items() if symbol not in answered}
        return Gathered(rows, tuple(warnings))

    def _lacking(self, market: Market, symbols: Sequence[str], needed: Span) -> dict[str, Span]:
        first, last = needed
        known = self.book.spans(market, symbols)
        wanted = {}
        for symbol in symbols:
            begins, ends = known.get(symbol, (date.max, date.min))
            if begins > first:
                wanted[symbol] = (first - BACKFILL, last)
            elif ends < last:
                wanted[symbol] = (ends + timedelta(days=1), last)
        return wanted
