"""How much of a portfolio has a price, known without asking anybody (spec 4.6, 5.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from application.markets import Markets
from application.ports import Close, Market, PriceBook, PriceRecords
from application.prices import LOOKED_BACK
from domain.closing_price import LONGEST_CLOSURE
from domain.mark import CARRIED_SESSIONS, needs_price
from domain.position import PositionTerms
from domain.snapshot import needs_price_update

PriceState = Literal["close", "carried", "stale", "missing"]
"""The session's own close, one up to 5 sessions old, an older one, none."""

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class SymbolPrice:
    """What is known of a held symbol; of an option, of its underlying (`priced_by`).

    `lacking_since` is the first session of the last 60 days that has no close, though earlier ones
    have: nobody knows it, or what came was put aside.
    """

    symbol: str
    priced_by: str
    state: PriceState
    close: Close | None
    lacking_since: date | None = None

    @property
    def is_usable(self) -> bool:
        """Whether it counts as priced."""
        return self.state in ("close", "carried")


@dataclass(frozen=True, slots=True)
class Coverage:
    """The symbols that need a price on a session, in order, with what is known of each."""

    session: date
    symbols: Sequence[SymbolPrice]

    @property
    def priced(self) -> int:
        """How many have a usable price."""
        return sum(symbol.is_usable for symbol in self.symbols)

    @property
    def bootstrapped(self) -> int:
        """Of how many any close is known, however old."""
        return sum(symbol.close is not None for symbol in self.symbols)

    @property
    def percentage(self) -> float:
        """Priced symbols of those that need a price, at 1 decimal; 100 where none does."""
        return round(100 * self.priced / len(self.symbols), 1) if self.symbols else 100.0

    @property
    def is_ready(self) -> bool:
        """Whether at least 80 % are priced."""
        return not needs_price_update(self.priced, len(self.symbols))

    @property
    def warnings(self) -> list[str]:
        """What a person should know, in sentences."""
        if self.is_ready:
            return []
        return [
            f"{self.priced} of {len(self.symbols)} symbols have a usable price on {self.session};"
            f" without: {self._without()}."
        ]

    @property
    def recommendations(self) -> list[str]:
        """What to do about it, in sentences."""
        if self.is_ready:
            return []
        return [
            "The calculation asks the providers for what lacks. Where they do not know a symbol,"
            " check its spelling, or have its prices handed in by a superuser."
        ]

    def _without(self) -> str:
        names = [symbol.symbol for symbol in self.symbols if not symbol.is_usable]
        others = len(names) - _MOST_NAMED
        return ", ".join(names[:_MOST_NAMED]) + (f" and {others} others" if others > 0 else "")


@dataclass(frozen=True, slots=True)
class Readiness:
    """Reads the price book; asks no provider."""

    markets: Markets
    book: PriceBook
    records: PriceRecords

    def coverage(self, market: Market, held: Sequence[PositionTerms]) -> Coverage:
        """How much of the positions has a price at the latest completed session.

        Closed positions, private ones and cash need none. Prices are looked for under the name
        providers know: an option counts as priced if its underlying is, since the model prices it.
        """
        session = self.markets[market].latest_session()
        needed = _needed(held)
        names = sorted({*needed.values()})
        closes = self.book.last_closes(market, [(name, session) for name in names])
        oldest = self._oldest_usable(market, session)
        found = {name: close for (name, _), close in closes.items()}
        lacking = self._lacking(market, names, session)
        return Coverage(
            session,
            [
                SymbolPrice(
                    symbol,
                    name,
                    _state(found.get(name), session, oldest),
                    found.get(name),
                    lacking.get(name),
                )
                for symbol, name in needed.items()
            ],
        )

    def _lacking(self, market: Market, names: Sequence[str], session: date) -> Mapping[str, date]:
        """The first session that each lacks, of those whose closes begin early enough to tell."""
        first = session - LOOKED_BACK
        spans = self.book.spans(market, names)
        told = [name for name, (begins, _) in spans.items() if begins <= first]
        gaps = self.records.gaps(market, told, first, session)
        return {name: begin for name, (begin, _) in gaps.items()}

    def _oldest_usable(self, market: Market, session: date) -> date:
        calendar = self.markets[market].calendar
        first = session - CARRIED_SESSIONS * LONGEST_CLOSURE
        return calendar.sessions(first, session)[-1 - CARRIED_SESSIONS]


def _needed(held: Sequence[PositionTerms]) -> Mapping[str, str]:
    """Each symbol held that needs a price, in order, with the name that providers know."""
    return {
        position.symbol: position.option.underlying if position.option else position.symbol
        for position in sorted(held, key=lambda position: position.symbol)
        if position.open_quantity and needs_price(position)
    }


def _state(close: Close | None, session: date, oldest: date) -> PriceState:
    if close is None:
        return "missing"
    if close.session == session:
        return "close"
    return "carried" if close.session >= oldest else "stale"
