"""What the price book says of itself, read from the same tables (spec 4.8, 5.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from application.ports import Market, PriceRecord
from application.time_travel import LearntRow
from infrastructure.postgres import Pool

_RECORDS = """
    SELECT DISTINCT ON (session) session, close, source, learnt_at
    FROM book.closes
    WHERE market = %s AND symbol = %s AND session BETWEEN %s AND %s
    ORDER BY session, row_id DESC
"""

_GAPS = """
    SELECT wanted.symbol, min(session), max(session)
    FROM unnest(%(symbols)b::text[]) AS wanted (symbol)
    CROSS JOIN book.sessions
    WHERE session BETWEEN %(first)s AND %(last)s AND NOT EXISTS (
        SELECT FROM book.closes
        WHERE market = %(market)s AND symbol = wanted.symbol AND session = sessions.session
    )
    GROUP BY wanted.symbol
"""


_ROW = """
    SELECT row_id, symbol, session, 'close', close, source, learnt_at
    FROM book.closes WHERE row_id = %s
    UNION ALL
    SELECT row_id, symbol, ex_on, kind, value, source, learnt_at
    FROM book.corporate_actions WHERE row_id = %s
"""


_KNOWN = """
    SELECT row_id, wanted.symbol, wanted.session, 'close', close, source, learnt_at
    FROM unnest(%s::text[], %s::date[]) AS wanted (symbol, session)
    CROSS JOIN LATERAL (
        SELECT row_id, close, source, learnt_at FROM book.closes
        WHERE market = %s AND symbol = wanted.symbol AND session = wanted.session AND row_id <= %s
        ORDER BY row_id DESC LIMIT 1
    ) AS newest
"""

_ACTIONS = """
    SELECT DISTINCT ON (symbol, ex_on, kind) row_id, symbol, ex_on, kind, value, source, learnt_at
    FROM book.corporate_actions
    WHERE market = %s AND symbol = ANY(%b) AND learnt_at <= %s
    ORDER BY symbol, ex_on, kind, row_id DESC
"""

_BETWEEN = """
    SELECT row_id, symbol, session, 'close', close, source, learnt_at FROM book.closes
    WHERE market = %(market)s AND row_id > %(after)s AND row_id <= %(up_to)s
      AND symbol = ANY(%(symbols)b) AND session <= %(until)s
    UNION ALL
    SELECT row_id, symbol, ex_on, kind, value, source, learnt_at FROM book.corporate_actions
    WHERE market = %(market)s AND row_id > %(after)s AND row_id <= %(up_to)s
      AND symbol = ANY(%(symbols)b) AND ex_on <= %(until)s
    ORDER BY row_id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True)
class PostgresPriceRecords:
    """The PriceRecords; each question is one round trip."""

    pool: Pool

    def of(self, market: Market, symbol: str, first: date, last: date) -> Sequence[PriceRecord]:
        """See `PriceRecords.of`."""
        with self.pool.reading() as connection:
            rows = connection.execute(_RECORDS, (market, symbol, first, last))
            return [PriceRecord(*row) for row in rows]

    def row(self, number: int) -> LearntRow | None:
        """See `application.time_travel.LearntRows.row`."""
        with self.pool.reading() as connection:
            found = connection.execute(_ROW, (number, number)).fetchone()
        return _learnt(found) if found else None

    def known(
        self, market: Market, closes: Sequence[tuple[str, date]], up_to: int
    ) -> Mapping[tuple[str, date], LearntRow]:
        """See `application.time_travel.LearntRows.known`."""
        symbols, days = [symbol for symbol, _ in closes], [day for _, day in closes]
        with self.pool.reading() as connection:
            found = connection.execute(_KNOWN, (symbols, days, market, up_to)).fetchall()
        rows = [_learnt(row) for row in found]
        return {(row.symbol, row.on): row for row in rows}

    def actions(
        self, market: Market, symbols: Sequence[str], known: datetime | None
    ) -> Sequence[LearntRow]:
        """See `application.time_travel.LearntRows.actions`."""
        asked = (market, list(symbols), known or "infinity")
        with self.pool.reading() as connection:
            return [_learnt(row) for row in connection.execute(_ACTIONS, asked)]

    def between(
        self,
        market: Market,
        symbols: Sequence[str],
        rows: tuple[int, int],
        until: date,
        limit: int,
    ) -> Sequence[LearntRow]:
        """See `application.time_travel.LearntRows.between`."""
        asked = {"market": market, "symbols": list(symbols), "until": until, "limit": limit}
        bounds = {"after": rows[0], "up_to": rows[1]}
        with self.pool.reading() as connection:
            return [_learnt(row) for row in connection.execute(_BETWEEN, asked | bounds)]

    def gaps(
        self, market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, tuple[date, date]]:
        """See `PriceRecords.gaps`."""
        asked = {"market": market, "symbols": list(symbols), "first": first, "last": last}
        with self.pool.reading() as connection:
            rows = connection.execute(_GAPS, asked)
            return {symbol: (begin, end) for symbol, begin, end in rows}


def _learnt(columns: tuple[Any, ...]) -> LearntRow:
    row, symbol, on, kind, value, source, learnt_at = columns
    return LearntRow(
        row=row,
        symbol=symbol,
        on=on,
        kind=kind,
        value=f"{value.normalize():f}",
        source=source,
        learnt_at=learnt_at,
    )
