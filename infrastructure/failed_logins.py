"""Failed attempts to sign in, in a table that all processes share."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from infrastructure.postgres import Pool

_TIMES = (
    "SELECT failed_at FROM credentials.failed_logins WHERE subject = %s AND failed_at > %s"
    " ORDER BY failed_at DESC"
)
_NOTE = "INSERT INTO credentials.failed_logins (subject, failed_at) SELECT unnest(%s::bytea[]), %s"
_FORGET = "DELETE FROM credentials.failed_logins WHERE failed_at <= %s"


@dataclass(frozen=True, slots=True)
class PostgresFailedLogins:
    """Implements `application.access_ports.FailedLogins`; keeps subjects as keyed digests."""

    pool: Pool
    key: str = field(repr=False)

    def times(self, subject: str, since: datetime) -> Sequence[datetime]:
        """See `FailedLogins.times`."""
        with self.pool.reading() as connection:
            rows = connection.execute(_TIMES, (self._digest(subject), since)).fetchall()
        return [failed_at for (failed_at,) in rows]

    def note(self, subjects: Sequence[str], at: datetime, forget_before: datetime) -> None:
        """See `FailedLogins.note`."""
        digests = [self._digest(subject) for subject in subjects]
        with self.pool.connection() as connection:
            connection.execute(_FORGET, (forget_before,))
            connection.execute(_NOTE, (digests, at))

    def _digest(self, subject: str) -> bytes:
        given = subject.encode(errors="surrogatepass")
        return hmac.new(self.key.encode(), given, hashlib.sha256).digest()
