"""An invite code beside the configured one: who holds it may register, so many times, until then.

Kept as a hash only. Codes are drawn by chance and long, so that a plain digest protects them.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal, Self
from uuid import UUID

from domain.errors import DomainError, NotAllowedValue
from domain.identity import invite_code_id
from domain.kernel import Aggregate, Event
from domain.text import has_control_characters

LONGEST_COHORT = 100
MOST_USES = 100_000


def comparable_code(code: str) -> bytes:
    """An invite code as it is compared: trimmed, without regard to case."""
    return code.strip().casefold().encode(errors="surrogatepass")


def hash_of_code(code: str) -> str:
    """The SHA-256 of an invite code as it is compared, in hex."""
    return sha256(comparable_code(code)).hexdigest()


class InviteTermsRefused(NotAllowedValue):
    """The cohort is no name, or the code could never be used; `field` is the term to blame."""

    code = "ERR_INVITE_005"

    def __init__(self, field: Literal["cohort", "max_uses", "expires_at"]) -> None:
        super().__init__(
            f"Name the cohort in 1 to {LONGEST_COHORT} characters, allow 1 to {MOST_USES:,} uses,"
            " and let the code expire in the future or not at all.",
            field=field,
        )


class InviteExpired(DomainError):
    """The invite code was good until an instant that has passed."""

    code = "ERR_INVITE_002"

    def __init__(self) -> None:
        super().__init__("This invite code has expired; ask whoever invited you for a new one.")


class InviteUsedUp(DomainError):
    """As many have registered with the invite code as it allows."""

    code = "ERR_INVITE_003"

    def __init__(self) -> None:
        super().__init__("This invite code is used up; ask whoever invited you for a new one.")


class InviteRevoked(DomainError):
    """A superuser took the invite code back."""

    code = "ERR_INVITE_004"

    def __init__(self) -> None:
        super().__init__("This invite code was revoked; ask whoever invited you for a new one.")


def _is_in_calendar(at: datetime) -> bool:
    """Whether there is such an instant in UTC, as it is kept."""
    try:
        at.astimezone(UTC)
    except OverflowError:
        return False
    return True


class InviteCode(Aggregate):
    """One code. A use is saved together with the registration, so the last one admits one."""

    TOPIC = "invite_code"

    class Issued(Event, frozen=True):
        """A superuser made the code for a cohort; None means any number of uses, or for ever."""

        TOPIC = "invite_code.issued"
        code_hash: str
        cohort: str
        max_uses: int | None
        expires_at: datetime | None

        def apply(self, invite: "InviteCode") -> None:
            """The code can be used."""
            invite.max_uses = self.max_uses
            invite.expires_at = self.expires_at

    class Used(Event, frozen=True):
        """Somebody registered with the code."""

        TOPIC = "invite_code.used"
        user_id: UUID

        def apply(self, invite: "InviteCode") -> None:
            """One use less is left."""
            invite.uses += 1

    class Revoked(Event, frozen=True):
        """A superuser took the code back."""

        TOPIC = "invite_code.revoked"

        def apply(self, invite: "InviteCode") -> None:
            """The code admits nobody any more."""
            invite.is_revoked = True

    def __init__(self, aggregate_id: UUID) -> None:
        super().__init__(aggregate_id)
        self.max_uses: int | None = None
        self.expires_at: datetime | None = None
        self.uses = 0
        self.is_revoked = False

    @classmethod
    def issue(
        cls,
        code: str,
        cohort: str,
        max_uses: int | None,
        expires_at: datetime | None,
        now: datetime,
    ) -> Self:
        """Make a code for a cohort, good for `max_uses` registrations before `expires_at` (UTC).

        Raises:
            InviteTermsRefused: ERR_INVITE_005.
        """
        cohort = cohort.strip()
        if not 0 < len(cohort) <= LONGEST_COHORT or has_control_characters(cohort):
            raise InviteTermsRefused("cohort")
        if max_uses is not None and not 1 <= max_uses <= MOST_USES:
            raise InviteTermsRefused("max_uses")
        if expires_at is not None and not (expires_at > now and _is_in_calendar(expires_at)):
            raise InviteTermsRefused("expires_at")
        code_hash = hash_of_code(code)
        invite = cls(invite_code_id(code_hash))
        invite.record(
            cls.Issued(code_hash=code_hash, cohort=cohort, max_uses=max_uses, expires_at=expires_at)
        )
        return invite

    def admit(self, now: datetime) -> None:
        """Refuse where the code admits nobody at `now` (UTC).

        Raises:
            InviteRevoked: ERR_INVITE_004. InviteExpired: ERR_INVITE_002.
            InviteUsedUp: ERR_INVITE_003.
        """
        if self.is_revoked:
            raise InviteRevoked
        if self.expires_at is not None and now >= self.expires_at:
            raise InviteExpired
        if self.max_uses is not None and self.uses >= self.max_uses:
            raise InviteUsedUp

    def use(self, user_id: UUID, now: datetime) -> None:
        """Spend a use on somebody who registers at `now` (UTC).

        Raises:
            InviteRevoked: ERR_INVITE_004. InviteExpired: ERR_INVITE_002.
            InviteUsedUp: ERR_INVITE_003.
        """
        self.admit(now)
        self.record(self.Used(user_id=user_id))

    def revoke(self) -> None:
        """Take the code back; nothing to do if it was."""
        if not self.is_revoked:
            self.record(self.Revoked())
