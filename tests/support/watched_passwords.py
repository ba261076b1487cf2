"""Credentials that tell what they were asked for, and let something happen in between."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from application.access_ports import Passwords
from application.ports import Statement


@dataclass
class WatchedPasswords:
    """The credentials of another, noting whose password was verified and what was hashed.

    Between a verification and its answer `meanwhile` happens.
    """

    passwords: Passwords
    meanwhile: Callable[[], object] = lambda: None
    verified: list[UUID | None] = field(default_factory=list)
    hashed: list[str] = field(default_factory=list)

    def hash(self, password: str) -> str:
        """See `Passwords.hash`."""
        self.hashed.append(password)
        return self.passwords.hash(password)

    def store(self, user_id: UUID, hashed: str) -> Statement:
        """See `Passwords.store`."""
        return self.passwords.store(user_id, hashed)

    def destroy(self, user_id: UUID) -> Statement:
        """See `Passwords.destroy`."""
        return self.passwords.destroy(user_id)

    @property
    def are_composed(self) -> bool:
        """See `Passwords.are_composed`."""
        return self.passwords.are_composed

    def is_common(self, password: str) -> bool:
        """See `Passwords.is_common`."""
        return self.passwords.is_common(password)

    def verify(self, user_id: UUID | None, password: str) -> bool:
        """See `Passwords.verify`."""
        self.verified.append(user_id)
        is_right = self.passwords.verify(user_id, password)
        self.meanwhile()
        return is_right
