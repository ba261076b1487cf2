"""What providers say is held against what can be, before it is learnt (spec 5.2, 9.5)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter

import msgspec

from application.markets import MarketTime
from application.ports import Close, Fetched, Market, PriceBook
from domain.closing_price import ClosingPrice, is_amount, is_price
from domain.corporate_action import NO_ACTIONS, CorporateAction, actions_by_symbol
from domain.jump import Jump, jumps

_MOST_SENTENCES = 10
_AFTER = timedelta(days=10)  # the session after a quote lies within
_BY_SYMBOL = attrgetter("symbol")

Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Screening:
    """Holds closes of one market against its calendar and against the closes beside them."""

    market: Market
    time: MarketTime
    book: PriceBook

    def screen(self, fetched: Fetched, asked: Mapping[str, Span]) -> Fetched:
        """What may be learnt of an answer to `asked`; a sentence for each thing put aside.

        Only what was asked for is taken. Put aside is what cannot be a price, a day that is no
        completed session, and a quote that its neighbours do not confirm (`domain.jump`): it
        comes again with the next fetch, and is let in when a following session confirms it. One
        between sessions that the book knows came before, and is not told again: the coverage has
        the session as lacking.
        """
        closes = [c for c in fetched.closes if not _is_outside(c, asked)]
        believed, put_aside = self._sifted(closes, fetched.actions)
        known = self.book.spans(self.market, sorted({c.symbol for c, _ in put_aside}))
        refused = [why for close, why in put_aside if not _is_within(close, known)]
        strangers = sorted({c.symbol for c in fetched.closes} - asked.keys())
        actions = [a for a in fetched.actions if a.symbol in asked and is_amount(a.value)]
        warnings = [
            f"A price of {s} came though it was not asked for: not used." for s in strangers
        ]
        return msgspec.structs.replace(
            fetched,
            closes=believed,
            actions=actions,
            warnings=[*fetched.warnings, *_shortened([*warnings, *refused])],
        )

    def sift(self, closes: Sequence[Close]) -> tuple[list[Close], list[str]]:
        """The closes that may be learnt, one a session, and why each of the others may not.

        Of several of one symbol and session the last one counts.
        """
        believed, put_aside = self._sifted(closes, ())
        return believed, [why for _, why in put_aside]

    def _sifted(
        self, closes: Sequence[Close], actions: Sequence[CorporateAction]
    ) -> tuple[list[Close], list[tuple[Close, str]]]:
        latest = self.time.latest_session()
        reasons = [(close, self._refusal(close, latest)) for close in closes]
        possible = {(c.symbol, c.session): c for c, reason in reasons if reason is None}
        doubts = self._doubts(sorted(possible.values(), key=_in_order), actions)
        doubted = {(jump.quote.symbol, jump.quote.session) for jump in doubts}
        believed = [close for key, close in possible.items() if key not in doubted]
        return believed, [
            *((close, reason) for close, reason in reasons if reason is not None),
            *((jump.quote, _doubt(jump)) for jump in doubts),
        ]

    def _refusal(self, close: Close, latest: date) -> str | None:
        why = ""
        if not is_price(close.price):
            why = "is not a price"
        elif close.session > latest:
            why = "is of a session that is not completed"
        elif not self.time.calendar.is_session(close.session):
            why = "is of a day without trading"
        return f"{_named(close)}: {close.price} {why}; it was not used." if why else None

    def _doubts(
        self, quotes: Sequence[Close], actions: Sequence[CorporateAction]
    ) -> list[Jump[Close]]:
        if not quotes:
            return []
        by_symbol = {symbol: list(some) for symbol, some in groupby(quotes, _BY_SYMBOL)}
        known = self._known(by_symbol)
        learnt = self.book.actions(self.market, list(by_symbol))
        happened = actions_by_symbol([*learnt, *actions])
        doubts: list[Jump[Close]] = []
        for symbol, some in by_symbol.items():
            doubts += jumps(some, known[symbol], happened.get(symbol, NO_ACTIONS))
        return doubts

    def _known(self, quotes: Mapping[str, Sequence[Close]]) -> Mapping[str, Sequence[Close]]:
        """What the book knows around the quotes of each symbol, without their own sessions."""
        first = min(some[0].session for some in quotes.values())
        last = max(some[-1].session for some in quotes.values()) + _AFTER
        within = self.book.closes(self.market, list(quotes), first, last)
        eves = [(symbol, some[0].session - timedelta(days=1)) for symbol, some in quotes.items()]
        before = self.book.last_closes(self.market, eves)
        known: dict[str, list[Close]] = defaultdict(list)
        for symbol, some in quotes.items():
            sessions = {quote.session for quote in some}
            eve = before.get((symbol, some[0].session - timedelta(days=1)))
            begins = some[0].session
            known[symbol] = [eve] if eve else []
            known[symbol] += [
                c
                for c in within.get(symbol, ())
                if c.session > begins and c.session not in sessions
            ]
        return known


def _in_order(close: Close) -> tuple[str, date]:
    return close.symbol, close.session


def _is_outside(close: Close, asked: Mapping[str, Span]) -> bool:
    span = asked.get(close.symbol)
    return span is None or not span[0] <= close.session <= span[1]


def _is_within(close: Close, known: Mapping[str, Span]) -> bool:
    """Whether closes of earlier and of later sessions are known."""
    first, last = known.get(close.symbol, (date.max, date.min))
    return first < close.session < last


def _doubt(jump: Jump[Close]) -> str:
    quote = jump.quote
    beside = " and ".join(map(_told, jump.neighbours))
    return (
        f"{_named(quote)}: {quote.price} against {beside};"
        " it was put aside until the next session confirms it."
    )


def _named(close: Close) -> str:
    return f"{close.source}, {close.symbol} on {close.session}"


def _told(close: ClosingPrice) -> str:
    return f"{close.price} on {close.session}"


def _shortened(sentences: Sequence[str]) -> list[str]:
    told = list(sentences[:_MOST_SENTENCES])
    if len(sentences) > _MOST_SENTENCES:
        told.append(f"{len(sentences) - _MOST_SENTENCES} more prices were not used.")
    return told
