"""The cash flows room in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from psycopg import sql

from domain.money import ZERO
from projections.cash_flows import projector
from projections.cash_flows.view import CashFlowRow, FlowTotals
from projections.room import Room
from projections.row_table import Pool, RowTable, count_in_all

TABLE = RowTable("cash_flows", CashFlowRow, key=["flow_id"], indexes=[["portfolio_id", "dated_on"]])
ROOM = Room("cash_flows", 1, projector.FED_BY, TABLE, projector.keys, projector.fold)
_STANDING = sql.SQL("WHERE portfolio_id = %s AND NOT is_reverted")
_PAGE = TABLE.query(
    sql.SQL("{} ORDER BY dated_on DESC, noted_at DESC, flow_id LIMIT %s OFFSET %s").format(
        _STANDING
    )
)
_COUNT = sql.SQL("SELECT count(*) FROM {} {}").format(TABLE.qualified, _STANDING).as_bytes()
_TOTALS = (
    sql.SQL(
        "SELECT count(*), coalesce(sum(amount) FILTER (WHERE amount > 0), 0),"
        " coalesce(-sum(amount) FILTER (WHERE amount < 0), 0)"
        " FROM {} {} AND (%s::date IS NULL OR dated_on > %s)"
    )
    .format(TABLE.qualified, _STANDING)
    .as_bytes()
)


@dataclass(frozen=True, slots=True)
class CashFlowsRoom:
    """Answers of the cash flows room; flows that were taken back are never among them."""

    pool: Pool

    def of_portfolio(
        self, portfolio_id: UUID, limit: int, offset: int
    ) -> tuple[Sequence[CashFlowRow], int]:
        """A page of a portfolio's flows, latest day first, and how many there are in all."""
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _PAGE, [portfolio_id, limit, offset])
            return rows, count_in_all(connection, _COUNT, [portfolio_id], rows, (limit, offset))

    def totals(self, portfolio_id: UUID, after: date | None = None) -> FlowTotals:
        """What a portfolio's flows add up to, all of them or those dated after a day."""
        with self.pool.reading() as connection:
            told = connection.execute(_TOTALS, [portfolio_id, after, after]).fetchone()
        return FlowTotals(*told) if told else FlowTotals(0, ZERO, ZERO)
