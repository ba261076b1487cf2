"""Student's t distribution over arrays: p-values of regressions, accurate to 1e-12.

By the regularised incomplete beta function, p = I(v / (v + t^2); v/2, 1/2) (Abramowitz and Stegun,
26.7.1), whose continued fraction is evaluated as Lentz did (Numerical Recipes, 6.4).
"""

import math

import numpy as np
import numpy.typing as npt

from domain.risk.normal import Floats

MOST_TERMS = 2_000
"""Terms grow with the root of the degrees of freedom; twenty are typical."""

_SERIES_FROM = 20.0
_AT_REST, _TINY = 2e-15, 1e-300


def two_sided_p(t: Floats, freedom: Floats | npt.NDArray[np.int64]) -> Floats:
    """The probability of a statistic at least as far from zero as `t`; NaN stays NaN.

    Args:
        t: statistics, any shape; infinite ones have probability 0.
        freedom: degrees of freedom, above 0, one for all or one each.
    """
    t, freedom = np.broadcast_arrays(np.asarray(t, np.float64), np.asarray(freedom, np.float64))
    with np.errstate(divide="ignore", over="ignore"):
        square = t * t / freedom
        return _incomplete_beta(freedom / 2, 1 / (1 + square), 1 / (1 + 1 / square))


def _incomplete_beta(a: Floats, x: Floats, complement: Floats) -> Floats:
    """I(x; a, 1/2), given 1 - x as well, which is not to be had from x where x is nearly 1."""
    half = np.full_like(a, 0.5)
    mirrored = x > (a + 1) / (a + 2.5)
    first, second = np.where(mirrored, half, a), np.where(mirrored, a, half)
    at = np.where(mirrored, complement, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_x = np.where(x > 0.5, np.log1p(-complement), np.log(x))
        log_front = a * log_x + 0.5 * np.log(complement) - _log_beta(a)
    front = np.exp(log_front) / first
    part = front * _fraction(first, second, at)
    return np.where(np.isnan(x), np.nan, np.where(mirrored, 1 - part, part))


def _log_beta(a: Floats) -> Floats:
    """The logarithm of B(a, 1/2); by the series of its ratio of gammas where `a` is large."""
    small = np.minimum(a, _SERIES_FROM)
    exact = [math.lgamma(one) - math.lgamma(one + 0.5) for one in small.ravel().tolist()]
    r = 1 / np.maximum(a, _SERIES_FROM)
    series = r / 8 - r**3 / 192 + r**5 / 640 - 17 * r**7 / 14336 - 0.5 * np.log(1 / r)
    ratio = np.where(a < _SERIES_FROM, np.reshape(exact, a.shape), series)
    return np.asarray(ratio + 0.5 * math.log(math.pi))


def _fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    """The continued fraction of the incomplete beta function, term by term until nothing moves."""
    x = np.where(np.isnan(x), 0.0, x)
    c = np.ones_like(x)
    d = 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d.copy()
    for m in range(1, MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _away_from_zero(1 + term * d)
            c = _away_from_zero(1 + term / c)
            value *= d * c
        if np.all(np.abs(d * c - 1) <= _AT_REST):
            break
    return value


def _away_from_zero(x: Floats) -> Floats:
    return np.where(np.abs(x) < _TINY, _TINY, x)
