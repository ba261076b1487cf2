"""Rooms for tests: what happened as rooms are told it, folds without a database, a tally."""

from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid5

import msgspec
import psycopg
from psycopg import sql

from application.ports import Cause, Recorded
from domain.kernel import Event
from domain.run_slot import RunSlot
from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.postgres import Pool, app_url, open_pool
from projections.catch_up import CatchUp
from projections.room import Room
from projections.row_table import Connection, Key, RowTable
from projections.upkeep import Upkeep
from tests.support.programs import SECRET

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
_COMMAND = UUID("00000000-0000-4000-8000-0000000000cc")


@dataclass
class History:
    """Events in the order they happened, a minute apart from noon, each stream counted from 1."""

    recorded: list[Recorded] = field(default_factory=list)

    def tell(self, aggregate_id: UUID, *events: Event, causation: UUID | None = None) -> "History":
        """Add what happened to an aggregate; returns itself."""
        for event in events:
            position = len(self.recorded) + 1
            version = 1 + sum(r.aggregate_id == aggregate_id for r in self.recorded)
            self.recorded.append(
                Recorded(
                    position=position,
                    aggregate_id=aggregate_id,
                    version=version,
                    event=event,
                    occurred_at=minute(position),
                    cause=Cause(
                        command_id=uuid5(_COMMAND, str(position)),
                        correlation_id=_COMMAND,
                        causation=causation,
                    ),
                )
            )
        return self


def minute(position: int) -> datetime:
    """When the event at a position happened."""
    return NOON + timedelta(minutes=position - 1)


def folded(room: Room[Any], recorded: Iterable[Recorded]) -> dict[Key, Any]:
    """All rows of a room after `recorded`, folded one by one as the room is told."""
    rows: dict[Key, Any] = {}
    for one in recorded:
        if type(one.event) in room.fed_by:
            touched = {key: rows[key] for key in room.keys(one) if key in rows}
            room.fold(touched, one)
            rows.update(touched)
    return rows


def rows_of(room: Room[Any], pool: Pool) -> dict[Key, Any]:
    """All rows of a room as the database has them."""
    with pool.connection() as connection:
        rows = room.table.select(connection, room.table.query(sql.SQL("")), [])
    return {room.table.key_of(row): row for row in rows}


def upkeep_of(log: PostgresEventLog, pool: Pool, *rooms: Room[Any]) -> Upkeep:
    """Who sees to the rooms of a program."""
    return Upkeep(log, pool, CatchUp(log, pool, rooms), building=pool)


@contextmanager
def room_pool(
    database_url: str, *, size: int = 10, before_use: Callable[[], None] | None = None
) -> Iterator[Pool]:
    """Connections to a database, as the program has them."""
    url = app_url(database_url, SECRET)
    pool = open_pool(url, size=size, is_durable=False, before_use=before_use)
    try:
        yield pool
    finally:
        pool.close()


class CountedPool:
    """Connections of a pool that count what they are asked to execute."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.statements = 0

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """See `Pool.connection`."""
        with self._pool.connection() as connection:
            yield self._counting(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See `Pool.reading`."""
        with self._pool.reading() as connection:
            yield self._counting(connection)

    def _counting(self, connection: Connection) -> Connection:
        counted = self

        class CountingCursor(psycopg.Cursor[tuple[Any, ...]]):
            """A cursor that counts its statements."""

            def execute(self, *given: Any, **options: Any) -> Self:
                """See `psycopg.Cursor.execute`."""
                counted.statements += 1
                return super().execute(*given, **options)

        connection.cursor_factory = CountingCursor
        return connection


class TallyRow(msgspec.Struct, frozen=True):
    """How many events there were, and the sum and the last of their positions."""

    name: str
    events: int
    positions: int
    latest: int


def tally(
    name: str = "tally", *, version: int = 1, fails_at: Sequence[int] = (), step: int = 1
) -> Room[TallyRow]:
    """A room that counts claimed slots by `step`, and fails at the events of some positions."""

    def fold(rows: MutableMapping[Key, TallyRow], recorded: Recorded) -> None:
        if recorded.position in fails_at:
            raise ZeroDivisionError("a defect")
        before = rows.get((name,), TallyRow(name, 0, 0, 0))
        rows[(name,)] = TallyRow(
            name,
            before.events + step,
            before.positions + recorded.position,
            recorded.position,
        )

    table = RowTable(name, TallyRow, key=["name"])
    return Room(name, version, frozenset({RunSlot.Claimed}), table, lambda _: [(name,)], fold)
