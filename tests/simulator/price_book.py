"""The price book and the security master in memory: append-only, the newest known wins."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple, Self

from application.ports import (
    Clock,
    Close,
    Fetched,
    Market,
    PriceNews,
    PriceRecord,
    PriceSeries,
    TradingCalendar,
)
from application.security_ports import KnownSecurity, Security
from domain.corporate_action import ActionKind, CorporateAction

_NEVER_REACHED = 2**63 - 1


class _LearntClose(NamedTuple):
    row: int
    close: Close
    learnt_at: datetime


class _LearntAction(NamedTuple):
    row: int
    action: CorporateAction


@dataclass(slots=True)
class _Symbol:
    """All that was learnt of a symbol of a market, by session or by ex date and kind."""

    sessions: list[date] = field(default_factory=list)
    closes: dict[date, list[_LearntClose]] = field(default_factory=dict)
    actions: dict[tuple[date, ActionKind], list[_LearntAction]] = field(default_factory=dict)

    def newest(self, session: date, up_to: int) -> _LearntClose | None:
        """What was known of a session when a row was the latest."""
        learnt = self.closes.get(session, ())
        return next((one for one in reversed(learnt) if one.row <= up_to), None)

    def within(self, first: date, last: date, up_to: int) -> Iterator[_LearntClose]:
        """What was known of the sessions from `first` to `last`, oldest first."""
        days = self.sessions
        for session in days[bisect_left(days, first) : bisect_right(days, last)]:
            if newest := self.newest(session, up_to):
                yield newest

    def last(self, day: date, up_to: int) -> Close | None:
        """The close of the last session up to a day."""
        for session in reversed(self.sessions[: bisect_right(self.sessions, day)]):
            if newest := self.newest(session, up_to):
                return newest.close
        return None


@dataclass(slots=True)
class PriceTables:
    """The rows of the book; they outlive a process."""

    symbols: dict[tuple[Market, str], _Symbol] = field(default_factory=dict)
    last_rows: dict[Market, list[int]] = field(default_factory=lambda: defaultdict(list))
    rows: int = 0
    securities: dict[str, dict[str, KnownSecurity]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InMemoryPriceBook:
    """Implements `application.ports.PriceBook` and `PriceRecords`; `last` is what it knows."""

    tables: PriceTables
    clock: Clock
    calendar: TradingCalendar
    until: int = _NEVER_REACHED

    def learn(self, market: Market, fetched: Fetched) -> int:
        """See `PriceBook.learn`."""
        before = self.tables.rows
        for close in {(c.symbol, c.session): c for c in fetched.closes}.values():
            self._learn_close(market, close)
        for action in {(a.symbol, a.ex_on, a.kind): a for a in fetched.actions}.values():
            self._learn_action(market, action)
        return self.tables.rows - before

    def closes(
        self, market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, Sequence[Close]]:
        """See `PriceBook.closes`."""
        found = {
            name: [one.close for one in symbol.within(first, last, self.until)]
            for name, symbol in self._known(market, symbols)
        }
        return {name: closes for name, closes in found.items() if closes}

    def price_series(
        self, market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, PriceSeries]:
        """See `PriceBook.price_series`."""
        return {
            name: PriceSeries([c.session for c in closes], [float(c.price) for c in closes])
            for name, closes in self.closes(market, symbols, first, last).items()
        }

    def last_closes_before(
        self, market: Market, symbols: Sequence[str], day: date
    ) -> Mapping[str, Close]:
        """See `PriceBook.last_closes_before`."""
        found = self.last_closes(market, [(symbol, day - timedelta(days=1)) for symbol in symbols])
        return {symbol: close for (symbol, _), close in found.items()}

    def last_closes(
        self, market: Market, wanted: Sequence[tuple[str, date]]
    ) -> Mapping[tuple[str, date], Close]:
        """See `PriceBook.last_closes`."""
        found = {}
        for name, day in wanted:
            symbol = self.tables.symbols.get((market, name))
            if symbol and (close := symbol.last(day, self.until)):
                found[name, day] = close
        return found

    def spans(self, market: Market, symbols: Sequence[str]) -> Mapping[str, tuple[date, date]]:
        """See `PriceBook.spans`."""
        found = {}
        for name, symbol in self._known(market, symbols):
            days = [one.close.session for one in symbol.within(date.min, date.max, self.until)]
            if days:
                found[name] = (days[0], days[-1])
        return found

    def actions(self, market: Market, symbols: Sequence[str]) -> Sequence[CorporateAction]:
        """See `PriceBook.actions`."""
        found = []
        for _, symbol in self._known(market, sorted(set(symbols))):
            for key in sorted(symbol.actions):
                known = [one for one in symbol.actions[key] if one.row <= self.until]
                found += [one.action for one in known[-1:]]
        return found

    def last_row(self, market: Market) -> int:
        """See `PriceBook.last_row`."""
        rows = self.tables.last_rows[market]
        place = bisect_right(rows, self.until)
        return rows[place - 1] if place else 0

    def news(self, market: Market, symbols: Sequence[str], after: int) -> Sequence[PriceNews]:
        """See `PriceBook.news`."""
        found: list[PriceNews] = []
        if self.last_row(market) <= after:
            return found
        for name, symbol in self._known(market, sorted(set(symbols))):
            news = [
                PriceNews(name, on, row, is_split)
                for on, row, is_split in _rows_of(symbol)
                if after < row <= self.until
            ]
            for kind in (False, True):
                some = [one for one in news if one.is_split is kind]
                found += sorted(some, key=lambda one: (one.on, -one.row))[:1]
        return found

    def learnt(self, market: Market, after: int) -> Mapping[str, int]:
        """See `PriceBook.learnt`."""
        found: dict[str, int] = {}
        for (of, name), symbol in self.tables.symbols.items():
            rows = [row for _, row, _ in _rows_of(symbol) if after < row <= self.until]
            if of == market and rows:
                found[name] = max(rows)
        return found

    def up_to(self, row: int) -> Self:
        """See `PriceBook.up_to`."""
        return replace(self, until=row)

    def of(self, market: Market, symbol: str, first: date, last: date) -> Sequence[PriceRecord]:
        """See `PriceRecords.of`."""
        return [
            PriceRecord(one.close.session, one.close.price, one.close.source, one.learnt_at)
            for _, known in self._known(market, [symbol])
            for one in known.within(first, last, _NEVER_REACHED)
        ]

    def gaps(
        self, market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, tuple[date, date]]:
        """See `PriceRecords.gaps`."""
        sessions, found = self.calendar.sessions(first, last), {}
        for name in symbols:
            symbol = self.tables.symbols.get((market, name))
            lacking = [day for day in sessions if not symbol or day not in symbol.closes]
            if lacking:
                found[name] = (lacking[0], lacking[-1])
        return found

    def _known(self, market: Market, symbols: Sequence[str]) -> Iterator[tuple[str, _Symbol]]:
        for name in dict.fromkeys(symbols):
            if symbol := self.tables.symbols.get((market, name)):
                yield name, symbol

    def _learn_close(self, market: Market, close: Close) -> None:
        if not (close.price > 0 and self.calendar.is_session(close.session)):
            raise ValueError(f"{close} is what the schema of the book refuses.")
        symbol = self._symbol(market, close.symbol)
        newest = symbol.newest(close.session, _NEVER_REACHED)
        if newest is None or newest.close.price != close.price:
            if newest is None:
                insort(symbol.sessions, close.session)
            learnt = _LearntClose(self._next_row(market), close, self.clock.now())
            symbol.closes.setdefault(close.session, []).append(learnt)

    def _learn_action(self, market: Market, action: CorporateAction) -> None:
        learnt = self._symbol(market, action.symbol).actions.setdefault(
            (action.ex_on, action.kind), []
        )
        if not learnt or learnt[-1].action.value != action.value:
            learnt.append(_LearntAction(self._next_row(market), action))

    def _symbol(self, market: Market, name: str) -> _Symbol:
        return self.tables.symbols.setdefault((market, name), _Symbol())

    def _next_row(self, market: Market) -> int:
        self.tables.rows += 1
        self.tables.last_rows[market].append(self.tables.rows)
        return self.tables.rows


def _rows_of(symbol: _Symbol) -> Iterator[tuple[date, int, bool]]:
    """The day and row of all that was learnt of a symbol, and whether it is a split."""
    for session, closes in symbol.closes.items():
        yield from ((session, one.row, False) for one in closes)
    for (ex_on, kind), actions in symbol.actions.items():
        yield from ((ex_on, one.row, kind == "split") for one in actions)


@dataclass(frozen=True, slots=True)
class InMemorySecurityMaster:
    """Implements `application.security_ports.SecurityMaster`."""

    tables: PriceTables
    clock: Clock

    def learn(self, securities: Sequence[Security]) -> int:
        """See `SecurityMaster.learn`."""
        for one in securities:
            known = self.tables.securities.setdefault(one.symbol, {})
            known[one.source] = KnownSecurity(one, self.clock.now())
        return len(securities)

    def known(self, symbols: Sequence[str]) -> Mapping[str, Sequence[KnownSecurity]]:
        """See `SecurityMaster.known`."""
        securities = self.tables.securities
        return {
            symbol: [securities[symbol][source] for source in sorted(securities[symbol])]
            for symbol in dict.fromkeys(symbols)
            if symbol in securities
        }
