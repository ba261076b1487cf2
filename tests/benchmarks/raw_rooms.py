"""Rooms made by hand: orjson decodes what is stored, plain Python folds it, COPY takes the rows.

Written for the events of `million` alone: nothing is sold, edited or restated there, and nothing
is checked. The tables have the columns, the keys and the indexes of the rooms'.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import orjson
import psycopg
from psycopg import sql

SCHEMA = "raw"
_ROWS_AT_A_TIME = 5_000
_READ = (
    "SELECT originator_id::text, originator_version, topic, state FROM events.stored_events"
    " WHERE topic LIKE ANY(%s) AND notification_id <= %s ORDER BY notification_id"
)
_INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'rooms' AND tablename = %s"
_DIGEST = sql.SQL("SELECT count(*), sum(hashtextextended(t::text, 0)::numeric) FROM {} t")

Connection = psycopg.Connection[tuple[Any, ...]]
Stored = Iterator[tuple[str, int, str, bytes]]
Values = Mapping[str, Any]

_SNAPSHOTS = "daily_valuation.snapshot_%"
_COPIED = (
    *("portfolio_id", "session", "opening", "nav", "flows", "cash", "long_value", "short_value"),
    *("pnl", "realized_pnl", "income"),
)


def valuations(stored: Stored) -> Iterator[Values]:
    """A row of each snapshot."""
    for _, version, _, state in stored:
        told = orjson.loads(state)
        data = told["data"]
        previous = data["previous"]
        yield {
            **{name: data[name] for name in _COPIED},
            "version": version,
            "previous_nav": previous["nav"] if previous else None,
            "recorded_at": told["at"],
            "counts": orjson.dumps(data["counts"]).decode(),
            "lines": orjson.dumps(data["lines"]).decode(),
        }


def positions(stored: Stored) -> Iterator[Values]:
    """A row of each position, with its line of the latest snapshot."""
    rows: dict[str, dict[str, Any]] = {}
    for stream, _, topic, state in stored:
        data = orjson.loads(state)["data"]
        if topic.startswith("daily_valuation"):
            _value(rows, data)
        elif topic.startswith("portfolio.positions_imported"):
            for position in data["positions"]:
                rows[position["position_id"]] = _opened(stream, data["import_id"], position)
    for row in rows.values():
        row["mark"] = orjson.dumps(row["mark"]).decode() if row["mark"] else None
    yield from rows.values()


def _opened(portfolio_id: str, import_id: str, position: dict[str, Any]) -> dict[str, Any]:
    stated = {name: value for name, value in position.items() if name != "row"}
    return {
        **stated,
        "portfolio_id": portfolio_id,
        "import_id": import_id,
        "import_row": position["row"],
        "open_quantity": position["quantity"],
        "exit_on": None,
        "exit_price": None,
        "position_type": "LONG",
        "multiplier": 1,
        "closings": "[]",
        "expiry": None,
        "notes": "",
        "is_reverted": False,
        "is_removed": False,
        "valued_on": None,
        "nav": None,
        "gross": None,
        "mark": None,
        "market_value": None,
        "pnl": None,
        "unrealized_pnl": None,
        "realized": "{}",
    }


def _value(rows: dict[str, dict[str, Any]], data: dict[str, Any]) -> None:
    lines, session, nav = data["lines"], data["session"], data["nav"]
    gross = Decimal(data["long_value"]) - Decimal(data["short_value"])
    names = ("mark_price", "mark_on", "mark_source", "mark_quality", "mark_provider")
    marks = zip(*(lines[name] for name in names), strict=True)
    figures = zip(*(lines[name] for name in ("market_value", "pnl", "unrealized_pnl")), strict=True)
    for position_id, mark, (worth, pnl, unrealized) in zip(
        lines["position_id"], marks, figures, strict=True
    ):
        rows[position_id].update(
            valued_on=session,
            nav=nav,
            gross=gross,
            mark=dict(zip(("price", "on", "source", "quality", "provider"), mark, strict=True)),
            market_value=worth,
            pnl=pnl,
            unrealized_pnl=unrealized,
        )


ROOMS: Mapping[str, tuple[Callable[[Stored], Iterator[Values]], tuple[str, ...]]] = {
    "valuations": (valuations, (_SNAPSHOTS,)),
    "positions": (positions, (_SNAPSHOTS, "portfolio.positions_imported%")),
}
"""What makes the rows of a room, and the topics that it reads."""


def make(reader: Connection, writer: Connection, room: str, upto: int) -> None:
    """Read the log up to a position, make the rows, the key and the indexes."""
    rows_of, topics = ROOMS[room]
    table = sql.Identifier(SCHEMA, room)
    with writer.transaction(), reader.transaction():
        create(writer, room)
        columns = _columns(writer, room)
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, names)
        with (
            reader.cursor("stored", binary=True) as stored,
            writer.cursor().copy(statement) as copy,
        ):
            stored.itersize = _ROWS_AT_A_TIME
            stored.execute(_READ, (list(topics), upto))
            for values in rows_of(stored):
                copy.write_row([values[column] for column in columns])
        for (index,) in writer.execute(_INDEXES, [room]).fetchall():
            there = str(index).replace(" ON rooms.", f" ON {SCHEMA}.")
            writer.execute(there.encode())


def create(writer: Connection, room: str) -> None:
    """An empty table with the columns of a room's."""
    table = sql.Identifier(SCHEMA, room)
    writer.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
    like = sql.SQL("CREATE TABLE {} (LIKE {})").format(table, sql.Identifier("rooms", room))
    writer.execute(like)


def digest(connection: Connection, schema: str, room: str) -> tuple[Any, ...]:
    """How many rows there are, and a digest of all of them in any order."""
    query = _DIGEST.format(sql.Identifier(schema, room))
    return connection.execute(query).fetchone() or ()


def _columns(connection: Connection, room: str) -> list[str]:
    cursor = connection.execute(
        sql.SQL("SELECT * FROM {} LIMIT 0").format(sql.Identifier("rooms", room))
    )
    return [column.name for column in cursor.description or ()]
