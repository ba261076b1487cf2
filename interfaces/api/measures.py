"""What a portfolio risks: every measure of a session (spec 4.7, 6)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from domain.portfolio import Portfolio
from domain.risk.concentration import Concentration
from domain.risk.correlation import CorrelationMatrix
from domain.risk.diversification import Diversification
from domain.risk.exposures import Exposures
from domain.risk.factor_exposures import FactorExposures
from domain.risk.factors import MACRO, STYLE, FactorSet
from domain.risk.finding import Finding
from domain.risk.greeks import OptionGreeks
from domain.risk.measures import MarketBeta, Measures
from domain.risk.position_exposures import PositionExposures, position_exposures
from domain.risk.rounding import as_recorded
from domain.risk.sector_exposure import SectorExposure
from domain.risk.spread_factors import SpreadExposures
from domain.risk.stress import StressTest
from domain.risk.value_at_risk import ValueAtRisk
from domain.risk.volatility import Volatility
from interfaces.analyses import not_valued, session_of, shown_measures
from interfaces.api.access import Asked, OwnPortfolio
from interfaces.api.asked_days import OnDay
from interfaces.api.measure_shapes import finding_told, of_one
from interfaces.bootstrap import Program
from interfaces.standing import stale_from
from projections.portfolios.view import PortfolioRow

router = APIRouter(prefix="/analytics/portfolio/{portfolio_id}", tags=["Analytics"])

FactorSetAsked = Annotated[
    Literal["style", "macro"], Query(alias="set", description="Which factors.")
]
EXPOSURES_TO: Mapping[str, str] = {"style": "factor_exposures", "macro": "macro_exposures"}
"""Which of `Measures` is about a set of factors."""
FACTORS: Mapping[str, FactorSet] = {"style": STYLE, "macro": MACRO}

NO_SESSION = "ERR_VAL_001"
"""What a day that is no completed session is refused with."""


@dataclass(frozen=True, slots=True)
class Route:
    """A measure and where it is served."""

    path: str
    figures: type[Any]
    summary: str

    @property
    def name(self) -> str:
        """In `Measures`, in the examples, and as the operation."""
        return self.path.replace("-", "_")


ROUTES = (
    Route("exposures", Exposures, "What is at stake, long and short, by market value and by delta"),
    Route("market-beta", MarketBeta, "How much the portfolio moves with the market"),
    Route("spread-factors", SpreadExposures, "How much it moves with differences between styles"),
    Route("volatility", Volatility, "How much it varies, and is expected to"),
    Route("value-at-risk", ValueAtRisk, "What it could lose in a day"),
    Route("correlation-matrix", CorrelationMatrix, "How alike the names move, alike ones together"),
    Route("diversification-score", Diversification, "How far its risks differ from each other"),
    Route("concentration", Concentration, "How much of it is in few names"),
    Route("sector-exposure", SectorExposure, "Its sectors against those of the S&P 500"),
    Route("greeks", OptionGreeks, "How its options move with price, volatility, time and rates"),
    Route("stress-test", StressTest, "What it would gain or lose in eighteen scenarios"),
)


def told(
    program: Program,
    portfolio: PortfolioRow,
    day: date | None,
    measure: Callable[[Measures], Finding[Any]],
) -> Response:
    """The answer about a measure of a session."""
    session = session_of(program, portfolio, day)
    shown = shown_measures(program, portfolio, session) if session else None
    if shown is None:
        return answer(program, portfolio, not_valued(program, portfolio), None)
    finding = measure(shown.measures)
    return answer(program, portfolio, finding, shown.session, shown.recorded_at)


def answer(
    program: Program,
    portfolio: PortfolioRow,
    finding: Finding[Any],
    session: date | None,
    recorded_at: datetime | None = None,
) -> Response:
    """The answer about a portfolio at a session, or at none."""
    about = {
        "calculation_date": session or portfolio.valuation_on,
        "recorded_at": recorded_at,
        "stale_from": stale_from(program, portfolio),
        "portfolio_id": portfolio.portfolio_id,
    }
    return Response(finding_told(finding, about), media_type="application/json")


def _add(route: Route, path: str, name: str) -> None:
    def endpoint(program: Asked, portfolio: OwnPortfolio, day: OnDay = None) -> Response:
        """Figures of the session, or the reason why there are none."""
        return told(program, portfolio, day, lambda measures: getattr(measures, route.name))

    router.add_api_route(
        f"/{path}",
        endpoint,
        methods=["GET"],
        name=name,
        summary=route.summary,
        **of_one(route.name, route.figures, NO_SESSION),
    )


for _route in ROUTES:
    _add(_route, _route.path, _route.name)
_add(next(route for route in ROUTES if route.path == "market-beta"), "beta", "beta")  # published


@router.get(
    "/factor-exposures",
    summary="How much it moves with a set of factors",
    **of_one("factor_exposures", FactorExposures, NO_SESSION),
)
def factor_exposures(
    program: Asked,
    portfolio: OwnPortfolio,
    factor_set: FactorSetAsked = "style",
    day: OnDay = None,
) -> Response:
    """By a joint regression on the set; factors without enough history are named as missing."""
    name = EXPOSURES_TO[factor_set]
    return told(program, portfolio, day, lambda measures: getattr(measures, name))


@router.get(
    "/positions/factor-exposures",
    summary="How each position moves with a set of factors",
    **of_one("position_exposures", PositionExposures, NO_SESSION),
)
def position_factor_exposures(
    program: Asked,
    portfolio: OwnPortfolio,
    factor_set: FactorSetAsked = "style",
    day: OnDay = None,
) -> Response:
    """By what was measured of each symbol at that session; options by their underlying."""
    session = session_of(program, portfolio, day)
    loaded = program.log.load(Portfolio, portfolio.portfolio_id)
    book = program.analyses.book(loaded, session) if loaded and session else None
    if book is None:
        return answer(program, portfolio, not_valued(program, portfolio), None)
    rows = program.symbol_measures_room.some(portfolio.market, book.session, book.movers)
    symbols = {symbol: row.measures for symbol, row in rows.items()}
    if loaded and set(book.movers) - set(symbols):
        symbols = dict(program.analyses.view([loaded], book.session).symbols)
    finding = as_recorded(position_exposures(book, symbols, FACTORS[factor_set]))
    return answer(program, portfolio, finding, book.session)
