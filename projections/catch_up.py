"""Keeps rooms current: events in pages, rows and position in one transaction, each event once.

Any number of threads and processes may advance the same rooms. The position is moved first, by
compare-and-set, so the others wait for the row and then find that the work is done.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
import structlog
from psycopg_pool import ConnectionPool

from application.ports import EventLog, Recorded
from projections.room import Room
from projections.row_table import Connection

PAGE = 2000
"""Events in one transaction at most."""

_LOCK = 0x726F_6F6D  # advisory lock of building rooms
_TIMEOUT_S = 2.0
_POLL_S = 1.0
_log = structlog.get_logger(__name__)


class CatchUp:
    """Implements `application.ports.Rooms` over the rooms of one database."""

    def __init__(
        self,
        log: EventLog,
        pool: ConnectionPool[psycopg.Connection[tuple[Any, ...]]],
        rooms: Sequence[Room[Any]],
    ) -> None:
        self._log = log
        self._pool = pool
        self._rooms = {room.name: room for room in rooms}
        self._turn = threading.Lock()
        self._positions: dict[str, int] = {}
        self.failures: dict[str, str] = {}

    def prepare(self) -> list[str]:
        """Create rooms that are missing and empty those of another version, to be built anew.

        Returns:
            The names of the rooms that start from the first event.
        """
        with self._pool.connection() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            connection.execute(
                "CREATE TABLE IF NOT EXISTS rooms.progress"
                " (room text PRIMARY KEY, version bigint NOT NULL, position bigint NOT NULL)"
            )
            known = dict(connection.execute("SELECT room, version FROM rooms.progress").fetchall())
            anew = [room for room in self._rooms.values() if known.get(room.name) != room.version]
            for room in anew:
                _start_over(connection, room)
        return [room.name for room in anew]

    def rebuild(self, name: str) -> None:
        """Empty a room and build it again from the first event."""
        with self._turn, self._pool.connection() as connection:
            _start_over(connection, self._rooms[name])
        self.catch_up(self._log.position(), [name], timeout_s=float("inf"))

    def positions(self) -> dict[str, int]:
        """The position each room has read up to."""
        with self._pool.connection() as connection:
            rows = connection.execute("SELECT room, position FROM rooms.progress").fetchall()
        return {name: position for name, position in rows if name in self._rooms}

    def catch_up(
        self, position: int, names: Iterable[str] | None = None, timeout_s: float = _TIMEOUT_S
    ) -> bool:
        """See `Rooms.catch_up`."""
        wanted = list(self._rooms if names is None else names)
        deadline = time.monotonic() + timeout_s
        with self._turn:
            while behind := [n for n in wanted if self._positions.get(n, -1) < position]:
                if time.monotonic() > deadline or not self._advance(behind):
                    return False
        return True

    def follow(self, stop: threading.Event) -> None:
        """Advance whenever the log grows, until `stop`: woken by NOTIFY, with a poll behind it."""
        while not stop.is_set():
            try:
                with self._pool.connection() as connection:
                    connection.autocommit = True
                    connection.execute("LISTEN events")
                    self._follow_while_connected(connection, stop)
            except Exception as failure:  # noqa: BLE001 - whatever it was, following goes on
                _log.warning("rooms_follower_disturbed", error=str(failure))
                stop.wait(_POLL_S)

    def _follow_while_connected(self, connection: Connection, stop: threading.Event) -> None:
        while not stop.is_set():
            self.catch_up(self._log.position())
            for _ in connection.notifies(timeout=_POLL_S, stop_after=1):
                pass

    def _advance(self, names: Sequence[str]) -> bool:
        """Bring rooms one page on; False if none of them can move."""
        groups: dict[int, list[Room[Any]]] = defaultdict(list)
        self._positions.update(self.positions())
        for name in names:
            groups[self._positions[name]].append(self._rooms[name])
        moved = False
        for after, rooms in groups.items():
            events = self._log.read(after, PAGE)
            if not events:
                self._positions.update(dict.fromkeys((room.name for room in rooms), after))
                continue
            moved |= self._feed_together(rooms, after, events)
        return moved

    def _feed_together(
        self, rooms: Sequence[Room[Any]], after: int, events: Sequence[Recorded]
    ) -> bool:
        try:
            self._feed(rooms, after, events)
        except psycopg.OperationalError:
            raise
        except Exception as failure:  # noqa: BLE001 - a fold's defect, whatever it is
            if len(rooms) > 1:  # find the one that fails; the others go on
                return sum(self._feed_together([room], after, events) for room in rooms) > 0
            if len(events) > 1:  # stop exactly at the event it fails at
                return self._feed_together(rooms, after, events[: len(events) // 2])
            self._stop_loudly(rooms[0], events[0], failure)
            return False
        return True

    def _feed(self, rooms: Sequence[Room[Any]], after: int, events: Sequence[Recorded]) -> None:
        """Move the rooms from `after` past `events` in one transaction, unless someone has."""
        reached = events[-1].position
        names = [room.name for room in rooms]
        with self._pool.connection() as connection:
            # Derived data: after a crash of the database it is read from the log again.
            connection.execute("SET LOCAL synchronous_commit = off")
            moved = connection.execute(
                "UPDATE rooms.progress SET position = %s WHERE room = ANY(%s) AND position = %s",
                (reached, names, after),
            )
            if moved.rowcount < len(rooms):
                connection.rollback()
                return
            for room in rooms:
                _apply(connection, room, events)
        for name in names:
            self._positions[name] = reached
            self.failures.pop(name, None)

    def _stop_loudly(self, room: Room[Any], event: Recorded, failure: Exception) -> None:
        sentence = f"{type(event.event).TOPIC} at position {event.position}: {failure}"
        if self.failures.get(room.name) != sentence:
            _log.error("room_stopped", room=room.name, error=sentence, exc_info=failure)
        self.failures[room.name] = sentence


def _apply(connection: Connection, room: Room[Any], events: Sequence[Recorded]) -> None:
    relevant = [recorded for recorded in events if type(recorded.event) in room.fed_by]
    if not relevant:
        return
    keys = (key for recorded in relevant for key in room.keys(recorded))
    rows = room.table.load(connection, keys)
    for recorded in relevant:
        room.fold(rows, recorded)
    room.table.store(connection, list(rows.values()))


def _start_over(connection: Connection, room: Room[Any]) -> None:
    room.table.create(connection)
    connection.execute(
        "INSERT INTO rooms.progress (room, version, position) VALUES (%s, %s, 0)"
        " ON CONFLICT (room) DO UPDATE SET version = excluded.version, position = 0",
        (room.name, room.version),
    )
