"""What is done about rooms: how they stand, rebuilds asked for and worked off, rows verified."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
import structlog
from psycopg import sql

from application.errors import RoomBusy, RoomStopped, RoomUnknown, StoreUnavailable
from application.ports import LogToFold
from projections import rebuild_record
from projections.catch_up import CatchUp
from projections.comparing import Comparison
from projections.rebuild import Progress, Rebuilding, Tell, Verified
from projections.rebuild_record import Rebuild
from projections.room import Room
from projections.row_table import Connection, Pool
from projections.rows_anew import tell_nobody

State = Literal["current", "behind", "stopped", "rebuilding"]

_POLL_S = 1.0
_COUNTED_TO = 100_000  # rows of larger tables are estimated
_KEPT = "SELECT room, version, position FROM rooms.progress"
_ESTIMATES = (
    "SELECT relname, reltuples::bigint FROM pg_class WHERE relnamespace = 'rooms'::regnamespace"
)
_LEFT_OVER = "SELECT tablename FROM pg_tables WHERE schemaname = 'rooms_anew'"
_log = structlog.get_logger(__name__)


class RoomStanding(msgspec.Struct, frozen=True):
    """How a room stands: its version here, that of the rows, and where they are in the log.

    `lag_s` is the age of the first event it has not taken in, in seconds; `rows` is an estimate
    where there are more than 100,000. `error` is what a room stopped at. `rebuild` is the latest
    one that is not done; `rebuilt` the latest that is.
    """

    name: str
    version: int
    version_kept: int
    position: int
    lag_events: int
    lag_s: float
    rows: int
    error: str | None
    rebuild: Rebuild | None
    rebuilt: Rebuild | None

    @property
    def state(self) -> State:
        """In one word."""
        if self.rebuild and self.rebuild.ended_at is None:
            return "rebuilding"
        if self.error is not None:
            return "stopped"
        return "behind" if self.lag_events else "current"

    @property
    def stands_still(self) -> bool:
        """Whether the rows are of another version, and wait here for their rebuild."""
        return self.version != self.version_kept


class BuildStopped(Exception):
    """The program ends; the rebuild is taken up again by another, or when it starts anew."""


class Upkeep:
    """Sees to the `rooms` that a program catches up with.

    Rebuilds and verifying keep connections of `building` for as long as they take.
    """

    def __init__(self, log: LogToFold, pool: Pool, rooms: CatchUp, building: Pool) -> None:
        self._log = log
        self._pool = pool
        self._building = building
        self.rooms = rooms

    def prepare(self) -> None:
        """Create rooms that are missing, and see to it that those of another version are rebuilt.

        Where the rows that are there can serve meanwhile, the rebuild is asked for, else it is
        made before this returns.

        Raises:
            RoomStopped: ERR_ROOM_002, one cannot be made.
        """
        self._sweep()
        for room in self.rooms.prepare():
            self._ask(room)
            while not self._serves(room) and room.name not in self.rooms.positions():
                self._take_up(room, threading.Event())

    def standings(self, now: datetime) -> Sequence[RoomStanding]:
        """How each room stands, in the order of the program's list."""
        recorded = self._log.position()
        with self._pool.reading() as connection:
            told = rebuild_record.latest(connection)
            kept = {name: rest for name, *rest in connection.execute(_KEPT).fetchall()}
            rows = self._rows(connection)
        undone = {one.room: one for one in told if one.state != "done"}
        done = {one.room: one for one in told if one.state == "done"}
        standings = []
        for name, room in self.rooms.rooms.items():
            version, position = kept.get(name, (0, 0))
            lag = max(recorded - position, 0)
            standings.append(
                RoomStanding(
                    name=name,
                    version=room.version,
                    version_kept=version,
                    position=position,
                    lag_events=lag,
                    lag_s=self.age_s(position, now) if lag else 0.0,
                    rows=rows[name],
                    error=self.rooms.failures.get(name),
                    rebuild=_unless_outdone(undone.get(name), done.get(name)),
                    rebuilt=done.get(name),
                )
            )
        return standings

    def age_s(self, position: int, now: datetime) -> float:
        """How old the first event above a position is, in seconds; 0 where there is none."""
        at = self._log.next_at(position)
        return max(0.0, (now - at).total_seconds()) if at else 0.0

    def ask(self, name: str, asked_by: UUID | None = None) -> None:
        """Ask for a rebuild, which a worker takes up within a second or two.

        Raises:
            RoomUnknown: ERR_ROOM_404.
            RoomBusy: ERR_ROOM_001, one is asked for or under way.
        """
        if not self._ask(self._room(name), asked_by):
            raise RoomBusy(name)

    def rebuild(self, name: str, tell: Tell = tell_nobody) -> Comparison | None:
        """Rebuild a room here and now; see `Rebuilding.rebuild`.

        Raises:
            RoomUnknown: ERR_ROOM_404.
        """
        return Rebuilding(self._log, self._building, self._room(name), tell).rebuild()

    def verify(self, name: str, most: int = 100, tell: Tell = tell_nobody) -> Verified:
        """Hold a room's rows against the log; see `Rebuilding.verify`.

        Raises:
            RoomUnknown: ERR_ROOM_404.
        """
        return Rebuilding(self._log, self._building, self._room(name), tell).verify(most)

    @property
    def names(self) -> Sequence[str]:
        """The rooms there are."""
        return list(self.rooms.rooms)

    def work(self, stop: threading.Event) -> None:
        """Take up the rebuilds of rooms of this version that are asked for, until `stop`."""
        while not stop.is_set():
            self.work_off(stop)
            stop.wait(_POLL_S)

    def work_off(self, stop: threading.Event) -> None:
        """Take up those that are asked for now."""
        for room in self._asked():
            if stop.is_set():
                return
            try:
                self._take_up(room, stop)
            except RoomStopped as stopped:
                _log.error(
                    "rebuild_stopped", room=room.name, place=stopped.place, error=stopped.error
                )
            except Exception as failure:  # noqa: BLE001 - whatever it was, work goes on
                _log.error("rebuild_disturbed", room=room.name, exc_info=failure)

    def _asked(self) -> Sequence[Room[Any]]:
        try:
            with self._pool.reading() as connection:
                asked = rebuild_record.under_way(connection)
        except StoreUnavailable as failure:
            _log.warning("rebuilds_unknown", error=str(failure.__cause__))
            return []
        mine = {(room.name, room.version): room for room in self.rooms.rooms.values()}
        return [mine[one] for one in asked if one in mine]

    def _take_up(self, room: Room[Any], stop: threading.Event) -> None:
        """Rebuild a room if it is to be, unless another process does: then come back."""

        def until_stop(_: Progress) -> None:
            if stop.is_set():
                raise BuildStopped

        try:
            if Rebuilding(self._log, self._building, room, until_stop).take_up():
                _log.info("room_rebuilt", room=room.name, version=room.version)
        except RoomBusy:
            stop.wait(_POLL_S / 4)
        except BuildStopped:
            _log.info("rebuild_left_for_later", room=room.name)

    def _ask(self, room: Room[Any], asked_by: UUID | None = None) -> bool:
        with self._pool.connection() as connection:
            return rebuild_record.ask(connection, room.name, room.version, asked_by)

    def _serves(self, room: Room[Any]) -> bool:
        with self._pool.reading() as connection:
            return room.table.serves(connection)

    def _room(self, name: str) -> Room[Any]:
        room = self.rooms.rooms.get(name)
        if room is None:
            raise RoomUnknown
        return room

    def _rows(self, connection: Connection) -> Mapping[str, int]:
        rows: dict[str, int] = dict(connection.execute(_ESTIMATES).fetchall())
        for name, room in self.rooms.rooms.items():
            if rows.get(name, 0) < _COUNTED_TO:
                count = sql.SQL("SELECT count(*) FROM {}").format(room.table.qualified)
                [rows[name]] = connection.execute(count).fetchone() or (0,)
        return rows

    def _sweep(self) -> None:
        """Drop what killed processes left: their rows may tell of somebody forgotten since."""
        with self._pool.connection() as connection:
            for (name,) in connection.execute(_LEFT_OVER).fetchall():
                try:
                    with rebuild_record.sole(connection, name):
                        left = sql.SQL("DROP TABLE IF EXISTS {}")
                        connection.execute(left.format(sql.Identifier("rooms_anew", name)))
                except RoomBusy:
                    continue


def _unless_outdone(undone: Rebuild | None, done: Rebuild | None) -> Rebuild | None:
    """The one that is not done, unless one that is was asked for after it."""
    is_outdone = undone and done and done.asked_at > undone.asked_at
    return None if is_outdone else undone
