"""The price book in PostgreSQL: append-only, the newest known wins (spec 5.2)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Self

from psycopg import Connection

from application.ports import Close, Fetched, Market, PriceNews, PriceSeries
from domain.corporate_action import CorporateAction
from infrastructure.postgres import Pool

# One learner of a market at a time: what a statement after the lock sees is what it adds to.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('book:' || %s, 0))"

_SESSIONS = "SELECT session FROM book.sessions"
_ADD_SESSIONS = "INSERT INTO book.sessions SELECT unnest(%s::date[]) ON CONFLICT DO NOTHING"

_LEARN_CLOSES = """
    INSERT INTO book.closes (market, symbol, session, close, source)
    SELECT %(market)s, given.*
    FROM unnest(%(symbols)b::text[], %(days)b::date[], %(values)b::numeric[], %(sources)b::text[])
         AS given (symbol, session, close, source)
    WHERE close IS DISTINCT FROM (
        SELECT known.close FROM book.closes AS known
        WHERE known.market = %(market)s
          AND known.symbol = given.symbol AND known.session = given.session
        ORDER BY known.row_id DESC LIMIT 1
    )
"""

_LEARN_ACTIONS = """
    INSERT INTO book.corporate_actions (market, symbol, ex_on, kind, value, source)
    SELECT %(market)s, given.*
    FROM unnest(%(symbols)b::text[], %(days)b::date[], %(kinds)b::text[], %(values)b::numeric[],
                %(sources)b::text[]) AS given (symbol, ex_on, kind, value, source)
    WHERE value IS DISTINCT FROM (
        SELECT known.value FROM book.corporate_actions AS known
        WHERE known.market = %(market)s AND known.symbol = given.symbol
          AND known.ex_on = given.ex_on AND known.kind = given.kind
        ORDER BY known.row_id DESC LIMIT 1
    )
"""

_CLOSES = """
    SELECT DISTINCT ON (symbol, session) symbol, session, close, source
    FROM book.closes
    WHERE market = %s AND symbol = ANY(%b) AND session BETWEEN %s AND %s AND row_id <= %s
    ORDER BY symbol, session, row_id DESC
"""

_PRICE_SERIES = """
    SELECT symbol, array_agg(session ORDER BY session), array_agg(close ORDER BY session)
    FROM (
        SELECT DISTINCT ON (symbol, session) symbol, session, close::float8 AS close
        FROM book.closes
        WHERE market = %s AND symbol = ANY(%b) AND session BETWEEN %s AND %s AND row_id <= %s
        ORDER BY symbol, session, row_id DESC
    ) AS newest
    GROUP BY symbol
"""

_LAST_CLOSES = """
    SELECT wanted.symbol, wanted.day, last.session, last.close, last.source
    FROM unnest(%(symbols)b::text[], %(days)b::date[]) AS wanted (symbol, day)
    CROSS JOIN LATERAL (
        SELECT session, close, source FROM book.closes
        WHERE market = %(market)s AND symbol = wanted.symbol AND session <= wanted.day
          AND row_id <= %(up_to)s
        ORDER BY session DESC, row_id DESC LIMIT 1
    ) AS last
"""

_SPANS = """
    SELECT * FROM (
        SELECT wanted.symbol,
               (SELECT min(session) FROM book.closes
                WHERE market = %(market)s AND symbol = wanted.symbol
                  AND row_id <= %(up_to)s) AS first,
               (SELECT max(session) FROM book.closes
                WHERE market = %(market)s AND symbol = wanted.symbol
                  AND row_id <= %(up_to)s) AS last
        FROM unnest(%(symbols)b::text[]) AS wanted (symbol)
    ) AS spans
    WHERE first IS NOT NULL
"""

_ACTIONS = """
    SELECT DISTINCT ON (symbol, ex_on, kind) symbol, ex_on, kind, value, source
    FROM book.corporate_actions
    WHERE market = %s AND symbol = ANY(%b) AND row_id <= %s
    ORDER BY symbol, ex_on, kind, row_id DESC
"""

# Both tables draw their rows from one sequence, and the lock makes its order that of the commits.
_LAST_ROW = """
    SELECT greatest(
        (SELECT max(row_id) FROM book.closes
         WHERE market = %(market)s AND row_id <= %(up_to)s),
        (SELECT max(row_id) FROM book.corporate_actions
         WHERE market = %(market)s AND row_id <= %(up_to)s),
        0
    )
"""

_NEWS = """
    SELECT DISTINCT ON (symbol, is_split) symbol, day, row_id, is_split
    FROM (
        SELECT symbol, session AS day, row_id, false AS is_split FROM book.closes
        WHERE market = %(market)s AND row_id > %(after)s AND row_id <= %(up_to)s
          AND symbol = ANY(%(symbols)b)
        UNION ALL
        SELECT symbol, ex_on, row_id, kind = 'split' FROM book.corporate_actions
        WHERE market = %(market)s AND row_id > %(after)s AND row_id <= %(up_to)s
          AND symbol = ANY(%(symbols)b)
    ) AS learnt
    ORDER BY symbol, is_split, day, row_id DESC
"""

_LEARNT = """
    SELECT symbol, max(row_id) FROM (
        SELECT symbol, row_id FROM book.closes
        WHERE market = %(market)s AND row_id > %(after)s AND row_id <= %(up_to)s
        UNION ALL
        SELECT symbol, row_id FROM book.corporate_actions
        WHERE market = %(market)s AND row_id > %(after)s AND row_id <= %(up_to)s
    ) AS learnt
    GROUP BY symbol
