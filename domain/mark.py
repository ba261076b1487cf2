"""Marks: the price a position is valued at on a day, and which rule gave it (spec 5.3)."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import zip_longest
from uuid import UUID

import msgspec

from domain.closing_price import ClosingPrice
from domain.instrument import MONEY_FUNDS, InvestmentClass
from domain.option_model import ModelPrice
from domain.position import PositionTerms
from domain.shares import Held, per_share

CARRIED_SESSIONS = 5
"""A close up to this many sessions old is usable; an older one is stale (spec 5.2, 5.3)."""

_PAR = Decimal("1.00")


class MarkSource(StrEnum):
    """The rule that gave a mark."""

    CLOSE = "close"
    CASH = "cash"
    MODEL = "model"
    CARRIED = "carried"
    MANUAL = "manual"
    ENTRY = "entry"


class MarkQuality(StrEnum):
    """How far a mark can be relied on.

    Good: the session's own close or a model price on it, cash, the owner's revaluation. Carried:
    a close 1 to 5 sessions old, or a model price on one. Stale: an older one. Assumed: the entry
    price, for want of any other.
    """

    GOOD = "good"
    CARRIED = "carried"
    STALE = "stale"
    ASSUMED = "assumed"


class Mark(msgspec.Struct, frozen=True):
    """A price in USD a share with the day it is of, the rule and, for closes, the provider.

    Of a model's price, day and provider are those of the underlying's close that it rests on.
    """

    price: Decimal
    on: date
    source: MarkSource
    quality: MarkQuality
    provider: str | None = None

    @property
    def is_usable(self) -> bool:
        """Whether the mark counts as a price in the coverage of a portfolio (spec 5.2)."""
        if self.source not in (MarkSource.CLOSE, MarkSource.MODEL, MarkSource.CARRIED):
            return False
        return self.quality in (MarkQuality.GOOD, MarkQuality.CARRIED)


class Revaluation(msgspec.Struct, frozen=True):
    """The owner's own word on what a share is worth in USD, from a day on."""

    on: date
    price: Decimal


def needs_price(position: PositionTerms) -> bool:
    """Whether the position counts in the coverage: private and cash-like ones do not."""
    return position.investment_class is not InvestmentClass.PRIVATE and not position.is_cash_like


def mark_all(
    held: Iterable[Held],
    closes: Mapping[str, Sequence[ClosingPrice]],
    revaluations: Mapping[UUID, Sequence[Revaluation]],
    sessions: Sequence[date],
    calendar: Sequence[date],
    modelled: Mapping[UUID, Sequence[ModelPrice | None]],
) -> dict[UUID, Sequence[Mark]]:
    """The marks of each position on each of `sessions`, as `choose_marks` gives them.

    Lines of one symbol share them where each session's own close decides. Closes are by symbol,
    revaluations and the model's prices by position.
    """
    at_closes = cache(lambda symbol: _at_closes(closes.get(symbol, ()), sessions))
    marks: dict[UUID, Sequence[Mark]] = {}
    for one in held:
        position = one.position
        begins_with_close = _RULES[position.investment_class][0] is _close
        shared = at_closes(position.symbol) if begins_with_close else None
        marks[position.position_id] = shared or choose_marks(
            one,
            closes.get(position.symbol, ()),
            revaluations.get(position.position_id, ()),
            sessions,
            calendar,
            modelled.get(position.position_id, ()),
        )
    return marks


def _at_closes(closes: Sequence[ClosingPrice], sessions: Sequence[date]) -> Sequence[Mark] | None:
    """The mark at the close of each session; None where one has none of its own."""
    known = {close.session: close for close in closes}
    marks = []
    for session in sessions:
        close = known.get(session)
        if close is None:
            return None
        marks.append(_at_close(close))
    return marks


