"""A room's rows made anew from the log, in a table beside the live one.

Rows are folded in memory and appended; only one that was written before is read again or replaced.
So a room whose rows are never touched twice gets its key and its indexes at the end. Memory is
bounded by the rows and the bytes between two writes, and by about 100 bytes for each row written.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic

from psycopg import sql

from application.errors import RoomStopped, StoreUnavailable
from application.ports import LogToFold, Recorded, Stretch
from projections.room import Room
from projections.row_table import Connection, Key, Row

MOST_ROWS = 50_000
MOST_BYTES = 2 * 1024 * 1024
"""What may wait in memory to be written: rows, and stored bytes of the events that they came by."""

_FIRST, _WIDEST = 2_000, 50_000  # positions asked for at once; the log gives fewer by their bytes


def _silently() -> None:
    """Tell nobody."""


class RowsAnew(Generic[Row]):
    """The rows of `room` up to `position`, made of so many `events` that feed it.

    The `connection` commits by itself, or is in a transaction of the caller's.
    """

    def __init__(
        self,
        room: Room[Row],
        log: LogToFold,
        connection: Connection,
        most_rows: int = MOST_ROWS,
    ) -> None:
        self.table = room.table.anew()
        self.position = 0
        self.events = 0
        self._room = room
        self._log = log
        self._connection = connection
        self._most_rows = most_rows
        self._rows: dict[Key, Row] = {}
        self._size = 0
        self._written: set[int] = set()  # digests of keys: one met by chance is only looked for
        self._stored = 0  # rows in the table
        self._back: set[Key] = set()  # those of them that are in memory
        self._has_key = False

    def advance(self, until: int, told: Callable[[], None] = _silently) -> None:
        """Take in the log up to `until`, calling `told` after each stretch of it.

        Raises:
            RoomStopped: ERR_ROOM_002, at an event that cannot be read or folded.
        """
        if self.position >= until:
            return
        with ThreadPoolExecutor(1) as reader:  # reads the next stretch while this one is folded
            width = _FIRST
            coming = reader.submit(self._read, self.position, min(until, self.position + width))
            while self.position < until:
                stretch = coming.result()
                width = min(max(2 * (stretch.reached - self.position), _FIRST), _WIDEST)
                if stretch.reached < until:
                    upto = min(until, stretch.reached + width)
                    coming = reader.submit(self._read, stretch.reached, upto)
                self._take_in(stretch)
                told()

    def finish(self) -> None:
        """Write what waits, then the key and the indexes."""
        self.write()
        self._need_key()
        self.table.add_indexes(self._connection)
        self._connection.execute(sql.SQL("ANALYZE {}").format(self.table.qualified))

    def write(self) -> None:
        """Write what waits in memory."""
        new: list[Row] = []
        again: list[Row] = []
        for key, row in self._rows.items():
            (again if key in self._back else new).append(row)
        if new:
            self.table.append(self._connection, new)
        if again:
            self._need_key()
            self.table.store(self._connection, again)
        self._written.update(map(hash, self._rows))
        self._stored += len(new)
        self._back.clear()
        self._rows.clear()
        self._size = 0

    def _read(self, after: int, until: int) -> Stretch:
        try:
            return self._log.stretch(self._room.fed_by, after, until, self._room.as_stored)
        except StoreUnavailable:
            raise
        except Exception as failure:
            place = f"an event after position {after}"
            raise RoomStopped(self._room.name, place, str(failure)) from failure

    def _take_in(self, stretch: Stretch) -> None:
        if self._stored > len(self._back):
            self._load(stretch.events)
        fold, rows = self._room.fold, self._rows
        before = len(rows)
        for recorded in stretch.events:
            try:
                fold(rows, recorded)
            except Exception as failure:
                place = f"{type(recorded.event).TOPIC} at position {recorded.position}"
                raise RoomStopped(self._room.name, place, str(failure)) from failure
        self.position = stretch.reached
        self.events += len(stretch.events)
        if stretch.events:  # one that changes a row leaves nothing of itself in memory
            self._size += int(stretch.size * min((len(rows) - before) / len(stretch.events), 1))
        if len(rows) > self._most_rows or self._size > MOST_BYTES:
            self.write()

    def _load(self, events: Sequence[Recorded]) -> None:
        """Read the rows that events touch and that were written before."""
        touched = {key for recorded in events for key in self._room.keys(recorded)}
        missing = [key for key in touched if key not in self._rows and hash(key) in self._written]
        if missing:
            self._need_key()
            loaded = self.table.load(self._connection, missing)
            self._rows.update(loaded)
            self._back.update(loaded)

    def _need_key(self) -> None:
        if not self._has_key:
            self.table.add_key(self._connection)
            self._has_key = True
