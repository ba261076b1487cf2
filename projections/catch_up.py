"""Keeps rooms current: events in pages, rows and position in one transaction, each event once.

Any number of threads and processes may advance the same rooms. The position is moved first, by
compare-and-set, so the others wait for the row and then find that the work is done.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import structlog

from application.errors import StoreUnavailable
from application.ports import EventLog, Recorded
from projections import kept_answers
from projections.room import Room
from projections.row_table import Connection, Pool, RowTable

PAGE = 2000
"""Events in one transaction at most."""

_LOCK = 0x726F_6F6D  # advisory lock of building rooms
_TIMEOUT_S = 2.0
_POLL_S = 1.0
_AGAIN_AFTER_S = 0.2
_PROGRESS = (
    "CREATE TABLE IF NOT EXISTS rooms.progress"
    " (room text PRIMARY KEY, version bigint NOT NULL, position bigint NOT NULL,"
    " rebuilt bigint NOT NULL DEFAULT 0)"
)
_COUNTS_REBUILDS = (
    "SELECT 1 FROM pg_attribute WHERE attrelid = 'rooms.progress'::regclass AND attname = 'rebuilt'"
)
_COUNT_REBUILDS = "ALTER TABLE rooms.progress ADD COLUMN rebuilt bigint NOT NULL DEFAULT 0"
_START = "INSERT INTO rooms.progress (room, version, position) VALUES (%s, %s, 0)"
# Rows are locked in one order, so that two who advance the same rooms never wait for each other.
_MOVE = (
    "WITH held AS (SELECT room FROM rooms.progress WHERE position = %s AND (room, version) IN"
    " (SELECT * FROM unnest(%s::text[], %s::bigint[])) ORDER BY room FOR UPDATE)"
    " UPDATE rooms.progress SET position = %s FROM held WHERE progress.room = held.room"
)
_log = structlog.get_logger(__name__)


class CatchUp:
    """Implements `application.ports.Rooms` over the rooms of one database.

    `rooms` are its rooms by name, `awaited` those that commands wait for. `failures` says of each
    that stopped at which event it did, and why; those `standing_still` have rows of another
    version, until these are rebuilt. The pool's connections need not wait for the disk, nor long
    for locks: what a crash of the database forgets is read from the log again.
    """

    def __init__(
        self,
        log: EventLog,
        pool: Pool,
        rooms: Sequence[Room[Any]],
    ) -> None:
        self._log = log
        self._pool = pool
        self.rooms = {room.name: room for room in rooms}
        self.awaited = [room.name for room in rooms if room.is_awaited]
        self._unawaited = [room.name for room in rooms if not room.is_awaited]
        self._turn, self._turn_behind = threading.Lock(), threading.Lock()
        self._positions: dict[str, int] = {}
        self._farthest: dict[str, int] = {}
        self.failures: dict[str, str] = {}
        self._failed_after: dict[str, int] = {}
        self.standing_still: set[str] = set()

    def prepare(self) -> Sequence[Room[Any]]:
        """Create rooms that are missing.

        Returns:
            The rooms of which the database has another version, which stand still in this program
            until they are rebuilt.
        """
        with self._pool.connection() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            connection.execute(_PROGRESS)
            if not connection.execute(_COUNTS_REBUILDS).fetchone():
                connection.execute(_COUNT_REBUILDS)
            kept_answers.create(connection)
            known: dict[str, int] = dict(
                connection.execute("SELECT room, version FROM rooms.progress").fetchall()
            )
            for room in self.rooms.values():
                if room.name not in known:
                    connection.execute(_START, (room.name, room.version))
                    room.table.create(connection)
                    kept_answers.forget_all(connection, room.forgets)
        kept = {name: known.get(name, room.version) for name, room in self.rooms.items()}
        others = [room for name, room in self.rooms.items() if kept[name] != room.version]
        self.standing_still.update(room.name for room in others)
        return others

    def positions(self) -> dict[str, int]:
        """The position each room of this program's version has read up to."""
        with self._pool.reading() as connection:
            rows = connection.execute(
                "SELECT room, version, position FROM rooms.progress"
            ).fetchall()
        mine = {(room.name, room.version) for room in self.rooms.values()}
        return {name: position for name, version, position in rows if (name, version) in mine}

    def catch_up(
        self, position: int, names: Iterable[str] | None = None, timeout_s: float = _TIMEOUT_S
    ) -> bool:
        """See `Rooms.catch_up`. False, too, where the database does not answer.

        Who begins a page in time may wait for longer: for a connection and for an answer as long
        as the pool waits, and so for another process that advances the same rooms.
        """
        wanted = list(self.awaited if names is None else names)
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                return self._advance_to(position, wanted, deadline)
            except StoreUnavailable as failure:
                if time.monotonic() + _AGAIN_AFTER_S >= deadline:
                    error = str(failure.__cause__)
                    _log.warning("rooms_left_behind", position=position, error=error)
                    return False
                time.sleep(_AGAIN_AFTER_S)

    def recover(self) -> None:
        """Advance again over what a crash of the database took back, if it did; 2 s, or a page.

        For whoever reads rooms, before each new connection is used: after a crash there are only
        new ones, so that nobody misses what he saw before.

        Raises:
            StoreUnavailable: ERR_BUSY_001.
        """
        reached = self.positions()
        back = [name for name in reached if reached[name] < self._farthest.get(name, 0)]
        if back:
            self._positions.update(reached)
            self.catch_up(max(self._farthest[name] for name in back), back)

    def follow(self, stop: threading.Event, poll_s: float = _POLL_S) -> None:
        """Advance whenever the log grows, until `stop`: woken by NOTIFY, with a poll behind it.

        `poll_s` is also how long a `stop` may be left unseen. Occupies one connection of the pool.
        """
        while not stop.is_set():
            try:
                with self._pool.connection() as connection:
                    try:
                        self._listen(connection, stop, poll_s)
                    finally:
                        connection.close()  # it listens and commits by itself: not for others
            except Exception as failure:  # noqa: BLE001 - whatever it was, following goes on
                _log.warning("rooms_follower_disturbed", error=str(failure.__cause__ or failure))
                stop.wait(_POLL_S)

    def _listen(self, connection: Connection, stop: threading.Event, poll_s: float) -> None:
        connection.autocommit = True
        connection.execute("LISTEN events")
        self._positions.clear()  # a database that crashed may have forgotten some of the way
        while not stop.is_set():
            position = self._log.position()
            if self._behind([*self.rooms], position):  # others may have advanced them
                self._note(self.positions())
            caught_up = [self.catch_up(position), self.catch_up(position, self._unawaited)]
            if all(caught_up) or self.failures or self.standing_still:
                told = list(connection.notifies(timeout=poll_s, stop_after=1))
                if not told:  # who rebuilds a room elsewhere tells nobody
                    self._positions.clear()

    def _advance_to(self, position: int, names: Sequence[str], deadline: float) -> bool:
        """Advance page by page, taking turns with other threads; False if that did not do."""
        turn = self._turn_of(names)
        while self._behind(names, position):
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            if not turn.acquire(timeout=min(left, _POLL_S)):
                continue
            try:
                behind = self._behind(names, position)
                if behind and not self._advance(behind) and self._behind(behind, position):
                    return False
            finally:
                turn.release()
        return True

    def _turn_of(self, names: Iterable[str]) -> threading.Lock:
        """Whose turn it is: rooms that nobody awaits have one of their own."""
        return self._turn_behind if set(names) <= set(self._unawaited) else self._turn

    def _behind(self, names: Sequence[str], position: int) -> list[str]:
        return [name for name in names if self._positions.get(name, -1) < position]

    def _advance(self, names: Sequence[str]) -> bool:
        """Bring rooms one page on; False if none of them can move."""
        reached = {name: self._positions[name] for name in names if name in self._positions}
        if len(reached) < len(names):
            reached = self.positions()
            self._note({name: reached[name] for name in names if name in reached})
        groups: dict[int, list[Room[Any]]] = defaultdict(list)
        for name in names:
            if name in reached:
                self.standing_still.discard(name)
                groups[reached[name]].append(self.rooms[name])
            elif name not in self.standing_still:
                sentence = "another version of the program keeps this room"
                self._stop(self.rooms[name], -1, sentence)
        moved = False
        for after, rooms in groups.items():
            events = self._read(rooms, after)
            moved |= bool(events) and self._feed_together(rooms, after, events)
        return moved

    def _read(self, rooms: Sequence[Room[Any]], after: int) -> Sequence[Recorded]:
        """The next page; short of an event that cannot be read, if there is one."""
        limit = PAGE
        while True:
            try:
                return self._log.read(after, limit)
            except StoreUnavailable:
                raise
            except Exception as failure:  # noqa: BLE001 - an unreadable event, whatever is wrong
                if limit == 1:
                    sentence = f"the event after position {after}: {failure}"
                    for room in rooms:
                        self._stop(room, after, sentence, failure)
                        self._positions.pop(room.name, None)  # others may get past it
                    return []
                limit //= 2

    def _feed_together(
        self, rooms: Sequence[Room[Any]], after: int, events: Sequence[Recorded]
    ) -> bool:
        if len(rooms) == 1 and rooms[0].name in self.failures:
            events = events[:1]  # where it stopped last time
        try:
            self._feed(rooms, after, events)
        except StoreUnavailable:
            raise
        except Exception as failure:  # noqa: BLE001 - a fold's defect, whatever it is
            if len(rooms) > 1:  # find the one that fails; the others go on
                return sum(self._feed_together([room], after, events) for room in rooms) > 0
            if len(events) > 1:  # stop exactly at the event it fails at
                return self._feed_together(rooms, after, events[: len(events) // 2])
            at = f"{type(events[0].event).TOPIC} at position {events[0].position}"
            self._stop(rooms[0], after, f"{at}: {failure}", failure)
            return False
        return True

    def _feed(self, rooms: Sequence[Room[Any]], after: int, events: Sequence[Recorded]) -> None:
        """Move the rooms from `after` past `events` in one transaction, unless someone has."""
        reached = events[-1].position
        names, versions = [room.name for room in rooms], [room.version for room in rooms]
        with self._pool.connection() as connection:
            moved = connection.execute(_MOVE, (after, names, versions, reached))
            if moved.rowcount < len(rooms):
                connection.rollback()
                for name in names:  # whoever has moved them, how far is to be asked
                    self._positions.pop(name, None)
                return
            for room in rooms:
                _apply(connection, room, events)
        self._note(dict.fromkeys(names, reached))
        for name in names:
            self.failures.pop(name, None)

    def _note(self, reached: Mapping[str, int]) -> None:
        """Remember how far rooms are, and were at most; beyond where one failed it does no more."""
        self._positions.update(reached)
        for name, position in reached.items():
            self._farthest[name] = max(position, self._farthest.get(name, 0))
            if position > self._failed_after.get(name, position):
                self.failures.pop(name, None)

    def _stop(
        self, room: Room[Any], after: int, sentence: str, failure: Exception | None = None
    ) -> None:
        """Let a room stand still there, loudly: health goes unready, the log says why, once."""
        if self.failures.get(room.name) != sentence:
            _log.error("room_stopped", room=room.name, error=sentence, exc_info=failure)
        self.failures[room.name], self._failed_after[room.name] = sentence, after


def _apply(connection: Connection, room: Room[Any], events: Sequence[Recorded]) -> None:
    relevant = [recorded for recorded in events if type(recorded.event) in room.fed_by]
    if not relevant:
        return
    brief = room.brief
    if brief and any(type(recorded.event) not in brief.fed_by for recorded in relevant):
        brief = None
    table: RowTable[Any] = brief.columns if brief else room.table
    keys = (key for recorded in relevant for key in room.keys(recorded))
    rows = table.load(connection, keys)
    for recorded in relevant:
        room.fold(rows, recorded)
    table.store(connection, list(rows.values()))
    if room.forgets:
        of_rows = {row.portfolio_id for row in rows.values()} if brief is None else set()
        of_events = {brief.portfolio_of(recorded) for recorded in relevant} if brief else set()
        kept_answers.forget(connection, room.forgets, of_rows | of_events)
