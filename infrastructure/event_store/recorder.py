"""The library's recorder with our insert: one call of one database function.

Two differences from the library's own insert, both measured (spec 01b): it never uses psycopg's
pipeline mode, which hangs on payloads of half a megabyte, and it is never repeated blindly after
a lost connection.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import Notification, OperationalError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.rows import DictRow, dict_row, tuple_row
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from application.ports import Statement
from infrastructure.postgres_pool import OUTAGES, SteadyPool, unavailable

SCHEMA = "events"
POOL_SIZE = 10
PAGE_BYTES = 4 * 1024 * 1024
"""What a page of events may weigh, its last event aside: valuations of large books are heavy."""

_INSERT = "SELECT events.record_events(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[])"
_STREAMS = (
    "SELECT originator_id, originator_version, topic, state, CASE WHEN topic = ANY(%b) THEN"
    " (SELECT key FROM credentials.personal_keys WHERE user_id = originator_id) END AS key"
    " FROM events.stored_events"
    " WHERE originator_id = ANY(%b) ORDER BY originator_id, originator_version"
)
_HISTORY = (
    "SELECT notification_id, originator_id, originator_version, topic, state,"
    " CASE WHEN topic = ANY(%b) THEN"
    " (SELECT key FROM credentials.personal_keys WHERE user_id = originator_id) END AS key"
    " FROM events.stored_events WHERE originator_id = ANY(%b) ORDER BY notification_id"
)
_CHOSEN = (
    "SELECT notification_id, originator_id, originator_version, topic, state,"
    " CASE WHEN topic = ANY(%b) THEN"
    " (SELECT key FROM credentials.personal_keys WHERE user_id = originator_id) END AS key"
    " FROM unnest(%b::uuid[], %b::bigint[]) AS given (id, version)"
    " JOIN events.stored_events ON originator_id = id AND originator_version = version"
    " ORDER BY notification_id"
)
_PLACES = (
    "SELECT notification_id, originator_id, originator_version FROM events.stored_events"
    " WHERE originator_id = ANY(%b) ORDER BY notification_id"
)
_KEYS = "SELECT user_id, key FROM credentials.personal_keys WHERE user_id = ANY(%s)"
_EXISTING = (
    "SELECT id FROM unnest(%b::uuid[]) AS given (id) WHERE EXISTS"
    " (SELECT FROM events.stored_events WHERE originator_id = id AND originator_version = 1)"
)
_VERSIONS = (
    "SELECT originator_id, max(originator_version) AS version FROM events.stored_events"
    " WHERE originator_id = ANY(%b) GROUP BY originator_id"
)
_PAGE = (
    "SELECT notification_id, originator_id, originator_version, topic, state,"
    " CASE WHEN topic = ANY(%b) THEN"
    " (SELECT key FROM credentials.personal_keys WHERE user_id = originator_id) END AS key FROM ("
    " SELECT *, sum(octet_length(state)) OVER (ORDER BY notification_id) - octet_length(state)"
    " AS bytes_before FROM (SELECT * FROM events.stored_events WHERE notification_id > %s"
    " ORDER BY notification_id LIMIT %s) AS next) AS page"
    " WHERE bytes_before < %s ORDER BY notification_id"
)
_STRETCH = (
    "SELECT notification_id, originator_id, originator_version, topic, state,"
    " CASE WHEN topic = ANY(%b) THEN"
    " (SELECT key FROM credentials.personal_keys WHERE user_id = originator_id) END AS key FROM ("
    " SELECT *, sum(octet_length(state)) OVER (ORDER BY notification_id) - octet_length(state)"
    " AS bytes_before FROM events.stored_events"
    " WHERE notification_id > %s AND notification_id <= %s AND topic = ANY(%b)) AS stretch"
    " WHERE bytes_before < %s ORDER BY notification_id"
)
_AT_VERSIONS = (
    "SELECT e.originator_id, e.originator_version, e.topic, e.state, e.notification_id"
    " FROM unnest(%b::uuid[], %b::bigint[]) AS given (id, version)"
    " JOIN events.stored_events e ON e.originator_id = id AND e.originator_version = version"
)


StoredRow = tuple[int, UUID, int, str, bytes, bytes | None]
"""Position, stream, version, topic and state of an event, and the key it is sealed with."""


class VersionTaken(Exception):
    """The store holds an event of this id and version; nothing of the save was recorded."""


class ConnectionLost(OperationalError):
    """The connection broke before the answer: what was asked may have happened or not."""


def _nobody_doubts() -> None:
    """For whoever remembers nothing."""


class BoundedDatastore(PostgresDatastore):
    """The library's datastore on a pool with bounded waits, its errors told apart by meaning.

    Who waits `timeout_s` for one of its `pool_size` connections is told to come again. `in_doubt`
    is called for each new connection and each that is lost: another database may answer then.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = POOL_SIZE,
        timeout_s: float = 2,
        in_doubt: Callable[[], None] = _nobody_doubts,
    ) -> None:
        super().__init__(dbname="", host="", port="", user="", password="", schema=SCHEMA)
        # The library's own pool, never opened, cannot be told all of this.
        pool: Any = SteadyPool(  # not the library's kind, which differs in how it is made
            url,
            psycopg.Connection[DictRow],
            {"autocommit": True, "row_factory": dict_row},
            size=pool_size,
            timeout_s=timeout_s,
            before_use=in_doubt,
        )
        self.pool = pool
        self._in_doubt = in_doubt

    @contextmanager
    def get_connection(self) -> Iterator[psycopg.Connection[DictRow]]:
        """A connection, in autocommit mode.

        Raises:
            StoreUnavailable: all stay in use, a lock stays taken, or the server refuses: for
                certain nothing happened.
            ConnectionLost: the outcome is unknown.
        """
        try:
            with self.pool.connection() as connection:
                yield connection
        except OUTAGES as failure:
            if _nothing_happened(failure):
                raise unavailable(failure) from failure
            self._in_doubt()
            raise ConnectionLost(str(failure)) from failure


