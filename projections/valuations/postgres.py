"""The valuations room in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from psycopg import sql

from projections.room import Room
from projections.row_table import Excerpt, Pool, RowTable, count_in_all
from projections.valuations import projector
from projections.valuations.view import DayFigures, DayMarks, DayPnl, PnlSpans, ValuationRow

TABLE = RowTable("valuations", ValuationRow, key=["portfolio_id", "session"], verbatim=["lines"])
ROOM = Room(
    name="valuations",
    version=2,
    fed_by=projector.FED_BY,
    table=TABLE,
    keys=projector.keys,
    fold=projector.fold,
    as_stored=("counts", "lines"),
)

# An opening that was corrected to a later day leaves valuations before it, which count no more.
_OF_PORTFOLIO = sql.SQL(
    "WHERE portfolio_id = %s AND session >= coalesce((SELECT max(session) FROM {}"
    " WHERE portfolio_id = %s AND opening), '-infinity')"
).format(TABLE.qualified)
_WITHIN = sql.SQL("{} AND session BETWEEN %s AND %s").format(_OF_PORTFOLIO)
_SPAN = TABLE.query(sql.SQL("{} ORDER BY session LIMIT %s OFFSET %s").format(_WITHIN))
_LATEST = sql.SQL("{} ORDER BY session DESC LIMIT %s").format(_OF_PORTFOLIO)
_LAST = TABLE.query(_LATEST)
_DAYS = Excerpt(TABLE, DayFigures)
_LAST_DAYS = _DAYS.query(_LATEST)
_DAYS_WITHIN = _DAYS.query(sql.SQL("{} ORDER BY session").format(_WITHIN))
_PNL = Excerpt(TABLE, DayPnl)
_PNL_WITHIN = _PNL.query(sql.SQL("{} ORDER BY session").format(_WITHIN))
_MARKS = Excerpt(TABLE, DayMarks)
_LAST_MARKS = _MARKS.query(_LATEST)
_ONE = TABLE.query(sql.SQL("{} AND session = %s").format(_OF_PORTFOLIO))
_COUNT = sql.SQL("SELECT count(*) FROM {} {}").format(TABLE.qualified, _WITHIN).as_bytes()
_RESTATED = sql.SQL("{} AND version > 1").format(_OF_PORTFOLIO)
_RESTATED_DAYS = _DAYS.query(
    sql.SQL("{} ORDER BY session DESC LIMIT %s OFFSET %s").format(_RESTATED)
)
_RESTATED_COUNT = sql.SQL("SELECT count(*) FROM {} {}").format(TABLE.qualified, _RESTATED)
_SPANS = (
    sql.SQL(
        "SELECT coalesce(sum(pnl) FILTER (WHERE session >= date_trunc('month', %s::date)), 0),"
        " coalesce(sum(pnl) FILTER (WHERE session >= date_trunc('year', %s::date)), 0),"
        " coalesce(sum(pnl), 0), coalesce(sum(realized_pnl), 0)"
        " FROM {} {} AND session <= %s"
    )
    .format(TABLE.qualified, _OF_PORTFOLIO)
    .as_bytes()
)


@dataclass(frozen=True, slots=True)
class ValuationsRoom:
    """Answers of the valuations room, from the portfolio's opening on."""

    pool: Pool

    def span(
        self, portfolio_id: UUID, days: tuple[date, date], limit: int, offset: int
    ) -> tuple[Sequence[ValuationRow], int]:
        """A page of the valuations within `days`, oldest first, and how many there are in all."""
        with self.pool.reading() as connection:
            within = [portfolio_id, portfolio_id, *days]
            rows = TABLE.select(connection, _SPAN, [*within, limit, offset])
            return rows, count_in_all(connection, _COUNT, within, rows, (limit, offset))

    def days(self, portfolio_id: UUID, first: date, last: date) -> Sequence[DayFigures]:
        """The figures of the valuations from `first` to `last`, oldest first, without lines."""
        with self.pool.reading() as connection:
            values = [portfolio_id, portfolio_id, first, last]
            return _DAYS.select(connection, _DAYS_WITHIN, values)

    def pnl_days(self, portfolio_id: UUID, first: date, last: date) -> Sequence[DayPnl]:
        """The same with what the positions gained or lost."""
        with self.pool.reading() as connection:
            values = [portfolio_id, portfolio_id, first, last]
            return _PNL.select(connection, _PNL_WITHIN, values)

    def last(self, portfolio_id: UUID, count: int) -> Sequence[ValuationRow]:
        """The last `count` valuations, oldest first."""
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _LAST, [portfolio_id, portfolio_id, count])
        return rows[::-1]

    def last_days(self, portfolio_id: UUID, count: int) -> Sequence[DayFigures]:
        """The figures of the last `count` valuations, oldest first, without lines."""
        with self.pool.reading() as connection:
            rows = _DAYS.select(connection, _LAST_DAYS, [portfolio_id, portfolio_id, count])
        return rows[::-1]

    def last_marks(self, portfolio_id: UUID, count: int) -> Sequence[DayMarks]:
        """The marks of the last `count` valuations, oldest first."""
        with self.pool.reading() as connection:
            rows = _MARKS.select(connection, _LAST_MARKS, [portfolio_id, portfolio_id, count])
        return rows[::-1]

    def latest(self, portfolio_id: UUID) -> ValuationRow | None:
        """The valuation of the latest session valued."""
        rows = self.last(portfolio_id, 1)
        return rows[0] if rows else None

    def one(self, portfolio_id: UUID, session: date) -> ValuationRow | None:
        """The valuation of a session."""
        with self.pool.reading() as connection:
            rows = TABLE.select(connection, _ONE, [portfolio_id, portfolio_id, session])
        return rows[0] if rows else None

    def restated(
        self, portfolio_id: UUID, limit: int, offset: int
    ) -> tuple[Sequence[DayFigures], int]:
        """A page of the sessions that were restated, the latest first, and how many there are."""
        of = [portfolio_id, portfolio_id]
        with self.pool.reading() as connection:
            rows = _DAYS.select(connection, _RESTATED_DAYS, [*of, limit, offset])
            return rows, count_in_all(connection, _RESTATED_COUNT, of, rows, (limit, offset))

    def pnl_spans(self, portfolio_id: UUID, session: date) -> PnlSpans:
        """P&L of month, year and all time up to a session; the opening counts nothing."""
        with self.pool.reading() as connection:
            values = [session, session, portfolio_id, portfolio_id, session]
            row = connection.execute(_SPANS, values).fetchone()
        return (
            PnlSpans(*(Decimal(amount) for amount in row)) if row else PnlSpans(*[Decimal(0)] * 4)
        )
