"""What superusers do about users: their ranks, and acting as one of them."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from application.access import Access, give_access
from application.access_ports import TokenClaims, Tokens
from application.deciding import decide
from application.errors import (
    ImpersonationTargetUnknown,
    NotImpersonating,
    SuperuserOnly,
    TokenRefused,
    UserUnknown,
)
from application.ports import Cause, EventLog
from domain import identity
from domain.superusers import Superusers
from domain.user import User


@dataclass(frozen=True, slots=True)
class Ranked:
    """A user after a decision about the user's rank. `position` is that of its last event."""

    user: User
    position: int


@dataclass(frozen=True, slots=True)
class Impersonation:
    """Access as another user, and who got it."""

    access: Access
    superuser: User


@dataclass(frozen=True, slots=True)
class Administration:
    """The use cases of superusers about users."""

    log: EventLog
    tokens: Tokens

    def change_rank(self, user_id: UUID, decision: Callable[[User], None], cause: Cause) -> Ranked:
        """Let a decision about the rank be made, such as `User.demote`, if a superuser is left.

        Raises:
            UserUnknown: ERR_USER_404, of somebody forgotten, too. LastSuperuser: ERR_ADMIN_006.
        """

        def decide_about_known(user: User) -> None:
            if user.is_forgotten:
                raise UserUnknown
            decision(user)

        def attempt() -> Ranked:
            superusers, user = with_superusers(self.log, user_id, decide_about_known)
            return Ranked(user, self.log.save(superusers, user, cause=cause))

        return decide(attempt)

    def impersonate(self, superuser_id: UUID, target_id: UUID, cause: Cause) -> Impersonation:
        """Give a superuser access as another user.

        Raises:
            SuperuserOnly: ERR_ADMIN_001. ImpersonatingOneself: ERR_ADMIN_003.
            ImpersonationTargetUnknown: ERR_ADMIN_002.
        """

        def attempt() -> Impersonation:
            superuser = self.log.load(User, superuser_id)
            if superuser is None or not superuser.administrates:
                raise SuperuserOnly
            superuser.start_impersonating(target_id)
            target = self.log.load(User, target_id)
            if target is None or not target.is_active:
                raise ImpersonationTargetUnknown
            position = self.log.save(superuser, cause=cause)
            access = give_access(self.tokens, target, position, impersonator=superuser)
            return Impersonation(access, superuser)

        return decide(attempt)

    def stop_impersonation(self, claims: TokenClaims, cause: Cause) -> Access:
        """Take back the token of an impersonation, and give the superuser a fresh one.

        Raises:
            NotImpersonating: ERR_ADMIN_004. TokenRefused: ERR_AUTH_002.
        """
        acting = claims.impersonator
        if acting is None:
            raise NotImpersonating

        def attempt() -> Access:
            superuser = self.log.load(User, acting.user_id)
            if superuser is None or superuser.session_version != acting.session_version:
                raise TokenRefused
            superuser.stop_impersonating(claims.user_id, claims.token_id, claims.expires_at)
            position = self.log.save(superuser, cause=cause)
            return give_access(self.tokens, superuser, position)

        return decide(attempt)


def superusers_of(log: EventLog) -> Superusers:
    """The superusers who can sign in."""
    stream = identity.superusers_id()
    return log.load(Superusers, stream) or Superusers(stream)


def with_superusers(
    log: EventLog, user_id: UUID, decision: Callable[[User], None]
) -> tuple[Superusers, User]:
    """Let a decision be made about a user, who is counted as it leaves the user; both to be saved.

    The superusers are loaded first: whoever changes both meanwhile is noticed when they are saved.

    Raises:
        UserUnknown: ERR_USER_404. LastSuperuser: ERR_ADMIN_006.
    """
    superusers = superusers_of(log)
    user = log.load(User, user_id)
    if user is None:
        raise UserUnknown
    administrated = user.administrates
    if administrated:
        superusers.count(user)  # who was promoted before anybody counted
    decision(user)
    if user.administrates != administrated:
        superusers.count(user)
    return superusers, user
