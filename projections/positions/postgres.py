"""The positions room in PostgreSQL."""

from collections.abc import Sequence
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
ROOM = Room("positions", 1, projector.FED_BY, TABLE, projector.keys, projector.fold)
_STATUSES = {
    "open": sql.SQL("WHERE portfolio_id = %s AND exit_on IS NULL"),
    "closed": sql.SQL("WHERE portfolio_id = %s AND exit_on IS NOT NULL"),
    "all": sql.SQL("WHERE portfolio_id = %s"),
}
_PAGE = sql.SQL("{} ORDER BY symbol, entry_on, position_id LIMIT %s OFFSET %s")
_PAGES = {status: TABLE.query(_PAGE.format(where)) for status, where in _STATUSES.items()}
_COUNT = sql.SQL("SELECT count(*) FROM {} {}")
_COUNTS = {
    status: _COUNT.format(TABLE.qualified, where).as_bytes() for status, where in _STATUSES.items()
}


@dataclass(frozen=True, slots=True)
class PositionsRoom:
    """Answers of the positions room."""

    pool: Pool

    def of_portfolio(
        self, portfolio_id: UUID, status: str, limit: int, offset: int
    ) -> tuple[Sequence[PositionRow], int]:
        """A page of positions that are `open`, `closed` or `all`, by symbol and entry date."""
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _PAGES[status], [portfolio_id, limit, offset])
            counted = connection.execute(_COUNTS[status], [portfolio_id]).fetchone()
        return rows, counted[0] if counted else 0
