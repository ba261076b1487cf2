"""The commands of `sigmasight prices`."""

from datetime import date
from typing import Annotated

import typer
from rich.table import Table

from application.ports import Market
from application.prices import Gathered
from domain.text import has_control_characters
from interfaces.cli.tables import learnt_table
from interfaces.cli.terminal import console, opened_program, plain
from interfaces.files.parsed_file import quoted

prices = typer.Typer(no_args_is_help=True, help="Prices.")


@prices.callback()
def _group() -> None:
    """Prices."""


def parse_day(text: str) -> date:
    """A day as typed.

    Raises:
        typer.BadParameter: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{quoted(text)} is not a day. Write it as YYYY-MM-DD.") from None


def parse_symbol(text: str) -> str:
    """A symbol as typed, known or not, in capitals.

    Raises:
        typer.BadParameter: it is none.
    """
    symbol = text.strip().upper()
    if not symbol or has_control_characters(symbol):
        raise typer.BadParameter(f"{quoted(text)} is no symbol. Write symbols such as SPY.")
    return symbol


@prices.command("backfill")
def backfill(
    symbols: Annotated[
        list[str] | None,
        typer.Argument(parser=parse_symbol, help="Default: all that anybody holds."),
    ] = None,
    from_on: Annotated[
        date | None,
        typer.Option("--from", parser=parse_day, help="Default: 800 days before they count."),
    ] = None,
) -> None:
    """Fetch the prices that the book lacks, say what was learnt of whom; 1 if nobody answered."""
    with opened_program() as program:
        filling = program.backfilling
        if symbols:
            named = sorted(set(symbols))
            told: dict[Market, Gathered] = {"live": filling.of_symbols("live", named, from_on)}
        else:
            program.rooms.catch_up(program.log.position())
            markets: tuple[Market, ...] = ("live", "sample")
            told = {market: filling.of_all_held(market, from_on) for market in markets}
    _show(learnt_table(told))
    for gathered in told.values():
        for warning in gathered.warnings:
            console.print(plain(warning), style="yellow")
    if any(gathered.is_outage for gathered in told.values()):
        raise typer.Exit(1)


def _show(table: Table) -> None:
    if table.row_count:
        console.print(table)
    else:
        console.print(plain("No prices were learnt."))
