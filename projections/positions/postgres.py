"""The positions room in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool

from projections.positions import projector
from projections.positions.view import PositionRow
from projections.room import Room
from projections.row_table import RowTable

TABLE = RowTable(
    "positions", PositionRow, key=["position_id"], indexes=[["portfolio_id", "symbol"]]
)
ROOM = Room("positions", 1, projector.FED_BY, TABLE, projector.keys, projector.fold)
_STATUS = {
    "open": sql.SQL("AND exit_on IS NULL"),
    "closed": sql.SQL("AND exit_on IS NOT NULL"),
    "all": sql.SQL(""),
}


@dataclass(frozen=True, slots=True)
class PositionsRoom:
    """Answers of the positions room."""

    pool: ConnectionPool[psycopg.Connection[tuple[Any, ...]]]

    def of_portfolio(
        self, portfolio_id: UUID, status: str, limit: int, offset: int
    ) -> tuple[Sequence[PositionRow], int]:
        """A page of positions that are `open`, `closed` or `all`, by symbol and entry date."""
        where = sql.SQL("WHERE portfolio_id = %s {}").format(_STATUS[status])
        page = sql.SQL("{} ORDER BY symbol, entry_on, position_id LIMIT %s OFFSET %s").format(where)
        with self.pool.connection() as connection:
            rows = TABLE.select(connection, page, [portfolio_id, limit, offset])
            counted = connection.execute(
                sql.SQL("SELECT count(*) FROM {} {}").format(TABLE.qualified, where), [portfolio_id]
            ).fetchone()
        return rows, counted[0] if counted else 0
