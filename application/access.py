"""What proving oneself leads to: a fresh token, and whose it is."""

from dataclasses import dataclass
from uuid import UUID

from application.access_ports import Grant, Impersonator, Tokens
from domain.user import User


@dataclass(frozen=True, slots=True)
class Access:
    """A fresh access token, its lifetime in seconds, and whose it is.

    `position` is that of the last event on the way.
    """

    token: str
    expires_in: int
    user_id: UUID
    email: str
    full_name: str
    is_superuser: bool
    position: int


def give_access(
    tokens: Tokens, user: User, position: int, impersonator: User | None = None
) -> Access:
    """Access as `user`, as of the session versions that the aggregates have."""
    grant = Grant(
        user_id=user.id,
        email=user.email,
        is_superuser=user.is_superuser,
        session_version=user.session_version,
        impersonator=_acting(impersonator) if impersonator else None,
    )
    token, expires_in = tokens.issue(grant)
    return Access(
        token, expires_in, user.id, user.email, user.full_name, user.is_superuser, position
    )


def _acting(superuser: User) -> Impersonator:
    return Impersonator(user_id=superuser.id, session_version=superuser.session_version)
