"""Events in partitions by time, tried: the log as it is against the same in ranges of positions.

The position is the time: both only grow. A partitioned table can be unique only by what holds its
partition key, so that (stream, version) needs a table of its own; a trigger fills it. Everything
else is the program as it is. Run it by `python -m tests.benchmarks.partitioning [EVENTS]`.
"""

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from domain.run_slot import RunSlot
from interfaces.bootstrap import Program
from projections.valuations.postgres import ROOM as VALUATIONS
from tests.benchmarks.databases import durable_database, silence_logs
from tests.benchmarks.million import Life, live
from tests.benchmarks.recording import seconds
from tests.benchmarks.row import Row, show
from tests.support.accounts import cause
from tests.support.programs import build_program
from tests.support.recording import claimed, open_log

EVENTS = 100_000
PARTITIONS = 20
ROUNDS = 3
SINGLE, IN_A_SAVE = 200, 1_000
_NEWEST = "SELECT max(notification_id) FROM events.stored_events"
_PARTITION = sql.SQL(
    "CREATE TABLE events.{} PARTITION OF events.stored_events FOR VALUES FROM ({}) TO ({})"
)
_WHOLE = """
ALTER TABLE events.stored_events RENAME TO stored_events_whole;
CREATE TABLE events.stored_events (LIKE events.stored_events_whole INCLUDING DEFAULTS)
    PARTITION BY RANGE (notification_id);
GRANT SELECT ON events.stored_events TO sigmasight_app;
"""
_FILLED = """
INSERT INTO events.stored_events SELECT * FROM events.stored_events_whole;
CREATE TABLE events.versions AS
    SELECT originator_id, originator_version FROM events.stored_events_whole;
ALTER TABLE events.versions ADD PRIMARY KEY (originator_id, originator_version);
CREATE UNIQUE INDEX ON events.stored_events (notification_id);
CREATE INDEX ON events.stored_events (originator_id, originator_version);
ALTER SEQUENCE events.stored_events_notification_id_seq OWNED BY NONE;
DROP TABLE events.stored_events_whole;
CREATE FUNCTION events.claim_versions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events.versions SELECT originator_id, originator_version FROM added;
    RETURN NULL;
END;
$$;
CREATE TRIGGER claim_versions AFTER INSERT ON events.stored_events
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION events.claim_versions();
"""
_ANALYZED = "VACUUM (ANALYZE) events.stored_events"

Connection = psycopg.Connection[tuple[Any, ...]]


def partition(owner: Connection, partitions: int = PARTITIONS) -> str:
    """Divide the log of a database nobody else writes to; the name of the newest partition.

    The newest has room for as many events as there were.
    """
    [newest] = owner.execute(_NEWEST).fetchone() or (0,)
    width = -(-newest // (partitions - 1))
    edges = [nth * width for nth in range(partitions)]
    names = [f"stored_events_{nth}" for nth in range(partitions)]
    ends = [*edges[1:], edges[-1] + 2 * newest]
    with owner.transaction():
        owner.execute(_WHOLE)
        for name, begin, end in zip(names, edges, ends, strict=True):
            owner.execute(
                _PARTITION.format(sql.Identifier(name), sql.Literal(begin), sql.Literal(end))
            )
        owner.execute(_FILLED)
    owner.execute(_ANALYZED)
    return f"events.{names[-1]}"


@dataclass(frozen=True, slots=True)
class Log:
    """A log, in one table or in several; `newest` is the table that is inserted into."""

    url: str
    program: Program
    owner: Connection
    streams: Sequence[UUID]
    newest: str

    def record_singly(self) -> None:
        """Save after save of one event."""
        for _ in range(SINGLE):
            self.program.log.save(claimed(), cause=cause())

    def record_at_once(self) -> None:
        """Many events in one save."""
        slots = [claimed() for _ in range(IN_A_SAVE)]
        self.program.log.save(*slots, cause=cause())

    def load(self) -> None:
        """Streams, one by one."""
        for stream in self.streams:
            if self.program.log.load(RunSlot, stream) is None:
                raise LookupError(stream)

    def stretch(self) -> None:
        """Everything that feeds a room, as a rebuild reads it."""
        with open_log(self.url) as log:
            after, end = 0, log.position()
            while after < end:
                stretch = log.stretch(VALUATIONS.fed_by, after, end)
                after = stretch.reached
                deque(stretch.events, maxlen=0)

    def verify(self) -> None:
        """Every link again."""
        if self.program.audit.verify().fault is not None:
            raise ValueError("the chain is broken")

    def vacuum(self) -> None:
        """As it is due after so many inserts: of the table that they went to."""
        self.owner.execute(sql.SQL(f"VACUUM (FREEZE, ANALYZE) {self.newest}"))


def trial(events: int = EVENTS) -> list[Row]:
    """A row for each thing that is done to the log."""
    with _log(events, is_divided=True) as divided, _log(events, is_divided=False) as whole:
        return [
            _row(what, getattr(divided, name), getattr(whole, name), events)
            for what, name in (
                (f"{SINGLE} saves of one event", "record_singly"),
                (f"one save of {IN_A_SAVE:,} events", "record_at_once"),
                (f"loading {SINGLE} streams, one by one", "load"),
                ("reading all that feeds valuations", "stretch"),
                ("verifying the chain", "verify"),
                ("vacuum, freeze and analyze after inserts", "vacuum"),
            )
        ]


def _row(what: str, ours: Callable[[], None], peer: Callable[[], None], events: int) -> Row:
    rounds = [(seconds(ours), seconds(peer)) for _ in range(ROUNDS)]
    return Row(
        what=f"{what}, {PARTITIONS} partitions of a log of {events:,} events",
        against="one table",
        ours=tuple(mine for mine, _ in rounds),
        peer=tuple(other for _, other in rounds),
        goal=1,
    )


@contextmanager
def _log(events: int, *, is_divided: bool) -> Iterator[Log]:
    with ExitStack() as held:
        url = held.enter_context(durable_database())
        program = held.enter_context(build_program(url))
        live(program)
        owner = held.enter_context(psycopg.connect(url, autocommit=True))
        Life.read(owner, with_logins=False).record_copies(owner, events)
        slots = [claimed() for _ in range(SINGLE)]
        program.log.save(*slots, cause=cause())
        newest = partition(owner) if is_divided else "events.stored_events"
        yield Log(url, program, owner, [slot.id for slot in slots], newest)


if __name__ == "__main__":
    silence_logs()
    show(trial(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS))
