"""A room's table as Python sees it: one frozen Struct a row, read and written in bulk.

A table lives in the schema of the rooms, its twin, made anew, beside it in another one. Columns
follow the Struct's annotations. Anything that is not a plain column type is kept as jsonb and comes
back as the annotated type. Writes are one statement for any number of rows.
"""

import copy
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import msgspec
import psycopg
from psycopg import sql
from psycopg.copy import QueuedLibpqWriter

Row = TypeVar("Row", bound=msgspec.Struct)
Key = tuple[Any, ...]
Connection = psycopg.Connection[tuple[Any, ...]]

SCHEMA = "rooms"
SCHEMA_ANEW = "rooms_anew"
_PLAIN: dict[Any, str] = {
    UUID: "uuid",
    str: "text",
    int: "bigint",
    bool: "boolean",
    float: "double precision",
    Decimal: "numeric",
    date: "date",
    datetime: "timestamptz",
}
_EXACTLY = {
    "numeric": sql.SQL("numeric_send({})"),  # 1.0 and 1.00 are equal
    "double precision": sql.SQL("float8send({})"),  # so are 0 and -0
    "json": sql.SQL("{}::text"),
    "jsonb": sql.SQL("{}::text"),
}
_COLUMNS = (
    "SELECT attname, CASE format_type(atttypid, NULL) WHEN 'timestamp with time zone'"
    " THEN 'timestamptz' ELSE format_type(atttypid, NULL) END FROM pg_attribute"
    " JOIN pg_class ON pg_class.oid = attrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace"
    " WHERE nspname = %s AND relname = %s AND attnum > 0 AND NOT attisdropped"
)


