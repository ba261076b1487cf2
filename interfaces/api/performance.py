"""How a portfolio did over a span, and where its P&L came from (spec 4.7, 6.2)."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from domain.risk.attribution import Attribution
from domain.risk.factors import MARKET
from domain.risk.finding import Finding
from domain.risk.performance_figures import Performance
from interfaces.api.access import Asked, OwnPortfolio
from interfaces.api.documenting import OWN_PORTFOLIO, answers
from interfaces.api.measure_shapes import NotMeasured, finding_told, measured_shape
from interfaces.bootstrap import Program
from interfaces.performing import By, attribution_by, performance_of, valued_with_lines
from interfaces.standing import stale_from
from interfaces.values import Day
from projections.portfolios.view import PortfolioRow

router = APIRouter(prefix="/analytics/portfolio/{portfolio_id}", tags=["Analytics"])

From = Annotated[Day | None, Query(alias="from", description="First day; else the opening.")]
To = Annotated[Day | None, Query(alias="to", description="Last day; else the latest valued one.")]
Benchmark = Annotated[
    str, Query(min_length=1, max_length=20, description="A symbol whose closes are known.")
]
ByWhat = Annotated[By, Query(description="What the parts have in common.")]

_PERFORMANCE = measured_shape("performance", Performance)
_ATTRIBUTION = measured_shape("attribution", Attribution)


@router.get(
    "/performance",
    summary="How the portfolio did, by itself and against a benchmark",
    response_model=_PERFORMANCE | NotMeasured,
    responses=answers(_PERFORMANCE, *OWN_PORTFOLIO, otherwise=NotMeasured),
)
def show_performance(
    program: Asked,
    portfolio: OwnPortfolio,
    first: From = None,
    last: To = None,
    benchmark: Benchmark = MARKET.symbol,
) -> Response:
    """Time- and money-weighted returns, drawdown and ratios, with the series they are of."""
    finding, session = performance_of(program, portfolio, (first, last), benchmark)
    return _told(program, portfolio, finding, session)


@router.get(
    "/attribution",
    summary="Where the P&L came from",
    response_model=_ATTRIBUTION | NotMeasured,
    responses=answers(_ATTRIBUTION, *OWN_PORTFOLIO, otherwise=NotMeasured),
)
def show_attribution(
    program: Asked,
    portfolio: OwnPortfolio,
    first: From = None,
    last: To = None,
    by: ByWhat = "position",
) -> Response:
    """P&L in exact parts that add up to the whole; of longer spans the last 1,260 sessions."""
    rows = valued_with_lines(program, portfolio, (first, last))
    finding = attribution_by(program, portfolio, rows, by)
    return _told(program, portfolio, finding, rows[-1].session if rows else None)


def _told(
    program: Program, portfolio: PortfolioRow, finding: Finding[Any], session: date | None
) -> Response:
    about = {
        "calculation_date": session,
        "recorded_at": None,
        "stale_from": stale_from(program, portfolio),
        "portfolio_id": portfolio.portfolio_id,
    }
    return Response(finding_told(finding, about), media_type="application/json")
