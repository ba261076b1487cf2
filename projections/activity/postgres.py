"""The activity room in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from psycopg import sql

from application.tallies import Count
from projections.activity import projector
from projections.activity.view import ActivityRow
from projections.room import Room
from projections.row_table import Pool, RowTable

TABLE = RowTable("activity", ActivityRow, key=["day", "what", "outcome", "code"])
ROOM = Room("activity", 1, projector.FED_BY, TABLE, projector.keys, projector.fold)
_SINCE = sql.SQL(
    "SELECT what, outcome, code, sum(times)::bigint, sum(seconds) FROM {}"
    " WHERE day >= %s GROUP BY what, outcome, code ORDER BY what, outcome, code"
).format(TABLE.qualified)

_DAYS = TABLE.query(sql.SQL("WHERE day >= %s ORDER BY day, what, outcome, code"))


@dataclass(frozen=True, slots=True)
class ActivityRoom:
    """Answers of the activity room."""

    pool: Pool

    def since(self, day: date | None = None) -> Sequence[Count]:
        """The counts from a day (UTC) on, or of all time."""
        with self.pool.reading() as connection:
            rows = connection.execute(_SINCE, (day or date.min,)).fetchall()
        return [Count(*row) for row in rows]

    def days(self, first: date) -> Sequence[ActivityRow]:
        """The counts of each day (UTC) from one on, oldest first."""
        with self.pool.reading() as connection:
            return TABLE.select(connection, _DAYS, [first])
