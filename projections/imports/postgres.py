"""The imports room in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import sql

from projections.imports import projector
from projections.imports.view import ImportRow
from projections.room import Room
from projections.row_table import Pool, RowTable, count_in_all

TABLE = RowTable("imports", ImportRow, key=["import_id"], indexes=[["portfolio_id", "version"]])
ROOM = Room("imports", 1, projector.FED_BY, TABLE, projector.keys, projector.fold)
_OF_PORTFOLIO = TABLE.query(
    sql.SQL("WHERE portfolio_id = %s ORDER BY version DESC LIMIT %s OFFSET %s")
)
_COUNT = sql.SQL("SELECT count(*) FROM {} WHERE portfolio_id = %s").format(TABLE.qualified)
_ONE = TABLE.query(sql.SQL("WHERE portfolio_id = %s AND import_id = %s"))


@dataclass(frozen=True, slots=True)
class ImportsRoom:
    """Answers of the imports room."""

    pool: Pool

    def of_portfolio(
        self, portfolio_id: UUID, limit: int, offset: int
    ) -> tuple[Sequence[ImportRow], int]:
        """A page of a portfolio's imports, newest first, and how many there are in all."""
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _OF_PORTFOLIO, [portfolio_id, limit, offset])
            return rows, count_in_all(connection, _COUNT, [portfolio_id], rows, (limit, offset))

    def one(self, portfolio_id: UUID, import_id: UUID) -> ImportRow | None:
        """The import of that id, if it is the portfolio's."""
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _ONE, [portfolio_id, import_id])
        return rows[0] if rows else None
