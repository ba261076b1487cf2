"""One position: where its figures come from, and the forms to edit it (spec 8, 4.5)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel

from application.commands import (
    ClosePosition,
    CorrectPosition,
    RemovePosition,
    RevaluePosition,
)
from application.edits import Edited
from domain.position_refusals import PositionUnknown
from interfaces.files.choices import Horizon
from interfaces.importing import horizon_of
from interfaces.position_rows import (
    ClosingBody,
    CorrectionBody,
    RevaluationBody,
    correction_of,
    read_closing,
    read_revaluation,
)
from interfaces.values import Reason
from interfaces.web.forms import FormWrong, Typed, told_at_fields
from interfaces.web.holdings import Holding
from interfaces.web.portfolio_frame import done_at, portfolio_page, url_of
from interfaces.web.visits import OURS, PageRoute, UserVisit, Visit, WriterVisit
from interfaces.web.worth import holding_of, worth_of
from projections.portfolios.view import PortfolioRow
from projections.positions.view import PositionRow

router = APIRouter(
    prefix="/portfolios/{portfolio_id}/positions/{position_id}",
    include_in_schema=False,
    route_class=PageRoute,
)

_FIELDS = {
    "ERR_POS_015": "entry_date",
    "ERR_POS_023": "exit_date",
    "ERR_POS_028": "quantity",
    "ERR_POS_030": "quantity",
}
_KIND_STAYS = "A kind can become another one, but cannot be taken away. Write the right one."


class Deed(StrEnum):
    """What can be done to a position."""

    CLOSE = "close"
    CORRECT = "correct"
    REVALUE = "revalue"
    REMOVE = "remove"


class RemovalBody(BaseModel):
    """Why a position is removed."""

    reason: Reason = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """A form about a position, sent by somebody."""

    at: Visit
    portfolio: PortfolioRow
    position_id: UUID
    typed: Mapping[str, str]

    def close(self) -> Edited:
        """Close all of it or a part."""
        body = ClosingBody.model_validate(self.typed)
        closed_on, price, quantity = read_closing(body, self._horizon)
        command = ClosePosition(
            portfolio_id=self.portfolio.portfolio_id,
            position_id=self.position_id,
            closed_on=closed_on,
            price=price,
            quantity=quantity,
        )
        return self.at.program.positions.close(command, self.at.cause)[2]

    def correct(self) -> Edited:
        """State it as it should have been; what stays as it was shown is not said again."""
        body = CorrectionBody.model_validate(self.typed)
        if body.investment_subtype == "":
            raise FormWrong({"investment_subtype": _KIND_STAYS})
        command = CorrectPosition(
            portfolio_id=self.portfolio.portfolio_id,
            position_id=self.position_id,
            correction=correction_of(body, self._horizon),
            reason=body.reason,
        )
        return self.at.program.positions.correct(command, self.at.cause)[1]

    def revalue(self) -> Edited:
        """Put a price on a private asset."""
        body = RevaluationBody.model_validate(self.typed)
        day, price = read_revaluation(body, self._horizon)
        command = RevaluePosition(
            portfolio_id=self.portfolio.portfolio_id,
            position_id=self.position_id,
            revalued_on=day,
            price=price,
            note=body.note,
        )
        return self.at.program.positions.revalue(command, self.at.cause)[1]

    def remove(self) -> Edited:
        """Take out what was entered by mistake."""
        body = RemovalBody.model_validate(self.typed)
        command = RemovePosition(
            portfolio_id=self.portfolio.portfolio_id,
            position_id=self.position_id,
            reason=body.reason,
        )
        return self.at.program.positions.remove(command, self.at.cause)

    @property
    def _horizon(self) -> Horizon:
        return horizon_of(self.at.program.markets, self.portfolio.market)


_DEEDS: Mapping[Deed, Callable[[Edit], Edited]] = {
    Deed.CLOSE: Edit.close,
    Deed.CORRECT: Edit.correct,
    Deed.REVALUE: Edit.revalue,
    Deed.REMOVE: Edit.remove,
}


@router.get("")
def position(at: UserVisit, portfolio_id: UUID, position_id: UUID) -> Response:
    """What is known of the position: its mark, its source, its day, the row of its import."""
    portfolio = at.portfolio(portfolio_id)
    row = _row(at, portfolio, position_id)
    source = at.program.imports_room.one(portfolio_id, row.import_id) if row.import_id else None
    worth = worth_of(at.program, [portfolio])
    held = holding_of(portfolio, row, worth)
    return portfolio_page(at, portfolio, "position.html", worth=worth, held=held, source=source)


@router.get("/{deed}")
def form(at: WriterVisit, portfolio_id: UUID, position_id: UUID, deed: Deed) -> Response:
    """The form to do something about the position."""
    portfolio = at.portfolio(portfolio_id)
    row = _row(at, portfolio, position_id)
    values = _as_it_stands(row) if deed is Deed.CORRECT else {}
    return _form(at, portfolio, row, deed, values=values, wrong={})


@router.post("/{deed}", dependencies=[OURS])
def edit(
    at: WriterVisit, portfolio_id: UUID, position_id: UUID, deed: Deed, typed: Typed
) -> Response:
    """Do it, and say from when on valuations are stale."""
    portfolio = at.portfolio(portfolio_id)
    row = _row(at, portfolio, position_id)
    said = _changed(row, typed) if deed is Deed.CORRECT else typed
    try:
        with told_at_fields(_FIELDS):
            edited = _DEEDS[deed](Edit(at, portfolio, position_id, said))
    except FormWrong as wrong:
        return wrong.told_on(
            _form(at, portfolio, row, deed, code=422, values=typed, wrong=wrong.by_field)
        )
    at.program.rooms.catch_up(edited.position)
    url = url_of(portfolio_id, "/positions")
    if deed is Deed.REMOVE:
        return done_at(url, deed, edited.restates_from)
    is_same = deed is Deed.CORRECT and _row(at, portfolio, position_id) == row
    done = "same" if is_same else deed
    return done_at(f"{url}/{position_id}", done, edited.restates_from)


def _row(at: Visit, portfolio: PortfolioRow, position_id: UUID) -> PositionRow:
    row = at.program.positions_room.one(portfolio.portfolio_id, position_id)
    if row is None:
        raise PositionUnknown
    return row


def _as_it_stands(row: PositionRow) -> dict[str, str]:
    return {
        "quantity": f"{row.quantity:f}",
        "entry_price": f"{row.entry_price:f}",
        "entry_date": row.entry_on.isoformat(),
        "investment_subtype": row.investment_subtype or "",
        "notes": row.notes,
    }


def _changed(row: PositionRow, typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed otherwise than the position stands."""
    stands = _as_it_stands(row)
    return {name: text for name, text in typed.items() if text.strip() != stands.get(name)}


def _form(
    at: Visit,
    portfolio: PortfolioRow,
    row: PositionRow,
    deed: Deed,
    code: int = 200,
    **form: object,
) -> HTMLResponse:
    held = Holding(portfolio, row)
    return portfolio_page(at, portfolio, "position_edit.html", code, held=held, deed=deed, **form)
