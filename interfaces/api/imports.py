"""Files into portfolios that exist: taking them in, back and in again (spec 3.7)."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from pydantic import Field

from application.commands import ImportPositions, RestoreImport, RevertImport
from application.imports import Impact
from application.ports import Cause
from domain.position_import import FileImportedBefore, ImportMode, ImportUnknown
from interfaces.api.access import Asked, OwnPortfolio, cause_of, show_position
from interfaces.api.documenting import OWN_PORTFOLIO, answers, command_answers, file_answers
from interfaces.api.exports import attachment
from interfaces.api.import_shapes import (
    IMPORT_EXAMPLE,
    BroughtBack,
    Difference,
    ImportDetail,
    Imported,
    ImportEntry,
    ImportList,
    RedoBody,
    RevertBody,
    TakenBack,
    rejected_rows_url,
    shown_assumptions,
    shown_differences,
    shown_errors,
    shown_left_out,
)
from interfaces.api.uploads import FileForm, check, read_upload
from interfaces.bootstrap import Program
from interfaces.importing import FileToImport
from interfaces.standing import stale_after
from interfaces.values import Limit, Offset
from projections.imports.view import ImportRow
from projections.portfolios.view import PortfolioRow

router = APIRouter(prefix="/portfolios/{portfolio_id}/imports", tags=["Imports"])

_OF_CHANGE = (*OWN_PORTFOLIO, "ERR_IMPORT_404", "ERR_PORT_013")
_REJECTED_EXAMPLE = (
    "Symbol,Quantity,Entry Price Per Share,Entry Date,Error\n"
    "VTSAX,ten,118.00,2024-01-15,Row 6: Quantity is not a number.\n"
)


def parse_import_id(
    import_id: Annotated[
        str, Path(json_schema_extra={"format": "uuid"}, examples=[IMPORT_EXAMPLE])
    ],
) -> UUID:
    """The import's id; a text that is no id is no import.

    Raises:
        ImportUnknown: ERR_IMPORT_404.
    """
    try:
        return UUID(import_id)
    except ValueError:
        raise ImportUnknown from None


ImportId = Annotated[UUID, Depends(parse_import_id)]


class ImportForm(FileForm):
    """A file for a portfolio that exists."""

    mode: ImportMode = Field(
        default=ImportMode.ADD,
        description="`add`: beside what is held. `replace`: so that the portfolio holds what the "
        "file says, by closing and opening what differs.",
    )
    force: bool = Field(
        default=False,
        description="Take in a file that was imported before, and lots that are held already.",
    )


@router.post(
    "",
    status_code=201,
    summary="Import a file into a portfolio",
    responses=command_answers(
        Imported,
        *OWN_PORTFOLIO,
        *("ERR_PORT_007", "ERR_PORT_008", "ERR_POS_022", "ERR_CSV_001", "ERR_CSV_002"),
        *("ERR_PORT_014", "ERR_PORT_016"),
        status=201,
    ),
)
def import_file(
    program: Asked,
    portfolio: OwnPortfolio,
    form: Annotated[ImportForm, Form(media_type="multipart/form-data")],
    request: Request,
    response: Response,
) -> Imported:
    """All of the file or nothing; with `accept_valid` its rows without errors.

    Replacing needs every row, since one that is left out would count as sold.
    """
    cause = cause_of(request, portfolio.owner_id)
    file = read_upload(program, form, portfolio.market, form.mode)
    if not form.force:
        file = _compared(program, portfolio.portfolio_id, file, cause)
    check(file)
    impact = program.imports.take_in(
        ImportPositions(
            portfolio_id=portfolio.portfolio_id,
            intake=file.intake(is_forced=form.force),
            rejected_rows=file.rejected_rows,
        ),
        cause,
    )
    _show(program, response, impact)
    return _imported(program, portfolio, file, impact)


@router.get("", summary="Imports of a portfolio", responses=answers(ImportList, *OWN_PORTFOLIO))
def list_imports(
    program: Asked, portfolio: OwnPortfolio, limit: Limit = 50, offset: Offset = 0
) -> ImportList:
    """What was imported, newest first; what was taken back as well."""
    rows, total = program.imports_room.of_portfolio(portfolio.portfolio_id, limit, offset)
    return ImportList(total=total, imports=[ImportEntry(**_entry(row)) for row in rows])


@router.get(
    "/{import_id}",
    summary="One import",
    responses=answers(ImportDetail, *OWN_PORTFOLIO, "ERR_IMPORT_404"),
)
def one_import(program: Asked, portfolio: OwnPortfolio, import_id: ImportId) -> ImportDetail:
    """An import with what it assumed and which rows it left out."""
    row = program.imports_room.one(portfolio.portfolio_id, import_id)
    if row is None:
        raise ImportUnknown
    return ImportDetail(
        **_entry(row),
        assumptions=shown_assumptions(row.assumptions),
        left_out=shown_left_out(row.left_out),
    )


@router.get(
    "/{import_id}/rejected-rows",
    response_class=Response,
    summary="The rows an import left out",
    responses=file_answers(_REJECTED_EXAMPLE, *OWN_PORTFOLIO, "ERR_IMPORT_404"),
)
def rejected_rows(
    program: Asked, portfolio: OwnPortfolio, import_id: ImportId, request: Request
) -> Response:
    """The rows in the file's own shape, with what is wrong in a column Error: to be mended."""
    cause = cause_of(request, portfolio.owner_id)
    csv = program.imports.rejected_rows_of(portfolio.portfolio_id, import_id, cause)
    return attachment(csv, f"rejected_rows_{import_id}.csv")


