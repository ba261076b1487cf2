"""`sigmasight import` and `sigmasight formats`: files with positions, from this terminal."""

from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

import typer
from rich.padding import Padding

from application.ports import Market
from domain.position_import import ImportMode
from interfaces.bootstrap import markets_of, read_settings
from interfaces.cli.disk import content_of, name_of, path_of_rejected_rows
from interfaces.cli.previews import show_file
from interfaces.cli.tables import guide_table
from interfaces.cli.taking_in import FileOptions, IntoPortfolio, conclude
from interfaces.cli.terminal import (
    console,
    opened_program,
    parse_portfolio_id,
)
from interfaces.files.recognition import GUIDES

FilePath = Annotated[
    str, typer.Argument(metavar="FILE", help="A broker's export or the template; - is the input.")
]
Preview = Annotated[
    bool, typer.Option("--preview", help="Only show what the file would bring; store nothing.")
]
PortfolioId = Annotated[
    UUID | None,
    typer.Option(
        "--portfolio", metavar="ID", parser=parse_portfolio_id, help="The portfolio it is for."
    ),
]
Mode = Annotated[ImportMode, typer.Option(help="Beside what is held, or in its place.")]
Account = Annotated[str, typer.Option(metavar="NAME", help="Which account of several in FILE.")]
EntryDate = Annotated[
    str, typer.Option(metavar="YYYY-MM-DD", help="For rows of a broker's file without a date.")
]
EntryPrice = Annotated[
    Literal["last"] | None, typer.Option(help="Enter rows without cost at FILE's last price.")
]
Sample = Annotated[bool, typer.Option("--sample", help="Go by the sample market's days.")]
Force = Annotated[
    bool, typer.Option("--force", help="Take in what was imported before, or is held.")
]
AcceptValid = Annotated[
    bool, typer.Option("--accept-valid", help="Import the rows without errors, keep the others.")
]
Rejected = Annotated[
    Path | None,
    typer.Option(metavar="PATH", help="Where the others go; by default FILE-rejected.csv."),
]
All = Annotated[bool, typer.Option("--all", help="Show all positions and errors of a long file.")]


def import_file(  # noqa: PLR0913 - each parameter is an option of the command line
    file: FilePath,
    *,
    preview: Preview = False,
    portfolio: PortfolioId = None,
    mode: Mode = ImportMode.ADD,
    account: Account = "",
    entry_date: EntryDate = "",
    entry_price: EntryPrice = None,
    sample: Sample = False,
    force: Force = False,
    accept_valid: AcceptValid = False,
    rejected: Rejected = None,
    show_all: All = False,
) -> None:
    """Import positions from FILE into a portfolio, or show with --preview what it would bring."""
    options = FileOptions(
        account=account,
        entry_date=entry_date,
        uses_last_price=entry_price is not None,
        mode=mode,
        is_forced=force,
        accepts_valid=accept_valid,
        shows_all=show_all,
    )
    _refuse_contradictions(options, portfolio, rejected, preview=preview, sample=sample)
    content = content_of(file)
    if portfolio is None:
        _preview(content, name_of(file), options, "sample" if sample else "live")
    elif preview:
        with opened_program() as program:
            IntoPortfolio(program, portfolio, options).preview(content, name_of(file))
    else:
        rejected = rejected or path_of_rejected_rows(file)
        with opened_program() as program:
            IntoPortfolio(program, portfolio, options).take_in(content, name_of(file), rejected)


def _preview(content: bytes, name: str, options: FileOptions, market: Market) -> None:
    """Print what a file would bring, for no portfolio in particular: that takes no database."""
    file = options.read(content, name, markets_of(read_settings()), market)
    show_file(file, shows_all=options.shows_all)
    conclude(file)


def show_formats() -> None:
    """List the formats that are recognised, and how to export each."""
    for guide in GUIDES:
        console.print(f"[bold]{guide.title}[/] ({guide.name})")
        console.print(Padding(guide_table(guide), (0, 0, 1, 2)))


def _refuse_contradictions(
    options: FileOptions,
    portfolio_id: UUID | None,
    rejected: Path | None,
    *,
    preview: bool,
    sample: bool,
) -> None:
    """Refuse options that do not go together.

    Raises:
        typer.BadParameter: with the options and what to do.
    """
    if portfolio_id is None and not preview:
        raise typer.BadParameter(
            "Name the portfolio that takes the file in, or only look at it with --preview.",
            param_hint="--portfolio",
        )
    if portfolio_id is None and (options.is_forced or options.replaces):
        raise typer.BadParameter(
            "Name the portfolio that --mode and --force are about.", param_hint="--portfolio"
        )
    if portfolio_id is not None and sample:
        raise typer.BadParameter(
            "A portfolio's own market decides: leave this out.", param_hint="--sample"
        )
    if rejected is not None and not options.accepts_valid:
        raise typer.BadParameter(
            "Rows are left out with --accept-valid only: give that too.", param_hint="--rejected"
        )
    if options.replaces and options.accepts_valid:
        raise typer.BadParameter(
            "A replacing file needs all its rows, as one left out would count as sold: leave this "
            "out.",
            param_hint="--accept-valid",
        )
