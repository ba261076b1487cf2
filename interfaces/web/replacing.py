"""Another upload in the place of one's account's latest: its file, and what was typed beside it.

What can be called otherwise is, the opening is corrected, and the file takes the import's place.
What market an account is valued by stays: every valuation rests on it.
"""

from dataclasses import replace as changed
from uuid import UUID

from application.commands import ChangePortfolio, CorrectOpening, ImportPositions
from application.imports import REPLACED
from application.uploads import KeptUpload
from interfaces.importing import FileToImport
from interfaces.web.upload_form import REPLACES
from interfaces.web.visits import Visit


def replace(at: Visit, kept: KeptUpload, file: FileToImport) -> UUID:
    """Put the upload in the place of the latest import that counts; nothing where that cannot go.

    Raises:
        ImportBuiltUpon: ERR_PORT_013. Whatever refuses a name, an opening or the file.
    """
    portfolio_id, form = UUID(kept.form[REPLACES]), kept.form
    imports, _ = at.program.imports_room.of_portfolio(portfolio_id, 1, 0)
    latest = imports[0].import_id if imports and not imports[0].is_reverted else None
    command = ImportPositions(
        portfolio_id=portfolio_id,
        intake=file.intake(),
        rejected_rows=file.rejected_rows,
        instead_of=latest,
    )
    at.program.imports.take_in(changed(command, is_dry_run=True), at.cause)
    names = ChangePortfolio(
        portfolio_id=portfolio_id,
        name=form["portfolio_name"],
        account_name=form["account_name"],
        account_type=form["account_type"],
    )
    _, position = at.program.portfolios.change(names, at.cause)
    at.program.rooms.catch_up(position)
    opening = CorrectOpening(
        portfolio_id=portfolio_id,
        equity_balance=form["equity_balance"],
        equity_as_of=form["equity_as_of"],
        reason=REPLACED,
    )
    _, edited = at.program.accounts.correct_opening(opening, at.cause)
    at.program.rooms.catch_up(edited.position)
    impact = at.program.imports.take_in(command, at.cause)
    at.program.rooms.catch_up(impact.position or 0)
    return portfolio_id
