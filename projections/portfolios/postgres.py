"""The portfolios room in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from psycopg import sql

from application.ports import Market
from application.staleness import LatestValuation
from domain.money import ZERO
from projections.portfolios import projector
from projections.portfolios.view import PortfolioRow, PortfolioTotals
from projections.room import Room
from projections.row_table import Pool, RowTable, count_in_all

TABLE = RowTable(
    "portfolios", PortfolioRow, key=["portfolio_id"], indexes=[["owner_id", "created_at"]]
)
ROOM = Room(
    "portfolios",
    5,
    projector.FED_BY,
    TABLE,
    projector.keys,
    projector.fold,
    forgets=("positions",),  # what the opening found ended is not listed
)
_WORTH_OF_OWNER = sql.SQL(
    "SELECT coalesce(sum(net_asset_value), 0) FROM {} WHERE owner_id = %s AND is_active"
).format(TABLE.qualified)
_ONE = TABLE.query(sql.SQL("WHERE portfolio_id = %s"))
_WHOSE = sql.SQL("WHERE owner_id = %s AND (is_active OR %s)")
_OF_OWNER = TABLE.query(
    sql.SQL("{} ORDER BY created_at, portfolio_id LIMIT %s OFFSET %s").format(_WHOSE)
)
_COUNT = sql.SQL("SELECT count(*) FROM {} {}").format(TABLE.qualified, _WHOSE)
_ACTIVE = sql.SQL(
    "SELECT portfolio_id FROM {} WHERE price_source = %(market)s AND is_active"
    " AND (%(session)s::date IS NULL OR valuation_on IS NULL OR valuation_on < %(session)s::date)"
    " AND (%(opened_before)s::timestamptz IS NULL OR created_at < %(opened_before)s::timestamptz)"
    " ORDER BY created_at, portfolio_id"
).format(TABLE.qualified)

_BEHIND = TABLE.query(
    sql.SQL(
        "WHERE price_source = %(market)s AND is_active AND valuation_on = %(session)s"
        " AND (version > valued_version OR prices_known < %(row)s)"
        " AND (%(changed_before)s::timestamptz IS NULL"
        " OR updated_at < %(changed_before)s::timestamptz) ORDER BY created_at, portfolio_id"
    )
)

_TOTALS = (
    sql.SQL(
        "SELECT count(*) FILTER (WHERE is_active AND price_source = 'live'),"
        " count(*) FILTER (WHERE is_active AND price_source = 'sample'),"
        " count(*) FILTER (WHERE NOT is_active),"
        " count(*) FILTER (WHERE is_active AND valuation_on IS NULL),"
        " count(DISTINCT owner_id) FILTER (WHERE is_active) FROM {}"
    )
    .format(TABLE.qualified)
    .as_bytes()
)


@dataclass(frozen=True, slots=True)
class PortfoliosRoom:
    """Answers of the portfolios room."""

    pool: Pool

    def one(self, portfolio_id: UUID) -> PortfolioRow | None:
        """The portfolio of that id, whoever owns it."""
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _ONE, [portfolio_id])
        return rows[0] if rows else None

    def of_owner(
        self, owner_id: UUID, limit: int, offset: int, *, with_archived: bool = False
    ) -> tuple[Sequence[PortfolioRow], int]:
        """A page of a user's portfolios, oldest first, and how many there are in all."""
        whose = [owner_id, with_archived]
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _OF_OWNER, [*whose, limit, offset])
            return rows, count_in_all(connection, _COUNT, whose, rows, (limit, offset))

    def active(
        self,
        market: Market,
        not_valued_on: date | None = None,
        opened_before: datetime | None = None,
    ) -> Sequence[UUID]:
        """See `application.ports.Accounts.active`."""
        given = {"market": market, "session": not_valued_on, "opened_before": opened_before}
        with self.pool.reading() as connection:
            return [portfolio_id for (portfolio_id,) in connection.execute(_ACTIVE, given)]

    def behind(
        self, market: Market, session: date, row: int, changed_before: datetime | None
    ) -> Sequence[tuple[LatestValuation, int]]:
        """See `application.staleness.Valued`."""
        asked = {"market": market, "session": session, "row": row}
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _BEHIND, {**asked, "changed_before": changed_before})
        return [(_latest(row, session), row.version) for row in rows]

    def net_asset_value_of(self, owner_id: UUID) -> Decimal:
        """What a user's valued portfolios are worth together, in USD, without archived ones."""
        with self.pool.reading() as connection:
            row = connection.execute(_WORTH_OF_OWNER, [owner_id]).fetchone()
        return Decimal(row[0]) if row else ZERO

    def totals(self) -> PortfolioTotals:
        """How many portfolios there are, and how they stand."""
        with self.pool.reading() as connection:
            row = connection.execute(_TOTALS).fetchone()
        return PortfolioTotals(*row) if row else PortfolioTotals()


def _latest(row: PortfolioRow, session: date) -> LatestValuation:
    return LatestValuation(
        portfolio_id=row.portfolio_id,
        market=row.market,
        session=session,
        portfolio_version=row.valued_version,
        prices_known=row.prices_known,
    )