"""

_NEVER_REACHED = 2**63 - 1


@dataclass(frozen=True)
class PostgresPriceBook:
    """The PriceBook; each question is one round trip.

    The schema refuses (psycopg.IntegrityError) what no price source may bring: a price of 0 or
    less or of more than 6 decimals, a day that is no session.

    Attributes:
        pool: its connections.
        last: the last row it knows.
    """

    pool: Pool
    last: int = _NEVER_REACHED

    def ensure_sessions(self, sessions: Sequence[date]) -> None:
        """Make known the days that closes may be of; days known already stay.

        Each start asks for it, and hardly one finds anything new: asking first is three times as
        quick as having PostgreSQL refuse thousands of days.
        """
        with self.pool.connection() as connection:
            known = {day for (day,) in connection.execute(_SESSIONS, binary=True)}
            if new := [day for day in sessions if day not in known]:
                connection.execute(_ADD_SESSIONS, (new,))

    def learn(self, market: Market, fetched: Fetched) -> int:
        """Add what is new or says otherwise than the newest known; returns rows added.

        Where `fetched` has two values of one symbol and day, the later one is taken.
        """
        closes = list({(c.symbol, c.session): c for c in fetched.closes}.values())
        actions = list({(a.symbol, a.ex_on, a.kind): a for a in fetched.actions}.values())
        with self.pool.connection() as connection:
            connection.execute(_LOCK, (market,))
            return _learn_closes(connection, market, closes) + _learn_actions(
                connection, market, actions
            )

    def closes(
        self, market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, Sequence[Close]]:
        """The newest known closes of each symbol that has any, oldest session first."""
        found: dict[str, list[Close]] = defaultdict(list)
        asked = (market, list(symbols), first, last, self.last)
        with self.pool.reading() as connection:
            for row in connection.execute(_CLOSES, asked):
                found[row[0]].append(Close(*row))
        return dict(found)

    def price_series(
        self, market: Market, symbols: Sequence[str], first: date, last: date
    ) -> Mapping[str, PriceSeries]:
        """The newest known closes of each symbol that has any, as numbers."""
        asked = (market, list(symbols), first, last, self.last)
        with self.pool.reading() as connection:
            rows = connection.execute(_PRICE_SERIES, asked, binary=True)
            return {symbol: PriceSeries(sessions, closes) for symbol, sessions, closes in rows}

    def last_closes_before(
        self, market: Market, symbols: Sequence[str], day: date
    ) -> Mapping[str, Close]:
        """For each symbol that has one, the newest known close of the last session before `day`."""
        found = self.last_closes(market, [(symbol, day - timedelta(days=1)) for symbol in symbols])
        return {symbol: close for (symbol, _), close in found.items()}

    def last_closes(
        self, market: Market, wanted: Sequence[tuple[str, date]]
    ) -> Mapping[tuple[str, date], Close]:
        """See `PriceBook.last_closes`."""
        asked = {
            "market": market,
            "symbols": [symbol for symbol, _ in wanted],
            "days": [day for _, day in wanted],
            "up_to": self.last,
        }
        with self.pool.reading() as connection:
            rows = connection.execute(_LAST_CLOSES, asked)
            return {(symbol, day): Close(symbol, *close) for symbol, day, *close in rows}

    def spans(self, market: Market, symbols: Sequence[str]) -> Mapping[str, tuple[date, date]]:
        """For each symbol known, its first and last session in the book."""
        asked = {"market": market, "symbols": list(symbols), "up_to": self.last}
        with self.pool.reading() as connection:
            rows = connection.execute(_SPANS, asked)
            return {symbol: (first, last) for symbol, first, last in rows}

    def actions(self, market: Market, symbols: Sequence[str]) -> Sequence[CorporateAction]:
        """The newest known of each symbol, ex date and kind, by symbol and oldest first."""
        with self.pool.reading() as connection:
            rows = connection.execute(_ACTIONS, (market, list(symbols), self.last))
            return [CorporateAction(*row) for row in rows]

    def last_row(self, market: Market) -> int:
        """The latest row learnt of a market, 0 where there is none."""
        asked = {"market": market, "up_to": self.last}
        with self.pool.reading() as connection:
            found = connection.execute(_LAST_ROW, asked).fetchone()
            return int(found[0]) if found else 0

    def news(self, market: Market, symbols: Sequence[str], after: int) -> Sequence[PriceNews]:
        """See `PriceBook.news`; of several rows of the earliest day, the latest."""
        asked = self._after(market, after) | {"symbols": list(symbols)}
        with self.pool.reading() as connection:
            return [PriceNews(*row) for row in connection.execute(_NEWS, asked)]

    def learnt(self, market: Market, after: int) -> Mapping[str, int]:
        """See `PriceBook.learnt`."""
        with self.pool.reading() as connection:
            return dict(connection.execute(_LEARNT, self._after(market, after)).fetchall())

    def up_to(self, row: int) -> Self:
        """See `PriceBook.up_to`."""
        return replace(self, last=row)

    def _after(self, market: Market, row: int) -> dict[str, Any]:
        return {"market": market, "after": row, "up_to": self.last}


def _learn_closes(connection: Connection, market: Market, closes: Sequence[Close]) -> int:
    if not closes:
        return 0
    given = {
        "market": market,
        "symbols": [c.symbol for c in closes],
        "days": [c.session for c in closes],
        "values": [c.price for c in closes],
        "sources": [c.source for c in closes],
    }
    return connection.execute(_LEARN_CLOSES, given).rowcount


def _learn_actions(
    connection: Connection, market: Market, actions: Sequence[CorporateAction]
) -> int:
    if not actions:
        return 0
    given = {
        "market": market,
        "symbols": [a.symbol for a in actions],
        "days": [a.ex_on for a in actions],
        "kinds": [a.kind for a in actions],
        "values": [a.value for a in actions],
        "sources": [a.source for a in actions],
    }
    return connection.execute(_LEARN_ACTIONS, given).rowcount
