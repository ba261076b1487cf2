"""Passwords as argon2id hashes in a table of their own (parameters: OWASP Password Storage)."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID

from passlib.hash import argon2

from application.ports import Statement
from infrastructure.postgres import Pool

_STORE = (
    "INSERT INTO credentials.passwords (user_id, hash) VALUES (%s, %s)"
    " ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, changed_at = now()"
)
_RENEW = (
    "UPDATE credentials.passwords SET hash = %s, changed_at = now()"
    " WHERE user_id = %s AND hash = %s"
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs: memory in KiB, passes over it, lanes."""

    memory_kib: int = 19 * 1024
    time: int = 2
    parallelism: int = 1


class Argon2Passwords:
    """Implements `application.access_ports.Passwords`."""

    def __init__(self, pool: Pool, cost: Cost | None = None, *, are_composed: bool = True) -> None:
        cost = cost or Cost()
        self._pool = pool
        self.are_composed = are_composed
        self._hasher = argon2.using(
            type="ID",
            memory_cost=cost.memory_kib,
            time_cost=cost.time,
            parallelism=cost.parallelism,
        )
        self._nobodys = self._hasher.hash("the password of a user who does not exist")

    def hash(self, password: str) -> str:
        """See `Passwords.hash`."""
        return str(self._hasher.hash(password))

    def store(self, user_id: UUID, hashed: str) -> Statement:
        """See `Passwords.store`."""

        def write(connection: Any) -> None:
            connection.execute(_STORE, (user_id, hashed))

        return write

    def destroy(self, user_id: UUID) -> Statement:
        """See `Passwords.destroy`."""

        def write(connection: Any) -> None:
            connection.execute("DELETE FROM credentials.passwords WHERE user_id = %s", (user_id,))

        return write

    def verify(self, user_id: UUID | None, password: str) -> bool:
        """See `Passwords.verify`. A hash of earlier parameters is renewed on the way.

        Only while it is the one kept: a password changed or destroyed meanwhile does not return.
        """
        kept = self._kept(user_id)
        matches = bool(self._hasher.verify(password, kept or self._nobodys))
        if kept is None or user_id is None or not matches:
            return False
        if self._hasher.needs_update(kept):
            with self._pool.connection() as connection:
                connection.execute(_RENEW, (self.hash(password), user_id, kept))
        return True

    def is_common(self, password: str) -> bool:
        """See `Passwords.is_common`."""
        return password.lower() in _common_passwords()

    def _kept(self, user_id: UUID | None) -> str | None:
        with self._pool.reading() as connection:
            row = connection.execute(
                "SELECT hash FROM credentials.passwords WHERE user_id = %s", (user_id,)
            ).fetchone()
        return row[0] if row else None


@cache
def _common_passwords() -> frozenset[str]:
    """The 10,000 commonest passwords, in lower case (from zxcvbn 4.5, MIT)."""
    file = resources.files("infrastructure").joinpath("common_passwords.txt")
    return frozenset(file.read_text(encoding="utf-8").split())