@router.post(
    "/{import_id}/revert",
    summary="Take an import back",
    responses=command_answers(TakenBack, *_OF_CHANGE, status=200),
)
def revert_import(
    program: Asked,
    portfolio: OwnPortfolio,
    import_id: ImportId,
    request: Request,
    response: Response,
    body: RevertBody | None = None,
) -> TakenBack:
    """Its positions go, and what it had closed is held again. Nothing to do if it was reverted."""
    body = body or RevertBody()
    command = RevertImport(
        portfolio_id=portfolio.portfolio_id,
        import_id=import_id,
        reason=body.reason,
        is_dry_run=body.dry_run,
    )
    impact = program.imports.revert(command, cause_of(request, portfolio.owner_id))
    _show(program, response, impact)
    stale_from = stale_after(portfolio, impact.counts_from)
    changed = _told(("removed", impact.positions), ("reopened", len(impact.closings)))
    return TakenBack(
        import_id=import_id,
        portfolio_id=portfolio.portfolio_id,
        dry_run=body.dry_run,
        positions_removed=impact.positions,
        positions_reopened=len(impact.closings),
        restates_from=stale_from,
        message=_message("Import taken back", changed, stale_from, is_dry_run=body.dry_run),
    )


@router.post(
    "/{import_id}/redo",
    summary="Bring a reverted import back",
    responses=command_answers(BroughtBack, *_OF_CHANGE, "ERR_PORT_014", status=200),
)
def redo_import(
    program: Asked,
    portfolio: OwnPortfolio,
    import_id: ImportId,
    request: Request,
    response: Response,
    body: RedoBody | None = None,
) -> BroughtBack:
    """All it had opened and closed counts again. Nothing to do if it was not reverted."""
    is_dry_run = body is not None and body.dry_run
    command = RestoreImport(
        portfolio_id=portfolio.portfolio_id, import_id=import_id, is_dry_run=is_dry_run
    )
    impact = program.imports.restore(command, cause_of(request, portfolio.owner_id))
    _show(program, response, impact)
    stale_from = stale_after(portfolio, impact.counts_from)
    changed = _told(("restored", impact.positions), ("closed", len(impact.closings)))
    return BroughtBack(
        import_id=import_id,
        portfolio_id=portfolio.portfolio_id,
        dry_run=is_dry_run,
        positions_restored=impact.positions,
        positions_closed=len(impact.closings),
        restates_from=stale_from,
        message=_message("Import brought back", changed, stale_from, is_dry_run=is_dry_run),
    )


