"""What a portfolio could lose in a day: today's holdings through the returns of a year (spec 6.2).

Historical simulation; Hull, "Options, Futures, and Other Derivatives", chapter "Value at Risk".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

import numpy as np

from domain.risk.book import HeldLine, RiskBook
from domain.risk.finding import Finding, ReasonCode, found, not_found
from domain.risk.normal import Floats
from domain.risk.panel import Panel
from domain.risk.repricing import line_pnl

WINDOW = 252
"""Returns that the holdings are taken through."""

FEWEST_DAYS = 126
"""Days with a return of anything held; of fewer there is no figure."""

FEWEST_RETURNS = 60
"""Returns of a symbol; one with fewer is held constant, and skipped."""

CONFIDENCES = (0.95, 0.99)
_TEN_DAYS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A loss, above 0, or a gain, below 0.

    Attributes:
        amount: USD.
        of_nav: None where NAV is 1 % of gross or less.
    """

    amount: float
    of_nav: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LossLevel:
    """What losses of a day come to at a confidence.

    Attributes:
        confidence: 0.95: a day in twenty loses more.
        value_at_risk: minus the quantile of the simulated days, linear between two of them.
        expected_shortfall: the mean of the losses at or beyond it.
        value_at_risk_10d_scaled: of ten days, sqrt(10) x one day's: scaled, not simulated.
        expected_shortfall_10d_scaled: likewise.
        normal_value_at_risk: if P&L were normal, with mean and deviation of the simulated days.
    """

    confidence: float
    value_at_risk: Loss
    expected_shortfall: Loss
    value_at_risk_10d_scaled: Loss
    expected_shortfall_10d_scaled: Loss
    normal_value_at_risk: Loss


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortHistory:
    """A symbol that stood still on days of the window on which it has no return."""

    symbol: str
    returns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueAtRisk:
    """The losses of a day, by simulation of today's holdings over past days.

    Attributes:
        levels: at 95 and at 99 %.
        window: days that were asked for.
        minimum_observations: days without which there is no figure.
        worst_on: the day of the largest loss.
        worst: the loss of that day.
        mean_pnl: USD, of the simulated days.
        deviation: USD, of the simulated days, ddof 1.
        short_histories: symbols that entered with fewer returns than there are days.
    """

    levels: tuple[LossLevel, ...]
    window: int
    minimum_observations: int
    worst_on: date
    worst: Loss
    mean_pnl: float
    deviation: float
    short_histories: tuple[ShortHistory, ...]


def value_at_risk(book: RiskBook, closes: Panel) -> Finding[ValueAtRisk]:
    """What today's holdings would have gained or lost on each of the last 252 days.

    Options are repriced in full at constant volatility. Private assets and symbols with fewer than
    60 returns are held constant and skipped. Days on which nothing held has a return do not count.

    Args:
        book: what is held.
        closes: of what moves it; the last 253 sessions up to the book's count.
    """
    recent = closes.of(book.movers).until(book.session)
    returns, days = recent.simple_returns[-WINDOW:], recent.sessions[1:][-WINDOW:]
    counts = np.isfinite(returns).sum(axis=0)
    lacking = _lacking(book, counts.tolist())
    used = np.unique([place for line, place in _placed(book) if line.symbol not in lacking])
    is_used = np.isin(np.arange(len(book.movers)), used)
    counted = np.flatnonzero(np.isfinite(returns[:, is_used]).any(axis=1))
    quality = book.quality(len(counted), lacking)
    if not book.lines:
        return not_found(ReasonCode.NOTHING_HELD, "Nothing but cash is held.", quality)
    if len(counted) < FEWEST_DAYS:
        return not_found(ReasonCode.TOO_FEW_OBSERVATIONS, _too_few(len(counted)), quality)
    moves = np.where(np.isfinite(returns) & is_used, returns, 0.0)[counted]
    pnl = line_pnl(book, moves.T[book.mover]).sum(axis=0)
    short = tuple(
        ShortHistory(symbol=symbol, returns=count)
        for symbol, count, enters in zip(book.movers, counts.tolist(), is_used, strict=True)
        if enters and count < len(counted)
    )
    return found(_figures(book, pnl, [days[row] for row in counted], short), quality)


def simulated_losses(pnl: Floats, confidence: float) -> tuple[float, float]:
    """Value at risk and expected shortfall of days' P&L, both above 0 for losses."""
    quantile = float(np.quantile(pnl, round(1 - confidence, 12)))
    return -quantile, -float(pnl[pnl <= quantile].mean())


def _too_few(days: int) -> str:
    return (
        f"What is held has returns on {days} of the last {WINDOW} days, and {FEWEST_DAYS} are"
        " needed: fetch earlier prices."
    )


def _placed(book: RiskBook) -> Iterator[tuple[HeldLine, int]]:
    """The lines, each with the place of what moves it."""
    return zip(book.lines, book.mover.tolist(), strict=True)


def _lacking(book: RiskBook, returns: Sequence[int]) -> dict[str, ReasonCode]:
    """What cannot be moved and why, by the returns known of each of the book's movers."""
    lacking = {
        line.symbol: ReasonCode.TOO_FEW_OBSERVATIONS if returns[place] else ReasonCode.NO_PRICES
        for line, place in _placed(book)
        if returns[place] < FEWEST_RETURNS
    }
    return lacking | dict(book.unmoved)


def _figures(
    book: RiskBook, pnl: Floats, days: Sequence[date], short: tuple[ShortHistory, ...]
) -> ValueAtRisk:
    mean, deviation = float(pnl.mean()), float(pnl.std(ddof=1))

    def loss(amount: float) -> Loss:
        return Loss(amount=amount, of_nav=book.of_nav(amount))

    def level(confidence: float) -> LossLevel:
        value, shortfall = simulated_losses(pnl, confidence)
        normal = NormalDist().inv_cdf(confidence) * deviation - mean
        return LossLevel(
            confidence=confidence,
            value_at_risk=loss(value),
            expected_shortfall=loss(shortfall),
            value_at_risk_10d_scaled=loss(value * _TEN_DAYS**0.5),
            expected_shortfall_10d_scaled=loss(shortfall * _TEN_DAYS**0.5),
            normal_value_at_risk=loss(normal),
        )

    worst = int(np.argmin(pnl))
    return ValueAtRisk(
        levels=tuple(level(confidence) for confidence in CONFIDENCES),
        window=WINDOW,
        minimum_observations=FEWEST_DAYS,
        worst_on=days[worst],
        worst=loss(-float(pnl[worst])),
        mean_pnl=mean,
        deviation=deviation,
        short_histories=short,
    )
