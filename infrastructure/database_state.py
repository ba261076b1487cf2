"""What the database says of itself: whether it is at this version, and when a worker was seen."""

from dataclasses import dataclass

from infrastructure.migrate import known_migrations
from infrastructure.postgres import Pool

_SEEN = (
    "SELECT extract(epoch FROM now() - max(last_heartbeat))::double precision"
    " FROM jobs.procrastinate_workers"
)


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """Answers of the database about itself. Each may raise StoreUnavailable (ERR_BUSY_001)."""

    pool: Pool

    def is_at_this_version(self) -> bool:
        """Whether exactly the migrations that this program knows are applied."""
        with self.pool.reading() as connection:
            applied = connection.execute("SELECT name FROM migrations.applied").fetchall()
        return {name for (name,) in applied} == known_migrations().keys()

    def worker_seen_s_ago(self) -> float | None:
        """How many seconds ago a worker last told that it lives, None where none has."""
        with self.pool.reading() as connection:
            row = connection.execute(_SEEN).fetchone()
        return row[0] if row else None
