"""The command `sigmasight explain`."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from application.manifest import LineManifest, Manifest
from application.recomputation import Recomputed
from domain.mark import MarkSource
from domain.snapshot import Snapshot
from interfaces.cli.tables import restatements_table
from interfaces.cli.terminal import (
    console,
    opened_program,
    parse_portfolio_id,
    plain,
    portfolio_of,
)
from interfaces.recomputing import sentence_on


def explain(
    portfolio: Annotated[UUID, typer.Argument(parser=parse_portfolio_id, help="Its id.")],
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="A valued session.")],
    version: Annotated[int | None, typer.Option(min=1, help="Default: the latest.")] = None,
    recompute: Annotated[
        bool, typer.Option("--recompute", help="Compute it again from these; 1 if it differs.")
    ] = False,
) -> None:
    """Say where the figures of a day come from: marks, when they were learnt, files and rows."""
    with opened_program() as program:
        program.rooms.catch_up(program.log.position())
        row = portfolio_of(program, portfolio)
        found = program.manifests.of(portfolio, row.market, day.date(), version)
        again = program.recomputation.of(portfolio, day.date(), version) if recompute else None
    if found is None:
        console.print(plain(f"There is no such valuation of {day:%Y-%m-%d}."))
        raise typer.Exit(1)
    for line in _told(found):
        console.print(plain(line), soft_wrap=True)
    if again:
        _tell(portfolio, again)


def _tell(portfolio: UUID, again: Recomputed) -> None:
    """What computing it again came to.

    Raises:
        typer.Exit: 1 where it is not what was recorded.
    """
    console.print(plain(f"Computed again: {sentence_on(again)}"), soft_wrap=True)
    if again.difference:
        console.print(restatements_table(portfolio, [again.difference]))
    if not again.is_equal:
        raise typer.Exit(1)


def _rate(snapshot: Snapshot) -> list[str]:
    rate = snapshot.risk_free_rate
    is_told = rate is not None and MarkSource.MODEL in snapshot.lines.mark_source
    return [f"  Options are priced by a rate of {rate:.2%} a year."] if is_told else []


def _told(manifest: Manifest) -> list[str]:
    version, snapshot = manifest.version, manifest.version.snapshot
    known = f"{snapshot.portfolio_version} events of the portfolio"
    lines = [
        f"NAV {snapshot.nav:,.2f} USD on {snapshot.session}: version {version.number}, recorded"
        f" {version.recorded_at:%Y-%m-%d %H:%M:%S} UTC, knowing {known} and the price book up to"
        f" row {snapshot.prices_known}.",
        f"  Cash {snapshot.cash:,.2f}",
    ]
    if version.reason:
        lines.append(f"  {version.reason} ({version.caused_by})")
    lines += _rate(snapshot)
    for line in manifest.lines:
        lines += [
            f"  {line.symbol}: {line.quantity.normalize():,f} x {line.mark_price} ="
            f" {line.market_value:,.2f} ({line.mark_quality})",
            f"    {_price(line)}",
            f"    {_stated(line)}",
        ]
    return lines


def _price(line: LineManifest) -> str:
    if line.learnt is None:
        return f"Mark: {line.mark_source} of {line.mark_on}"
    of = "" if line.learnt.symbol == line.symbol else f" of {line.learnt.symbol}"
    at = f"{line.learnt.learnt_at:%Y-%m-%d %H:%M:%S} UTC"
    return (
        f"Mark: {line.mark_source}{of} of {line.mark_on}, {line.learnt.value} from"
        f" {line.learnt.source}, learnt {at} as row {line.learnt.row}"
    )


def _stated(line: LineManifest) -> str:
    statement = line.statement
    at = f"event {statement.event.position} of {statement.event.occurred_at:%Y-%m-%d %H:%M:%S} UTC"
    if statement.file is None:
        return f"Entered by hand: {at}"
    file = statement.file
    return f"Stated in {file.file_name}, line {statement.row}, SHA-256 {file.sha256}: {at}"
