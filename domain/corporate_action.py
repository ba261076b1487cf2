"""Corporate actions: splits and dividends, and how many shares one became (spec 5.2, 5.5)."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from operator import attrgetter
from typing import Literal

import msgspec

ActionKind = Literal["split", "dividend"]

_LARGEST_TERM = 10_000  # of a ratio; 1:3 is told as 0.3333333333


class CorporateAction(msgspec.Struct, frozen=True):
    """A split (new shares for one old) or a dividend (USD a share) on its ex date."""

    symbol: str
    ex_on: date
    kind: ActionKind
    value: Decimal
    source: str


class Actions:
    """What happened to the shares of one symbol, from the ex dates on.

    A position that is held through a split has other shares after it than before it, each of them
    worth less: neither its value nor what it cost changes by that.
    """

    def __init__(self, actions: Iterable[CorporateAction] = ()) -> None:
        ordered = sorted(actions, key=attrgetter("ex_on"))
        self.dividends: Sequence[CorporateAction] = [a for a in ordered if a.kind == "dividend"]
        self.splits: Sequence[tuple[date, Fraction]] = [
            (action.ex_on, _ratio(action.value)) for action in ordered if action.kind == "split"
        ]

        self._ex_days = [action.ex_on for action in ordered]

    def happen(self, after: date, until: date) -> bool:
        """Whether there is an ex date later than `after` and up to `until`."""
        days = self._ex_days
        return bool(days) and bisect_right(days, after) < bisect_right(days, until)

    def share_factor(self, from_day: date, to_day: date) -> Fraction:
        """The shares on `to_day`, for one share on `from_day`; exact.

        A split counts from its ex date on. Backwards in time it is undone.
        """
        first, last = sorted((from_day, to_day))
        factor = Fraction(1)
        for ex_on, ratio in self.splits:
            if first < ex_on <= last:
                factor *= ratio
        return factor if from_day <= to_day else 1 / factor


NO_ACTIONS = Actions()


def actions_by_symbol(
    market: Iterable[CorporateAction], own: Iterable[CorporateAction] = ()
) -> Mapping[str, Actions]:
    """The actions of each symbol; the owner's `own` wins for its symbol, day and kind."""
    known = {(a.symbol, a.ex_on, a.kind): a for a in (*market, *own)}
    by_symbol = attrgetter("symbol")
    ordered = sorted(known.values(), key=by_symbol)
    return {symbol: Actions(some) for symbol, some in groupby(ordered, by_symbol)}


def _ratio(value: Decimal) -> Fraction:
    return Fraction(value).limit_denominator(_LARGEST_TERM) or Fraction(value)
