"""An invite code as superusers see it: never the code itself."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec


class InviteState(StrEnum):
    """Whether a code still admits anybody, and if not, why."""

    ACTIVE = "active"
    EXPIRED = "expired"
    USED_UP = "used_up"
    REVOKED = "revoked"


class InviteRow(msgspec.Struct, frozen=True):
    """One code. Instants are UTC; None for any number of uses, good for ever, not revoked.

    `issued_by` is the superuser, None where it was made at the terminal.
    """

    invite_id: UUID
    cohort: str
    max_uses: int | None
    uses: int
    expires_at: datetime | None
    issued_by: UUID | None
    issued_at: datetime
    revoked_at: datetime | None

    def state_at(self, now: datetime) -> InviteState:
        """Whether it admits anybody at an instant (UTC)."""
        if self.revoked_at is not None:
            return InviteState.REVOKED
        if self.expires_at is not None and now >= self.expires_at:
            return InviteState.EXPIRED
        if self.max_uses is not None and self.uses >= self.max_uses:
            return InviteState.USED_UP
        return InviteState.ACTIVE
