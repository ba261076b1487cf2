"""What a series of daily returns comes to (spec 6.1, 6.2): 252 days a year, ddof 1.

Each function answers with a number or with the reason why there is none, never NaN. Conventions
are those of empyrical: alpha is compounded, Sortino's deviation counts every day, capture compares
annualised returns of the days on which the benchmark rose or fell.
"""

import math
from typing import TypeAlias

import numpy as np

from domain.risk.finding import Reason, ReasonCode
from domain.risk.normal import Floats
from domain.risk.realised_volatility import SESSIONS_IN_A_YEAR

FEWEST = 20
"""Returns without which a deviation says nothing."""

Answer: TypeAlias = float | Reason

_FARTHEST = 700.0  # the logarithm of 1e304
_NOISE = 1e-12  # of the largest return: what a constant series deviates by in floats
_CONSTANT = Reason(ReasonCode.CONSTANT_SERIES, "The returns are the same every day.")
_LOST = Reason(ReasonCode.NO_SOLUTION, "More than everything was lost, so nothing compounds.")


def linked(returns: Floats) -> float:
    """The return over all days, one after the other."""
    return float(np.prod(1.0 + returns) - 1.0)


def growth(returns: Floats) -> Floats:
    """[T+1] what 1 grows to, beginning with 1."""
    return np.concatenate(([1.0], np.cumprod(1.0 + returns)))


def deviation(returns: Floats) -> float:
    """The sample standard deviation of a day; exactly 0 for a constant series."""
    of_a_day = float(np.std(returns, ddof=1))
    return of_a_day if of_a_day > _NOISE * float(np.abs(returns).max()) else 0.0


def volatility(returns: Floats) -> Answer:
    """A year's standard deviation."""
    return _of_enough(returns) or deviation(returns) * math.sqrt(SESSIONS_IN_A_YEAR)


def sharpe_ratio(returns: Floats, daily_rate: float) -> Answer:
    """A year's return beyond the risk-free one for each of deviation."""
    spread = _of_enough(returns) or deviation(returns) or _CONSTANT
    if isinstance(spread, Reason):
        return spread
    return float(np.mean(returns) - daily_rate) / spread * math.sqrt(SESSIONS_IN_A_YEAR)


def sortino_ratio(returns: Floats, daily_rate: float) -> Answer:
    """The same for each of deviation below the risk-free rate."""
    if reason := _of_enough(returns):
        return reason
    below = np.minimum(returns - daily_rate, 0.0)
    spread = math.sqrt(float(np.mean(below * below)))
    if spread == 0:
        return Reason(ReasonCode.NO_LOSSES, "No day returned less than the risk-free rate.")
    return float(np.mean(returns) - daily_rate) / spread * math.sqrt(SESSIONS_IN_A_YEAR)


def beta(returns: Floats, benchmark: Floats) -> Answer:
    """The slope of the regression on the benchmark's returns."""
    if reason := _of_enough(returns):
        return reason
    if not deviation(benchmark):
        return Reason(ReasonCode.CONSTANT_SERIES, "The benchmark returns the same every day.")
    apart = benchmark - benchmark.mean()
    return float(apart @ (returns - returns.mean()) / (apart @ apart))


def alpha(returns: Floats, benchmark: Floats, daily_rate: float) -> Answer:
    """What is left of a year's return beyond beta x the benchmark's, compounded."""
    slope = beta(returns, benchmark)
    if isinstance(slope, Reason):
        return slope
    left = (returns - daily_rate) - slope * (benchmark - daily_rate)
    return a_year_of(1.0 + float(left.mean()), SESSIONS_IN_A_YEAR)


def tracking_error(returns: Floats, benchmark: Floats) -> Answer:
    """A year's standard deviation of the difference."""
    return volatility(returns - benchmark)


def information_ratio(returns: Floats, benchmark: Floats) -> Answer:
    """A year's difference for each of its deviation."""
    return sharpe_ratio(returns - benchmark, 0.0)


def capture(returns: Floats, benchmark: Floats, *, up: bool) -> Answer:
    """The return a year of the days the benchmark rose (or fell), as a multiple of its own."""
    chosen = benchmark > 0 if up else benchmark < 0
    days = int(chosen.sum())
    if not days:
        text = f"The benchmark {'rose' if up else 'fell'} on no day."
        return Reason(ReasonCode.TOO_FEW_OBSERVATIONS, text)
    ours, theirs = (
        a_year_of(1.0 + linked(side[chosen]), SESSIONS_IN_A_YEAR / days)
        for side in (returns, benchmark)
    )
    if isinstance(ours, Reason) or isinstance(theirs, Reason):
        return _LOST
    return ours / theirs


def deepest_fall(values: Floats) -> tuple[float, int, int, int | None] | None:
    """The largest fall from a peak: its depth below 0, and where peak, trough and recovery are.

    A peak of several days is where the last of them is. The recovery is None where there is none
    yet; None altogether where nothing ever fell.
    """
    peaks = np.maximum.accumulate(values)
    depths = values / peaks - 1.0
    trough = int(np.argmin(depths))
    if depths[trough] >= 0:
        return None
    peak = trough - int(np.argmax(values[trough::-1]))
    again = np.flatnonzero(values[trough:] >= values[peak])
    return float(depths[trough]), peak, trough, trough + int(again[0]) if again.size else None


def _of_enough(returns: Floats) -> Reason | None:
    if len(returns) >= FEWEST:
        return None
    text = f"There are {len(returns)} daily returns, and {FEWEST} are needed."
    return Reason(ReasonCode.TOO_FEW_OBSERVATIONS, text)


def a_year_of(factor: float, power: float) -> Answer:
    """A growth factor to a power, less 1."""
    if factor <= 0:
        return _LOST
    logarithm = power * math.log(factor)
    if logarithm > _FARTHEST:
        return Reason(ReasonCode.NO_SOLUTION, "A year at that pace is beyond any number.")
    return math.expm1(logarithm)