class Pool(Protocol):
    """Where rooms get their connections."""

    def connection(self) -> AbstractContextManager[Connection]:
        """A connection for one transaction, committed at the end of the block."""
        ...

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection for statements that only read, each its own transaction."""
        ...


class RowTable(Generic[Row]):
    """The table `rooms.<name>` of rows of `row_type`, unique by the `key` columns.

    `indexes` are lists of further columns to find rows by; a json column is indexed for what it
    contains. `verbatim` are json columns that nobody looks into: kept as text, which is quicker.
    """

    def __init__(
        self,
        name: str,
        row_type: type[Row],
        key: Sequence[str],
        indexes: Sequence[Sequence[str]] = (),
        verbatim: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.schema = SCHEMA
        self.row_type = row_type
        self.key = tuple(key)
        fields = msgspec.structs.fields(row_type)
        self._columns = [_Column(field, is_verbatim=field.name in verbatim) for field in fields]
        self._loads = [(n, column.load) for n, column in enumerate(self._columns) if column.load]
        self._indexes = indexes
        self._sql = _Statements(self)

    def key_of(self, row: Row) -> Key:
        """The values of a row's key columns, in the order of `key`."""
        return tuple(getattr(row, name) for name in self.key)

    def anew(self) -> "RowTable[Row]":
        """The twin of this table beside the live ones."""
        twin = copy.copy(self)
        twin.schema = SCHEMA_ANEW
        twin._sql = _Statements(twin)  # noqa: SLF001 - it is one of us
        return twin

    def create(self, connection: Connection) -> None:
        """Create the table, empty; one of that name is dropped before."""
        self.create_bare(connection)
        self.add_key(connection)
        self.add_indexes(connection)

    def create_bare(self, connection: Connection) -> None:
        """Create it without key and indexes, to append to."""
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}{}").format(
                sql.Identifier(column.name),
                sql.SQL(column.sql_type),
                sql.SQL("" if column.optional else " NOT NULL"),
            )
            for column in self._columns
        )
        self.drop(connection)
        connection.execute(sql.SQL("CREATE TABLE {} ({})").format(self.qualified, columns))

    def drop(self, connection: Connection) -> None:
        """Drop it, if there is one."""
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(self.qualified))

    def add_key(self, connection: Connection) -> None:
        """Let rows be found by their key, and be unique by it."""
        add = sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})")
        connection.execute(add.format(self.qualified, _names(self.key)))

    def add_indexes(self, connection: Connection) -> None:
        """Let rows be found by what else they are found by."""
        json = {column.name for column in self._columns if column.is_json}
        for index in self._indexes:
            method = sql.SQL("btree" if json.isdisjoint(index) else "gin")
            connection.execute(
                sql.SQL("CREATE INDEX ON {} USING {} ({})").format(
                    self.qualified, method, _names(index)
                )
            )

    def serves(self, connection: Connection) -> bool:
        """Whether the table that is there has the columns of this one, read as they are here."""
        found: dict[str, str] = dict(
            connection.execute(_COLUMNS, (self.schema, self.name)).fetchall()
        )
        if any(found.get(column.name) != column.sql_type for column in self._columns):
            return False
        try:
            self.select(connection, self.query(sql.SQL("LIMIT 100")), [])
        except (msgspec.MsgspecError, ValueError):
            return False
        return True

    @property
    def qualified(self) -> sql.Identifier:
        """The table's name with its schema, for queries."""
        return sql.Identifier(self.schema, self.name)

    def load(self, connection: Connection, keys: Iterable[Key]) -> dict[Key, Row]:
        """Those rows that exist, by key."""
        wanted = set(keys)
        if not wanted:
            return {}
        if len(wanted) == 1:
            rows = connection.execute(self._sql.load_one, wanted.pop()).fetchall()
        else:
            columns = [list(values) for values in zip(*wanted, strict=True)]
            rows = connection.execute(self._sql.load, columns).fetchall()
        return {self.key_of(row): row for row in map(self.row, rows)}

    def store(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert the rows, or replace those whose keys exist."""
        if not rows:
            return
        columns = [column.dump_all(rows) for column in self._columns]
        if len(rows) == 1:
            connection.execute(self._sql.store_one, [value for (value,) in columns])
        else:
            connection.execute(self._sql.store, columns)

    @contextmanager
    def appending(self, connection: Connection) -> Iterator[Callable[[Sequence[Row]], None]]:
        """What inserts rows whose keys are not there: the quickest way.

        The server works while the next are made; until the end the connection does nothing else.
        """
        cursor = connection.cursor()
        with cursor.copy(self._sql.append, writer=QueuedLibpqWriter(cursor)) as writing:

            def append(rows: Sequence[Row]) -> None:
                columns = [msgspec.to_builtins(column.dump_all(rows)) for column in self._columns]
                for values in zip(*columns, strict=True):
                    writing.write_row(values)

            yield append

    def query(self, rest: sql.Composable) -> bytes:
        """The statement that selects the rows which a `WHERE ... ORDER BY ...` clause picks."""
        return sql.SQL(" ").join([self._sql.select, rest]).as_bytes()

    def select(
        self, connection: Connection, query: bytes, values: Sequence[Any] | Mapping[str, Any]
    ) -> list[Row]:
        """The rows that a statement of `query` gives."""
        return [self.row(row) for row in connection.execute(query, values).fetchall()]

    def row(self, values: Sequence[Any]) -> Row:
        """The row of column values as the database gives them."""
        loaded = list(values)
        for number, load in self._loads:
            if loaded[number] is not None:
                loaded[number] = load(loaded[number])
        return self.row_type(*loaded)

    @property
    def columns(self) -> "Sequence[_Column]":
        """The columns in the order of the row's fields."""
        return self._columns


def count_in_all(
    connection: Connection,
    query: bytes | sql.Composed,
    values: Sequence[Any] | Mapping[str, Any],
    page: Sequence[Any],
    bounds: tuple[int | None, int],
) -> int:
    """How many rows a page is of: asked for only where the page itself does not tell.

    `bounds` are the limit, if there is one, and the offset of the page.
    """
    limit, offset = bounds
    if (limit is None or len(page) < limit) and (page or not offset):
        return offset + len(page)
    counted = connection.execute(query, values).fetchone()
    return int(counted[0]) if counted else 0


class Excerpt(RowTable[Row]):
    """Some columns of another table's rows: read and written without the rest.

    `row_type` has the key and some columns of the table. Those of `unread` are None where nothing
    was written to them since, and stay in the table what they are. `store` passes over rows that
    are not there.
    """

    def __init__(
        self, table: RowTable[Any], row_type: type[Row], unread: Sequence[str] = ()
    ) -> None:
        super().__init__(table.name, row_type, table.key)
        self.unread = frozenset(unread)
        self._sql = _Statements(self, unread)
        self._sql.store, self._sql.store_one = self._sql.update, self._sql.update_one


class _Column:
    """One field of the row type and what it is in SQL."""

    def __init__(self, field: msgspec.structs.FieldInfo, *, is_verbatim: bool) -> None:
        self.name = field.name
        kind, self.optional = _without_none(field.type)
        plain = str if isinstance(kind, type) and issubclass(kind, StrEnum) else kind
        self.is_json = plain not in _PLAIN
        json = "json" if is_verbatim else "jsonb"
        self.sql_type = json if self.is_json else _PLAIN[plain]
        self.load: Callable[[Any], Any] | None = None
        if self.is_json:
            self.load = msgspec.json.Decoder(kind).decode
        elif plain is not kind:
            self.load = kind

    @property
    def selected(self) -> sql.Composable:
        """How the column is read: json as text, so that it is decoded once, into its type."""
        name = sql.Identifier(self.name)
        return sql.SQL("{}::text").format(name) if self.is_json else name

    @property
    def exactly(self) -> sql.Composable:
        """The column as something whose digest differs where its text does."""
        name = sql.Identifier(self.name)
        exactly = _EXACTLY.get(self.sql_type)
        return exactly.format(name) if exactly else name

    def dump_all(self, rows: Sequence[Any]) -> list[Any]:
        """The column's values over all rows."""
        values = [getattr(row, self.name) for row in rows]
        return [_json(value) for value in values] if self.is_json else values


class _Statements:
    """The statements of a table, composed and rendered once.

    For one row there are others than for many: its values need not be packed into arrays.
    """

    def __init__(self, table: RowTable[Any], unread: Sequence[str] = ()) -> None:
        names = _names([column.name for column in table.columns])
        selected = sql.SQL(", ").join(
            sql.NULL if column.name in unread else column.selected for column in table.columns
        )
        self.select = sql.SQL("SELECT {} FROM {}").format(selected, table.qualified)
        types = {column.name: column.sql_type for column in table.columns}
        many, one = _many(types.values()), _one(types.values())
        of_key = [types[name] for name in table.key]
        load = sql.SQL("{} WHERE ({}) IN (SELECT * FROM {})")
        key = _names(table.key)
        self.load = load.format(self.select, key, _many(of_key)).as_bytes()
        self.load_one = load.format(self.select, key, _one(of_key)).as_bytes()
        append = sql.SQL("COPY {} ({}) FROM STDIN")
        self.append = append.format(table.qualified, names).as_bytes()
        changed = [name for name in types if name not in table.key]
        replacement = sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in changed
        )
        store = sql.SQL("INSERT INTO {} ({}) SELECT * FROM {} ON CONFLICT ({}) DO UPDATE SET {}")
        self.store, self.store_one = (
            store.format(table.qualified, names, given, key, replacement).as_bytes()
            for given in (many, one)
        )
        update = sql.SQL("UPDATE {} AS row SET {} FROM {} AS new ({}) WHERE {}")
        kept = sql.SQL("{0} = coalesce(new.{0}, row.{0})")
        written = sql.SQL("{0} = new.{0}")
        alike = sql.SQL(" AND ").join(
            sql.SQL("row.{0} = new.{0}").format(sql.Identifier(name)) for name in table.key
        )
        values = sql.SQL(", ").join(
            (kept if name in unread else written).format(sql.Identifier(name)) for name in changed
        )
        self.update, self.update_one = (
            update.format(table.qualified, values, given, names, alike).as_bytes()
            for given in (many, one)
        )


def _json(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def _names(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)


def _many(sql_types: Iterable[str]) -> sql.Composed:
    """Rows given as an array for each column."""
    arrays = sql.SQL(", ").join(sql.SQL("%b::" + sql_type + "[]") for sql_type in sql_types)
    return sql.SQL("unnest({})").format(arrays)


def _one(sql_types: Iterable[str]) -> sql.Composed:
    """A row given by its values."""
    values = sql.SQL(", ").join(sql.SQL("%b::" + sql_type) for sql_type in sql_types)
    return sql.SQL("(VALUES ({}))").format(values)


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """The annotation without `| None`, and whether it had one."""
    if typing.get_origin(annotation) not in (typing.Union, types.UnionType):
        return annotation, False
    kinds = [kind for kind in typing.get_args(annotation) if kind is not type(None)]
    return (kinds[0] if len(kinds) == 1 else annotation), len(kinds) < len(
        typing.get_args(annotation)
    )
