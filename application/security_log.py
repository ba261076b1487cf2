"""The security log: denied attempts, failed logins, exports, verifications, as events (spec 7.4).

What an attacker can repeat for nothing is recorded a bounded number of times: a denial once an
hour, a failed login as often as the throttle lets anybody try.
"""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID, uuid4

import msgspec

from application.audit import Verification
from application.errors import StoreUnavailable, VersionConflict
from application.ports import Cause, Clock, EventLog
from domain.identity import admin_denial_id
from domain.kernel import Event
from domain.security_record import SecurityRecord


class Denied(msgspec.Struct, frozen=True, kw_only=True):
    """What a user asked for: a route by its template, and the code of the refusal."""

    method: str
    route: str
    error_code: str


@dataclass(frozen=True, slots=True)
class SecurityLog:
    """Records what concerns security, at once, whatever becomes of the command it belongs to."""

    log: EventLog
    clock: Clock

    def note_denial(self, user_id: UUID, denied: Denied, cause: Cause) -> bool:
        """Note that a user was refused; False where the store cannot, for the refusal stands."""
        what = f"{denied.error_code} {denied.method} {denied.route}"
        entry_id = admin_denial_id(user_id, cause.impersonator, what, self.clock.now())
        entry = SecurityRecord.AdminDenied(
            user_id=user_id,
            method=denied.method,
            route=denied.route,
            error_code=denied.error_code,
        )
        try:
            if not self.log.existing([entry_id]):
                self._keep(entry, cause, entry_id)
        except VersionConflict:  # another one has just noted it
            return True
        except StoreUnavailable:
            return False
        return True

    def note_failed_login(self, user_id: UUID | None, cause: Cause, *, locks_out: bool) -> None:
        """Note that somebody did not sign in, unless the store cannot: the refusal stands."""
        with suppress(StoreUnavailable):
            self._keep(SecurityRecord.LoginFailed(user_id=user_id, locks_out=locks_out), cause)

    def note_export(self, portfolio_id: UUID | None, what: str, cause: Cause) -> None:
        """Note that data are taken along, of a portfolio or of all; before they are.

        Raises:
            StoreUnavailable: ERR_BUSY_001; then nothing may be taken along.
        """
        self._keep(SecurityRecord.DataExported(what=what, portfolio_id=portfolio_id), cause)

    def note_verification(self, found: Verification, cause: Cause) -> int:
        """Note that the whole log was verified, and with which result; the position of that.

        Raises:
            StoreUnavailable: ERR_BUSY_001.
        """
        fault = found.fault
        entry = SecurityRecord.LogVerified(
            events=found.events,
            checkpoints=found.checkpoints,
            position=found.position,
            fault_position=fault.position if fault else None,
            fault=fault.kind if fault else None,
        )
        return self._keep(entry, cause)

    def _keep(self, entry: Event, cause: Cause, entry_id: UUID | None = None) -> int:
        record = SecurityRecord.of(entry_id or uuid4(), entry)
        return self.log.save(record, cause=cause.as_new_command())