def _compared(
    program: Program, portfolio_id: UUID, file: FileToImport, cause: Cause
) -> FileToImport:
    """The file with rows of lots held already among its errors.

    Raises:
        FileImportedBefore: ERR_PORT_014.
    """
    there = file.beside(program.imports, portfolio_id, cause)
    if there.import_id is not None:
        raise FileImportedBefore(there.import_id)
    return file.without(there.held)


def _show(program: Program, response: Response, impact: Impact) -> None:
    """Say which event it was, unless it was a dry run."""
    if impact.position is not None:
        show_position(program, response, impact.position)


def _imported(
    program: Program, portfolio: PortfolioRow, file: FileToImport, impact: Impact
) -> Imported:
    parsed, portfolio_id = file.parsed, portfolio.portfolio_id
    stale_from = stale_after(portfolio, impact.counts_from)
    row = program.imports_room.one(portfolio_id, impact.import_id)
    failed = len(file.source.left_out)
    told = _told(
        ("opened", impact.positions), ("closed", len(impact.closings)), ("left out", failed)
    )
    return Imported(
        import_id=impact.import_id,
        portfolio_id=portfolio_id,
        mode=file.mode,
        source_format=file.source.format,
        account=file.source.account or None,
        positions_imported=impact.positions,
        positions_closed=len(impact.closings),
        positions_failed=failed,
        total_positions=len(parsed.positions) + failed,
        warnings=list(parsed.warnings),
        assumptions=shown_assumptions(parsed.assumptions),
        errors=shown_errors(parsed),
        rejected_rows_url=rejected_rows_url(portfolio_id, impact.import_id) if failed else None,
        difference=_difference(file, impact),
        restates_from=stale_from,
        message=_message(f"File imported into '{portfolio.account_name}'", told, stale_from),
        calculate_url=f"/api/v1/portfolio/{portfolio_id}/calculate",
        created_at=row.imported_at if row else program.markets["live"].clock.now(),
    )


def _difference(file: FileToImport, impact: Impact) -> list[Difference] | None:
    if file.mode is not ImportMode.REPLACE:
        return None
    return shown_differences(impact.changes)


def _told(*changes: tuple[str, int]) -> str:
    """What was done to how many positions, without what was done to none."""
    return ", ".join(f"{done} {count:,}" for done, count in changes if count) or "nothing changed"


def _message(what: str, changed: str, stale_from: date | None, *, is_dry_run: bool = False) -> str:
    """A sentence on positions, and on the valuations that this makes stale."""
    if is_dry_run:
        what = f"Dry run, nothing was stored. {what}"
    message = f"{what}: positions {changed}."
    if stale_from:
        message += f" Valuations from {stale_from} on are stale until the next calculation."
    return message


def _entry(row: ImportRow) -> dict[str, Any]:
    return {
        "import_id": row.import_id,
        "portfolio_id": row.portfolio_id,
        "status": "reverted" if row.is_reverted else "imported",
        "mode": row.mode,
        "source_format": row.source_format,
        "file_name": row.file_name,
        "sha256": row.sha256,
        "account": row.account or None,
        "quantities_as_of": row.quantities_as_of,
        "positions_imported": row.positions,
        "positions_closed": row.closings,
        "positions_failed": len(row.left_out),
        "reason": row.reason or None,
        "rejected_rows_url": rejected_rows_url(row.portfolio_id, row.import_id)
        if row.left_out
        else None,
        "created_at": row.imported_at,
        "updated_at": row.changed_at,
    }
