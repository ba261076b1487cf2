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
    """Counts failures by e-mail address as typed, known or not, and by where the caller is.

    What counts is an entry of the security log, too; what is refused unheard is not. Where nobody
    is refused (RATE_LIMITS=off), no more than that counts and is recorded all the same.
    """

    failures: FailedLogins
    clock: Clock
    security_log: SecurityLog
    refuses: bool

    def refuse_hasty(self, email: str, address: str) -> None:
        """Refuse where the last failures are too many, for as long as they are.

        Raises:
            TooManyFailures: ERR_AUTH_003, with the seconds to wait.
        """
        now = self.clock.now()
        for times in self._last_failures(email, address, now) if self.refuses else ():
            if len(times) >= MOST_FAILURES:
                left = times[MOST_FAILURES - 1] + WITHIN - now
                raise TooManyFailures(math.ceil(left.total_seconds()))

    def note_failure(self, given: LogIn, user_id: UUID | None, cause: Cause) -> None:
        """Count one more failure, and record it: of whom, where the address is somebody's.

        Of many at once who were all heard, those beyond the last are neither.
        """
        now = self.clock.now()
        if self._are_too_many(given, now):
            return
        self.failures.note(_subjects(given.email, given.address), now, now - WITHIN)
        locks_out = self.refuses and self._are_too_many(given, now)
        self.security_log.note_failed_login(user_id, cause, locks_out=locks_out)

    def _are_too_many(self, given: LogIn, now: datetime) -> bool:
        counted = self._last_failures(given.email, given.address, now)
        return any(len(times) >= MOST_FAILURES for times in counted)

    def _last_failures(
        self, email: str, address: str, now: datetime
    ) -> Iterator[Sequence[datetime]]:
        for subject in _subjects(email, address):
            yield self.failures.times(subject, now - WITHIN)


def _subjects(email: str, address: str) -> Sequence[str]:
    try:
        account = EmailAddress.parse(email).text
    except EmailAddressRefused:
        account = email
    return [f"account {account}"] + ([f"address {address}"] if address else [])
