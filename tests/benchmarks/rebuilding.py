"""Rebuilding rooms over a million events, and what readers notice of it.

Ours is what `sigmasight rebuild` does: rows made anew beside the live ones, compared with them,
swapped. The first peer decodes the same events by orjson and copies the same rows into the same
tables; the second is the room's own fold with a transaction for each event, of which some are
measured and scaled up. All end with equal digests. Run it by
`python -m tests.benchmarks.rebuilding [EVENTS]`; a million takes more than ten minutes.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from application.ports import LogToFold, Recorded
from domain.snapshot import Snapshot
from infrastructure.postgres import Pool, app_url, open_pool
from projections.positions.postgres import ROOM as POSITIONS
from projections.rebuild import Rebuilding
from projections.room import Room
from projections.row_table import Key
from projections.valuations.postgres import ROOM as VALUATIONS
from tests.benchmarks import raw_rooms, tails
from tests.benchmarks.databases import durable_database, silence_logs
from tests.benchmarks.million import Life, live
from tests.benchmarks.reading import serve_program
from tests.benchmarks.recording import seconds
from tests.benchmarks.row import Row, show
from tests.benchmarks.serving import served
from tests.support.accounts import Owner
from tests.support.programs import SECRET, build_program
from tests.support.recording import open_log

EVENTS = 1_000_000
ROUNDS = 5
READING_ROUNDS = 5
SINGLE = 5_000
"""Events that are measured one by one."""
GOAL_OF_RAW, GOAL_OF_SINGLE, GOAL_OF_READS = 0.40, 10, 0.40
_ROOMS: Sequence[Room[Any]] = (VALUATIONS, POSITIONS)
_FED = "SELECT count(*) FROM events.stored_events WHERE topic = ANY(%s)"
_ALL_READ = "UPDATE rooms.progress SET position = %s"
_POSITION = b"CREATE TABLE rooms_anew.single AS SELECT 0::bigint AS position"
_MOVE = b"UPDATE rooms_anew.single SET position = %s"
_FORGET = b"DROP TABLE rooms_anew.single"

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Ground:
    """A log of `position` events, and who reads and writes; `url` is the owner's."""

    url: str
    position: int
    log: LogToFold
    pool: Pool
    reader: Connection
    writer: Connection

    def rebuild(self, room: Room[Any]) -> None:
        """Ours."""
        Rebuilding(self.log, self.pool, room).rebuild()

    def make_raw(self, room: Room[Any]) -> None:
        """The first peer."""
        raw_rooms.make(self.reader, self.writer, room.name, self.position)

    def compare(self, room: Room[Any]) -> None:
        """Raises ValueError unless both made the same rows."""
        ours = raw_rooms.digest(self.writer, "rooms", room.name)
        raw = raw_rooms.digest(self.writer, raw_rooms.SCHEMA, room.name)
        if ours != raw:
            raise ValueError(f"{room.name}: {ours} and {raw} are not the same rows")

    def one_by_one(self, room: Room[Any]) -> float:
        """The second peer: seconds for as many events as feed the room, by those of some."""
        stated, sample = self._sample(room)
        table = room.table.anew()
        rows: dict[Key, Any] = {}
        for recorded in stated:
            room.fold(rows, recorded)
        with self.pool.connection() as connection:
            table.create(connection)
            table.store(connection, list(rows.values()))
            connection.execute(_POSITION)
        took = seconds(lambda: self._take_in(room, sample))
        with self.pool.connection() as connection:
            table.drop(connection)
            connection.execute(_FORGET)
        return took * self._fed(room) / len(sample)

    def _take_in(self, room: Room[Any], events: Sequence[Recorded]) -> None:
        table = room.table.anew()
        for recorded in events:
            with self.pool.connection() as connection:
                connection.execute(_MOVE, (recorded.position,))
                rows = table.load(connection, room.keys(recorded))
                room.fold(rows, recorded)
                table.store(connection, list(rows.values()))

    def _sample(self, room: Room[Any]) -> tuple[list[Recorded], list[Recorded]]:
        """What accounts said of themselves, and the first snapshots that follow."""
        stated: list[Recorded] = []
        snapshots: list[Recorded] = []
        after = 0
        while len(snapshots) < SINGLE and after < self.position:
            stretch = self.log.stretch(room.fed_by, after, self.position)
            for recorded in stretch.events:
                (snapshots if isinstance(recorded.event, Snapshot) else stated).append(recorded)
            after = stretch.reached
        return stated, snapshots[:SINGLE]

    def _fed(self, room: Room[Any]) -> int:
        """How many events feed a room."""
        topics = [
            kind.TOPIC if version == 1 else f"{kind.TOPIC}/{version}"
            for kind in room.fed_by
            for version in range(1, kind.VERSION + 1)
        ]
        [fed] = self.writer.execute(_FED, (topics,)).fetchone() or (0,)
        return int(fed)


