"""How much returns vary: realised, where it tends to, and a forecast for the next month (spec 6.2).

The forecast is the heterogeneous autoregression of Corsi, "A Simple Approximate Long-Memory Model
of Realized Volatility", J. Financial Econometrics 7 (2009), on squared daily log returns:

    mean of the next 21 = c + d x today's + w x mean of the last 5 + m x mean of the last 22
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from domain.risk.finding import Finding, Skipped, found
from domain.risk.normal import Floats
from domain.risk.panel import Panel
from domain.risk.realised_volatility import SESSIONS_IN_A_YEAR
from domain.risk.returns import HeldReturns, held_returns, window_of
from domain.risk.weights import Weights, nothing_measured

MONTH, QUARTER = 21, 63
FEWEST_OF_MONTH = 20
FEWEST_OF_QUARTER = 42
"""Two thirds: a younger symbol is left out rather than making the window short for all."""

TARGETS, FEWEST_TARGETS = 252, 126
PERCENTILE_VALUES, FEWEST_VALUES = 252, 126
HORIZON, LOOK_BACKS = 21, (1, 5, 22)
TREND_PCT = 10.0

_LONG = TARGETS + HORIZON + LOOK_BACKS[-1] - 1
_FEWEST_LONG = FEWEST_TARGETS + HORIZON + LOOK_BACKS[-1] - 1

Trend = Literal["rising", "falling", "stable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VolatilityForecast:
    """What the next 21 sessions' volatility is expected to be.

    Attributes:
        volatility: a year; 0.2 is 20 %.
        intercept: a session's variance, as all that follows before x 252.
        daily: by today's squared log return.
        weekly: by the mean of the last 5.
        monthly: by the mean of the last 22.
        r_squared: of the regression in the sample; None where variances never changed.
        observations: targets that entered, of at most 252.
    """

    volatility: float
    intercept: float
    daily: float
    weekly: float
    monthly: float
    r_squared: float | None
    observations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Volatility:
    """How much today's holdings have varied and are expected to.

    Attributes:
        realised_21: a year, of 21 sessions' returns; 0.2 is 20 %.
        realised_63: a year, of 63 sessions' returns.
        trend: whether the former is 10 % of the latter above or below it.
        percentile: of 252 rolling volatilities of 21 sessions, the share that is not above the last
            of them, 0 to 100; None where fewer than 126 are known.
        percentile_observations: how many are.
        forecast: None where fewer than 126 targets are known.
        skipped_of_year: symbols that percentile and forecast are without.
    """

    realised_21: float
    realised_63: float
    trend: Trend
    percentile: float | None
    percentile_observations: int
    forecast: VolatilityForecast | None
    skipped_of_year: tuple[Skipped, ...]


def volatility_of(returns: Floats) -> Floats:
    """A year's, [N] of the columns of [n, N] returns: ddof 1, x sqrt(252)."""
    return np.asarray(returns.std(axis=0, ddof=1) * np.sqrt(SESSIONS_IN_A_YEAR))


def symbol_volatilities(panel: Panel, sessions: int) -> dict[str, float | None]:
    """Each symbol's realised volatility over the last 21 or 63 sessions; None of under 20 returns.

    Of simple returns between consecutive sessions that the symbol has.
    """
    closes = window_of(panel, sessions).closes
    counts = np.isfinite(closes).sum(axis=0) - 1
    figures: dict[str, float | None] = dict.fromkeys(panel.symbols)
    if (counts == len(closes) - 1).all() and len(closes) > FEWEST_OF_MONTH:
        every = volatility_of(closes[1:] / closes[:-1] - 1.0)
        return dict(zip(panel.symbols, every.tolist(), strict=True))
    for column in np.flatnonzero(counts >= FEWEST_OF_MONTH).tolist():
        known = closes[np.isfinite(closes[:, column]), column]
        figures[panel.symbols[column]] = float(volatility_of(known[1:] / known[:-1] - 1.0))
    return figures


def volatility(panel: Panel, weights: Weights) -> Finding[Volatility]:
    """The volatility of what is held, by weights x returns of the symbols.

    A symbol enters with at least 42 returns in 63 sessions, percentile and forecast with at least
    168 in 294; else it contributes 0.
    """
    quarter = held_returns(panel, weights, QUARTER, FEWEST_OF_QUARTER)
    returns = quarter.returns
    if len(returns) < FEWEST_OF_QUARTER:
        return nothing_measured(weights, quarter.skipped, FEWEST_OF_QUARTER)
    month, whole = float(volatility_of(returns[-MONTH:])), float(volatility_of(returns))
    year = held_returns(panel, weights, _LONG, _FEWEST_LONG)
    percentile, values = _percentile(year)
    figures = Volatility(
        realised_21=month,
        realised_63=whole,
        trend=trend(month, whole),
        percentile=percentile,
        percentile_observations=values,
        forecast=forecast(year.returns),
        skipped_of_year=year.skipped,
    )
    return found(figures, weights.quality(len(returns), quarter.skipped))


def trend(month: float, quarter: float) -> Trend:
    """Whether the shorter volatility differs from the longer by more than 10 % of that."""
    change = month - quarter
    if abs(change) <= TREND_PCT / 100 * quarter:
        return "stable"
    return "rising" if change > 0 else "falling"


def _percentile(year: HeldReturns) -> tuple[float | None, int]:
    values = max(min(len(year.returns) - MONTH + 1, PERCENTILE_VALUES), 0)
    if values < FEWEST_VALUES:
        return None, values
    windows = np.lib.stride_tricks.sliding_window_view(year.returns, MONTH)[-values:]
    rolling = volatility_of(windows.T)
    return float((rolling <= rolling[-1]).mean() * 100), values


def forecast(returns: Floats) -> VolatilityForecast | None:
    """The regression on the last 252 targets; None for fewer than 126 or a loss of everything.

    The forecast variance is floored at 0.

    Args:
        returns: [T] simple, daily, oldest first.
    """
    targets = min(len(returns) - HORIZON - LOOK_BACKS[-1] + 1, TARGETS)
    if targets < FEWEST_TARGETS or returns.min() <= -1.0:
        return None
    squares = np.log1p(returns) ** 2
    scale = float(squares.max()) or 1.0
    features = [_means(squares / scale, span)[-targets - HORIZON :] for span in LOOK_BACKS]
    design = np.column_stack([np.ones(targets + HORIZON), *features])
    target = _means(squares / scale, HORIZON)[-targets:]
    slopes = np.linalg.lstsq(design[:targets], target, rcond=None)[0]
    variance = max(float(design[-1] @ slopes) * scale, 0.0)
    left, total = target - design[:targets] @ slopes, target - target.mean()
    spread = float(total @ total)
    return VolatilityForecast(
        volatility=float(np.sqrt(variance * SESSIONS_IN_A_YEAR)),
        intercept=float(slopes[0]) * scale,
        daily=float(slopes[1]),
        weekly=float(slopes[2]),
        monthly=float(slopes[3]),
        r_squared=1.0 - float(left @ left) / spread if spread > 0 else None,
        observations=targets,
    )


def _means(a: Floats, span: int) -> Floats:
    """Means of each `span` values, the first of those that end at place span - 1."""
    return np.asarray(np.lib.stride_tricks.sliding_window_view(a, span).mean(axis=1))
