"""Registering and signing in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.access import Access, give_access
from application.access_ports import Passwords, Tokens
from application.administration import superusers_of
from application.commands import LogIn, RegisterUser
from application.deciding import decide
from application.errors import CredentialsRefused
from application.identities import Identities
from application.invites import Invites
from application.login_throttle import LoginThrottle
from application.password_rule import can_be_hashed, refuse_weak
from application.ports import Cause, Clock, EventLog
from domain import identity
from domain.email_address import EmailAddress, EmailAddressRefused
from domain.email_claim import EmailClaim
from domain.kernel import Aggregate
from domain.user import User


@dataclass(frozen=True, slots=True)
class Registration:
    """What a registration led to. `position` is that of its last event."""

    user_id: UUID
    email: str
    full_name: str
    created_at: datetime
    position: int


@dataclass(frozen=True, slots=True)
class Users:
    """The use cases of people without a session."""

    log: EventLog
    clock: Clock
    passwords: Passwords
    throttle: LoginThrottle
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
        refuse_weak(self.passwords, command.password)

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
        refuse_weak(self.passwords, password)

        def create(user_id: UUID) -> User:
            user = User.register(user_id, email, full_name, invite="command line")
            user.promote()
            return user

        return self._save_new(create, email, password, cause)

    def log_in(self, command: LogIn, cause: Cause) -> Access:
        """Prove to be a user and get a token; takes equally long whoever is refused.

        The session version is that of before the proof: who changes the password meanwhile shuts
        out who signs in with the former one.

        Raises:
            TooManyFailures: ERR_AUTH_003. CredentialsRefused: ERR_AUTH_001.
        """
        self.throttle.refuse_hasty(command.email, command.address)
        user = self.find(command.email)
        given = command.password if can_be_hashed(command.password) else ""
        is_right = self.passwords.verify(user.id if user else None, given)
        if not is_right or user is None or not user.is_active:
            self.throttle.note_failure(command, user.id if user else None, cause)
            raise CredentialsRefused
        self.throttle.refuse_hasty(command.email, command.address)  # guesses made at once count
        position = decide(lambda: self._note_login(user.id, cause))
        return give_access(self.tokens, user, position)

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
            together: list[Aggregate] = [*invites, claim, user]
            if user.administrates:
                superusers = superusers_of(self.log)
                superusers.count(user)
                together.append(superusers)
            position = self.log.save(*together, cause=cause, also=[keep_hash])
            return Registration(user.id, user.email, user.full_name, self.clock.now(), position)

        return decide(attempt)

    def _note_login(self, user_id: UUID, cause: Cause) -> int:
        user = self.log.load(User, user_id)
        if user is None or not user.is_active:
            raise CredentialsRefused
        user.log_in(self.clock.now())
        return self.log.save(user, cause=cause)
