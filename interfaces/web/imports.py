"""The files that went into a portfolio, taken back and brought back by forms (spec 8, 3.7).

What that would change is shown before, by a dry run.
"""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel

from application.commands import RestoreImport, RevertImport
from application.imports import Impact
from domain.errors import DomainError
from domain.position_import import ImportUnknown
from interfaces.standing import stale_after
from interfaces.values import Reason
from interfaces.web.forms import FormWrong, Typed, told_at_fields
from interfaces.web.portfolio_frame import done_at, portfolio_page, url_of
from interfaces.web.visits import OURS, PageRoute, UserVisit, Visit, WriterVisit
from projections.imports.view import ImportRow
from projections.portfolios.view import PortfolioRow

router = APIRouter(
    prefix="/portfolios/{portfolio_id}/imports", include_in_schema=False, route_class=PageRoute
)

_MOST = 1_000


class RevertForm(BaseModel):
    """Why an import is taken back."""

    reason: Reason = ""


@router.get("")
def imports(at: UserVisit, portfolio_id: UUID) -> Response:
    """What was imported, newest first; what was taken back as well."""
    portfolio = at.portfolio(portfolio_id)
    rows, total = at.program.imports_room.of_portfolio(portfolio_id, _MOST, 0)
    return portfolio_page(at, portfolio, "imports.html", imports=rows, total=total)


@router.get("/{import_id}")
def one_import(at: UserVisit, portfolio_id: UUID, import_id: UUID) -> Response:
    """An import: what it assumed, what it left out, and what taking it back would change."""
    portfolio = at.portfolio(portfolio_id)
    return _import(at, portfolio, _row(at, portfolio, import_id))


@router.post("/{import_id}/revert", dependencies=[OURS])
def revert(at: WriterVisit, portfolio_id: UUID, import_id: UUID, typed: Typed) -> Response:
    """Take the import back: what it opened goes, what it had closed is held again."""
    portfolio = at.portfolio(portfolio_id)
    row = _row(at, portfolio, import_id)
    try:
        with told_at_fields():
            form = RevertForm.model_validate(typed)
            command = RevertImport(
                portfolio_id=portfolio_id, import_id=import_id, reason=form.reason
            )
            impact = at.program.imports.revert(command, at.cause)
    except FormWrong as wrong:
        return wrong.told_on(_import(at, portfolio, row, 422, values=typed, wrong=wrong.by_field))
    return _done(at, portfolio, impact, "revert")


@router.post("/{import_id}/redo", dependencies=[OURS])
def redo(at: WriterVisit, portfolio_id: UUID, import_id: UUID) -> Response:
    """Bring the import back: all it had opened and closed counts again."""
    portfolio = at.portfolio(portfolio_id)
    row = _row(at, portfolio, import_id)
    try:
        with told_at_fields():
            command = RestoreImport(portfolio_id=portfolio_id, import_id=import_id)
            impact = at.program.imports.restore(command, at.cause)
    except FormWrong as wrong:
        return wrong.told_on(_import(at, portfolio, row, 422, wrong=wrong.by_field))
    return _done(at, portfolio, impact, "redo")


def _row(at: Visit, portfolio: PortfolioRow, import_id: UUID) -> ImportRow:
    row = at.program.imports_room.one(portfolio.portfolio_id, import_id)
    if row is None:
        raise ImportUnknown
    return row


def _done(at: Visit, portfolio: PortfolioRow, impact: Impact, done: str) -> Response:
    if impact.position is not None:
        at.program.rooms.catch_up(impact.position)
    stale = stale_after(portfolio, impact.counts_from)
    return done_at(url_of(portfolio.portfolio_id, f"/imports/{impact.import_id}"), done, stale)


def _import(
    at: Visit, portfolio: PortfolioRow, row: ImportRow, code: int = 200, **form: object
) -> HTMLResponse:
    impact, refusal = _dry_run(at, row)
    told = {"values": {}, "wrong": {}} | form
    stale = stale_after(portfolio, impact.counts_from) if impact else None
    page = {"row": row, "impact": impact, "refusal": refusal, "would_restate_from": stale}
    return portfolio_page(at, portfolio, "import.html", code, **page, **told)


def _dry_run(at: Visit, row: ImportRow) -> tuple[Impact | None, str]:
    """What taking the import back, or bringing it back, would change; or why it cannot be."""
    portfolio_id, import_id = row.portfolio_id, row.import_id
    try:
        if row.is_reverted:
            command = RestoreImport(portfolio_id=portfolio_id, import_id=import_id, is_dry_run=True)
            return at.program.imports.restore(command, at.cause), ""
        asked = RevertImport(portfolio_id=portfolio_id, import_id=import_id, is_dry_run=True)
        return at.program.imports.revert(asked, at.cause), ""
    except DomainError as refusal:
        return None, refusal.message
