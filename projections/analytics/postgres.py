"""The analytics room in PostgreSQL."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from psycopg import sql

from projections.analytics import projector
from projections.analytics.view import AnalysisRow, MainRow
from projections.room import Room
from projections.row_table import Excerpt, Key, Pool, RowTable

TABLE = RowTable("analytics", AnalysisRow, key=["portfolio_id", "session"], verbatim=["measures"])
ROOM = Room(
    "analytics",
    1,
    projector.FED_BY,
    TABLE,
    projector.keys,
    projector.fold,
    forgets=("positions",),
)

_MAIN = Excerpt(TABLE, MainRow)
_BETAS = (
    sql.SQL(
        "SELECT measures->'market_beta'->'figures'->'by_weights'->'contributions' FROM {}"
        " WHERE portfolio_id = %s AND session = %s"
    )
    .format(TABLE.qualified)
    .as_bytes()
)
_ONE = TABLE.query(sql.SQL("WHERE portfolio_id = %s AND session = %s"))


@dataclass(frozen=True, slots=True)
class AnalyticsRoom:
    """Answers of the analytics room."""

    pool: Pool

    def one(self, portfolio_id: UUID, session: date) -> AnalysisRow | None:
        """What was measured at a session, None where nothing was."""
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _ONE, [portfolio_id, session])
        return rows[0] if rows else None

    def main_of(self, keys: Iterable[tuple[UUID, date]]) -> Mapping[Key, MainRow]:
        """The main figures of portfolios at sessions, where something was measured."""
        with self.pool.reading() as connection:
            return _MAIN.load(connection, keys)

    def betas(self, portfolio_id: UUID, session: date) -> Mapping[str, float]:
        """The market beta of each symbol that moves what was held at a session and has one."""
        with self.pool.reading() as connection:
            found = connection.execute(_BETAS, [portfolio_id, session]).fetchone()
        contributions = found[0] if found and found[0] else []
        return {one["symbol"]: one["beta"] for one in contributions}
