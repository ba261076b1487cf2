"""Guessing passwords is slow: ten failures in fifteen minutes, and there is no further try."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from application.access_ports import FailedLogins
from application.errors import TooManyFailures
from application.ports import Clock
from domain.email_address import EmailAddress, EmailAddressRefused

MOST_FAILURES = 10
WITHIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class LoginThrottle:
    """Counts failures by account as typed, known or not, and by the caller's address.

    `failures` is None where nothing is counted (RATE_LIMITS=off).
    """

    failures: FailedLogins | None
    clock: Clock

    def refuse_hasty(self, email: str, address: str) -> None:
        """Refuse where the last failures are too many, for as long as they are.

        Raises:
            TooManyFailures: ERR_AUTH_003, with the seconds to wait.
        """
        if self.failures is None:
            return
        now = self.clock.now()
        for subject in _subjects(email, address):
            times = self.failures.times(subject, now - WITHIN)
            if len(times) >= MOST_FAILURES:
                left = times[MOST_FAILURES - 1] + WITHIN - now
                raise TooManyFailures(max(1, math.ceil(left.total_seconds())))

    def note_failure(self, email: str, address: str) -> None:
        """Count one more failure."""
        if self.failures is not None:
            now = self.clock.now()
            self.failures.note(_subjects(email, address), now, now - WITHIN)


def _subjects(email: str, address: str) -> Sequence[str]:
    try:
        account = EmailAddress.parse(email).text
    except EmailAddressRefused:
        account = email
    return [f"account {account}"] + ([f"address {address}"] if address else [])
