"""The volatility at which an option's model price is the one that was paid; or why there is none.

Solved for the part of the price that is not intrinsic, which by put-call parity is the price of
the out-of-the-money option, in units of total deviation s = volatility x sqrt(years), normalised
as in Jäckel, "Let's Be Rational", Wilmott (2015):

    b(s) = exp(x/2) N(x/s + s/2) - exp(-x/2) N(x/s - s/2),  x = -|ln(forward / strike)|
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from domain.risk.black_scholes import Options

LEAST_TIME_VALUE = 1e-9
"""In USD a share: prices have six decimals, and less than this is noise of their sums."""

MOST_STEPS = 200
"""Halving the bracket alone takes 64 steps to the last bit, and no two others pass without one."""

_WIDEST = 80.0  # N(40) is 1 to the last bit: at this deviation any price is its upper bound
_FARTHEST = -1400.0  # the x of a strike 1e608 times the spot; exp(-x / 2) still is a float
_EXACT = 1e-15


class Unsolvable(StrEnum):
    """Why no volatility gives a price.

    Not a number: spot, strike, time and price must be finite and above zero. Expired: no time is
    left. Below intrinsic: less than the discounted intrinsic value. No time value: that, and
    nothing more. Above bound: as much as no volatility gives, the discounted spot for a call, the
    discounted strike for a put.
    """

    NOT_A_NUMBER = "not_a_number"
    EXPIRED = "expired"
    BELOW_INTRINSIC = "below_intrinsic"
    NO_TIME_VALUE = "no_time_value"
    ABOVE_BOUND = "above_bound"


@dataclass(frozen=True, slots=True)
class Implied:
    """The volatility a year that was found (0.2 is 20 %), above zero and finite."""

    volatility: float


@dataclass(frozen=True, slots=True)
class Unsolved:
    """There is no volatility."""

    reason: Unsolvable


Answer: TypeAlias = Implied | Unsolved


def implied_volatility(option: Options, paid: float) -> Answer:
    """The volatility at which one option costs what was paid, USD a share; or why there is none.

    Always answers: the root is bracketed, Newton's steps that leave the bracket or do not at
    least halve the step before are replaced by halving it, but for those too small to matter.

    Args:
        option: a single one, with numbers, not arrays.
        paid: the price, USD a share.
    """
    years = float(option.years)
    if years <= 0:
        return Unsolved(Unsolvable.EXPIRED)
    spot, strike = float(option.discounted_spot), float(option.discounted_strike)
    if not all(0 < number < math.inf for number in (years, paid, spot, strike)):
        return Unsolved(Unsolvable.NOT_A_NUMBER)
    at_once = spot - strike if option.is_call else strike - spot
    time_value = paid - max(at_once, 0.0)
    reason = _hindrance(time_value, spot, strike)
    if reason:
        return Unsolved(reason)
    distance = max(-abs(math.log(spot) - math.log(strike)), _FARTHEST)
    scaled = time_value / math.sqrt(spot) / math.sqrt(strike)
    return Implied(_deviation(distance, scaled) / math.sqrt(years))


def _hindrance(time_value: float, spot: float, strike: float) -> Unsolvable | None:
    noise = max(LEAST_TIME_VALUE, _EXACT * (spot + strike))
    if time_value < -noise:
        return Unsolvable.BELOW_INTRINSIC
    if time_value <= noise:
        return Unsolvable.NO_TIME_VALUE
    if time_value >= min(spot, strike) * (1 - _EXACT):
        return Unsolvable.ABOVE_BOUND
    return None


def _deviation(x: float, target: float) -> float:
    """The s at which b(s) is `target`, to the last bits of a float."""
    low, high = 0.0, _WIDEST
    s = math.sqrt(-2 * x) or 1.0  # the inflection, from where Newton converges
    step_before = high
    for _ in range(MOST_STEPS):
        value, slope = _normalised(x, s)
        if value < target:
            low = s
        else:
            high = s
        step = (target - value) / slope if slope > 0.0 else math.inf
        is_apart = not low < s + step < high or abs(step) > step_before / 2
        if is_apart and abs(step) > _EXACT * s:  # at the root itself no step lies within
            step = (low + high) / 2 - s
        step_before = abs(step)
        s += step
        if step_before <= _EXACT * s:
            break
    return s


def _normalised(x: float, s: float) -> tuple[float, float]:
    """b(s) and its derivative."""
    up, down = x / s + s / 2, x / s - s / 2
    value = math.exp(x / 2) * _cdf(up) - math.exp(-x / 2) * _cdf(down)
    slope = math.exp((x - up * up) / 2) / math.sqrt(2 * math.pi)
    return value, slope


def _cdf(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2
