"""Every measure of a portfolio at the close of a session, taken at once (spec 6.2)."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from domain.risk.book import RiskBook
from domain.risk.concentration import Concentration, concentration
from domain.risk.correlation import CorrelationMatrix, correlation_matrix
from domain.risk.diversification import Diversification, diversification
from domain.risk.exposures import Exposures, exposure_weights, exposures
from domain.risk.factor_exposures import FactorExposures, factor_exposures
from domain.risk.factors import MACRO, STYLE
from domain.risk.finding import Finding, Reason, ReasonCode, found, not_found
from domain.risk.greeks import OptionGreeks, option_greeks
from domain.risk.market_beta import WeightedBeta, beta_of_returns, weighted_beta
from domain.risk.market_view import MarketView
from domain.risk.regression import Regression
from domain.risk.sector_exposure import SectorExposure, sector_exposure
from domain.risk.spread_factors import SpreadExposures, spread_exposures
from domain.risk.stress import StressTest, stress_test
from domain.risk.value_at_risk import ValueAtRisk, value_at_risk
from domain.risk.valued_day import ReturnedDay
from domain.risk.volatility import Volatility, volatility
from domain.risk.weights import Weights

Figures = TypeVar("Figures")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketBeta:
    """How much a portfolio moves with the market, told in two ways.

    Attributes:
        beta: by today's holdings; where that is not to be had, by the returns there were.
        method: which of them it is.
        by_weights: the sum of the betas of what is held.
        by_weights_reason: why there is none.
        by_returns: the line of the portfolio's own daily returns on the market's.
        by_returns_reason: why there is none.
    """

    beta: float
    method: Literal["weights", "returns"]
    by_weights: WeightedBeta | None
    by_weights_reason: Reason | None
    by_returns: Regression | None
    by_returns_reason: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What was measured of a portfolio at the close of a session; each has figures or a reason."""

    exposures: Finding[Exposures]
    market_beta: Finding[MarketBeta]
    factor_exposures: Finding[FactorExposures]
    macro_exposures: Finding[FactorExposures]
    spread_factors: Finding[SpreadExposures]
    volatility: Finding[Volatility]
    value_at_risk: Finding[ValueAtRisk]
    correlation_matrix: Finding[CorrelationMatrix]
    diversification_score: Finding[Diversification]
    concentration: Finding[Concentration]
    sector_exposure: Finding[SectorExposure]
    greeks: Finding[OptionGreeks]
    stress_test: Finding[StressTest]


@dataclass(frozen=True, slots=True)
class DailyReturns:
    """A portfolio's own returns.

    Attributes:
        sessions: [T+1], valued ones, oldest first.
        returns: [T] from each of them to the next; 0.01 is 1 %.
    """

    sessions: Sequence[date]
    returns: Sequence[float]


NO_RETURNS = DailyReturns((), ())


def trailing_returns(days: Iterable[ReturnedDay]) -> DailyReturns:
    """The returns of days, oldest first, from the last one on that has none."""
    sessions: list[date] = []
    returns: list[float] = []
    for day in days:
        if sessions and day.daily_return is not None:
            returns.append(day.daily_return)
        else:
            sessions, returns = [], []
        sessions.append(day.session)
    return DailyReturns(sessions, returns)


def measure(
    book: RiskBook,
    view: MarketView,
    own: DailyReturns = NO_RETURNS,
    funds: Collection[str] = (),
) -> Measures:
    """All measures of a book.

    Args:
        book: what is held.
        view: the closes up to the book's session, of everything held.
        own: the portfolio's returns up to that session.
        funds: symbols known as funds, which have no sector.
    """
    weights = _weights(book)
    panel = view.panel
    return Measures(
        exposures=exposures(book),
        market_beta=_market_beta(book, view, own, weights),
        factor_exposures=_by(
            book, weights, lambda w: factor_exposures(view.style, w, book.nav, panel, STYLE)
        ),
        macro_exposures=_by(
            book, weights, lambda w: factor_exposures(view.macro, w, book.nav, panel, MACRO)
        ),
        spread_factors=_by(book, weights, lambda w: spread_exposures(view.spreads, w, book.nav)),
        volatility=_by(book, weights, lambda w: volatility(panel, w)),
        value_at_risk=value_at_risk(book, panel),
        correlation_matrix=_by(book, weights, lambda w: correlation_matrix(panel, w)),
        diversification_score=_by(book, weights, lambda w: diversification(panel, w)),
        concentration=concentration(book),
        sector_exposure=sector_exposure(book, funds),
        greeks=option_greeks(book),
        stress_test=stress_test(book, view.sensitivities),
    )


def _weights(book: RiskBook) -> Weights | None:
    """Shares of NAV by what moves them; None where NAV says nothing."""
    by_symbol = exposure_weights(book)
    if by_symbol is None:
        return None
    lines = [line.moved_by for line in book.lines]
    return Weights(by_symbol, {symbol: lines.count(symbol) for symbol in by_symbol})


def _by(
    book: RiskBook, weights: Weights | None, taken: Callable[[Weights], Finding[Figures]]
) -> Finding[Figures]:
    """A measure of weights, or that there are none."""
    if weights is None:
        text = "NAV is at most 1 % of what is held either way, so nothing can be a share of it."
        return not_found(ReasonCode.NAV_TOO_SMALL, text, book.quality(0))
    return taken(weights)


def _market_beta(
    book: RiskBook, view: MarketView, own: DailyReturns, weights: Weights | None
) -> Finding[MarketBeta]:
    by_weights = _by(book, weights, lambda w: weighted_beta(view.market_betas, w))
    by_returns = beta_of_returns(own.sessions, own.returns, view.panel)
    held, lived = by_weights.figures, by_returns.figures
    if held is None and lived is None:
        return Finding(figures=None, reason=by_weights.reason, quality=by_weights.quality)
    figures = MarketBeta(
        beta=held.beta if held else lived.beta if lived else 0.0,
        method="weights" if held else "returns",
        by_weights=held,
        by_weights_reason=by_weights.reason,
        by_returns=lived,
        by_returns_reason=by_returns.reason,
    )
    return found(figures, by_weights.quality if held else by_returns.quality)
