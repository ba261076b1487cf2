"""The commands of `sigmasight` about read models: how they stand, rebuilt, verified."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from msgspec import structs
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Column, Table

from domain.errors import DomainError
from interfaces.bootstrap import Program
from interfaces.cli.terminal import (
    console,
    errors_console,
    opened_program,
    plain,
    tell_fault,
    tell_refusal,
)
from projections.comparing import Comparison
from projections.rebuild import Progress as Built
from projections.rebuild import Verified

Name = Annotated[str, typer.Argument(help="A projection, as `sigmasight projections` names it.")]

_COLUMNS = ("State", "Version", "Position", "Behind", "Rows", "Last rebuilt")
_LISTED = 20
_SECOND = 1.0


def list_projections() -> None:
    """List the read models: their versions, rows and lag, and how rebuilds of them go."""
    with opened_program() as program:
        standings = program.upkeep.standings(program.users.clock.now())
        behind = [one.name for one in standings if one.lag_events]
        program.rooms.catch_up(program.log.position(), behind)  # who cannot go on says why
        failures = program.rooms.failures
    standings = [structs.replace(one, error=failures.get(one.name)) for one in standings]
    table = Table(Column("Projection", no_wrap=True), *_COLUMNS)
    for one in standings:
        version = str(one.version_kept)
        if one.stands_still:
            version += f", to be {one.version}"
        state: str = one.state
        if one.rebuild and one.rebuild.ended_at is None:
            state += f" {one.rebuild.percent} %"
        ended = one.rebuilt.ended_at if one.rebuilt else None
        rebuilt = f"{ended:%Y-%m-%d %H:%M}" if ended else "never"
        counts = (f"{one.position:,}", f"{one.lag_events:,}", f"{one.rows:,}")
        table.add_row(one.name, state, version, *counts, rebuilt)
    console.print(table)
    for one in standings:
        failed = one.rebuild.error if one.rebuild else None
        for error in filter(None, (one.error, failed)):
            console.print(plain(f"{one.name} stopped at {error}"), soft_wrap=True)


def rebuild(
    name: Name = "",
    all_of_them: Annotated[bool, typer.Option("--all", help="Each of them in turn.")] = False,
) -> None:
    """Build a read model anew from the first event, beside its rows, and swap the two."""
    with opened_program() as program:
        failed = [
            room for room in _chosen(program, name, all_of_them) if not _rebuilt(program, room)
        ]
    if failed:
        raise typer.Exit(1)


def verify(
    name: Name = "",
    projections: Annotated[
        bool, typer.Option("--projections", help="Every read model, row by row, too.")
    ] = False,
) -> None:
    """Verify the log's chain; with --projections the rows made from it, or those of one; 1 if bad.

    Nothing live is changed.
    """
    with opened_program() as program:
        is_whole = bool(name) or _is_log_whole(program)
        for room in _chosen(program, name, projections) if name or projections else ():
            is_whole &= _is_verified(program, room)
    if not is_whole:
        raise typer.Exit(1)


def _chosen(program: Program, name: str, all_of_them: bool) -> list[str]:
    if bool(name) == all_of_them:
        raise typer.BadParameter("Name a projection, or ask for all of them.")
    return list(program.upkeep.names) if all_of_them else [name]


def _rebuilt(program: Program, room: str) -> bool:
    """Whether a room was rebuilt; why not is told."""
    try:
        with _shown(room) as tell:
            compared = program.upkeep.rebuild(room, tell)
    except DomainError as refusal:
        tell_refusal(refusal)
        return False
    console.print(plain(f"{room}: rebuilt, {_in_words(compared)}."))
    return True


def _is_verified(program: Program, room: str) -> bool:
    """Whether a room's rows are what the log gives; how they differ is told."""
    try:
        with _shown(room) as tell:
            found = program.upkeep.verify(room, _LISTED, tell)
    except DomainError as refusal:
        tell_refusal(refusal)
        return False
    if not found.comparison.differing:
        console.print(plain(f"{room}: all {found.comparison.rows:,} rows are what the log gives."))
        return True
    _tell_differences(found)
    return False


def _tell_differences(found: Verified) -> None:
    differing = found.comparison.differing
    errors_console.print(plain(f"{found.room}: {differing:,} rows DIFFER:"))
    for one in found.differences:
        key = ", ".join(f"{name} {value}" for name, value in one.key.items())
        if one.live is None:
            told = "missing"
        elif one.rebuilt is None:
            told = "not in the log"
        else:
            told = "; ".join(
                f"{name} is {one.live[name]}, should be {one.rebuilt[name]}" for name in one.live
            )
        errors_console.print(plain(f"  {key}: {told}"), soft_wrap=True)
    if differing > len(found.differences):
        errors_console.print(plain(f"  and {differing - len(found.differences):,} more"))


def _is_log_whole(program: Program) -> bool:
    """Whether the log's chain fits; where it does not is told."""
    found = program.audit.verify()
    if found.fault:
        tell_fault(found.fault)
        return False
    console.print(plain(f"The log: all {found.events:,} events fit."))
    return True


def _in_words(compared: Comparison | None) -> str:
    if compared is None:
        return "in place of rows of another version"
    if not compared.differing:
        return f"all {compared.rows:,} rows as they were"
    replaced = f"{compared.rows:,} rows in place of {compared.rows_live:,}"
    return f"{replaced}, {compared.differing:,} of which differ"


@contextmanager
def _shown(room: str) -> Iterator[Callable[[Built], None]]:
    """Show how far it is, in per cent and events a second, while it goes on."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
    )
    with Progress(*columns, console=errors_console, transient=True) as bars:
        bar = bars.add_task(room, total=None, rate="")

        def tell(built: Built) -> None:
            elapsed = bars.tasks[0].elapsed or _SECOND
            rate = f"{built.events / elapsed:,.0f} events/s"
            bars.update(bar, total=built.goal, completed=built.position, rate=rate)

        yield tell
