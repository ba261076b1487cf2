"""Regressions of many columns at once: least squares, rolling, weighted, ridge (spec 6.2).

Columns are regressed separately. Where a pair lacks a value its row is left out of that pair
alone. Nothing here knows of prices; figures that do not exist are NaN, and never leave the domain.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from domain.risk.finding import ReasonCode
from domain.risk.normal import Floats
from domain.risk.student_t import two_sided_p

Counts: TypeAlias = npt.NDArray[np.int64]
Truths: TypeAlias = npt.NDArray[np.bool_]

FEWEST_FOR_AN_ERROR = 3
"""A line through two points leaves nothing to judge it by."""

_NOISE = 1e-12  # of the largest value: below it a series that differs does so by rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """A line through daily returns, by ordinary least squares with an intercept.

    Attributes:
        beta: the slope.
        alpha_daily: the intercept, a return a session: 0.001 is 0.1 %.
        r_squared: the share of the variance that the line explains, 0 to 1.
        standard_error: of beta, under equal variances.
        t_statistic: beta / standard error; None where the line fits exactly.
        p_value: two-sided, Student's t with observations - 2 degrees of freedom.
        observations: returns that entered.
    """

    beta: float
    alpha_daily: float
    r_squared: float
    standard_error: float
    t_statistic: float | None
    p_value: float
    observations: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regressions:
    """Lines of N columns; NaN where a series is constant or has fewer than 3 observations.

    Attributes:
        beta: [N], as alpha, r_squared, standard_error, t and p.
        t: infinite where the line fits exactly.
        observations: [N].
        is_constant: [N] where either side never moves.
    """

    beta: Floats
    alpha: Floats
    r_squared: Floats
    standard_error: Floats
    t: Floats
    p: Floats
    observations: Counts
    is_constant: Truths

    def of(self, column: int, fewest: int) -> Regression | ReasonCode:
        """One of them, or why it is not to be had from so few observations."""
        observations = int(self.observations[column])
        if observations < max(fewest, FEWEST_FOR_AN_ERROR):
            return ReasonCode.TOO_FEW_OBSERVATIONS if observations else ReasonCode.NO_PRICES
        if self.is_constant[column]:
            return ReasonCode.CONSTANT_SERIES
        t = float(self.t[column])
        return Regression(
            beta=float(self.beta[column]),
            alpha_daily=float(self.alpha[column]),
            r_squared=float(self.r_squared[column]),
            standard_error=float(self.standard_error[column]),
            t_statistic=t if np.isfinite(t) else None,
            p_value=float(self.p[column]),
            observations=observations,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RidgeLines:
    """Joint ridge regressions of N columns on the same K.

    Attributes:
        beta: [K, N] in the units of the regressors.
        alpha: [N].
        r_squared: [N] in the sample; NaN where a column is constant.
        condition_number: of the standardised regressors, the largest singular value by the least;
            infinite where they depend on each other.
    """

    beta: Floats
    alpha: Floats
    r_squared: Floats
    condition_number: float


def regress(y: Floats, x: Floats) -> Regressions:
    """Least squares of each column of `y` on `x`, with an intercept.

    Args:
        y: [T, N], NaN where there is no value.
        x: [T], or [T, N] where each column has its own.
    """
    x = x if x.ndim > 1 else x[:, None]
    known = np.isfinite(y) & np.isfinite(x)
    entered = None if known.all() else known
    n = np.broadcast_to(known.sum(axis=0), y.shape[1:])
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_x, apart_x, is_constant_x = _centred(x, entered)
        mean_y, apart_y, is_constant_y = _centred(y, entered)
        sxx, syy = _products(apart_x, apart_x), _products(apart_y, apart_y)
        is_constant = is_constant_x | is_constant_y | (sxx * syy == 0)
        beta = np.where(is_constant, np.nan, _products(apart_x, apart_y) / sxx)
        residual = apart_y - beta * apart_x
        left = _products(residual, residual)
        error = np.where(n < FEWEST_FOR_AN_ERROR, np.nan, np.sqrt(left / (n - 2) / sxx))
        t = beta / error
        return Regressions(
            beta=beta,
            alpha=mean_y - beta * mean_x,
            r_squared=np.clip(1 - left / syy, 0.0, 1.0),
            standard_error=error,
            t=t,
            p=two_sided_p(t, np.maximum(n - 2, 1)),
            observations=n,
            is_constant=is_constant,
        )


def _centred(a: Floats, known: Truths | None) -> tuple[Floats, Floats, Truths]:
    """The mean of each column, what values are apart from it, and where that is only rounding."""
    if known is None:
        mean = a.mean(axis=0) if len(a) else np.full(a.shape[1], np.nan)
        apart = a - mean
        largest = np.abs(a).max(axis=0, initial=0.0)
    else:
        filled = np.where(known, a, 0.0)
        mean = filled.sum(axis=0) / known.sum(axis=0)
        apart = np.where(known, filled - mean, 0.0)
        largest = np.abs(filled).max(axis=0, initial=0.0)
    return mean, apart, np.abs(apart).max(axis=0, initial=0.0) <= _NOISE * largest


def _products(a: Floats, b: Floats) -> Floats:
    """[N] sums over the rows of a * b; a single column goes with all."""
    if a.shape[1] == 1 < b.shape[1]:
        return np.asarray(a[:, 0] @ b)
    return np.asarray(np.einsum("tn,tn->n", a, b))


def rolling_beta(y: Floats, x: Floats, window: int, fewest: int | None = None) -> Floats:
    """[T, N] slopes over the `window` rows that end at each; NaN where too few of them are known.

    Sums are taken of distances to the mean of the whole series, so that little is cancelled.

    Args:
        y: [T, N], NaN where there is no value.
        x: [T].
        window: rows.
        fewest: pairs that must be known in a window, all of them where not given.
    """
    slopes = np.full(y.shape, np.nan)
    known = np.isfinite(y) & np.isfinite(x)[:, None]
    if len(y) < window or not known.any():
        return slopes
    is_whole = bool(known.all())
    apart_x = x[:, None] - np.mean(x[np.isfinite(x)])
    apart_y = y - (y.mean(axis=0) if is_whole else _means(y))
    if not is_whole:
        apart_x, apart_y = np.where(known, apart_x, 0.0), np.where(known, apart_y, 0.0)
    n = window if is_whole else window_sums(known.astype(np.float64), window)
    sum_x, sum_y = window_sums(apart_x, window), window_sums(apart_y, window)
    squares = window_sums(apart_x * apart_x, window)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = squares - sum_x * sum_x / n
        together = window_sums(apart_x * apart_y, window) - sum_x * sum_y / n
        is_known = (spread > _NOISE * squares) & (n >= (fewest or window))
        slopes[window - 1 :] = np.where(is_known, together / spread, np.nan)
    return slopes


def _means(a: Floats) -> Floats:
    known = np.isfinite(a)
    return np.asarray(np.where(known, a, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1))


def window_sums(a: Floats, window: int) -> Floats:
    """[T - window + 1, N] sums over each `window` rows of `a`, by additions alone.

    Rows are cut into blocks of a window's length: a window is the tail of one and the head of the
    next, and nothing is ever taken away again, so that a large value spoils no later sum.
    """
    rows, columns = a.shape
    blocks = np.zeros((-(-rows // window), window, columns))
    blocks.reshape(-1, columns)[:rows] = a
    heads = np.cumsum(blocks, axis=1).reshape(-1, columns)
    tails = np.cumsum(blocks[:, ::-1], axis=1)[:, ::-1]
    tails[:, 0] = 0.0  # a window that starts with its block is all head
    ends = max(rows - window + 1, 0)
    sums: Floats = heads[window - 1 : rows] + tails.reshape(-1, columns)[:ends]
    return sums


def weighted_slopes(y: Floats, x: Floats, weights: Floats) -> Floats:
    """[N] slopes of weighted least squares with an intercept; NaN where there is none.

    Args:
        y: [T, N], NaN where there is no value.
        x: [T], or [T, N] where each column has its own.
        weights: [T], above 0.
    """
    x = x if x.ndim > 1 else x[:, None]
    known = np.isfinite(y) & np.isfinite(x)
    weight = np.where(known, weights[:, None], 0.0)
    x, y = np.where(known, x, 0.0), np.where(known, y, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = weight.sum(axis=0)
        apart_x = np.where(known, x - (weight * x).sum(axis=0) / total, 0.0)
        is_constant = np.abs(apart_x).max(axis=0, initial=0.0) <= _NOISE * np.abs(x).max(
            axis=0, initial=0.0
        )
        weighted = weight * apart_x
        slopes = _products(weighted, y) / _products(weighted, apart_x)
        return np.where(is_constant, np.nan, slopes)


def ridge(y: Floats, x: Floats, penalty: float) -> RidgeLines:
    """Each column of `y` on all columns of `x` at once, large slopes held back.

    The slopes b minimise |y - mean(y) - Z b|^2 + penalty |b|^2, where Z are the columns of `x` less
    their means, by their standard deviations (ddof 0); Hoerl and Kennard, "Ridge Regression",
    Technometrics 12 (1970). A column of `x` that never moves has the slope 0.

    Args:
        y: [T, N] without gaps, T at least 1.
        x: [T, K] without gaps, K at least 1.
        penalty: above 0.
    """
    mean_x, apart_x, is_constant_x = _centred(x, None)
    mean_y, apart_y, is_constant_y = _centred(y, None)
    deviation = np.where(is_constant_x, np.inf, np.sqrt((apart_x**2).mean(axis=0)))
    left, singular, right = np.linalg.svd(apart_x / deviation, full_matrices=False)
    shrunk = singular / (singular**2 + penalty)
    beta = (right.T @ (shrunk[:, None] * (left.T @ apart_y))) / deviation[:, None]
    residual = apart_y - apart_x @ beta
    total = _products(apart_y, apart_y)
    total = np.where(is_constant_y | (total == 0), np.nan, total)
    is_dependent = len(y) <= x.shape[1] or singular[-1] <= _NOISE * singular[0]
    return RidgeLines(
        beta=beta,
        alpha=mean_y - mean_x @ beta,
        r_squared=1 - _products(residual, residual) / total,
        condition_number=float("inf") if is_dependent else float(singular[0] / singular[-1]),
    )
