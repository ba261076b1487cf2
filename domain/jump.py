"""Quotes that are off by a factor, found by their neighbours (spec 5.2, 9.5)."""

from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

from domain.closing_price import ClosingPrice
from domain.corporate_action import Actions

LARGEST_MOVE = 5
"""A close is believed if, splits aside, it is at most this many times its neighbour and the
neighbour at most this many times it. Quotes off by 10 lie well beyond; of the bundled prices, which
have seen two crashes, none does (a test holds them against it)."""

AnyClose = TypeVar("AnyClose", bound=ClosingPrice)


class Jump(msgspec.Struct, Generic[AnyClose], frozen=True):
    """A quote that none of its neighbours confirms; these are one or two closes."""

    quote: AnyClose
    neighbours: tuple[AnyClose, ...]


def jumps(
    quotes: Sequence[AnyClose], known: Sequence[AnyClose], actions: Actions
) -> list[Jump[AnyClose]]:
    """Those of the `quotes` that no neighbour confirms.

    A quote is confirmed by the close before it, or by the one after it: a following session at the
    new level lets both in, so that a real jump waits for one day and is not locked out for ever.
    The very first quote of a symbol is doubted only where the two after it agree on another level.

    Args:
        quotes: new closes of one symbol, oldest first, one a session.
        known: closes that are believed, oldest first, of sessions of which there is no quote.
        actions: of the symbol; a split between two closes explains its own ratio.
    """
    unknown = {quote.session for quote in quotes}
    line = sorted([*known, *quotes], key=lambda close: close.session)
    doubts = []
    before: AnyClose | None = None
    for place, close in enumerate(line):
        after = line[place + 1 : place + 3]
        if close.session in unknown and _is_doubtful(before, close, after, actions):
            near = (before, *after[:1])
            doubts.append(Jump(close, tuple(other for other in near if other is not None)))
        else:
            before = close
    return doubts


def _is_doubtful(
    before: AnyClose | None, close: AnyClose, after: Sequence[AnyClose], actions: Actions
) -> bool:
    contradicted = bool(after) and _is_jump(close, after[0], actions)
    if before is None:
        return contradicted and len(after) == 2 and not _is_jump(after[0], after[1], actions)
    return _is_jump(before, close, actions) and (contradicted or not after)


def _is_jump(earlier: ClosingPrice, later: ClosingPrice, actions: Actions) -> bool:
    """Whether a share became more than five times as dear, or as cheap, from one to the other."""
    paid, worth = earlier.price, later.price
    if actions.splits:
        factor = actions.share_factor(earlier.session, later.session)
        paid, worth = paid * factor.denominator, worth * factor.numerator
    return worth > LARGEST_MOVE * paid or paid > LARGEST_MOVE * worth
