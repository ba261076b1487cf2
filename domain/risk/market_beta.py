"""Market beta: how much moves with SPY, of symbols, of weights, of a portfolio's own returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from domain.risk.factors import MARKET
from domain.risk.finding import Finding, Quality, ReasonCode, found, not_found
from domain.risk.normal import Floats
from domain.risk.panel import Panel
from domain.risk.regression import Regression, regress
from domain.risk.returns import paired_returns, window_of
from domain.risk.weights import Weights, nothing_measured, split

SESSIONS = 90
FEWEST = 30

_NO_BENCHMARK = f"Fewer than {FEWEST} daily returns of {MARKET.symbol} are known in this window."
_TOO_YOUNG = (
    f"The portfolio has fewer than {FEWEST} daily returns in this window; "
    "the figure appears once it has been valued for longer."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaContribution:
    """What a symbol adds to a portfolio's beta.

    Attributes:
        weight: share of NAV, signed.
        beta: of the symbol.
        standard_error: of that beta.
        r_squared: 0 to 1.
        observations: returns that entered.
        contribution: weight x beta.
    """

    symbol: str
    weight: float
    beta: float
    standard_error: float
    r_squared: float
    observations: int
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedBeta:
    """The beta of today's holdings.

    Attributes:
        benchmark: the fund that stands for the market.
        beta: the sum of the contributions.
        alpha_daily: the sum of weight x alpha, a return a session.
        contributions: largest absolute one first.
    """

    benchmark: str
    beta: float
    alpha_daily: float
    contributions: tuple[BetaContribution, ...]


def symbol_market_betas(panel: Panel) -> dict[str, Regression | ReasonCode]:
    """The line of each symbol of a panel on SPY over its last 90 sessions, of at least 30 returns.

    The panel has SPY among its symbols.
    """
    window = window_of(panel, SESSIONS)
    market = window.of([MARKET.symbol]).closes
    if np.isfinite(market).sum() <= FEWEST:
        return dict.fromkeys(panel.symbols, ReasonCode.FACTOR_MISSING)
    returns, beside = paired_returns(window.closes, market)
    lines = regress(returns, beside[0])
    return {symbol: lines.of(column, FEWEST) for column, symbol in enumerate(panel.symbols)}


def weighted_beta(
    betas: Mapping[str, Regression | ReasonCode], weights: Weights
) -> Finding[WeightedBeta]:
    """The sum of weight x beta; a symbol without beta contributes 0."""
    measured, skipped = split(weights, betas)
    if not measured:
        return nothing_measured(weights, skipped, FEWEST)
    parts = [_part(symbol, weights.by_symbol[symbol], line) for symbol, line in measured.items()]
    figures = WeightedBeta(
        benchmark=MARKET.symbol,
        beta=sum(part.contribution for part in parts),
        alpha_daily=sum(
            weights.by_symbol[symbol] * line.alpha_daily for symbol, line in measured.items()
        ),
        contributions=tuple(sorted(parts, key=lambda part: -abs(part.contribution))),
    )
    observations = min(line.observations for line in measured.values())
    return found(figures, weights.quality(observations, skipped))


def _part(symbol: str, weight: float, line: Regression) -> BetaContribution:
    return BetaContribution(
        symbol=symbol,
        weight=weight,
        beta=line.beta,
        standard_error=line.standard_error,
        r_squared=line.r_squared,
        observations=line.observations,
        contribution=weight * line.beta,
    )


def beta_of_returns(
    sessions: Sequence[date], returns: Sequence[float | None], panel: Panel
) -> Finding[Regression]:
    """The line of a portfolio's own daily returns on SPY over the panel's last 90 sessions.

    Args:
        sessions: [T+1], valued ones, oldest first.
        returns: [T] between one of them and the next; 0.01 is 1 %, None where there is none.
        panel: has SPY; returns over sessions without its close are linked.
    """
    window = window_of(panel, SESSIONS)
    closes = window.of([MARKET.symbol]).closes[:, 0]
    market = {day: close for day, close in zip(window.sessions, closes, strict=True) if close > 0}
    rows = [row for row, day in enumerate(sessions) if day in market]
    own, beside = _linked(rows, returns), _between([market[sessions[row]] for row in rows])
    lines = regress(own[:, None], beside)
    line = lines.of(0, FEWEST)
    held = Quality(observations=int(lines.observations[0]), positions_analyzed=1, positions_total=1)
    if isinstance(line, Regression):
        return found(line, held)
    if len(market) <= FEWEST:
        return not_found(ReasonCode.FACTOR_MISSING, _NO_BENCHMARK, held)
    if line is ReasonCode.CONSTANT_SERIES:
        return not_found(line, "The portfolio's value never moved in this window.", held)
    return not_found(ReasonCode.TOO_FEW_OBSERVATIONS, _TOO_YOUNG, held)


def _linked(rows: Sequence[int], returns: Sequence[float | None]) -> Floats:
    """Returns from each of the rows to the next."""
    if len(rows) < 2:
        return np.zeros(0)
    grown = 1.0 + np.array(returns, dtype=np.float64)[rows[0] : rows[-1]]
    starts = np.asarray(rows[:-1]) - rows[0]
    return np.asarray(np.multiply.reduceat(grown, starts) - 1.0)


def _between(closes: Sequence[float]) -> Floats:
    known = np.array(closes, dtype=np.float64)
    return np.asarray(known[1:] / known[:-1] - 1.0)