class EventRecorder(PostgresApplicationRecorder):
    """Inserts through `events.record_events`; reads as the library does.

    Events under one of the `sealed` topics come with the key of their stream, None where it was
    destroyed: read in the same statement, so that no process still knows a key that is gone.
    """

    def __init__(self, datastore: BoundedDatastore, sealed: Collection[str] = ()) -> None:
        super().__init__(datastore, events_table_name="stored_events")
        self._sealed = list(sealed)

    def record(self, events: Sequence[StoredEvent], also: Sequence[Statement] = ()) -> list[int]:
        """Insert `events` in one transaction, with the statements of `also` before them.

        Returns:
            Their positions, in the order given.

        Raises:
            VersionTaken, StoreUnavailable: nothing was recorded.
            ConnectionLost: the outcome is unknown.
        """
        with self.datastore.get_connection() as connection:
            if not also:
                return _insert(connection, events)
            with connection.transaction():
                for statement in also:
                    statement(connection)
                return _insert(connection, events) if events else []

    def streams(self, ids: Sequence[UUID]) -> list[tuple[StoredEvent, bytes | None]]:
        """All events of several aggregates, each stream in order, in one round trip."""
        with self.datastore.get_connection() as connection:
            given = (self._sealed, list(ids))
            rows = connection.execute(_STREAMS, given, prepare=True, binary=True).fetchall()
        return [(_stored(row), row["key"]) for row in rows]

    def history(self, ids: Sequence[UUID]) -> list[tuple[Notification, bytes | None]]:
        """All events of several aggregates with their positions, in that order."""
        with self.datastore.get_connection() as connection:
            given = (self._sealed, list(ids))
            rows = connection.execute(_HISTORY, given, prepare=True, binary=True).fetchall()
        return [(_notification(row), row["key"]) for row in rows]

    def chosen(self, events: Sequence[tuple[UUID, int]]) -> list[tuple[Notification, bytes | None]]:
        """Those events, by id and version, that there are, with their positions in that order."""
        ids, versions = [one for one, _ in events], [version for _, version in events]
        with self.datastore.get_connection() as connection:
            given = (self._sealed, ids, versions)
            rows = connection.execute(_CHOSEN, given, prepare=True, binary=True).fetchall()
        return [(_notification(row), row["key"]) for row in rows]

    def places(self, ids: Sequence[UUID]) -> list[tuple[int, UUID, int]]:
        """Positions, ids and versions of all events of several aggregates, in that order."""
        with self.datastore.get_connection() as connection:
            rows = connection.execute(_PLACES, (list(ids),), prepare=True, binary=True).fetchall()
        return [
            (row["notification_id"], row["originator_id"], row["originator_version"])
            for row in rows
        ]

    def page(self, after: int, limit: int) -> list[tuple[Notification, bytes | None]]:
        """Up to `limit` events above position `after`, fewer once they fill `PAGE_BYTES`."""
        with self.datastore.get_connection() as connection:
            given = (self._sealed, after, limit, PAGE_BYTES)
            rows = connection.execute(_PAGE, given, prepare=True, binary=True).fetchall()
        return [(_notification(row), row["key"]) for row in rows]

    def stretch(self, topics: Sequence[str], after: int, until: int) -> list[StoredRow]:
        """Events under `topics` above `after` up to `until`, fewer once they fill `PAGE_BYTES`."""
        with self.datastore.get_connection() as connection:
            given = (self._sealed, after, until, list(topics), PAGE_BYTES)
            cursor = connection.cursor(binary=True, row_factory=tuple_row)
            return cursor.execute(_STRETCH, given, prepare=True).fetchall()

    def keys(self, ids: Sequence[UUID]) -> dict[UUID, bytes]:
        """The keys of those who have one."""
        with self.datastore.get_connection() as connection:
            rows = connection.execute(_KEYS, (list(ids),), binary=True).fetchall()
        return {row["user_id"]: row["key"] for row in rows}

    def existing(self, ids: Sequence[UUID]) -> set[UUID]:
        """Those of the ids that have events."""
        with self.datastore.get_connection() as connection:
            rows = connection.execute(_EXISTING, (list(ids),), prepare=True).fetchall()
        return {row["id"] for row in rows}

    def versions(self, ids: Sequence[UUID]) -> dict[UUID, int]:
        """The latest versions of those of the ids that have events."""
        with self.datastore.get_connection() as connection:
            rows = connection.execute(_VERSIONS, (list(ids),), prepare=True).fetchall()
        return {row["originator_id"]: row["version"] for row in rows}

    def at_versions(self, events: Sequence[StoredEvent]) -> list[tuple[StoredEvent, int]]:
        """What the store holds, with positions, at the ids and versions of `events`."""
        given = (
            [event.originator_id for event in events],
            [event.originator_version for event in events],
        )
        with self.datastore.get_connection() as connection:
            rows = connection.execute(_AT_VERSIONS, given, binary=True).fetchall()
        return [(_stored(row), row["notification_id"]) for row in rows]


