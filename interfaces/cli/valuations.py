"""The commands of `sigmasight valuations`."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import typer

from application.commands import RepairValuations
from domain.text import has_control_characters
from interfaces.bootstrap import Program
from interfaces.cli.tables import restatements_table, valuations_table
from interfaces.cli.terminal import (
    await_room,
    console,
    new_cause,
    opened_program,
    parse_portfolio_id,
    plain,
    portfolio_of,
)
from projections.portfolios.postgres import ROOM

valuations = typer.Typer(no_args_is_help=True, help="Valuations.")

_LONGEST_REASON = 500


@valuations.command("show")
def show_valuations(
    portfolio: Annotated[UUID, typer.Argument(parser=parse_portfolio_id, help="Its id.")],
    last: Annotated[int, typer.Option(min=1, max=200, help="How many sessions.")] = 20,
) -> None:
    """Show the last valuations of a portfolio."""
    with opened_program() as program:
        program.rooms.catch_up(program.log.position())
        show_last(program, portfolio, last)


def show_last(program: Program, portfolio_id: UUID, rows: int) -> None:
    """Print the last `rows` valuations of a portfolio."""
    portfolio = portfolio_of(program, portfolio_id)
    console.print(valuations_table(portfolio, program.valuations_room.last(portfolio_id, rows)))


@valuations.command("repair")
def repair(
    from_on: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    reason: Annotated[str, typer.Option(help="Why; kept with every day that differs.")],
    portfolio: Annotated[
        UUID | None, typer.Option(parser=parse_portfolio_id, help="Its id; all without it.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the differences.")] = False,
) -> None:
    """Compute valuations again from a day on, and record those that differ."""
    reason = reason.strip()
    if not 0 < len(reason) <= _LONGEST_REASON or has_control_characters(reason):
        raise typer.BadParameter(
            "Say why, in a few words: at most 500 printable characters.", param_hint="--reason"
        )
    command = RepairValuations(
        portfolio_id=portfolio,
        from_on=date(from_on.year, from_on.month, from_on.day),
        reason=reason,
        is_dry_run=dry_run,
    )
    with opened_program() as program:
        if portfolio is None:
            await_room(program, ROOM.name)  # which knows all there are
        repaired = program.repair.repair(command, new_cause())
        program.rooms.catch_up(program.log.position())
    for one in repaired:
        console.print(restatements_table(one.portfolio_id, one.restatements))
    days = sum(len(one.restatements) for one in repaired)
    console.print(plain(f"Days that differ: {days}. {'Nothing' if dry_run else 'All'} recorded."))
