"""What a portfolio risks, at its latest valued session or another, and in one's own scenario."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from domain.risk.finding import Quality
from domain.risk.stress import StressedScenario
from interfaces.analyses import ShownMeasures, session_of, shown_measures, tried_scenario
from interfaces.values import Day
from interfaces.web.charting import file_of
from interfaces.web.charts import Chart
from interfaces.web.forms import FormWrong, filled_in, told_at_fields
from interfaces.web.measured import Part, Tile, chart_named, usd, way_of
from interfaces.web.page import percent
from interfaces.web.portfolio_frame import portfolio_page
from interfaces.web.risk_charts import contributions_chart, moves_table
from interfaces.web.risk_parts import risk_parts
from interfaces.web.scenario_form import FIELDS, scenario_of
from interfaces.web.visits import PageRoute, UserVisit, Visit
from projections.portfolios.view import PortfolioRow

router = APIRouter(
    prefix="/portfolios/{portfolio_id}/risk", include_in_schema=False, route_class=PageRoute
)

NOT_VALUED = "There is no valuation of that session. Calculate the portfolio, or name another."

_FIELDS = {"ERR_VAL_001": "date"}


class SessionForm(BaseModel):
    """Which session; the latest valued one where none is named."""

    date: Day | None = None


@router.get("")
def risk(at: UserVisit, portfolio_id: UUID) -> Response:
    """Every measure of a session, each with what it rests on."""
    portfolio = at.portfolio(portfolio_id)
    try:
        shown = _shown(at, portfolio)
    except FormWrong as wrong:
        return _page(at, portfolio, "risk.html", 422, wrong=wrong.by_field, shown=None, parts=[])
    parts = risk_parts(shown.measures) if shown else []
    return _page(at, portfolio, "risk.html", shown=shown, parts=parts)


@router.get("/charts/{name}.csv")
def risk_table(at: UserVisit, portfolio_id: UUID, name: str) -> Response:
    """The table behind a chart, as a file."""
    try:
        shown = _shown(at, at.portfolio(portfolio_id))
    except FormWrong:
        raise HTTPException(404) from None
    chart = chart_named(risk_parts(shown.measures), name) if shown else None
    return _file(at, chart, portfolio_id)


@router.get("/scenario")
def scenario(at: UserVisit, portfolio_id: UUID) -> Response:
    """What a scenario of one's own would do; without one, the form for it."""
    portfolio = at.portfolio(portfolio_id)
    try:
        parts = _tried(at, portfolio)
    except FormWrong as wrong:
        return _page(at, portfolio, "scenario.html", 422, wrong=wrong.by_field, parts=[])
    return _page(at, portfolio, "scenario.html", parts=parts)


@router.get("/scenario/charts/{name}.csv")
def scenario_table(at: UserVisit, portfolio_id: UUID, name: str) -> Response:
    """The table behind a chart of it, as a file."""
    try:
        chart = chart_named(_tried(at, at.portfolio(portfolio_id)), name)
    except FormWrong:
        raise HTTPException(404) from None
    return _file(at, chart, portfolio_id)


def _file(at: Visit, chart: Chart | None, portfolio_id: UUID) -> Response:
    if chart is None:
        raise HTTPException(404)
    return file_of(at, chart, portfolio_id)


def _page(
    at: Visit, portfolio: PortfolioRow, template: str, status: int = 200, **values: Any
) -> HTMLResponse:
    asked = at.request.query_params
    told = {"wrong": {}, "values": dict(asked), "fields": FIELDS} | values
    query = f"?{asked}" if asked else ""
    return portfolio_page(at, portfolio, template, status, query=query, **told)


def _session(at: Visit, portfolio: PortfolioRow) -> date | None:
    with told_at_fields(_FIELDS):
        form = SessionForm.model_validate(filled_in(at.request.query_params))
        return session_of(at.program, portfolio, form.date)


def _shown(at: Visit, portfolio: PortfolioRow) -> ShownMeasures | None:
    return shown_measures(at.program, portfolio, _session(at, portfolio))


def _tried(at: Visit, portfolio: PortfolioRow) -> list[Part]:
    """What the scenario asked for does; nothing where none is asked for."""
    asked = at.request.query_params
    if not any(field.name in asked for field in FIELDS):
        return []
    session = _session(at, portfolio)
    tried = scenario_of(asked)
    finding = tried_scenario(at.program, portfolio, session, tried) if session else None
    if finding is None:
        raise FormWrong({"date": NOT_VALUED})
    if finding.figures is None:
        reason = finding.reason.text if finding.reason else ""
        return [Part(name="own", title=tried.title, quality=finding.quality, reason=reason)]
    [one] = finding.figures.scenarios
    return [_outcome(one, finding.quality)]


def _outcome(one: StressedScenario, quality: Quality) -> Part:
    """What a scenario does, in figures and in parts."""
    missing = ", ".join(one.factors_missing)
    unmoved = ", ".join(one.factors_unmoved)
    told = f"The others move along with {one.driver}, as they did over 252 sessions."
    if missing:
        told += f" No data of {missing}: their shocks count nowhere."
    if unmoved:
        told += f" No data of {unmoved} either: they stand still."
    if one.direct is None:
        reason = f"Neither its factors nor the names held have the data it takes. {told}"
        return Part(name="own", title=one.title, quality=quality, reason=reason)
    sides = (("Correlated, USD", one.correlated), ("Direct, USD", one.direct))
    return Part(
        name="own",
        title=one.title,
        method=told,
        quality=quality,
        tiles=[
            Tile(
                name,
                usd(side.pnl, is_change=True),
                f"{percent(side.pnl_of_nav, is_change=True)} of NAV",
                way_of(side.pnl),
            )
            for name, side in sides
            if side
        ],
        charts=[contributions_chart(one), moves_table(one)],
    )
