"""What an account started from, to be corrected by a form (spec 8, 4.5)."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel

from application.commands import CorrectOpening
from interfaces.values import Cell, Reason
from interfaces.web.forms import FormWrong, Typed, told_at_fields
from interfaces.web.portfolio_frame import done_at, portfolio_page, url_of
from interfaces.web.visits import OURS, PageRoute, UserVisit, Visit, WriterVisit
from projections.portfolios.view import PortfolioRow

router = APIRouter(
    prefix="/portfolios/{portfolio_id}/opening", include_in_schema=False, route_class=PageRoute
)

_FIELDS = {
    "ERR_PORT_004": "equity_balance",
    "ERR_PORT_005": "equity_balance",
    "ERR_PORT_006": "equity_balance",
    "ERR_PORT_012": "equity_as_of",
}


class OpeningForm(BaseModel):
    """What the account really started from; what is blank stays."""

    equity_balance: Cell = ""
    equity_as_of: Cell = ""
    reason: Reason = ""


@router.get("")
def opening(at: UserVisit, portfolio_id: UUID) -> Response:
    """What the account started from, as it stands."""
    portfolio = at.portfolio(portfolio_id)
    stands = {
        "equity_balance": f"{portfolio.equity_balance:f}",
        "equity_as_of": portfolio.equity_as_of.isoformat(),
    }
    return _opening(at, portfolio, 200, values=stands, wrong={})


@router.post("", dependencies=[OURS])
def correct_opening(at: WriterVisit, portfolio_id: UUID, typed: Typed) -> Response:
    """Declare another equity balance, another day, or both: every day is valued anew."""
    portfolio = at.portfolio(portfolio_id)
    try:
        with told_at_fields(_FIELDS):
            form = OpeningForm.model_validate(typed)
            command = CorrectOpening(
                portfolio_id=portfolio_id,
                equity_balance=form.equity_balance,
                equity_as_of=form.equity_as_of,
                reason=form.reason,
            )
            _, edited = at.program.accounts.correct_opening(command, at.cause)
    except FormWrong as wrong:
        return wrong.told_on(_opening(at, portfolio, 422, values=typed, wrong=wrong.by_field))
    at.program.rooms.catch_up(edited.position)
    return done_at(url_of(portfolio_id, "/opening"), "opening", edited.restates_from)


def _opening(at: Visit, portfolio: PortfolioRow, code: int, **form: object) -> HTMLResponse:
    return portfolio_page(at, portfolio, "opening.html", code, **form)
