"""The corporate actions room in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import sql

from projections.corporate_actions import projector
from projections.corporate_actions.view import CorporateActionRow
from projections.room import Room
from projections.row_table import Pool, RowTable

TABLE = RowTable(
    "corporate_actions", CorporateActionRow, key=["portfolio_id", "symbol", "ex_on", "kind"]
)
ROOM = Room("corporate_actions", 1, projector.FED_BY, TABLE, projector.keys, projector.fold)
_PAGE = TABLE.query(
    sql.SQL("WHERE portfolio_id = %s ORDER BY ex_on DESC, symbol, kind LIMIT %s OFFSET %s")
)
_COUNT = sql.SQL("SELECT count(*) FROM {} WHERE portfolio_id = %s").format(TABLE.qualified)


@dataclass(frozen=True, slots=True)
class CorporateActionsRoom:
    """Answers of the corporate actions room."""

    pool: Pool

    def of_portfolio(
        self, portfolio_id: UUID, limit: int, offset: int
    ) -> tuple[Sequence[CorporateActionRow], int]:
        """A page of a portfolio's own entries, latest day first, and how many there are in all."""
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _PAGE, [portfolio_id, limit, offset])
            counted = connection.execute(_COUNT, [portfolio_id]).fetchone()
        return rows, counted[0] if counted else 0
