"""Uploads between the look at them and their import, kept beside the log for an hour."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from application.ports import Clock, Statement
from application.uploads import KEPT_FOR, MOST_KEPT, KeptUpload
from infrastructure.postgres import Pool

_KEEP = (
    "INSERT INTO imports.kept_uploads AS kept"
    " (upload_id, owner_id, file_name, content, form, kept_at) VALUES (%s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (upload_id) DO UPDATE SET form = excluded.form, kept_at = excluded.kept_at"
    " WHERE kept.owner_id = excluded.owner_id"
)
_SWEEP = "DELETE FROM imports.kept_uploads WHERE kept_at <= %s"
_DESTROY = "DELETE FROM imports.kept_uploads WHERE owner_id = %s"
_MAKE_ROOM = (
    "DELETE FROM imports.kept_uploads WHERE upload_id IN (SELECT upload_id FROM"
    " imports.kept_uploads WHERE owner_id = %s ORDER BY kept_at DESC, upload_id OFFSET %s)"
)
_OF = (
    "SELECT file_name, content, form FROM imports.kept_uploads"
    " WHERE owner_id = %s AND upload_id = %s AND kept_at > %s"
)


@dataclass(frozen=True, slots=True)
class PostgresUploads:
    """Implements `application.uploads.Uploads`."""

    pool: Pool
    clock: Clock

    def keep(self, upload: KeptUpload) -> None:
        """See `Uploads.keep`."""
        now, form = self.clock.now(), json.dumps(dict(upload.form))
        texts = (upload.upload_id, upload.owner_id, upload.file_name, upload.content, form, now)
        with self.pool.connection() as connection:
            connection.execute(_SWEEP, (now - KEPT_FOR,))
            connection.execute(_KEEP, texts)
            connection.execute(_MAKE_ROOM, (upload.owner_id, MOST_KEPT))

    def of(self, owner_id: UUID, upload_id: UUID) -> KeptUpload | None:
        """See `Uploads.of`."""
        since = self.clock.now() - KEPT_FOR
        with self.pool.reading() as connection:
            row = connection.execute(_OF, (owner_id, upload_id, since)).fetchone()
        if row is None:
            return None
        return KeptUpload(
            upload_id=upload_id,
            owner_id=owner_id,
            file_name=row[0],
            content=bytes(row[1]),
            form=json.loads(row[2]),
        )

    def forget(self, upload_id: UUID) -> None:
        """See `Uploads.forget`."""
        with self.pool.connection() as connection:
            connection.execute(
                "DELETE FROM imports.kept_uploads WHERE upload_id = %s", (upload_id,)
            )

    def destroy(self, owner_id: UUID) -> Statement:
        """See `Uploads.destroy`."""

        def write(connection: Any) -> None:
            connection.execute(_DESTROY, (owner_id,))

        return write

    def sweep(self) -> None:
        """See `Uploads.sweep`."""
        with self.pool.connection() as connection:
            connection.execute(_SWEEP, (self.clock.now() - KEPT_FOR,))
