"""Guessing passwords is slow: ten failures in fifteen minutes, and there is no further try."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from application.access_ports import FailedLogins
from application.commands import LogIn
from application.errors import TooManyFailures
from application.ports import Cause, Clock
from application.security_log import SecurityLog
from domain.email_address import EmailAddress, EmailAddressRefused

MOST_FAILURES = 10
WITHIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class LoginThrottle:
    """Counts failures by account as typed, known or not, and by the caller's address.

    `failures` is None where nothing is counted (RATE_LIMITS=off). What counts is an entry of the
    security log, too; what is refused unheard is not.
    """

    failures: FailedLogins | None
    clock: Clock
    security_log: SecurityLog

    def refuse_hasty(self, email: str, address: str) -> None:
        """Refuse where the last failures are too many, for as long as they are.

        Raises:
            TooManyFailures: ERR_AUTH_003, with the seconds to wait.
        """
        if self.failures is None:
            return
        now = self.clock.now()
        for times in self._last_failures(email, address, now):
            if len(times) >= MOST_FAILURES:
                left = times[MOST_FAILURES - 1] + WITHIN - now
                raise TooManyFailures(max(1, math.ceil(left.total_seconds())))

    def note_failure(self, given: LogIn, user_id: UUID | None, cause: Cause) -> None:
        """Count one more failure, and record it: of whom, where the address is somebody's."""
        locks_out = False
        if self.failures is not None:
            now = self.clock.now()
            self.failures.note(_subjects(given.email, given.address), now, now - WITHIN)
            counted = list(self._last_failures(given.email, given.address, now))
            locks_out = any(len(times) >= MOST_FAILURES for times in counted)
        self.security_log.note_failed_login(user_id, cause, locks_out=locks_out)

    def _last_failures(
        self, email: str, address: str, now: datetime
    ) -> Iterator[Sequence[datetime]]:
        if self.failures is not None:
            for subject in _subjects(email, address):
                yield self.failures.times(subject, now - WITHIN)


def _subjects(email: str, address: str) -> Sequence[str]:
    try:
        account = EmailAddress.parse(email).text
    except EmailAddressRefused:
        account = email
    return [f"account {account}"] + ([f"address {address}"] if address else [])
