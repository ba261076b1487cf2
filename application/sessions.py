"""What people with a token do about their tokens."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from application.access import Access, give_access
from application.access_ports import Passwords, TokenClaims, Tokens
from application.commands import ChangePassword, LogIn
from application.deciding import decide
from application.errors import CredentialsRefused, TokenRefused
from application.login_throttle import LoginThrottle
from application.password_rule import can_be_hashed, refuse_weak
from application.ports import Cause, EventLog
from domain.user import User


@dataclass(frozen=True, slots=True)
class Sessions:
    """The use cases of people with a token. Each returns the position of its last event."""

    log: EventLog
    passwords: Passwords
    tokens: Tokens
    throttle: LoginThrottle

    def log_out(self, claims: TokenClaims, cause: Cause) -> int:
        """Take back this one token; of an impersonation, that ends it."""
        jti, expires_at = claims.token_id, claims.expires_at
        if claims.impersonator is None:
            return self._change(claims.user_id, lambda user: user.log_out(jti, expires_at), cause)
        return self._change(
            claims.impersonator.user_id,
            lambda superuser: superuser.stop_impersonating(claims.user_id, jti, expires_at),
            cause,
        )

    def log_out_everywhere(self, user_id: UUID, cause: Cause) -> int:
        """Take back every token of the user."""
        return self._change(user_id, User.revoke_sessions, cause)

    def refresh(self, claims: TokenClaims) -> Access:
        """A fresh token for a live one, which stays good.

        Raises:
            TokenRefused: ERR_AUTH_002, if the log knows that it is not live any more.
        """
        position = self.log.position()
        user = self.log.load(User, claims.user_id)
        is_live = (
            user is not None
            and user.is_active
            and user.session_version == claims.session_version
            and claims.token_id not in user.returned_tokens
        )
        if user is None or not is_live:
            raise TokenRefused
        return give_access(self.tokens, user, position)

    def change_password(self, command: ChangePassword, cause: Cause) -> Access:
        """Take another password, after proving to know the present one; ends all sessions.

        Returns a fresh token, the only good one.

        Raises:
            TooManyFailures: ERR_AUTH_003. CredentialsRefused: ERR_AUTH_001.
            PasswordTooWeak: ERR_USER_003.
        """

        def attempt() -> Access:
            user = self._load(command.user_id)
            self._refuse_wrong(user, command, cause)
            refuse_weak(self.passwords, command.new)
            user.change_password()
            keep_hash = self.passwords.store(user.id, self.passwords.hash(command.new))
            position = self.log.save(user, cause=cause, also=[keep_hash])
            return give_access(self.tokens, user, position)

        return decide(attempt)

    def _refuse_wrong(self, user: User, command: ChangePassword, cause: Cause) -> None:
        self.throttle.refuse_hasty(user.email, command.address)
        given = command.current if can_be_hashed(command.current) else ""
        if not self.passwords.verify(user.id, given):
            proof = LogIn(email=user.email, password="", address=command.address)
            self.throttle.note_failure(proof, user.id, cause)
            raise CredentialsRefused

    def _change(self, user_id: UUID, decision: Callable[[User], None], cause: Cause) -> int:
        def attempt() -> int:
            user = self._load(user_id)
            decision(user)
            return self.log.save(user, cause=cause)

        return decide(attempt)

    def _load(self, user_id: UUID) -> User:
        user = self.log.load(User, user_id)
        if user is None:
            raise TokenRefused
        return user
