"""What the log and the rooms hold, asked as an auditor would: counts, NAV paths, fold and rows."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

from application.errors import RoomBusy
from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id
from interfaces.bootstrap import Program
from projections.valuations.view import ValuationRow
from tests.support.programs import connect_owner
from tests.support.waiting import eventually

ALWAYS = (date.min, date.max)
ALL = 1_000_000
"""More valuations than any test makes."""


def events_recorded(database: str, topic: str = "") -> int:
    """How many events the log holds whose topic begins with `topic`."""
    return count_of(
        database, "SELECT count(*) FROM events.stored_events WHERE starts_with(topic, %s)", topic
    )


def jobs_queued(database: str) -> int:
    """How many jobs the queue holds that nobody has worked off."""
    return count_of(database, "SELECT count(*) FROM jobs.procrastinate_jobs")


def count_of(database: str, query: LiteralString, *values: object) -> int:
    """The number that a query of the owner gives."""
    with connect_owner(database) as connection:
        row = connection.execute(query, values).fetchone()
    return int(str(row[0])) if row else 0


def valuations(program: Program, portfolio_id: UUID) -> list[ValuationRow]:
    """Every valuation of a portfolio as its room has it, oldest first."""
    program.rooms.catch_up(program.log.position())
    rows, _ = program.valuations_room.span(portfolio_id, ALWAYS, ALL, 0)
    return list(rows)


def nav_path(program: Program, portfolio_id: UUID) -> dict[date, Decimal]:
    """NAV by session, as the valuations room has it."""
    return {row.session: row.nav for row in valuations(program, portfolio_id)}


def versions(program: Program, portfolio_id: UUID) -> dict[date, int]:
    """How often each valued session was recorded, read from the log itself."""
    days = {row.session for row in valuations(program, portfolio_id)}
    ids = {daily_valuation_id(portfolio_id, day): day for day in days}
    loaded = program.log.load_many(DailyValuation, list(ids))
    return {ids[aggregate_id]: day.version for aggregate_id, day in loaded.items()}


def rooms_differing_from_the_log(program: Program, database: str) -> list[str]:
    """The rooms whose rows are not what a fold of the whole log gives; none should be.

    Nobody else may record meanwhile. Builds every room anew.
    """
    program.rooms.catch_up(program.log.position(), program.rooms.positions(), timeout_s=60)
    kept = dict(rows_of_rooms(database))
    for name in kept:
        eventually(partial(_is_rebuilt, program, name), 60, f"a rebuild of {name}")
    return [name for name, rows in rows_of_rooms(database) if rows != kept[name]]


def _is_rebuilt(program: Program, room: str) -> bool:
    """Rebuild a room; False while the database still takes one that was killed for alive."""
    try:
        program.upkeep.rebuild(room)
    except RoomBusy:
        return False
    return True


def rows_of_rooms(database: str) -> Iterator[tuple[str, Mapping[str, int]]]:
    """Each room's rows as JSON, with how often each is there."""
    with connect_owner(database) as connection:
        for (name,) in connection.execute("SELECT room FROM rooms.progress ORDER BY room"):
            yield str(name), _rows(connection, str(name))


def _rows(connection: "psycopg.Connection[Any]", room: str) -> Mapping[str, int]:
    query = sql.SQL("SELECT to_jsonb(r)::text, count(*) FROM rooms.{} AS r GROUP BY 1")
    return dict(connection.execute(query.format(sql.Identifier(room))).fetchall())
