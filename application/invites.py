"""Invite codes: issued for a cohort, revoked, and what a code as typed admits to (spec 4.9)."""

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from application.commands import IssueInvite
from application.deciding import decide
from application.errors import InviteRefused, InviteUnknown
from application.ports import Cause, Clock, EventLog
from domain.identity import invite_code_id
from domain.invite_code import InviteCode, comparable_code, hash_of_code

_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Those that nobody mistakes for another when reading them out."""

_GROUPS, _LETTERS_EACH = 5, 4  # 99 bits


@dataclass(frozen=True, slots=True)
class IssuedInvite:
    """A new code, told this once. `position` is that of its event."""

    invite_id: UUID
    code: str
    position: int


@dataclass(frozen=True, slots=True)
class Invites:
    """The use cases of invite codes.

    `master_code` is the configured one: any number of uses, never expires; blank for none.
    """

    log: EventLog
    clock: Clock
    master_code: str

    def issue(self, command: IssueInvite, cause: Cause) -> IssuedInvite:
        """Make a code, once of each seed. It is in the answer alone: the log has its hash.

        Raises:
            InviteTermsRefused: ERR_INVITE_005.
        """
        code = _code_of(command.seed or secrets.token_hex())
        invite = InviteCode.issue(
            code, command.cohort, command.max_uses, command.expires_at, self.clock.now()
        )

        def attempt() -> IssuedInvite:
            is_known = self.log.existing([invite.id])
            position = self.log.position() if is_known else self.log.save(invite, cause=cause)
            return IssuedInvite(invite.id, code, position)

        return decide(attempt)

    def revoke(self, invite_id: UUID, cause: Cause) -> int:
        """Take a code back; who registered with it stays. Returns the log's position.

        Raises:
            InviteUnknown: ERR_INVITE_404.
        """

        def attempt() -> int:
            invite = self.log.load(InviteCode, invite_id)
            if invite is None:
                raise InviteUnknown
            invite.revoke()
            return self.log.save(invite, cause=cause)

        return decide(attempt)

    def admitted_by(self, code: str) -> UUID | None:
        """The invite that a code as typed is of, None for the master code.

        Raises:
            InviteRefused: ERR_INVITE_001. InviteExpired: ERR_INVITE_002.
            InviteUsedUp: ERR_INVITE_003. InviteRevoked: ERR_INVITE_004.
        """
        given, master = comparable_code(code), comparable_code(self.master_code)
        if master and hmac.compare_digest(given, master):
            return None
        invite = self.log.load(InviteCode, invite_code_id(hash_of_code(code)))
        if invite is None:
            raise InviteRefused
        invite.admit(self.clock.now())
        return invite.id

    def used(self, invite_id: UUID, user_id: UUID) -> InviteCode:
        """The invite with a use spent on a user, to be saved with the registration.

        Raises:
            InviteRefused: ERR_INVITE_001. InviteExpired: ERR_INVITE_002.
            InviteUsedUp: ERR_INVITE_003. InviteRevoked: ERR_INVITE_004.
        """
        invite = self.log.load(InviteCode, invite_id)
        if invite is None:
            raise InviteRefused
        invite.use(user_id, self.clock.now())
        return invite


def _code_of(seed: str) -> str:
    number, letters = int.from_bytes(sha256(seed.encode()).digest()), ""
    for _ in range(_GROUPS * _LETTERS_EACH):
        number, place = divmod(number, len(_LETTERS))
        letters += _LETTERS[place]
    starts = range(0, len(letters), _LETTERS_EACH)
    return "-".join(letters[start : start + _LETTERS_EACH] for start in starts)
