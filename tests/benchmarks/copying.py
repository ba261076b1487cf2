"""COPY of what the event store holds: how fast PostgreSQL takes in rows that are there already."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg

_COLUMNS = "originator_id, originator_version, topic, state"
_ROWS = f"SELECT {_COLUMNS} FROM events.stored_events WHERE originator_id = ANY(%s)"
_DIFFERENT = f"SELECT count(*) FROM (SELECT {_COLUMNS} FROM plain EXCEPT {_ROWS}) AS others"


class Copying:
    """A table of the store's shape, keys and all, and COPY into it; by the database's owner."""

    def __init__(self, owner: "psycopg.Connection[Any]") -> None:
        owner.execute("CREATE TABLE plain (LIKE events.stored_events INCLUDING ALL)")
        self._owner = owner
        self._ids: Sequence[UUID] = ()
        self._rows: Sequence[tuple[Any, ...]] = ()

    def read(self, ids: Sequence[UUID]) -> None:
        """Read what the store holds of these aggregates, before anything is timed."""
        self._owner.execute("TRUNCATE plain")
        self._ids = ids
        self._rows = self._owner.execute(_ROWS, (list(ids),), binary=True).fetchall()

    def copy(self) -> None:
        """Copy it: one statement, one transaction."""
        statement = f"COPY plain ({_COLUMNS}) FROM STDIN (FORMAT BINARY)"
        with self._owner.cursor().copy(statement) as copy:
            copy.set_types(["uuid", "int8", "text", "bytea"])
            for row in self._rows:
                copy.write_row(row)

    def compare(self) -> None:
        """Raises ValueError unless the copied rows are those of the store, one of each id."""
        found = self._owner.execute(_DIFFERENT, (list(self._ids),)).fetchone()
        if len(self._rows) != len(self._ids) or found != (0,):
            raise ValueError("The copied rows are not those of the store.")
