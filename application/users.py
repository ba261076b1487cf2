"""Registering and signing in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.commands import LogIn, RegisterUser
from application.deciding import decide
from application.errors import CredentialsRefused, PasswordTooWeak, UserUnknown
from application.identities import Identities
from application.invites import Invites
from application.ports import Cause, Clock, EventLog, Passwords, Tokens
from domain import identity
from domain.email_address import EmailAddress, EmailAddressRefused
from domain.email_claim import EmailClaim
from domain.text import has_control_characters
from domain.user import User

_SHORTEST, _LONGEST = 8, 128


@dataclass(frozen=True, slots=True)
class Registration:
    """What a registration led to. `position` is that of its last event."""

    user_id: UUID
    email: str
    full_name: str
    created_at: datetime
    position: int


@dataclass(frozen=True, slots=True)
class Access:
    """A fresh access token, its lifetime in seconds, and whose it is."""

    token: str
    expires_in: int
    user_id: UUID
    email: str
    full_name: str
    is_superuser: bool
    position: int


@dataclass(frozen=True, slots=True)
class Users:
    """The use cases of people without a session."""

    log: EventLog
    clock: Clock
    passwords: Passwords
    tokens: Tokens
    identities: Identities
    invites: Invites

    def register(self, command: RegisterUser, cause: Cause) -> Registration:
        """Create a user by invite; checks in the published order (spec 4.3).

        Raises:
            InviteRefused: ERR_INVITE_001. InviteExpired: ERR_INVITE_002.
            InviteUsedUp: ERR_INVITE_003. InviteRevoked: ERR_INVITE_004.
            EmailAddressRefused: ERR_USER_002. PasswordTooWeak: ERR_USER_003.
            FullNameRefused: ERR_USER_004. EmailTaken: ERR_USER_001.
        """
        invite_id = self.invites.admitted_by(command.invite_code)
        email = EmailAddress.parse(command.email)
        self._refuse_weak(command.password)

        def create(user_id: UUID) -> User:
            invite = str(invite_id or "master")
            return User.register(user_id, email, command.full_name, invite=invite)

        return self._save_new(create, email, command.password, cause, invite_id)

    def create_superuser(
        self, email: EmailAddress, password: str, full_name: str, cause: Cause
    ) -> Registration:
        """Create a user who is a superuser from the start, without an invite.

        Raises:
            PasswordTooWeak: ERR_USER_003. FullNameRefused: ERR_USER_004.
            EmailTaken: ERR_USER_001.
        """
        self._refuse_weak(password)

        def create(user_id: UUID) -> User:
            user = User.register(user_id, email, full_name, invite="command line")
            user.promote()
            return user

        return self._save_new(create, email, password, cause)

    def promote(self, email: EmailAddress, cause: Cause) -> int:
        """Make a registered user a superuser; returns the log's position.

        Raises:
            UserUnknown: ERR_USER_404.
        """

        def attempt() -> int:
            user = self.find(email.text)
            if user is None:
                raise UserUnknown
            user.promote()
            return self.log.save(user, cause=cause)

        return decide(attempt)

    def log_in(self, command: LogIn, cause: Cause) -> Access:
        """Prove to be a user and get a token; takes equally long whoever is refused.

        Raises:
            CredentialsRefused: ERR_AUTH_001.
        """
        user = self.find(command.email)
        given = command.password if _can_be_hashed(command.password) else ""
        if not self.passwords.verify(user.id if user else None, given) or user is None:
            raise CredentialsRefused
        position = decide(lambda: self._note_login(user.id, cause))
        token, expires_in = self.tokens.issue(user.id, user.email, is_superuser=user.is_superuser)
        return Access(
            token, expires_in, user.id, user.email, user.full_name, user.is_superuser, position
        )

    def find(self, email: str) -> User | None:
        """The user registered with an address as typed, None if there is none."""
        try:
            address = EmailAddress.parse(email)
        except EmailAddressRefused:
            return None
        claim = self.log.load(EmailClaim, identity.email_claim_id(address.text))
        if claim is None or claim.user_id is None:
            return None
        return self.log.load(User, claim.user_id)

    def _save_new(
        self,
        create: Callable[[UUID], User],
        email: EmailAddress,
        password: str,
        cause: Cause,
        invite_id: UUID | None = None,
    ) -> Registration:
        claim_id = identity.email_claim_id(email.text)
        create(claim_id)  # refuse before the slow hash
        hashed = self.passwords.hash(password)

        def attempt() -> Registration:
            claim = self.log.load(EmailClaim, claim_id) or EmailClaim(claim_id)
            user = create(self.identities.user_id(email, claim.next_use))
            invites = [self.invites.used(invite_id, user.id)] if invite_id else []
            claim.claim(user.id)
            keep_hash = self.passwords.store(user.id, hashed)
            position = self.log.save(*invites, claim, user, cause=cause, also=[keep_hash])
            return Registration(user.id, user.email, user.full_name, self.clock.now(), position)

        return decide(attempt)

    def _note_login(self, user_id: UUID, cause: Cause) -> int:
        user = self.log.load(User, user_id)
        if user is None:
            raise CredentialsRefused
        user.log_in(self.clock.now())
        return self.log.save(user, cause=cause)

    def _refuse_weak(self, password: str) -> None:
        composed = (
            len(password) >= _SHORTEST
            and any(character.isupper() for character in password)
            and any(character.islower() for character in password)
            and any(character.isdigit() for character in password)
        )
        if not (composed and _can_be_hashed(password)) or self.passwords.is_common(password):
            raise PasswordTooWeak


def _can_be_hashed(password: str) -> bool:
    """Whether anybody could have this password: none is longer, or no text."""
    return len(password) <= _LONGEST and not has_control_characters(password)
