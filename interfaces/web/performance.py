"""How a portfolio did over a span, against a benchmark, and where its P&L came from (spec 8)."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from domain.risk.factors import MARKET
from interfaces.performing import By, attributions, performance_of
from interfaces.values import AnySymbol, Day
from interfaces.web.charting import file_of
from interfaces.web.forms import FormWrong, filled_in, told_at_fields
from interfaces.web.measured import Part, chart_named
from interfaces.web.performance_charts import attribution_chart
from interfaces.web.performance_parts import performance_parts
from interfaces.web.portfolio_frame import portfolio_page
from interfaces.web.visits import PageRoute, UserVisit, Visit
from projections.portfolios.view import PortfolioRow

router = APIRouter(
    prefix="/portfolios/{portfolio_id}/performance", include_in_schema=False, route_class=PageRoute
)

_ROWS_SHOWN = 60
_MOST_MARKED = 1_000
_BYS: tuple[By, ...] = ("position", "class", "sector")


class SpanForm(BaseModel):
    """A span and a benchmark; blank is the opening, the latest valued session, and the market."""

    model_config = ConfigDict(populate_by_name=True)

    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None
    benchmark: Annotated[AnySymbol, Field(max_length=20)] = MARKET.symbol


@router.get("")
def performance(at: UserVisit, portfolio_id: UUID) -> Response:
    """Returns and ratios over a span, and the parts of its P&L."""
    portfolio = at.portfolio(portfolio_id)
    try:
        parts = _parts(at, portfolio, _ROWS_SHOWN)
    except FormWrong as wrong:
        return _page(at, portfolio, 422, wrong=wrong.by_field, parts=[])
    return _page(at, portfolio, parts=parts)


@router.get("/charts/{name}.csv")
def performance_table(at: UserVisit, portfolio_id: UUID, name: str) -> Response:
    """The whole table behind a chart, as a file."""
    try:
        chart = chart_named(_parts(at, at.portfolio(portfolio_id), None), name)
    except FormWrong:
        raise HTTPException(404) from None
    if chart is None:
        raise HTTPException(404)
    return file_of(at, chart, portfolio_id)


def _page(at: Visit, portfolio: PortfolioRow, status: int = 200, **values: Any) -> HTMLResponse:
    asked = at.request.query_params
    told = {"wrong": {}, "values": dict(asked), "query": f"?{asked}" if asked else ""} | values
    return portfolio_page(at, portfolio, "performance.html", status, market=MARKET.symbol, **told)


def _parts(at: Visit, portfolio: PortfolioRow, told: int | None) -> list[Part]:
    """All that the page says; tables over time have the last `told` sessions."""
    with told_at_fields():
        form = SpanForm.model_validate(filled_in(at.request.query_params))
    if form.first and form.last and form.first > form.last:
        raise FormWrong({"from": "Write a day that is not after the last one."})
    span = (form.first, form.last)
    benchmark = form.benchmark
    finding, _ = performance_of(at.program, portfolio, span, benchmark)
    restated, _ = at.program.valuations_room.restated(portfolio.portfolio_id, _MOST_MARKED, 0)
    marked = {day.session for day in restated}
    return [
        *performance_parts(finding, benchmark, told, marked),
        *_attributions(at, portfolio, span),
    ]


def _attributions(
    at: Visit, portfolio: PortfolioRow, span: tuple[date | None, date | None]
) -> list[Part]:
    findings, _ = attributions(at.program, [portfolio], span, _BYS)
    if not findings["position"].quality.observations:
        return []
    charts = [
        attribution_chart(by, finding.figures)
        for by, finding in findings.items()
        if finding.figures is not None
    ]
    return [
        Part(
            name="attribution",
            title="Where the P&L came from",
            method="Exact to the cent: the parts add up to the whole, what is left is the residual."
            " Of longer spans the last 1,260 sessions. Corrections are what P&L is off by until"
            " days are computed again.",
            quality=findings["position"].quality,
            charts=charts,
        )
    ]
