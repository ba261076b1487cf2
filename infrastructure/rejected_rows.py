"""The rows that imports left out, kept beside the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from application.ports import Statement
from infrastructure.postgres import Pool

# Where the answer to a commit was lost, the log makes the same save again, this write first.
_KEEP = (
    "INSERT INTO imports.rejected_rows (import_id, csv) VALUES (%s, %s)"
    " ON CONFLICT (import_id) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class PostgresRejectedRows:
    """Implements `application.ports.RejectedRows`."""

    pool: Pool

    def keep(self, import_id: UUID, csv: str | None) -> Sequence[Statement]:
        """See `RejectedRows.keep`."""
        if csv is None:
            return ()

        def write(connection: Any) -> None:
            connection.execute(_KEEP, (import_id, csv))

        return (write,)

    def of(self, import_id: UUID) -> str | None:
        """See `RejectedRows.of`."""
        with self.pool.reading() as connection:
            row = connection.execute(
                "SELECT csv FROM imports.rejected_rows WHERE import_id = %s", (import_id,)
            ).fetchone()
        return row[0] if row else None
