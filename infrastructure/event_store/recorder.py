"""The library's recorder with our insert: one call of one database function.

Two differences from the library's own insert, both measured (spec 01b): it never uses psycopg's
pipeline mode, which hangs on payloads of half a megabyte, and it is never repeated blindly after
a lost connection.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from application.ports import Statement

SCHEMA = "events"
_INSERT = "SELECT events.record_events(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[])"
_STREAMS = (
    "SELECT originator_id, originator_version, topic, state FROM events.stored_events"
    " WHERE originator_id = ANY(%s) ORDER BY originator_id, originator_version"
)
_EXISTING = (
    "SELECT id FROM unnest(%s::uuid[]) AS given (id) WHERE EXISTS"
    " (SELECT FROM events.stored_events WHERE originator_id = id AND originator_version = 1)"
)
_COMMANDS = (
    "SELECT e.originator_id, e.originator_version, e.topic, e.state, e.notification_id"
    " FROM unnest(%s::uuid[], %s::bigint[]) AS given (id, version)"
    " JOIN events.stored_events e ON e.originator_id = id AND e.originator_version = version"
)


def open_datastore(url: str, *, pool_size: int = 10) -> PostgresDatastore:
    """The library's connection pool on the database of `url`, with bounded waits everywhere."""
    given = {key: value for key, value in conninfo_to_dict(url).items() if value is not None}
    datastore = PostgresDatastore(
        dbname=str(given.pop("dbname")),
        host=str(given.pop("host", "")),
        port=str(given.pop("port", "5432")),
        user=str(given.pop("user", "")),
        password=str(given.pop("password", "")),
        connect_timeout=2.0,
        idle_in_transaction_session_timeout=30,
        pool_size=1,
        max_overflow=pool_size - 1,
        max_waiting=200,
        pre_ping=True,
        lock_timeout=5,
        schema=SCHEMA,
    )
    kwargs = datastore.pool.kwargs
    if not isinstance(kwargs, dict):
        raise TypeError("The pool of eventsourcing no longer keeps its arguments in a dict")
    kwargs.update(given, connect_timeout=2)  # what the library's signature has no place for
    return datastore


class EventRecorder(PostgresApplicationRecorder):
    """Inserts through `events.record_events`; reads as the library does."""

    def __init__(self, datastore: PostgresDatastore) -> None:
        super().__init__(datastore, events_table_name="stored_events")

    def record(self, events: Sequence[StoredEvent], also: Sequence[Statement] = ()) -> list[int]:
        """Insert `events` in one transaction, with the statements of `also` before them.

        Returns:
            Their positions, in the order given.

        Raises:
            eventsourcing.persistence.IntegrityError: a version is taken already.
            eventsourcing.persistence.OperationalError: the outcome is unknown or nothing happened.
        """
        with self.datastore.get_connection() as connection:
            if not also:
                return self._insert(connection, events)
            with connection.transaction():
                for statement in also:
                    statement(connection)
                return self._insert(connection, events)

    @staticmethod
    def _insert(connection: psycopg.Connection[Any], events: Sequence[StoredEvent]) -> list[int]:
        columns = (
            [event.originator_id for event in events],
            [event.originator_version for event in events],
            [event.topic for event in events],
            [event.state for event in events],
        )
        row = connection.execute(_INSERT, columns, prepare=True, binary=True).fetchone()
        return list(row["record_events"]) if row else []

    def streams(self, ids: Sequence[UUID]) -> list[StoredEvent]:
        """All events of several aggregates, each stream in order, in one round trip."""
        with self.datastore.get_connection() as connection:
            rows = connection.execute(_STREAMS, (list(ids),), prepare=True, binary=True).fetchall()
        return [_stored(row) for row in rows]

    def existing(self, ids: Sequence[UUID]) -> set[UUID]:
        """Those of the ids that have events."""
        with self.datastore.get_connection() as connection:
            rows = connection.execute(_EXISTING, (list(ids),), prepare=True).fetchall()
        return {row["id"] for row in rows}

    def at_versions(self, events: Sequence[StoredEvent]) -> list[tuple[StoredEvent, int]]:
        """What the store holds, with positions, at the ids and versions of `events`."""
        given = (
            [event.originator_id for event in events],
            [event.originator_version for event in events],
        )
        with self.datastore.get_connection() as connection:
            rows = connection.execute(_COMMANDS, given, binary=True).fetchall()
        return [(_stored(row), row["notification_id"]) for row in rows]


@contextmanager
def owner_recorder(owner_url: str) -> Iterator[EventRecorder]:
    """A recorder with the owner's rights, to create the library's tables."""
    datastore = open_datastore(owner_url, pool_size=1)
    try:
        yield EventRecorder(datastore)
    finally:
        datastore.close()


def _stored(row: dict[str, Any]) -> StoredEvent:
    return StoredEvent(
        row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"])
    )
