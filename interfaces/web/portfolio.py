"""A portfolio at a glance, and the positions in it (spec 8)."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from application.commands import OpenPositions
from interfaces.importing import horizon_of
from interfaces.position_rows import PositionBody, read_positions
from interfaces.requests import cause_of
from interfaces.standing import past_of
from interfaces.web.charting import charts_of, file_of, reconstruction_of
from interfaces.web.forms import FormWrong, Typed, told_at_fields
from interfaces.web.holding_rows import holding_rows
from interfaces.web.holdings import CLASSES, Holding
from interfaces.web.ordering import OF_ACCOUNT, OF_POSITIONS, Order
from interfaces.web.portfolio_frame import done_at, portfolio_page, url_of
from interfaces.web.risk_rows import risk_rows
from interfaces.web.sparklines import sparklines_of
from interfaces.web.visits import OURS, PageRoute, UserVisit, Visit, WriterVisit
from interfaces.web.worth import holdings_of, worth_of
from projections.portfolios.view import PortfolioRow
from projections.positions.view import Status

router = APIRouter(
    prefix="/portfolios/{portfolio_id}", include_in_schema=False, route_class=PageRoute
)


@router.get("")
def overview(at: UserVisit, portfolio_id: UUID) -> Response:
    """What the account is worth, and what it holds."""
    portfolio = at.portfolio(portfolio_id)
    order = Order.asked(OF_ACCOUNT, at.request.query_params)
    worth = worth_of(at.program, [portfolio])
    holdings = holdings_of(at.program, [portfolio], worth)
    listed, paging = order.page_of(holdings, url_of(portfolio_id), {})
    return portfolio_page(
        at,
        portfolio,
        "portfolio_overview.html",
        worth=worth,
        risk_rows=risk_rows(at.program, worth),
        charts=charts_of(at.program, [portfolio], worth, holdings),
        holdings=listed,
        rows=holding_rows(listed, sparklines_of(at.program, worth), with_account=False),
        order=order,
        paging=paging,
    )


@router.get("/charts/reconstructed.{kind}")
def reconstructed(at: UserVisit, portfolio_id: UUID, kind: Literal["json", "csv"]) -> Response:
    """The part of the chart of NAV that is before the opening, as a figure or as a table."""
    portfolio = at.portfolio(portfolio_id)
    chart = reconstruction_of(at.program, portfolio, cause_of(at.request, portfolio.owner_id))
    if kind == "json":
        return Response(chart.json, media_type="application/json")
    return file_of(at, chart, portfolio_id)


@router.get("/positions")
def positions(at: UserVisit, portfolio_id: UUID, status: Status = "open") -> Response:
    """The positions, and the form to enter one."""
    return _positions(at, at.portfolio(portfolio_id), which=status)


@router.post("/positions", dependencies=[OURS])
def open_position(at: WriterVisit, portfolio_id: UUID, typed: Typed) -> Response:
    """Enter a position by the rules of the template's rows."""
    portfolio = at.portfolio(portfolio_id)
    try:
        with told_at_fields({"ERR_POS_022": "symbol"}):
            body = PositionBody.model_validate(typed)
            command = OpenPositions(
                portfolio_id=portfolio_id,
                terms=read_positions([body], horizon_of(at.program.markets, portfolio.market)),
                notes=[body.notes],
            )
            _, edited = at.program.positions.open(command, at.cause)
    except FormWrong as wrong:
        return wrong.told_on(_positions(at, portfolio, 422, values=typed, wrong=wrong.by_field))
    at.program.rooms.catch_up(edited.position)
    return done_at(url_of(portfolio_id, "/positions"), "opened", edited.restates_from)


def _positions(
    at: Visit, portfolio: PortfolioRow, code: int = 200, which: Status = "open", **form: object
) -> HTMLResponse:
    order = Order.asked(OF_POSITIONS, at.request.query_params, "symbol")
    past = past_of(at.program, portfolio)
    own = portfolio.portfolio_id
    rows, total = at.program.positions_room.of_portfolio(own, which, None, 0, past)
    holdings = (Holding(portfolio, row) for row in rows)
    listed, paging = order.page_of(holdings, url_of(own, "/positions"), {"status": which})
    return portfolio_page(
        at,
        portfolio,
        "portfolio_positions.html",
        code,
        holdings=listed,
        order=order,
        paging=paging,
        total=total,
        which=which,
        classes=CLASSES,
        **({"values": {}, "wrong": {}} | form),
    )
