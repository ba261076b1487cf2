"""The positions room in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from msgspec import structs
from psycopg import sql

from projections.positions import projector
from projections.positions.view import (
    NO_PAST,
    Listing,
    Order,
    Past,
    PositionFigures,
    PositionRow,
    Status,
)
from projections.room import Brief, Room
from projections.row_table import Excerpt, Pool, RowTable, count_in_all

TABLE = RowTable(
    "positions", PositionRow, key=["position_id"], indexes=[["portfolio_id", "symbol"]]
)
_FIGURES = Excerpt(
    TABLE,
    PositionFigures,
    unread=["nav", "gross", "mark", "market_value", "pnl", "unrealized_pnl"],
)
ROOM = Room(
    "positions",
    4,
    projector.FED_BY,
    TABLE,
    projector.keys,
    projector.fold,
    forgets=("positions",),
    brief=Brief(projector.VALUED_BY, _FIGURES, projector.portfolio_of),
    as_stored=projector.UNREAD,
)
_LIVE = sql.SQL("WHERE portfolio_id = %(portfolio_id)s AND NOT is_reverted AND NOT is_removed")
_HELD = "open_quantity <> 0 AND (expires_on IS NULL OR entry_on > {} OR expires_on > {})"
_IS_HELD = sql.SQL(_HELD).format(sql.Placeholder("entered_by"), sql.Placeholder("expired_by"))
_STATUSES: Mapping[Status, sql.Composable] = {
    "open": sql.SQL("{} AND ({})").format(_LIVE, _IS_HELD),
    "closed": sql.SQL("{} AND NOT ({})").format(_LIVE, _IS_HELD),
    "all": _LIVE,
}
_ORDERED = sql.SQL("{} ORDER BY symbol, entry_on, position_id")
_ALL = TABLE.query(_ORDERED.format(_LIVE))
_ONE = TABLE.query(sql.SQL("{} AND position_id = %(position_id)s").format(_LIVE))
_OF_CLASS = sql.SQL(
    "{} AND (%(investment_class)s::text IS NULL OR investment_class = %(investment_class)s)"
)
_PAGE = sql.SQL(
    "{} ORDER BY {} NULLS LAST, symbol, entry_on, position_id LIMIT %(limit)s OFFSET %(offset)s"
)
_COUNT = sql.SQL("SELECT count(*) FROM {} {}")
_COLUMNS: Mapping[Order, str] = {
    "symbol": "symbol",
    "entry_date": "entry_on",
    "quantity": "open_quantity",
    "market_value": "market_value",
    "day_pnl": "pnl",
    "unrealized_pnl": "unrealized_pnl",
}


@cache
def _page(status: Status, order: Order, *, is_descending: bool) -> bytes:
    direction = sql.SQL("{} DESC" if is_descending else "{}")
    ordered = direction.format(sql.Identifier(_COLUMNS[order]))
    return TABLE.query(_PAGE.format(_OF_CLASS.format(_STATUSES[status]), ordered))


@cache
def _count(status: Status) -> bytes:
    where = _OF_CLASS.format(_STATUSES[status])
    return _COUNT.format(TABLE.qualified, where).as_bytes()


_SYMBOLS = sql.SQL("SELECT position_id, symbol FROM {} WHERE position_id = ANY(%s)").format(
    TABLE.qualified
)
_OPEN_COUNTS = (
    sql.SQL(
        "SELECT portfolio_id, count(*) FROM {}"
        " JOIN unnest(%s::uuid[], %s::date[], %s::date[]) AS asked (portfolio, entered, expired)"
        " ON portfolio_id = portfolio"
        " WHERE NOT is_reverted AND NOT is_removed AND {} GROUP BY portfolio_id"
    )
    .format(
        TABLE.qualified,
        sql.SQL(_HELD).format(sql.Identifier("entered"), sql.Identifier("expired")),
    )
    .as_bytes()
)

_HOLDERS = (
    sql.SQL(
        "SELECT DISTINCT portfolio_id, asked FROM {} JOIN unnest(%s::text[]) AS asked"
        " ON symbol = asked OR underlying = asked WHERE NOT is_reverted AND NOT is_removed"
    )
    .format(TABLE.qualified)
    .as_bytes()
)


@dataclass(frozen=True, slots=True)
class PositionsRoom:
    """Answers of the positions room; of what was taken back or removed it tells symbols alone."""

    pool: Pool

    def of_portfolio(
        self,
        portfolio_id: UUID,
        status: Status,
        limit: int | None,
        offset: int,
        past: Past = NO_PAST,
    ) -> tuple[Sequence[PositionRow], int]:
        """A page of positions that are `open`, `closed` or `all`, by symbol and entry date.

        Those of the `past` are closed. Where `limit` is None it is all of them.
        """
        return self.listed(portfolio_id, Listing(status, limit, offset), past)

    def listed(
        self, portfolio_id: UUID, listing: Listing, past: Past = NO_PAST
    ) -> tuple[Sequence[PositionRow], int]:
        """A page of positions, and how many there are in all; those of the `past` are closed."""
        asked = {
            "portfolio_id": portfolio_id,
            "investment_class": listing.investment_class,
            **structs.asdict(past),
        }
        bounds = (listing.limit, listing.offset)
        page = {**asked, "limit": listing.limit, "offset": listing.offset}
        query = _page(listing.status, listing.order, is_descending=listing.is_descending)
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, query, page)
            return rows, count_in_all(connection, _count(listing.status), asked, rows, bounds)

    def one(self, portfolio_id: UUID, position_id: UUID) -> PositionRow | None:
        """The position of that id, if it is the portfolio's."""
        asked = {"portfolio_id": portfolio_id, "position_id": position_id}
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _ONE, asked)
        return rows[0] if rows else None

    def all_of(self, portfolio_id: UUID) -> Sequence[PositionRow]:
        """Every position of a portfolio, closed ones too, by symbol, entry date and id."""
        with self.pool.reading() as connection:
            return TABLE.select(connection, _ALL, {"portfolio_id": portfolio_id})

    def symbols(self, position_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """The symbols of those of the positions that there ever were."""
        with self.pool.reading() as connection:
            return dict(connection.execute(_SYMBOLS, [list(position_ids)]).fetchall())

    def open_counts(self, pasts: Mapping[UUID, Past]) -> Mapping[UUID, int]:
        """How many open positions each of the portfolios has, given its past, also where none."""
        days = zip(*((past.entered_by, past.expired_by) for past in pasts.values()), strict=True)
        entered, expired = map(list, days) if pasts else ([], [])
        with self.pool.reading() as connection:
            counted = connection.execute(_OPEN_COUNTS, [list(pasts), entered, expired]).fetchall()
        return dict.fromkeys(pasts, 0) | dict(counted)

    def holders(self, symbols: Sequence[str]) -> Sequence[tuple[UUID, str]]:
        """See `application.staleness.Holders`."""
        with self.pool.reading() as connection:
            rows = connection.execute(_HOLDERS, [list(symbols)]).fetchall()
        return [(portfolio_id, symbol) for portfolio_id, symbol in rows]
