"""What is known of rebuilds in every process: asked for, how far, how they ended.

A rebuild that has not ended and that nobody is at was cut short: whoever works off what is asked
for takes it up again. Who is at one holds the room's advisory lock, which the database frees the
moment that process dies. One of another version is left to the programs of that version: a room
has one that has not ended, of the latest version that was asked for.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from application.errors import RoomBusy
from projections.comparing import Comparison
from projections.row_table import Connection

MOST_ATTEMPTS = 5
"""A rebuild begun this often without an end is given up: it may be what kills."""

_LOCK_CLASS = 0x616E_6577  # namespace of the advisory locks, second key the digest of a room's name
_TRY = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
_FREE = "SELECT pg_advisory_unlock(%s, hashtext(%s))"
_ASK = (
    "INSERT INTO upkeep.rebuilds AS open (room, version, asked_by) VALUES (%s, %s, %s)"
    " ON CONFLICT (room) WHERE ended_at IS NULL DO UPDATE SET version = excluded.version,"
    " asked_by = excluded.asked_by, asked_at = excluded.asked_at, attempts = 0, begun_at = NULL,"
    " position = 0, events = 0 WHERE open.version < excluded.version"
)
_BEGIN = (
    "UPDATE upkeep.rebuilds SET attempts = attempts + 1, position = 0, events = 0,"
    " goal = %s, begun_at = clock_timestamp(), told_at = clock_timestamp()"
    " WHERE room = %s AND version = %s AND ended_at IS NULL"
)
_TELL = (
    "UPDATE upkeep.rebuilds SET told_at = clock_timestamp(), position = %s, events = %s,"
    " goal = greatest(goal, %s) WHERE room = %s AND version = %s AND ended_at IS NULL"
)
_END = (
    "UPDATE upkeep.rebuilds SET told_at = clock_timestamp(), ended_at = clock_timestamp(),"
    " error = %s, rows = %s, rows_live = %s, differing = %s"
    " WHERE room = %s AND version = %s AND ended_at IS NULL"
)
_GIVE_UP = (
    "UPDATE upkeep.rebuilds SET ended_at = clock_timestamp(), error = format("
    "'It was begun %%s times and never came to an end.', attempts)"
    " WHERE room = %s AND version = %s AND ended_at IS NULL AND attempts >= %s"
)
_UNDER_WAY = "SELECT room, version FROM upkeep.rebuilds WHERE ended_at IS NULL ORDER BY id"
_LATEST = """
    SELECT room, version, asked_at, begun_at, ended_at, position, goal, events,
        coalesce(extract(epoch FROM told_at - begun_at), 0)::double precision,
        error, rows, rows_live, differing,
        EXISTS (
            SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s
                AND objid::bigint = hashtext(room)::bigint & 4294967295
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        )
    FROM (
        SELECT *, row_number() OVER (PARTITION BY room, error IS NULL AND ended_at IS NOT NULL
            ORDER BY id DESC) AS nth FROM upkeep.rebuilds
    ) AS numbered WHERE nth = 1 ORDER BY id
"""


class Rebuild(msgspec.Struct, frozen=True):
    """A rebuild of a room, asked for, under way or ended. Instants are UTC.

    It reads the log up to position `goal`, of which it has come to `position` with so many
    `events` in so many `seconds`. `error` says why it failed. One that replaced rows of the same
    version says how many of them were `differing` from those the log gives, of `rows_live` and
    `rows` respectively.
    """

    room: str
    version: int
    asked_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    position: int
    goal: int
    events: int
    seconds: float
    error: str | None
    rows: int | None
    rows_live: int | None
    differing: int | None
    is_attended: bool

    @property
    def state(self) -> Literal["waiting", "running", "interrupted", "failed", "done"]:
        """Where it stands; an interrupted one is taken up again by a worker."""
        if self.ended_at is not None:
            return "done" if self.error is None else "failed"
        if self.begun_at is None:
            return "waiting"
        return "running" if self.is_attended else "interrupted"

    @property
    def percent(self) -> float:
        """How much of the log it has read, 0 to 100."""
        if self.state == "done":
            return 100.0
        return round(100 * self.position / self.goal, 1) if self.goal else 0.0

    @property
    def events_per_s(self) -> float:
        """How many events of the room it has taken in each second."""
        return round(self.events / self.seconds, 1) if self.seconds else 0.0


@contextmanager
def sole(connection: Connection, room: str) -> Iterator[None]:
    """Be the only one, of all processes, who builds a room anew.

    Raises:
        RoomBusy: ERR_ROOM_001, another one does.
    """
    given = (_LOCK_CLASS, room)
    [is_ours] = connection.execute(_TRY, given).fetchone() or (False,)
    if not is_ours:
        raise RoomBusy(room)
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute(_FREE, given)


def ask(connection: Connection, room: str, version: int, asked_by: UUID | None = None) -> bool:
    """Ask for a rebuild, instead of one of an earlier version where that has not ended.

    False if one of this version or a later one is asked for or under way already.
    """
    return connection.execute(_ASK, (room, version, asked_by)).rowcount > 0


def begin(connection: Connection, room: str, version: int, goal: int) -> None:
    """Begin the rebuild that was asked for, or one that nobody did."""
    ask(connection, room, version)
    connection.execute(_BEGIN, (goal, room, version))


def tell(
    connection: Connection, room: str, version: int, position: int, events: int, goal: int
) -> None:
    """Say how far it is."""
    connection.execute(_TELL, (position, events, goal, room, version))


def end(
    connection: Connection,
    room: str,
    version: int,
    comparison: Comparison | None = None,
    error: str | None = None,
) -> None:
    """Say how it ended, and how the rows compared where they were."""
    counts = msgspec.structs.astuple(comparison) if comparison else (None,) * 3
    connection.execute(_END, (error, *counts, room, version))


def under_way(connection: Connection) -> Sequence[tuple[str, int]]:
    """The rooms to be built anew, or being so, with versions; the longest asked for first."""
    return [(room, version) for room, version in connection.execute(_UNDER_WAY)]


def is_wanted(connection: Connection, room: str, version: int) -> bool:
    """Whether a rebuild is asked for; gives up one that never came to an end. For its sole one."""
    connection.execute(_GIVE_UP, (room, version, MOST_ATTEMPTS))
    return (room, version) in under_way(connection)


def latest(connection: Connection) -> Sequence[Rebuild]:
    """Of each room the latest rebuild that was done, and the latest of the others."""
    rows: Sequence[Any] = connection.execute(_LATEST, (_LOCK_CLASS,)).fetchall()
    return [Rebuild(*row) for row in rows]
