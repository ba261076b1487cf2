"""Live rows held against those made anew: by count and digest, then row by row."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from psycopg import sql

from projections.row_table import Connection, RowTable

_DIGEST = sql.SQL(
    "SELECT count(*), coalesce(sum(hash_record_extended(ROW({}), 0)::numeric), 0) FROM {}"
)
_BOTH = sql.SQL(
    "FROM {} AS live FULL JOIN {} AS anew USING ({}) WHERE live::text IS DISTINCT FROM anew::text"
)
_HOW_MANY = sql.SQL("SELECT count(*) {}")
_ONE_BY_ONE = sql.SQL("SELECT to_jsonb(live)::text, to_jsonb(anew)::text {} ORDER BY {} LIMIT {}")


class Difference(msgspec.Struct, frozen=True):
    """A row that differs: its key, and each such column with its live and its rebuilt value.

    Of a row that only one side has the columns are all of it. Values are as JSON has them.
    """

    key: Mapping[str, Any]
    live: Mapping[str, Any] | None
    rebuilt: Mapping[str, Any] | None


class Comparison(msgspec.Struct, frozen=True):
    """How many rows there are when made anew, how many live, and how many differ."""

    rows: int
    rows_live: int
    differing: int


def compare(connection: Connection, live: RowTable[Any]) -> Comparison:
    """Hold a room's rows against those made anew, in one transaction of repeatable reads."""
    anew = live.anew()
    rows, digest = _told(connection, _digest(anew))
    rows_live, digest_live = _told(connection, _digest(live))
    if (rows, digest) == (rows_live, digest_live):
        return Comparison(rows, rows_live, 0)
    [differing] = _told(connection, _HOW_MANY.format(_both(live)))
    return Comparison(rows, rows_live, differing)


def differences(connection: Connection, live: RowTable[Any], most: int) -> Sequence[Difference]:
    """Up to `most` of the rows that differ, in the order of their keys."""
    query = _ONE_BY_ONE.format(_both(live), _key(live), sql.Literal(most))
    return [_difference(live, *row) for row in connection.execute(query).fetchall()]


def _digest(table: RowTable[Any]) -> sql.Composed:
    columns = sql.SQL(", ").join(column.exactly for column in table.columns)
    return _DIGEST.format(columns, table.qualified)


def _told(connection: Connection, query: sql.Composed) -> tuple[Any, ...]:
    return connection.execute(query).fetchone() or ()


def _both(live: RowTable[Any]) -> sql.Composed:
    return _BOTH.format(live.qualified, live.anew().qualified, _key(live))


def _key(live: RowTable[Any]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, live.key))


def _difference(table: RowTable[Any], live: str | None, rebuilt: str | None) -> Difference:
    one, other = (json.loads(text) if text else None for text in (live, rebuilt))
    row = one or other or {}
    key = {name: row[name] for name in table.key}
    if one is None or other is None:
        return Difference(key, one, other)
    changed = [name for name in one if one[name] != other[name]]
    return Difference(
        key, {name: one[name] for name in changed}, {name: other[name] for name in changed}
    )