def measure(events: int = EVENTS) -> list[Row]:
    """Two rows of each room, one against each peer, and one of reads meanwhile."""
    with ExitStack() as held:
        url = held.enter_context(durable_database())
        with build_program(url) as program:
            owner, portfolio_id = live(program)
        ground = _prepared(url, events, held)
        rows = [row for room in _ROOMS for row in _against_peers(ground, room)]
        return [*rows, _reading(ground, owner, portfolio_id)]


def _prepared(url: str, events: int, held: ExitStack) -> Ground:
    """The ground, with a log that every room is said to have read."""
    hasty = "-c synchronous_commit=off"  # as rooms are written
    reader, writer = (
        held.enter_context(psycopg.connect(url, autocommit=True, options=hasty)) for _ in range(2)
    )
    position = Life.read(writer).record_copies(writer, events)
    writer.execute("CREATE SCHEMA raw")
    writer.execute(_ALL_READ, (position,))
    pool = held.enter_context(open_pool(app_url(url, SECRET), is_durable=False))
    return Ground(url, position, held.enter_context(open_log(url)), pool, reader, writer)


def _against_peers(ground: Ground, room: Room[Any]) -> list[Row]:
    ours, raw = [], []
    for _ in range(ROUNDS):
        ours.append(seconds(lambda: ground.rebuild(room)))
        raw.append(seconds(lambda: ground.make_raw(room)))
        ground.compare(room)
    what = f"Rebuilding {room.name} over {ground.position:,} events"
    note = "made anew, compared with the live rows and swapped; digests equal"
    single = tuple(ground.one_by_one(room) for _ in range(ROUNDS))
    return [
        Row(
            what=what,
            against="orjson, and COPY of the same rows",
            ours=tuple(ours),
            peer=tuple(raw),
            goal=GOAL_OF_RAW,
            note=note,
        ),
        Row(
            what=what,
            against=f"a transaction an event, by {SINGLE:,} of them",
            ours=tuple(ours),
            peer=single,
            goal=GOAL_OF_SINGLE,
            note=note,
        ),
    ]


def _reading(ground: Ground, owner: Owner, portfolio_id: UUID) -> Row:
    """The slowest of a hundred reads, while a room is rebuilt, and while nothing else is done."""
    idle, busy = [], []
    with served(serve_program, ground.url) as connection:
        sides = tails.views(connection, owner, portfolio_id)
        for _ in range(READING_ROUNDS):
            idle.append(tails.idle(sides))
            with tails.meanwhile(_rebuild, ground.url) as has_ended:
                busy.append(tails.p99(sides, until=has_ended))
    return Row(
        what="p99 of reads of three views while valuations are rebuilt",
        against="idle",
        ours=tuple(busy),
        peer=tuple(idle),
        goal=GOAL_OF_READS,
        note=f"server, rebuild and PostgreSQL on {os.cpu_count()} cores",
    )


def _rebuild(url: str) -> None:
    silence_logs()
    with open_log(url) as log, open_pool(app_url(url, SECRET), is_durable=False) as pool:
        Rebuilding(log, pool, VALUATIONS).rebuild()


if __name__ == "__main__":
    silence_logs()
    show(measure(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS))
