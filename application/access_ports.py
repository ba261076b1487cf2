"""Ports of proving who one is, beside the others (application/ports.py)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.ports import Statement


class Passwords(Protocol):
    """Credentials, kept apart from events. A hash never leaves the adapter."""

    def hash(self, password: str) -> str:
        """The argon2id hash of `password`."""
        ...

    def store(self, user_id: UUID, hashed: str) -> Statement:
        """The write that keeps `hashed` for the user, for `EventLog.save(also=...)`."""
        ...

    def destroy(self, user_id: UUID) -> Statement:
        """The write after which the user has no password, for `EventLog.save(also=...)`."""
        ...

    @property
    def are_composed(self) -> bool:
        """Whether a password has to have letters of both cases and a digit."""
        ...

    def is_common(self, password: str) -> bool:
        """Whether the password, in any case, is among the 10,000 commonest."""
        ...

    def verify(self, user_id: UUID | None, password: str) -> bool:
        """Whether the password is the user's; takes as long for None and unknown users."""
        ...


class PersonalKeys(Protocol):
    """The keys that what says who a user is lies sealed with in events."""

    def destroy(self, user_id: UUID) -> Statement:
        """The write after which nobody can read it, for `EventLog.save(also=...)`."""
        ...


class Impersonator(msgspec.Struct, frozen=True, kw_only=True):
    """The superuser who acts as another user, and that superuser's session version."""

    user_id: UUID
    session_version: int


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """Whose rights a token gives, and as of which session version of theirs."""

    user_id: UUID
    email: str
    is_superuser: bool
    session_version: int
    impersonator: Impersonator | None = None


class TokenClaims(Grant, frozen=True, kw_only=True):
    """What a verified access token says."""

    token_id: str
    issued_at: datetime
    expires_at: datetime


class Tokens(Protocol):
    """Access tokens."""

    def issue(self, grant: Grant) -> tuple[str, int]:
        """A signed token and its lifetime in seconds: 8 hours for an impersonation."""
        ...

    def read(self, token: str) -> TokenClaims:
        """The claims of a valid token.

        Raises:
            TokenRefused: expired, forged, malformed or oversized (ERR_AUTH_002).
        """
        ...

    def companion(self, token: str) -> str:
        """What a page sends beside the cookie with that token to show that it is ours.

        Nobody can compute it from the token without our key.
        """
        ...


class FailedLogins(Protocol):
    """Which attempts to sign in failed, counted for all processes together.

    A subject is an e-mail address as typed, or that of a caller's network; none is kept as it is.
    """

    def times(self, subject: str, since: datetime) -> Sequence[datetime]:
        """When they failed (UTC), after `since`, newest first."""
        ...

    def note(self, subjects: Sequence[str], at: datetime, forget_before: datetime) -> None:
        """Note a failure of each subject, and forget what is older."""
        ...