def choose_marks(
    held: Held,
    closes: Sequence[ClosingPrice],
    revaluations: Sequence[Revaluation],
    sessions: Sequence[date],
    calendar: Sequence[date],
    modelled: Sequence[ModelPrice | None] = (),
) -> list[Mark]:
    """The mark of the position on each of `sessions`: the first that its class's rules give.

    Prices of other days are told in USD a share of the session: a split between divides them.

    Args:
        held: what is to be marked, with the splits of its symbol.
        closes: known closes of its symbol, oldest first, from any day on.
        revaluations: the owner's revaluations of it, oldest first.
        sessions: the days to be marked, oldest first.
        calendar: all sessions from at least five before the first of `sessions` to the last,
            oldest first, to count how old a close is; one from before them is stale.
        modelled: of an option, the model's price on each of `sessions`; it counts where no close
            of its own is as new as the one of its underlying.
    """
    rules = _RULES[held.position.investment_class]
    closed_on = [close.session for close in closes]
    revalued_on = [revaluation.on for revaluation in revaluations]
    marks = []
    for session, modelled_price in zip_longest(sessions, modelled):
        past_closes = bisect_right(closed_on, session)
        past_revaluations = bisect_right(revalued_on, session)
        known = _Known(
            held,
            session,
            closes[past_closes - 1] if past_closes else None,
            revaluations[past_revaluations - 1] if past_revaluations else None,
            calendar,
            modelled_price,
        )
        marks.append(next(mark for rule in rules if (mark := rule(known))))
    return marks


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a position's price at the close of a session."""

    held: Held
    session: date
    close: ClosingPrice | None
    revaluation: Revaluation | None
    calendar: Sequence[date]
    modelled: ModelPrice | None

    def quality_of(self, close: ClosingPrice) -> MarkQuality:
        """How far a close of this age can be relied on."""
        age = bisect_right(self.calendar, self.session) - bisect_right(self.calendar, close.session)
        if age == 0:
            return MarkQuality.GOOD
        return MarkQuality.CARRIED if age <= CARRIED_SESSIONS else MarkQuality.STALE

    def of_the_session(self, price: Decimal, on: date) -> Decimal:
        """A price of another day in USD a share of the session."""
        return per_share(price, self.held.actions.share_factor(on, self.session))


def _close(known: _Known) -> Mark | None:
    close = known.close
    if close is None or close.session != known.session:
        return None
    return _at_close(close)


def _at_close(close: ClosingPrice) -> Mark:
    return Mark(close.price, close.session, MarkSource.CLOSE, MarkQuality.GOOD, close.source)


def _carried(known: _Known) -> Mark | None:
    close = known.close
    if close is None:
        return None
    price, quality = known.of_the_session(close.price, close.session), known.quality_of(close)
    return Mark(price, close.session, MarkSource.CARRIED, quality, close.source)


def _model(known: _Known) -> Mark | None:
    modelled = known.modelled
    if modelled is None:
        return None
    spot = modelled.spot
    if known.close and known.close.session >= spot.session:
        return None  # the option's own close is as new
    quality = known.quality_of(spot)
    return Mark(modelled.price, spot.session, MarkSource.MODEL, quality, spot.source)


def _cash(known: _Known) -> Mark | None:
    """Money-market tickers at 1.00; cash without a ticker at its entry price (spec 3.4, 5.3)."""
    position = known.held.position
    if not position.is_cash_like:
        return None
    price = _PAR if position.symbol in MONEY_FUNDS else position.entry_price
    return Mark(price, known.session, MarkSource.CASH, MarkQuality.GOOD)


def _manual(known: _Known) -> Mark | None:
    revaluation = known.revaluation
    if revaluation is None:
        return None
    price = known.of_the_session(revaluation.price, revaluation.on)
    return Mark(price, revaluation.on, MarkSource.MANUAL, MarkQuality.GOOD)


def _entry(known: _Known) -> Mark:
    price, entered_on = known.held.entry_price_on(known.session), known.held.position.entry_on
    return Mark(price, entered_on, MarkSource.ENTRY, MarkQuality.ASSUMED)


_RULES: dict[InvestmentClass, tuple[Callable[[_Known], Mark | None], ...]] = {
    InvestmentClass.PUBLIC: (_close, _cash, _carried, _manual, _entry),
    InvestmentClass.OPTIONS: (_close, _model, _carried, _entry),
    InvestmentClass.PRIVATE: (_manual, _cash, _entry),
}
