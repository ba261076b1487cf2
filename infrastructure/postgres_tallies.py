"""What is counted beside the log, in PostgreSQL, so that it outlives a process."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import structlog

from application.errors import StoreUnavailable
from application.ports import Clock
from application.tallies import Count
from infrastructure.postgres import Pool

_NOTE = (
    "INSERT INTO operations.tallies VALUES (%s, %s, %s, %s, 1, %s)"
    " ON CONFLICT (counted_on, what, outcome, code) DO UPDATE SET"
    " times = tallies.times + 1, seconds = tallies.seconds + excluded.seconds"
)
_SINCE = (
    "SELECT what, outcome, code, sum(times)::bigint, sum(seconds) FROM operations.tallies"
    " WHERE counted_on >= %s GROUP BY what, outcome, code ORDER BY what, outcome, code"
)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PostgresTallies:
    """Implements `application.tallies.Tallies`."""

    pool: Pool
    clock: Clock

    def note(self, what: str, outcome: str, code: str, seconds: float = 0.0) -> None:
        """See `Tallies.note`."""
        try:
            with self.pool.connection() as connection:
                today = self.clock.now().date()
                connection.execute(_NOTE, (today, what, outcome, code, seconds))
        except StoreUnavailable:
            _log.warning("not_counted", what=what, outcome=outcome, code=code)

    def since(self, day: date | None = None) -> Sequence[Count]:
        """See `Tallies.since`."""
        with self.pool.reading() as connection:
            rows = connection.execute(_SINCE, (day or date.min,)).fetchall()
        return [Count(*row) for row in rows]
