"""The keys of users, kept beside the log in the same database: made to be destroyed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import psycopg

from application.ports import Statement
from infrastructure.event_store.recorder import VersionTaken

_KEEP = (
    "INSERT INTO credentials.personal_keys (user_id, key)"
    " SELECT * FROM unnest(%s::uuid[], %s::bytea[])"
)
_DESTROY = "DELETE FROM credentials.personal_keys WHERE user_id = %s"


def keeping(keys: Mapping[UUID, bytes]) -> Statement:
    """The write that keeps new keys.

    Where somebody has got one meanwhile, the event that needed it was recorded, too: it raises
    `VersionTaken`.
    """

    def write(connection: Any) -> None:
        try:
            connection.execute(_KEEP, (list(keys), list(keys.values())))
        except psycopg.errors.UniqueViolation as taken:
            raise VersionTaken from taken

    return write


class PostgresPersonalKeys:
    """Implements `application.access_ports.PersonalKeys`."""

    def destroy(self, user_id: UUID) -> Statement:
        """See `PersonalKeys.destroy`."""

        def write(connection: Any) -> None:
            connection.execute(_DESTROY, (user_id,))

        return write
