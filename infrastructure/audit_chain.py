"""The chain of the log and its checkpoints in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from application.audit import Checkpoint, Entry
from infrastructure.event_store.recorder import PAGE_BYTES
from infrastructure.postgres import Pool

# Links are taken as far as the page of events goes; at the end of the log, all that are left.
_PAGE = (
    b"WITH next AS MATERIALIZED (SELECT *, sum(octet_length(state)) OVER (ORDER BY position ROWS"
    b" UNBOUNDED PRECEDING) - octet_length(state) < %(bytes)s AS fits FROM (SELECT"
    b" notification_id AS position, originator_id, originator_version, topic, state"
    b" FROM events.stored_events WHERE notification_id > %(after)s"
    b" ORDER BY notification_id LIMIT %(limit)s) AS found),"
    b" page AS (SELECT * FROM next WHERE fits), links AS (SELECT position, hash FROM audit.chain"
    b" WHERE position > %(after)s AND position <= (SELECT CASE WHEN count(*) FILTER (WHERE fits)"
    b" < %(limit)s AND count(*) FILTER (WHERE NOT fits) = 0 THEN 9223372036854775807"
    b" ELSE max(position) FILTER (WHERE fits) END FROM next))"
    b" SELECT position, originator_id, originator_version, topic, state, hash"
    b" FROM page FULL JOIN links USING (position) ORDER BY position"
)
_CHECKPOINTS = (
    b"SELECT position, hash, signed_at, public_key, signature FROM audit.checkpoints"
    b" WHERE position > %s ORDER BY position"
)
_KEEP = (
    b"INSERT INTO audit.checkpoints (position, hash, signed_at, public_key, signature)"
    b" VALUES (%s, %s, %s, %s, %s) ON CONFLICT (position) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class PostgresChain:
    """Implements `application.audit.Chain`."""

    pool: Pool

    def page(self, after: int, limit: int) -> Sequence[Entry]:
        """See `Chain.page`; fewer events once they fill `PAGE_BYTES`."""
        with self.pool.reading() as connection, connection.cursor(binary=True) as cursor:
            given = {"after": after, "limit": limit, "bytes": PAGE_BYTES}
            rows = cursor.execute(_PAGE, given).fetchall()
        return [_entry(row) for row in rows]

    def checkpoints(self, after: int = 0) -> Sequence[Checkpoint]:
        """See `Chain.checkpoints`."""
        with self.pool.reading() as connection:
            rows = connection.execute(_CHECKPOINTS, (after,)).fetchall()
        return [
            Checkpoint(
                position=position,
                hash=bytes(link),
                signed_at=signed_at,
                public_key=bytes(public_key),
                signature=bytes(signature),
            )
            for position, link, signed_at, public_key, signature in rows
        ]

    def keep(self, checkpoint: Checkpoint) -> None:
        """See `Chain.keep`."""
        values = (
            *(checkpoint.position, checkpoint.hash, checkpoint.signed_at),
            *(checkpoint.public_key, checkpoint.signature),
        )
        with self.pool.connection() as connection:
            connection.execute(_KEEP, values)


def _entry(row: tuple[Any, ...]) -> Entry:
    position, stream, version, topic, state, link = row
    return Entry(
        position=position,
        stream=stream,
        version=version,
        topic=topic,
        state=None if state is None else bytes(state),
        hash=None if link is None else bytes(link),
    )
