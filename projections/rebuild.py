"""Builds a room anew beside its live rows, which go on serving, and puts the new ones in place.

The new table is made from the log in large steps (`rows_anew`), compared with the live one at the
same position (`comparing`), and swapped for it in one transaction. Whatever happens before leaves
the live rows as they were.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg
from psycopg import IsolationLevel, sql

from application.at_ease import collector_at_ease, quick_turns
from application.errors import RoomBusy, RoomStopped, StoreUnavailable
from application.ports import LogToFold
from projections import kept_answers, rebuild_record
from projections.comparing import Comparison, Difference, compare, differences
from projections.room import Room
from projections.row_table import SCHEMA, Connection, Pool
from projections.rows_anew import RowsAnew, tell_nobody

_SHORT_WAY = 500  # positions that may be left to read while readers wait
_SWAP_TRIES = 100
_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 1.0  # longer than readers had to wait
_LIVE = "SELECT version, position FROM rooms.progress WHERE room = %s"
_HOLD = "SELECT position FROM rooms.progress WHERE room = %s FOR UPDATE"
_MOVE = (
    "UPDATE rooms.progress SET version = %s, position = %s, rebuilt = rebuilt + 1 WHERE room = %s"
)


class Progress(msgspec.Struct, frozen=True):
    """How far a rebuild is: `position` of `goal` read, with so many `events` of the room."""

    position: int
    goal: int
    events: int


class Verified(msgspec.Struct, frozen=True):
    """A room's live rows held against those made anew, at one position of the log.

    The first of the `differences` are listed, all are counted.
    """

    room: str
    position: int
    comparison: Comparison
    differences: tuple[Difference, ...]


Tell = Callable[[Progress], None]


@dataclass(frozen=True)
class Rebuilding:
    """Builds one room of this program's version anew. It occupies a connection of the pool.

    Whoever is told of the progress may raise, which ends it as an error does.
    """

    log: LogToFold
    pool: Pool
    room: Room[Any]
    tell: Tell = tell_nobody

    def rebuild(self) -> Comparison | None:
        """Build the room anew and put it in place of the live one.

        Returns:
            How the rows compared, None where the live ones were of another version.

        Raises:
            RoomBusy: ERR_ROOM_001, another one is at it.
            RoomStopped: ERR_ROOM_002, at an event that the room cannot take in.
            StoreUnavailable: ERR_BUSY_001; it can be taken up again.
        """
        with self._alone() as connection:
            return self._rebuilt(connection)

    def take_up(self) -> bool:
        """The same if it is asked for in this version, or if the live rows cannot serve it.

        False if neither is so, as where another one has done it.

        Raises:
            As `rebuild` does.
        """
        with self._alone() as connection:
            is_asked_for = rebuild_record.is_wanted(connection, self.room.name, self.room.version)
            is_wanted = is_asked_for or not self.room.table.serves(connection)
            if is_wanted:
                self._rebuilt(connection)
            return is_wanted

    def verify(self, most: int = 100) -> Verified:
        """Hold the live rows against those made anew, at one position; nothing live is changed.

        Lists up to `most` rows that differ.

        Raises:
            As `rebuild` does; RoomBusy, too, where the live rows are of another version.
        """
        with self._alone() as connection:
            if self._live(connection)[0] != self.room.version:
                raise RoomBusy(self.room.name)
            rows = self._made(connection, tell=self.tell)
            rows.finish()
            with self._same_position(connection, rows):
                comparison = compare(connection, self.room.table)
                listed = differences(connection, self.room.table, most)
                return Verified(self.room.name, rows.position, comparison, tuple(listed))

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        """A connection that commits by itself, of the only one who builds the room."""
        with self.pool.connection() as connection:
            connection.autocommit = True
            try:
                connection.execute("SET statement_timeout = 0")  # indexes of large tables take long
                sole = rebuild_record.sole(connection, self.room.name)
                with sole, collector_at_ease(), quick_turns():
                    try:
                        yield connection
                    finally:
                        with suppress(psycopg.Error):
                            self.room.table.anew().drop(connection)
            finally:
                connection.close()  # its settings are not for others

    def _rebuilt(self, connection: Connection) -> Comparison | None:
        name, version = self.room.name, self.room.version
        rebuild_record.begin(connection, name, version, self._goal(connection))
        try:
            rows = self._made(connection, tell=self._telling_all(connection))
            rows.finish()
            comparison = self._compared(connection, rows)
            self._swap(connection, rows, comparison)
        except RoomStopped as stopped:
            error = f"{stopped.place}: {stopped.error}"
            rebuild_record.end(connection, name, version, error=error)
            raise
        return comparison

    def _live(self, connection: Connection) -> tuple[int, int]:
        """Version and position of the live rows."""
        version, position = connection.execute(_LIVE, (self.room.name,)).fetchone() or (0, 0)
        return version, position

    def _goal(self, connection: Connection) -> int:
        """How far to read: as far as the live rows have, the log where these are none of ours."""
        version, position = self._live(connection)
        return position if version == self.room.version else max(position, self.log.position())

    def _made(self, connection: Connection, tell: Tell) -> RowsAnew[Any]:
        """The rows of the log, without key and indexes."""
        rows = RowsAnew(self.room, self.log, connection)
        rows.table.create_bare(connection)
        goal = self._goal(connection)
        rows.advance(goal, lambda: tell(Progress(rows.position, goal, rows.events)))
        return rows

    def _telling_all(self, connection: Connection) -> Tell:
        """Tell whoever looks on, and whoever asks in any process."""

        def told(progress: Progress) -> None:
            self.tell(progress)
            far = msgspec.structs.astuple(progress)
            rebuild_record.tell(connection, self.room.name, self.room.version, *far)

        return told

    @contextmanager
    def _same_position(self, connection: Connection, rows: RowsAnew[Any]) -> Iterator[None]:
        """A transaction in which live rows and new ones stand at the same position."""
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        try:
            with connection.transaction():
                rows.advance(self._live(connection)[1])
                rows.write()
                yield
        finally:
            if not connection.closed:
                connection.isolation_level = None

    def _compared(self, connection: Connection, rows: RowsAnew[Any]) -> Comparison | None:
        if self._live(connection)[0] != self.room.version:
            return None
        with self._same_position(connection, rows):
            return compare(connection, self.room.table)

    def _swap(
        self, connection: Connection, rows: RowsAnew[Any], comparison: Comparison | None
    ) -> None:
        """Put the new rows in place, when a moment is found in which nobody has to wait for it."""
        for nth in range(_SWAP_TRIES):
            rows.advance(self._goal(connection))
            rows.write()
            written = rows.position
            try:
                with connection.transaction():
                    if self._replace(connection, rows, comparison):
                        return
            except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as failure:
                if rows.position > written:  # what was written within is taken back
                    raise StoreUnavailable from failure
                time.sleep(min(_PAUSE_S * (nth + 1), _LONGEST_PAUSE_S))
        raise StoreUnavailable

    def _replace(
        self, connection: Connection, rows: RowsAnew[Any], comparison: Comparison | None
    ) -> bool:
        """The new rows for the old; False if the live ones have gone far ahead meanwhile.

        Progress is locked first, as whoever advances the room does, lest both wait.
        """
        connection.execute("SET LOCAL lock_timeout = '100ms'")
        [position] = connection.execute(_HOLD, (self.room.name,)).fetchone() or (0,)
        if position - rows.position > _SHORT_WAY:
            return False
        live = self.room.table.qualified
        connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(live))
        rows.advance(position)
        rows.write()
        self.room.table.drop(connection)
        move = sql.SQL("ALTER TABLE {} SET SCHEMA {}")
        connection.execute(move.format(rows.table.qualified, sql.Identifier(SCHEMA)))
        connection.execute(_MOVE, (self.room.version, rows.position, self.room.name))
        if self.room.forgets:
            kept_answers.forget_all(connection, self.room.forgets)
        rebuild_record.end(connection, self.room.name, self.room.version, comparison)
        return True
