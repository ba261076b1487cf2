"""Finished answers about portfolios, kept beside the rows they were made of while these stay.

An answer is kept of a room, and may be made of rows of others beside. Each of them forgets it in
the transaction that changes rows of its portfolio. It is kept only if they all stand where they
stood before their rows were read, and none was rebuilt since, so that none is older than the rows.
It is found by programs of the same code alone, of which several versions may serve side by side.
What is kept can be lost at any time: it is made again when it is asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from projections.row_table import Connection

_CREATE = (
    "CREATE UNLOGGED TABLE IF NOT EXISTS rooms.kept_answers (room text NOT NULL,"
    " portfolio_id uuid NOT NULL, owner_id uuid NOT NULL, view text NOT NULL, etag text NOT NULL,"
    " body bytea NOT NULL, PRIMARY KEY (portfolio_id, view))"
)
_LAYERS = ("application", "domain", "infrastructure", "interfaces", "projections")
_CLEAR = (  # what somebody holds is being forgotten
    "DELETE FROM rooms.kept_answers WHERE (portfolio_id, view) IN (SELECT portfolio_id, view"
    " FROM rooms.kept_answers WHERE split_part(view, ' by ', 2) <> %s FOR UPDATE SKIP LOCKED)"
)
_FORGET = "DELETE FROM rooms.kept_answers WHERE room = ANY(%s) AND portfolio_id = ANY(%s::uuid[])"
_FORGET_ALL = "DELETE FROM rooms.kept_answers WHERE room = ANY(%s)"
_POSITIONS = (
    b"SELECT array_agg(position ORDER BY room) || array_agg(rebuilt ORDER BY room)"
    b" FROM rooms.progress WHERE room = ANY(%s)"
)
_KEEP = (
    b"INSERT INTO rooms.kept_answers (room, portfolio_id, owner_id, view, etag, body)"
    b" SELECT %s, %s, portfolio.owner_id, %s, %s, %b FROM rooms.portfolios portfolio,"
    b" (SELECT array_agg(position ORDER BY room) || array_agg(rebuilt ORDER BY room) AS reached"
    b" FROM (SELECT room, position, rebuilt FROM rooms.progress WHERE room = ANY(%s)"
    b" FOR SHARE SKIP LOCKED) held) still"
    b" WHERE reached = %s::bigint[] AND portfolio.portfolio_id = %s"
    b" ON CONFLICT (portfolio_id, view) DO UPDATE SET etag = excluded.etag, body = excluded.body"
    b" RETURNING true"
)
_FIND = (
    b"SELECT etag, CASE WHEN etag = %s THEN NULL ELSE body END"
    b" FROM rooms.kept_answers answer JOIN rooms.users asking ON asking.user_id = answer.owner_id"
    b" WHERE portfolio_id = %s AND view = %s AND asking.user_id = %s AND asking.is_active"
    b" AND asking.session_version = %s AND NOT asking.returned_tokens ? %s"
)


class Reading(Protocol):
    """Statements from an event loop, each its own transaction; None where nothing is found."""

    async def first(self, statement: bytes, values: Sequence[Any]) -> tuple[Any, ...] | None:
        """The first row of an answer; None, too, where the database does not answer in time."""
        ...


@dataclass(frozen=True, slots=True)
class Asker:
    """A user, and the token by which that user asks."""

    user_id: UUID
    session_version: int
    token_id: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it was sent; `body` is None where the asker has it already, by its ETag."""

    etag: str
    body: bytes | None


def create(connection: Connection) -> None:
    """Create the table if there is none, without what other versions of the program kept."""
    connection.execute(_CREATE)
    connection.execute(_CLEAR, (this_program(),))


@cache
def this_program() -> str:
    """A digest of the code of this program: whatever in it makes an answer, another makes it so."""
    digest, root = blake2b(digest_size=8), Path(__file__).parents[1]
    for layer in _LAYERS:
        for source in sorted((root / layer).rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()


def forget(connection: Connection, rooms: Sequence[str], portfolio_ids: Iterable[UUID]) -> None:
    """Forget what was kept of rooms about portfolios whose rows change in this transaction."""
    connection.execute(_FORGET, (list(rooms), list(portfolio_ids)))


def forget_all(connection: Connection, rooms: Sequence[str]) -> None:
    """Forget what was kept of rooms, as the rows of one are replaced in this transaction."""
    connection.execute(_FORGET_ALL, (list(rooms),))


@dataclass(frozen=True, slots=True)
class KeptAnswers:
    """Keeps and finds answers of one `room`, made of rows of those `beside` it as well.

    They are those of one `program`, that which asks.
    """

    reading: Reading
    room: str
    beside: tuple[str, ...] = ()
    program: str = field(default_factory=this_program)

    async def positions(self) -> Sequence[int] | None:
        """Where the rooms stand, and how often they were rebuilt: to be asked before their rows."""
        found = await self.reading.first(_POSITIONS, (self._rooms,))
        return found[0] if found else None

    async def keep(
        self, portfolio_id: UUID, view: str, answer: KeptAnswer, positions: Sequence[int]
    ) -> bool:
        """Keep an answer whose rows were read after the rooms stood at these positions.

        False if one has moved since, or is moving: then it may be old already.
        """
        values = (
            *(self.room, portfolio_id, self._key(view), answer.etag, answer.body),
            *(self._rooms, list(positions), portfolio_id),
        )
        return await self.reading.first(_KEEP, values) is not None

    async def find(
        self, portfolio_id: UUID, view: str, asker: Asker, etag: str = ""
    ) -> KeptAnswer | None:
        """What is kept for the portfolio's owner, if that is who asks by a token that counts."""
        values = (
            *(etag, portfolio_id, self._key(view)),
            *(asker.user_id, asker.session_version, asker.token_id),
        )
        found = await self.reading.first(_FIND, values)
        return KeptAnswer(*found) if found else None

    def _key(self, view: str) -> str:
        return f"{view} by {self.program}"

    @property
    def _rooms(self) -> list[str]:
        return [self.room, *self.beside]
