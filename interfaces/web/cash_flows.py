"""What the owner pays in and takes out: noted and taken back by forms (spec 8, 4.5)."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel

from application.commands import NoteFlow, RevertFlow
from interfaces.flow_entry import read_flow
from interfaces.values import Cell, Note
from interfaces.web.forms import FormWrong, Typed, told_at_fields
from interfaces.web.portfolio_frame import done_at, portfolio_page, url_of
from interfaces.web.visits import OURS, PageRoute, UserVisit, Visit, WriterVisit
from projections.portfolios.view import PortfolioRow

router = APIRouter(
    prefix="/portfolios/{portfolio_id}/cash-flows", include_in_schema=False, route_class=PageRoute
)

_MOST = 1_000
_FIELDS = {
    "ERR_EQUITY_001": "amount",
    "ERR_EQUITY_002": "date",
    "ERR_EQUITY_003": "amount",
    "ERR_EQUITY_004": "date",
}


class FlowForm(BaseModel):
    """A flow as it is typed; what is no withdrawal is a contribution."""

    kind: str = ""
    amount: Cell = ""
    date: Cell = ""
    note: Note = ""


@router.get("")
def cash_flows(at: UserVisit, portfolio_id: UUID) -> Response:
    """What came in and went out, and the form to note more."""
    return _flows(at, at.portfolio(portfolio_id))


@router.post("", dependencies=[OURS])
def note_flow(at: WriterVisit, portfolio_id: UUID, typed: Typed) -> Response:
    """Note a contribution or a withdrawal; a withdrawal is at most what the account was worth."""
    portfolio = at.portfolio(portfolio_id)
    try:
        with told_at_fields(_FIELDS):
            form = FlowForm.model_validate(typed)
            today = at.program.markets[portfolio.market].today()
            on, amount = read_flow(form.date, form.amount, today)
            command = NoteFlow(
                portfolio_id=portfolio_id,
                dated_on=on,
                amount=amount,
                is_withdrawal=form.kind == "WITHDRAWAL",
                note=form.note,
            )
            _, edited = at.program.cash_flows.note(command, at.cause)
    except FormWrong as wrong:
        return wrong.told_on(_flows(at, portfolio, 422, values=typed, wrong=wrong.by_field))
    at.program.rooms.catch_up(edited.position)
    return done_at(url_of(portfolio_id, "/cash-flows"), "noted", edited.restates_from)


@router.post("/{flow_id}/take-back", dependencies=[OURS])
def take_back(at: WriterVisit, portfolio_id: UUID, flow_id: UUID) -> Response:
    """Take back what was noted by mistake."""
    at.portfolio(portfolio_id)
    command = RevertFlow(portfolio_id=portfolio_id, flow_id=flow_id)
    edited = at.program.cash_flows.revert(command, at.cause)
    at.program.rooms.catch_up(edited.position)
    return done_at(url_of(portfolio_id, "/cash-flows"), "taken-back", edited.restates_from)


def _flows(at: Visit, portfolio: PortfolioRow, code: int = 200, **form: object) -> HTMLResponse:
    room = at.program.cash_flows_room
    flows, total = room.of_portfolio(portfolio.portfolio_id, _MOST, 0)
    told = {"values": {}, "wrong": {}} | form
    totals = room.totals(portfolio.portfolio_id)
    return portfolio_page(
        at, portfolio, "cash_flows.html", code, flows=flows, total=total, totals=totals, **told
    )
