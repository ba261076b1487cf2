"""A room's rows made anew from the log, in a table beside the live one.

Rows are folded in memory and appended; one that was written before is replaced, and read again
only where a fold asks for it. So a room whose rows are never touched twice gets its key and its
indexes at the end. Memory is bounded by the rows and the bytes between two writes, by 32 MB that
the server has not taken yet, and by about 100 bytes for each row written.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from typing import Any, Generic

import psycopg
from psycopg import sql

from application.errors import RoomStopped, StoreUnavailable
from application.ports import LogToFold, Recorded, Stretch
from projections.room import Room
from projections.row_table import Connection, Key, Row

MOST_ROWS = 50_000
MOST_BYTES = 2 * 1024 * 1024
"""What may wait in memory to be written: rows, and stored bytes of the events that they came by."""

TOLD_EVERY_S = 0.5
"""How long whoever looks on is told nothing: rows are waited for first."""

_AT_ONCE = 100  # events in memory at a time; a stretch of the log waits as it is stored
_FIRST, _WIDEST = 2_000, 50_000  # positions asked for at once; the log gives fewer by their bytes


def tell_nobody(*_: object) -> None:
    """For where nobody looks on."""


class _Rows(dict[Key, Row]):
    """The rows in memory. One that is not there is given to `load`, which may put it there."""

    def __init__(self, load: Callable[[Key], None]) -> None:
        super().__init__()
        self._load = load

    def __missing__(self, key: Key) -> Row:
        self._load(key)
        if key in self.keys():
            return self[key]
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return self.get(key) is not None

    def get(self, key: Any, default: Any = None) -> Any:
        """See `dict.get`, which would not look for what is missing."""
        try:
            return self[key]
        except KeyError:
            return default


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
        told_every_s: float = TOLD_EVERY_S,
    ) -> None:
        self.table = room.table.anew()
        self.position = 0
        self.events = 0
        self._room = room
        self._log = log
        self._connection = connection
        self._most_rows = most_rows
        self._told_every_s = told_every_s
        self._rows: _Rows[Row] = _Rows(self._load)
        self._folded: Sequence[Recorded] = ()  # at the moment
        self._loaded = 0  # rows, for these
        self._size = 0
        self._written: set[int] = set()  # digests of keys: one met by chance is only looked for
        self._has_key = False
        self._open = ExitStack()
        self._append: Callable[[Sequence[Row]], None] | None = None

    def advance(self, until: int, told: Callable[[], None] = tell_nobody) -> None:
        """Take in the log up to `until`, calling `told` first, now and then, and at the end.

        Raises:
            RoomStopped: ERR_ROOM_002, at an event that cannot be read or folded.
        """
        if self.position >= until:
            return
        # The next stretch is read, and the last rows are appended, while this one is folded.
        with ThreadPoolExecutor(1) as reader, self._open:
            due, width = 0.0, _FIRST
            coming = reader.submit(self._read, self.position, min(until, self.position + width))
            while self.position < until:
                stretch = coming.result()
                width = min(max(2 * (stretch.reached - self.position), _FIRST), _WIDEST)
                if stretch.reached < until:
                    upto = min(until, stretch.reached + width)
                    coming = reader.submit(self._read, stretch.reached, upto)
                self._take_in(stretch)
                if time.monotonic() >= due or self.position == until:
                    self._settle()
                    told()
                    due = time.monotonic() + self._told_every_s

    def finish(self) -> None:
        """Write what waits, then the key and the indexes."""
        self.write()
        self._need_key()
        self.table.add_indexes(self._connection)
        self._connection.execute(sql.SQL("ANALYZE {}").format(self.table.qualified))

    def write(self) -> None:
        """Write what waits in memory."""
        self._write()
        self._settle()

    def _write(self) -> None:
        new: list[Row] = []
        again: list[Row] = []
        for key, row in self._rows.items():
            (again if hash(key) in self._written else new).append(row)
        if new:
            if self._append is None:
                self._append = self._open.enter_context(self.table.appending(self._connection))
            self._append(new)
        if again:
            self._need_key()
            self.table.store(self._connection, again)
        self._written.update(map(hash, self._rows))
        self._rows.clear()
        self._size = 0

    def _settle(self) -> None:
        """Wait until what was appended is in the table."""
        self._append = None
        self._open.close()

    def _read(self, after: int, until: int) -> Stretch:
        try:
            return self._log.stretch(self._room.fed_by, after, until, self._room.as_stored)
        except StoreUnavailable:
            raise
        except Exception as failure:
            raise self._unreadable(after, failure) from failure

    def _unreadable(self, after: int, failure: Exception) -> RoomStopped:
        return RoomStopped(self._room.name, f"an event after position {after}", str(failure))

    def _take_in(self, stretch: Stretch) -> None:
        while events := self._some(stretch):
            before = len(self._rows)
            self._fold(events)
            # One that changes a row leaves nothing of itself in memory.
            made = min(len(self._rows) - before - self._loaded, len(events))
            self._size += stretch.size * made // stretch.count
            self.events += len(events)
            if len(self._rows) > self._most_rows or self._size > MOST_BYTES:
                self._write()
        self.position = stretch.reached

    def _some(self, stretch: Stretch) -> list[Recorded]:
        """The next few events of it, which are read here, where they are folded."""
        try:
            return list(islice(stretch.events, _AT_ONCE))
        except Exception as failure:
            raise self._unreadable(self.position, failure) from failure

    def _fold(self, events: Sequence[Recorded]) -> None:
        self._folded, self._loaded = events, 0
        fold, rows = self._room.fold, self._rows
        for recorded in events:
            try:
                fold(rows, recorded)
            except psycopg.Error:  # a row could not be read
                raise
            except Exception as failure:
                place = f"{type(recorded.event).TOPIC} at position {recorded.position}"
                raise RoomStopped(self._room.name, place, str(failure)) from failure

    def _load(self, key: Key) -> None:
        """Read a row that was written before, and with it what else these events touch of such."""
        if hash(key) not in self._written:
            return
        touched = {key, *(key for recorded in self._folded for key in self._room.keys(recorded))}
        self._need_key()  # which settles
        missing = [key for key in touched - self._rows.keys() if hash(key) in self._written]
        loaded = self.table.load(self._connection, missing)
        self._rows.update(loaded)
        self._loaded += len(loaded)

    def _need_key(self) -> None:
        self._settle()
        if not self._has_key:
            self.table.add_key(self._connection)
            self._has_key = True
