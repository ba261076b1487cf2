"""The positions room in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import sql

from projections.positions import projector
from projections.positions.view import PositionRow
from projections.room import Room
from projections.row_table import Pool, RowTable

TABLE = RowTable(
    "positions", PositionRow, key=["position_id"], indexes=[["portfolio_id", "symbol"]]
)
ROOM = Room(
    "positions", 3, projector.FED_BY, TABLE, projector.keys, projector.fold, keeps_answers=True
)
_LIVE = sql.SQL("WHERE portfolio_id = %s AND NOT is_reverted AND NOT is_removed")
_STATUSES = {
    "open": sql.SQL("{} AND open_quantity <> 0").format(_LIVE),
    "closed": sql.SQL("{} AND open_quantity = 0").format(_LIVE),
    "all": _LIVE,
}
_ORDERED = sql.SQL("{} ORDER BY symbol, entry_on, position_id")
_ALL = TABLE.query(_ORDERED.format(_LIVE))
_ONE = TABLE.query(sql.SQL("{} AND position_id = %s").format(_LIVE))
_PAGE = sql.SQL("{} LIMIT %s OFFSET %s")
_PAGES = {
    status: TABLE.query(_PAGE.format(_ORDERED.format(where))) for status, where in _STATUSES.items()
}
_COUNT = sql.SQL("SELECT count(*) FROM {} {}")
_COUNTS = {
    status: _COUNT.format(TABLE.qualified, where).as_bytes() for status, where in _STATUSES.items()
}
_OPEN_COUNTS = (
    sql.SQL(
        "SELECT portfolio_id, count(*) FROM {} WHERE portfolio_id = ANY(%s::uuid[])"
        " AND NOT is_reverted AND NOT is_removed AND open_quantity <> 0 GROUP BY portfolio_id"
    )
    .format(TABLE.qualified)
    .as_bytes()
)


@dataclass(frozen=True, slots=True)
class PositionsRoom:
    """Answers of the positions room; what was taken back or removed is never among them."""

    pool: Pool

    def of_portfolio(
        self, portfolio_id: UUID, status: str, limit: int, offset: int
    ) -> tuple[Sequence[PositionRow], int]:
        """A page of positions that are `open`, `closed` or `all`, by symbol and entry date."""
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _PAGES[status], [portfolio_id, limit, offset])
            counted = connection.execute(_COUNTS[status], [portfolio_id]).fetchone()
        return rows, counted[0] if counted else 0

    def one(self, portfolio_id: UUID, position_id: UUID) -> PositionRow | None:
        """The position of that id, if it is the portfolio's."""
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _ONE, [portfolio_id, position_id])
        return rows[0] if rows else None

    def all_of(self, portfolio_id: UUID) -> Sequence[PositionRow]:
        """Every position of a portfolio, closed ones too, by symbol, entry date and id."""
        with self.pool.reading() as connection:
            return TABLE.select(connection, _ALL, [portfolio_id])

    def open_counts(self, portfolio_ids: Sequence[UUID]) -> Mapping[UUID, int]:
        """How many open positions each of the portfolios has, also where it is none."""
        with self.pool.reading() as connection:
            counted = connection.execute(_OPEN_COUNTS, [list(portfolio_ids)]).fetchall()
        return dict.fromkeys(portfolio_ids, 0) | dict(counted)
