"""How a portfolio did over a span, and where its P&L came from (spec 4.7, 6.2)."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from domain.risk.attribution import Attribution
from domain.risk.factors import MARKET
from domain.risk.performance_figures import Performance
from interfaces.api.access import Asked, OwnPortfolio
from interfaces.api.asked_days import AskedSpan
from interfaces.api.measure_shapes import of_one
from interfaces.api.measures import answer
from interfaces.performing import By, attribution_by, performance_of
from interfaces.values import AnySymbol

router = APIRouter(prefix="/analytics/portfolio/{portfolio_id}", tags=["Analytics"])

Benchmark = Annotated[
    AnySymbol, Query(min_length=1, max_length=20, description="A symbol whose closes are known.")
]
ByWhat = Annotated[By, Query(description="What the parts have in common.")]


@router.get(
    "/performance",
    summary="How the portfolio did, by itself and against a benchmark",
    **of_one("performance", Performance),
)
def show_performance(
    program: Asked,
    portfolio: OwnPortfolio,
    span: AskedSpan,
    benchmark: Benchmark = MARKET.symbol,
) -> Response:
    """Time- and money-weighted returns, drawdown and ratios, with the series they are of."""
    finding, session = performance_of(program, portfolio, span, benchmark)
    return answer(program, portfolio, finding, session)


@router.get(
    "/attribution",
    summary="Where the P&L came from",
    **of_one("attribution", Attribution),
)
def show_attribution(
    program: Asked, portfolio: OwnPortfolio, span: AskedSpan, by: ByWhat = "position"
) -> Response:
    """P&L in exact parts that add up to the whole; of longer spans the last 1,260 sessions."""
    finding, session = attribution_by(program, portfolio, span, by)
    return answer(program, portfolio, finding, session)
