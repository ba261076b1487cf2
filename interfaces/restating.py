"""Restatements over a period, for whoever shows them."""

from collections.abc import Iterator

from interfaces.bootstrap import Program
from interfaces.files.writing import csv_text
from projections.restatements.postgres import ROOM
from projections.restatements.view import Period, RestatementRow

COLUMNS = (
    *("portfolio_id", "date", "version", "recorded_at", "actor", "impersonator"),
    *("net_asset_value_before", "net_asset_value_after", "pnl_before", "pnl_after"),
    *("reason", "caused_by", "root", "through"),
)
"""The columns of restatements as CSV."""


def caught_up(program: Program) -> int | None:
    """Let the room catch up with what is recorded; the position it lacks, None where none."""
    position = program.log.position()
    return None if program.rooms.catch_up(position, [ROOM.name]) else position


def as_csv(program: Program, period: Period) -> Iterator[str]:
    """The restatements of a period in the order they were recorded, a header first, row by row."""
    yield csv_text([COLUMNS])
    for row in program.restatements_room.all(period):
        yield csv_text([_cells(row)])


def _cells(row: RestatementRow) -> list[str]:
    values = (
        *(row.portfolio_id, row.session, row.version),
        *(f"{row.recorded_at:%Y-%m-%dT%H:%M:%S.%fZ}", row.actor or "", row.impersonator or ""),
        *(row.nav_before, row.nav, row.pnl_before, row.pnl),
        *(row.reason, row.caused_by, row.root, row.through),
    )
    return ["" if value is None else str(value) for value in values]
