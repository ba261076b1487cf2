"""How a portfolio did over a span, and where its P&L came from (spec 4.7, 6.2)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from domain.risk.attribution import Attribution, by_label, by_position
from domain.risk.factors import MARKET
from domain.risk.finding import Finding, Quality, ReasonCode, found, not_found
from domain.risk.performance_figures import Performance
from domain.risk.rounding import as_recorded
from interfaces.api.access import Asked, OwnPortfolio
from interfaces.api.documenting import OWN_PORTFOLIO, answers
from interfaces.api.measure_shapes import NotMeasured, finding_told, measured_shape
from interfaces.bootstrap import Program
from interfaces.spans import from_before
from interfaces.standing import stale_from
from interfaces.values import Day
from projections.portfolios.view import PortfolioRow
from projections.valuations.view import ValuationRow

router = APIRouter(prefix="/analytics/portfolio/{portfolio_id}", tags=["Analytics"])

MOST_SESSIONS = 1_260
"""The longest span of an attribution, which reads every line: five years of sessions."""

From = Annotated[Day | None, Query(alias="from", description="First day; else the opening.")]
To = Annotated[Day | None, Query(alias="to", description="Last day; else the latest valued one.")]
Benchmark = Annotated[
    str, Query(min_length=1, max_length=20, description="A symbol whose closes are known.")
]
By = Annotated[
    Literal["position", "class", "sector"], Query(description="What the parts have in common.")
]

_PERFORMANCE = measured_shape("performance", Performance)
_ATTRIBUTION = measured_shape("attribution", Attribution)
_NOTHING = Quality(observations=0, positions_analyzed=0, positions_total=0)


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
    days = program.valuations_room.days(portfolio.portfolio_id, date.min, last or date.max)
    span = from_before(days, first)
    finding: Finding[Performance] = (
        program.performances.of(portfolio.market, span, benchmark.strip().upper())
        if span
        else not_found(ReasonCode.NOT_VALUED, _text(portfolio), _NOTHING)
    )
    return _told(program, portfolio, as_recorded(finding), span[-1].session if span else None)


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
    by: By = "position",
) -> Response:
    """P&L in exact parts that add up to the whole; of longer spans the last 1,260 sessions."""
    rows = _with_lines(program, portfolio, first, last)
    if not rows:
        finding: Finding[Attribution] = not_found(ReasonCode.NOT_VALUED, _text(portfolio), _NOTHING)
        return _told(program, portfolio, finding, None)
    start, days = rows[0], rows[1:]
    figures = (
        by_position(start, days)
        if by == "position"
        else by_label(start, days, _labels(program, portfolio, by))
    )
    lines = len({position for row in rows for position in row.lines.position_id})
    quality = Quality(observations=len(days), positions_analyzed=lines, positions_total=lines)
    return _told(program, portfolio, found(figures, quality), rows[-1].session)


def _with_lines(
    program: Program, portfolio: PortfolioRow, first: date | None, last: date | None
) -> Sequence[ValuationRow]:
    """The valuations of a span with their lines, the one it starts from first."""
    days = program.valuations_room.days(portfolio.portfolio_id, date.min, last or date.max)
    span = from_before(days, first)[-MOST_SESSIONS - 1 :]
    if not span:
        return []
    within = (span[0].session, span[-1].session)
    rows, _ = program.valuations_room.span(portfolio.portfolio_id, within, len(span), 0)
    return rows


def _labels(program: Program, portfolio: PortfolioRow, by: str) -> Mapping[UUID, str]:
    """The class or sector of each position that has one."""
    positions = program.positions_room.all_of(portfolio.portfolio_id)
    if by == "class":
        return {row.position_id: row.terms.investment_class.value for row in positions}
    movers = {row.position_id: row.terms.underlying or row.terms.symbol for row in positions}
    sectors = program.securities.tags(sorted(set(movers.values())))
    return {key: sectors[symbol] for key, symbol in movers.items() if symbol in sectors}


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


def _text(portfolio: PortfolioRow) -> str:
    if portfolio.valuation_on is None:
        return "This has not been valued yet. Calculate the portfolio, then look again."
    return f"No valuation lies on or before that day; the first is of {portfolio.equity_as_of}."
