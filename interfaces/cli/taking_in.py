"""Files for one portfolio: previews beside what it holds, and imports."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import typer

from application.commands import ImportPositions
from application.imports import AlreadyThere, Impact
from application.markets import Markets
from application.ports import Cause, Market
from domain.position_import import FileImportedBefore, ImportMode
from domain.replacement import Change
from interfaces.bootstrap import Program
from interfaces.cli.disk import kept_aside
from interfaces.cli.previews import counted, show_errors, show_file, show_remarks
from interfaces.cli.tables import changes_table, facts_table
from interfaces.cli.terminal import console, errors_console, new_cause, portfolio_of
from interfaces.files.choices import Choices
from interfaces.importing import FileHasErrors, FileToImport, horizon_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    """What stands beside the file on the command line."""

    account: str
    entry_date: str
    uses_last_price: bool
    mode: ImportMode
    is_forced: bool
    accepts_valid: bool
    shows_all: bool

    @property
    def replaces(self) -> bool:
        """Whether the file takes the place of what is held."""
        return self.mode is ImportMode.REPLACE

    def read(self, content: bytes, name: str, markets: Markets, market: Market) -> FileToImport:
        """The file, read by the days of a market."""
        choices = Choices(
            horizon=horizon_of(markets, market),
            source_account=self.account,
            default_entry_date=self.entry_date,
            uses_last_price=self.uses_last_price,
            accepts_valid=self.accepts_valid,
        )
        return FileToImport.read(content, name, choices, self.mode)


def conclude(file: FileToImport) -> None:
    """Say whether anything is wrong.

    Raises:
        typer.Exit: with status 1 if so.
    """
    errors = file.parsed.total_errors
    told = counted(errors, "error") if errors else "No errors"
    console.print(f"\n{told}. Nothing was stored.")
    if errors:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class IntoPortfolio:
    """A portfolio that exists, and how files come into it."""

    program: Program
    portfolio_id: UUID
    options: FileOptions
    cause: Cause = field(default_factory=new_cause)

    def preview(self, content: bytes, name: str) -> None:
        """Print what a file would bring beside what is held, or in its place.

        Raises:
            PortfolioUnknown: ERR_PORT_404.
            FileImportedBefore: ERR_PORT_014. ClosingPriceMissing: ERR_PORT_016.
            typer.Exit: with status 1, as something in the file is wrong.
        """
        file = self._read(content, name)
        there = self._already_there(file)
        if there.import_id is None:
            file = file.without(there.held)
        show_file(file, shows_all=self.options.shows_all)
        if self.options.replaces and not file.is_refused:
            intake = file.intake(is_forced=self.options.is_forced)
            _show_changes(self.program.imports.differences(self.portfolio_id, intake, self.cause))
        if there.import_id is not None:
            raise FileImportedBefore(there.import_id)
        conclude(file)

    def take_in(self, content: bytes, name: str, rejected: Path) -> None:
        """Import a file and print what happened; rows left out go to the new file `rejected`.

        Raises:
            PortfolioUnknown: ERR_PORT_404.
            FileImportedBefore: ERR_PORT_014. FileHasErrors: ERR_PORT_008, its errors printed.
            ClosingPriceMissing: ERR_PORT_016. typer.BadParameter: `rejected` cannot be written.
        """
        file = self._read(content, name)
        there = self._already_there(file)
        if there.import_id is not None:
            raise FileImportedBefore(there.import_id)
        file = file.without(there.held)
        if file.is_refused:
            show_errors(file.parsed, errors_console, shows_all=self.options.shows_all)
            raise FileHasErrors(file.parsed)
        rows = file.rejected_rows
        command = ImportPositions(
            portfolio_id=self.portfolio_id,
            intake=file.intake(is_forced=self.options.is_forced),
            rejected_rows=rows,
        )
        with kept_aside(rows, rejected):
            impact = self.program.imports.take_in(command, self.cause)
        if impact.position is not None:
            self.program.rooms.catch_up(impact.position)
        self._show(file, impact, rejected)

    def _read(self, content: bytes, name: str) -> FileToImport:
        """The file, by the days of the portfolio's own market."""
        program = self.program
        program.rooms.catch_up(program.log.position())
        portfolio = portfolio_of(program, self.portfolio_id)
        return self.options.read(content, name, program.markets, portfolio.market)

    def _already_there(self, file: FileToImport) -> AlreadyThere:
        """What of the file stands in the way, unless that is wanted."""
        if self.options.is_forced:
            return AlreadyThere(import_id=None, held=())
        return file.beside(self.program.imports, self.portfolio_id, self.cause)

    def _show(self, file: FileToImport, impact: Impact, rejected: Path) -> None:
        facts = [
            ("Import", str(impact.import_id)),
            ("Opened", counted(impact.positions, "position")),
        ]
        if impact.closings:
            facts.append(("Closed", counted(len(impact.closings), "position")))
        if left_out := len(file.source.left_out):
            facts.append(("Left out", f"{counted(left_out, 'row')}, now in {rejected}"))
        console.print(facts_table(facts))
        show_remarks(file.parsed, shows_all=self.options.shows_all)
        since = f" from {impact.counts_from} on" if impact.counts_from else ""
        console.print(f"\nCalculate the portfolio next: its valuations{since} lack this.")
        console.print(f"POST /api/v1/portfolio/{self.portfolio_id}/calculate", soft_wrap=True)


def _show_changes(changes: Sequence[Change]) -> None:
    console.print("\nDifference")
    if changes:
        console.print(changes_table(changes), crop=False)
    else:
        console.print("The portfolio holds what the file says.")
