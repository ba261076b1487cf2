"""The restatements room in PostgreSQL."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import asdict
from psycopg import sql

from domain.money import ZERO
from projections.restatements import projector
from projections.restatements.view import Period, RestatementRow, RestatementTotals
from projections.room import Room
from projections.row_table import Pool, RowTable

TABLE = RowTable(
    "restatements",
    RestatementRow,
    key=["portfolio_id", "session", "version"],
    indexes=[["is_restatement", "position"], ["is_restatement", "session"]],
)
ROOM = Room(
    "restatements", 1, projector.FED_BY, TABLE, projector.keys, projector.fold, is_awaited=False
)
_CONDITIONS = {
    "portfolio_id": sql.SQL("portfolio_id = %(portfolio_id)s"),
    "effective_from": sql.SQL("session >= %(effective_from)s"),
    "effective_to": sql.SQL("session <= %(effective_to)s"),
    "recorded_from": sql.SQL("recorded_at >= %(recorded_from)s"),
    "recorded_to": sql.SQL("recorded_at < %(recorded_to)s"),
}
_PAGE = sql.SQL("{} ORDER BY position LIMIT %(limit)s OFFSET %(offset)s")
_NEXT = sql.SQL("{} AND position > %(after)s ORDER BY position LIMIT %(limit)s")
_TOTALS = sql.SQL(
    "SELECT count(*), count(DISTINCT (portfolio_id, session)), count(DISTINCT portfolio_id),"
    " coalesce(sum(pnl - pnl_before), 0), coalesce(max(abs(nav - nav_before)), 0) FROM {} {}"
)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class RestatementsRoom:
    """Answers of the restatements room, in the order they were recorded."""

    pool: Pool

    def page(self, period: Period, limit: int, offset: int) -> Sequence[RestatementRow]:
        """Up to `limit` restatements of a period after leaving out `offset`."""
        return self._select(period, _PAGE, {"limit": limit, "offset": offset})

    def all(self, period: Period) -> Iterator[RestatementRow]:
        """All of them, some at a time."""
        after = 0
        while rows := self._select(period, _NEXT, {"limit": _AT_ONCE, "after": after}):
            yield from rows
            after = rows[-1].position

    def totals(self, period: Period) -> RestatementTotals:
        """What they add up to."""
        where, values = _asked(period)
        with self.pool.reading() as connection:
            query = _TOTALS.format(TABLE.qualified, where)
            told = connection.execute(query, values).fetchone()
        return RestatementTotals(*told) if told else RestatementTotals(0, 0, 0, ZERO, ZERO)

    def _select(
        self, period: Period, rest: sql.SQL, bounds: dict[str, int]
    ) -> Sequence[RestatementRow]:
        where, values = _asked(period)
        with self.pool.reading() as connection:
            return TABLE.select(connection, TABLE.query(rest.format(where)), values | bounds)


def _asked(period: Period) -> tuple[sql.Composed, dict[str, Any]]:
    given = {name: value for name, value in asdict(period).items() if value is not None}
    conditions = [sql.SQL("WHERE is_restatement"), *(_CONDITIONS[name] for name in given)]
    return sql.SQL(" AND ").join(conditions), given
