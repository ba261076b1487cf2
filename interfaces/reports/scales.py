"""Where the axes of a drawing have their marks, and what stands beside them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from interfaces.web.page import number

_ABOUT = 5
_LEAST = 1e-6  # what differs by less is the same on paper
_MOST_DAYS = 8
_MONTHS_APART = (1, 2, 3, 6, 12, 24, 60, 120, 240)


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers from `low` to `high` as units of a drawing from `begin` to `end`."""

    low: float
    high: float
    begin: float
    end: float

    def __call__(self, number: float) -> float:
        """Where a number is, to a hundredth of a unit."""
        share = (number - self.low) / (self.high - self.low)
        return round(self.begin + share * (self.end - self.begin), 2)


@dataclass(frozen=True, slots=True)
class Mark:
    """A number on an axis, and its text."""

    at: float
    text: str


def marks_of(numbers: Sequence[float], *, with_zero: bool = False) -> list[Mark]:
    """Round numbers, about five, from below the least to above the greatest."""
    low, high = min(numbers, default=0.0), max(numbers, default=0.0)
    if with_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low <= max(1e-9 * max(abs(low), abs(high)), _LEAST):  # room around one number
        room = max(abs(low), abs(high)) / 10
        low, high = (low - room, high + room) if room > _LEAST else (low - 1.0, high + 1.0)
    step = _step((high - low) / _ABOUT)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [Mark(one * step, number(one * step, decimals)) for one in range(first, last + 1)]


def day_marks(first: date, last: date) -> list[Mark]:
    """Beginnings of months, as many apart as leaves a handful, by their ordinals.

    Of less than two months the ends alone.
    """
    months = range(first.year * 12 + first.month, last.year * 12 + last.month)
    apart = next((one for one in _MONTHS_APART if len(months) <= one * _MOST_DAYS), 600)
    begun = [date(month // 12, month % 12 + 1, 1) for month in months if month % apart == 0]
    if len(begun) < 2:
        ends = sorted({first, last})
        return [Mark(one.toordinal(), f"{one.day} {one:%b %Y}") for one in ends]
    return [Mark(one.toordinal(), f"{one:%b %Y}") for one in begun]


def _step(least: float) -> float:
    """The least of 1, 2, 2.5 and 5 times a power of ten that is not below."""
    power = 10.0 ** math.floor(math.log10(least))
    return next((one * power for one in (1, 2, 2.5, 5) if one * power >= least), 10 * power)
