"""The command `sigmasight restatements`."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from application.time_travel import Origin
from interfaces.bootstrap import Program
from interfaces.cli.disk import written_whole
from interfaces.cli.tables import restated_table
from interfaces.cli.terminal import (
    INSTANTS,
    await_room,
    console,
    new_cause,
    opened_program,
    parse_portfolio_id,
    plain,
    portfolio_of,
)
from interfaces.restating import as_csv
from projections.restatements.postgres import ROOM
from projections.restatements.view import Period

_DAYS = ["%Y-%m-%d"]
_SHOWN = 200


def restatements(
    portfolio: Annotated[UUID, typer.Argument(parser=parse_portfolio_id, help="Its id.")],
    first: Annotated[
        datetime | None, typer.Option("--from", formats=_DAYS, help="First day of figures.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=_DAYS, help="Last day of figures.")
    ] = None,
    recorded_from: Annotated[
        datetime | None, typer.Option(formats=INSTANTS, help="Recorded then or later, UTC.")
    ] = None,
    recorded_to: Annotated[
        datetime | None, typer.Option(formats=INSTANTS, help="Recorded before then, UTC.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write all of them into this file.")] = None,
) -> None:
    """Show which days of a portfolio were said again, what that moved, and what led to it."""
    period = Period(
        portfolio_id=portfolio,
        effective_from=_day(first),
        effective_to=_day(last),
        recorded_from=_instant(recorded_from),
        recorded_to=_instant(recorded_to),
    )
    with opened_program() as program:
        program.rooms.catch_up(program.log.position())
        portfolio_of(program, portfolio)
        await_room(program, ROOM.name)
        if csv:
            _write(program, period, csv)
        else:
            _show(program, period)


def _day(at: datetime | None) -> date | None:
    return at.date() if at else None


def _instant(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at else None


def _write(program: Program, period: Period, path: Path) -> None:
    with written_whole(path) as file:
        program.security_log.note_export(period.portfolio_id, "restatements", new_cause())
        file.writelines(line.encode() for line in as_csv(program, period))
    count = program.restatements_room.totals(period).restatements
    console.print(plain(f"Restatements written: {count:,}."))


def _show(program: Program, period: Period) -> None:
    rows = program.restatements_room.page(period, _SHOWN, 0)
    totals = program.restatements_room.totals(period)
    console.print(restated_table(rows))
    for root, origin in program.restated_days.roots(
        dict.fromkeys(one.root for one in rows)
    ).items():
        console.print(plain(f"{root}: {_told(origin)}"), soft_wrap=True)
    if len(rows) < totals.restatements:
        console.print(plain(f"The first {len(rows):,} are shown; --csv writes all of them."))
    console.print(
        plain(
            f"Restatements: {totals.restatements:,}, of {totals.days:,} days. P&L moved by"
            f" {totals.pnl_moved:,.2f} USD, NAV by {totals.largest_nav_moved:,.2f} at most."
        )
    )


def _told(origin: Origin) -> str:
    """What a root is, in words."""
    if row := origin.row:
        at = f"{row.learnt_at:%Y-%m-%d %H:%M:%S} UTC"
        return f"{row.kind} {row.value} of {row.symbol} on {row.on} from {row.source}, learnt {at}"
    if event := origin.event:
        at = f"{event.occurred_at:%Y-%m-%d %H:%M:%S} UTC"
        return f"{type(event.event).TOPIC}, event {event.position} of {at}"
    return "a change of the rules"
