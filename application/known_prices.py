"""What the price book knows at one moment, asked once for many portfolios (spec 5.6)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from threading import Lock
from typing import Generic, TypeVar

from application.ports import Close, Fetched, Market, PriceBook, PriceNews, PriceSeries
from domain.corporate_action import CorporateAction

Part = TypeVar("Part")
Key = TypeVar("Key")
Answer = TypeVar("Answer")

_KEPT = 32
"""Spans whose closes are kept, and rows whose news are: a catch-up of years has hundreds, each of
which it asks once."""


class _Once(Generic[Key, Answer]):
    """Answers by key; those that are not known yet are asked for together."""

    def __init__(self, ask: Callable[[Sequence[Key]], Mapping[Key, Answer]]) -> None:
        self._ask = ask
        self._answers: dict[Key, Answer | None] = {}
        self._turn = Lock()

    def of(self, keys: Iterable[Key]) -> dict[Key, Answer]:
        """The answers to those of the keys that have one, in the order of the keys."""
        wanted = list(keys)
        with self._turn:
            unknown = [key for key in wanted if key not in self._answers]
            if unknown:
                found = self._ask(unknown)
                self._answers.update((key, found.get(key)) for key in unknown)
            answers = [(key, self._answers[key]) for key in wanted]
        return {key: answer for key, answer in answers if answer is not None}


class _Latest(Generic[Part, Key, Answer]):
    """Answers by part and key, of the latest parts that came up; threads share it."""

    def __init__(self, ask: Callable[[Part, Sequence[Key]], Mapping[Key, Answer]]) -> None:
        self._ask = ask
        self._parts: dict[Part, _Once[Key, Answer]] = {}
        self._turn = Lock()

    def of(self, part: Part, keys: Iterable[Key]) -> dict[Key, Answer]:
        """See `_Once.of`; one part is not kept waiting while another is asked for."""
        with self._turn:
            if part not in self._parts:
                if len(self._parts) == _KEPT:
                    del self._parts[next(iter(self._parts))]
                self._parts[part] = _Once(partial(self._ask, part))
            known = self._parts[part]
        return known.of(keys)


@dataclass(slots=True)
class KnownPrices:
    """A PriceBook of one market that asks another one for each thing once.

    It knows what the book knew when it was made; what is learnt meanwhile is learnt later.
    """

    book: PriceBook
    market: Market
    _row: int = field(init=False)
    _actions: _Once[str, Sequence[CorporateAction]] = field(init=False)
    _last: _Once[tuple[str, date], Close] = field(init=False)
    _closes: _Latest[tuple[date, date], str, Sequence[Close]] = field(init=False)
    _news: _Latest[int, str, Sequence[PriceNews]] = field(init=False)

    def __post_init__(self) -> None:
        self._row = self.book.last_row(self.market)
        self.book = self.book.up_to(self._row)
        self._actions = _Once(lambda symbols: _by_symbol(self.book.actions(self.market, symbols)))
        self._last = _Once(lambda days: self.book.last_closes(self.market, days))
        self._closes = _Latest(lambda span, symbols: self.book.closes(self.market, symbols, *span))
        self._news = _Latest(
            lambda after, symbols: _by_symbol(self.book.news(self.market, symbols, after))
        )

    def learn(self, market: Market, fetched: Fetched) -> int:
        """See `PriceBook.learn`; what is asked here does not come to know it."""
        return self.book.learn(market, fetched)

    def spans(self, market: Market, symbols: Sequence[str]) -> Mapping[str, tuple[date, date]]:
        """See `PriceBook.spans`."""
        return self.book.spans(market, symbols)

    def last_row(self, _market: Market) -> int:
        """The latest row that was known at the beginning."""
        return self._row

    def closes(
        self, _market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, Sequence[Close]]:
        """See `PriceBook.closes`."""
        return self._closes.of((first, last), symbols)

    def price_series(
        self, market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, PriceSeries]:
        """See `PriceBook.price_series`; whoever wants them for many portfolios asks once."""
        return self.book.price_series(market, symbols, first, last)

    def last_closes_before(
        self, market: Market, symbols: Sequence[str], day: date
    ) -> Mapping[str, Close]:
        """See `PriceBook.last_closes_before`."""
        found = self.last_closes(market, [(symbol, day - timedelta(days=1)) for symbol in symbols])
        return {symbol: close for (symbol, _), close in found.items()}

    def last_closes(
        self, _market: Market, wanted: Sequence[tuple[str, date]]
    ) -> Mapping[tuple[str, date], Close]:
        """See `PriceBook.last_closes`."""
        return self._last.of(wanted)

    def actions(self, _market: Market, symbols: Sequence[str]) -> Sequence[CorporateAction]:
        """See `PriceBook.actions`."""
        return [action for some in self._actions.of(symbols).values() for action in some]

    def news(self, _market: Market, symbols: Sequence[str], after: int) -> Sequence[PriceNews]:
        """See `PriceBook.news`."""
        return [news for some in self._news.of(after, symbols).values() for news in some]

    def learnt(self, market: Market, after: int) -> Mapping[str, int]:
        """See `PriceBook.learnt`."""
        return self.book.learnt(market, after)

    def up_to(self, row: int) -> PriceBook:
        """See `PriceBook.up_to`."""
        return self if row == self._row else self.book.up_to(row)


_OfSymbol = TypeVar("_OfSymbol", CorporateAction, PriceNews)


def _by_symbol(learnt: Iterable[_OfSymbol]) -> dict[str, Sequence[_OfSymbol]]:
    by_symbol: dict[str, list[_OfSymbol]] = defaultdict(list)
    for one in learnt:
        by_symbol[one.symbol].append(one)
    return dict(by_symbol)