@contextmanager
def owner_recorder(owner_url: str) -> Iterator[EventRecorder]:
    """A recorder with the owner's rights, to create the library's tables."""
    datastore = BoundedDatastore(owner_url, pool_size=1)
    try:
        yield EventRecorder(datastore)
    finally:
        datastore.close()


def _insert(connection: psycopg.Connection[DictRow], events: Sequence[StoredEvent]) -> list[int]:
    columns = (
        [event.originator_id for event in events],
        [event.originator_version for event in events],
        [event.topic for event in events],
        [event.state for event in events],
    )
    try:
        row = connection.execute(_INSERT, columns, prepare=True, binary=True).fetchone()
    except psycopg.errors.UniqueViolation as taken:
        raise VersionTaken from taken
    return list(row["record_events"]) if row else []


def _nothing_happened(failure: psycopg.Error) -> bool:
    """Whether the server itself refused, or was never asked.

    A server that shuts down or ends our session (class 57P) may have committed just before.
    """
    if isinstance(failure, (PoolTimeout, TooManyRequests, PoolClosed)):
        return True
    return failure.sqlstate is not None and not failure.sqlstate.startswith("57P")


def _notification(row: DictRow) -> Notification:
    return Notification(
        row["originator_id"],
        row["originator_version"],
        row["topic"],
        bytes(row["state"]),
        id=row["notification_id"],
    )


def _stored(row: DictRow) -> StoredEvent:
    return StoredEvent(
        row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"])
    )
