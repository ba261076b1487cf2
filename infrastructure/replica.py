"""A replica of the database: its connections, and whether it is as far as the primary was."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Literal

import psycopg
from psycopg.abc import Params

from application.ports import Clock
from infrastructure.circuit_breaker import Rest
from infrastructure.postgres_pool import BOUNDED, SteadyPool

Connection = psycopg.Connection[tuple[Any, ...]]
Identity = tuple[Any, ...] | None
Standing = Mapping[str, tuple[int, int]]
"""How often each room was rebuilt, and the position it has read up to: it only ever grows."""

Outcome = Literal["answered", "behind", "failed", "foreign"]

_SIZE = 10
_CONNECTED_WITHIN_S = 0.25
_THERE_WITHIN_S = 0.02
_LOOK_AGAIN_S = 0.002
_FAILURES_IN_A_ROW = 3
_REST = timedelta(seconds=5)
_READING = {
    "options": f"{BOUNDED['options']} -c default_transaction_read_only=on",
    "autocommit": True,
}
_IDENTITY = "SELECT system_identifier, current_database() FROM pg_control_system()"
_STANDING = "SELECT room, rebuilt, position FROM rooms.progress"


class Lent(psycopg.Connection[tuple[Any, ...]]):
    """A connection to a replica. What the replica fails at is asked of `instead`, and all after.

    `reached` is how far it was seen to be, None before it was asked whose replica it is.
    """

    reached: Standing | None = None
    instead: Callable[[], Connection] | None = None
    _other: Connection | None = None

    @property
    def has_failed(self) -> bool:
        """Whether another one answers in its place."""
        return self._other is not None

    def execute(
        self,
        query: Any,
        params: Params | None = None,
        *,
        prepare: bool | None = None,
        binary: bool = False,
    ) -> psycopg.Cursor[tuple[Any, ...]]:
        """See `psycopg.Connection.execute`; each statement only reads, and can be asked again."""
        if self._other is None:
            try:
                return super().execute(query, params, prepare=prepare, binary=binary)
            except psycopg.errors.QueryCanceled:
                raise  # it took too long, and would do so elsewhere
            except (psycopg.OperationalError, psycopg.InterfaceError):
                if self.instead is None:
                    raise
                self._other = self.instead()
        return self._other.execute(query, params, prepare=prepare, binary=binary)

    def come_back(self) -> None:
        """Be as before it was lent."""
        self.instead = self._other = None


class Replica:
    """One replica: its connections, what came of asking it, and whether it is left alone.

    It is left alone for 5 s after three failures in a row: it does not answer, is of another
    database, or is not in time. Then one request tries.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self.outcomes: Counter[str] = Counter()
        self._rest = Rest(clock, _FAILURES_IN_A_ROW, _REST)
        self._pool = SteadyPool(url, Lent, _READING, size=_SIZE, timeout_s=_CONNECTED_WITHIN_S)

    def close(self) -> None:
        """Give back its connections."""
        self._pool.close()

    def may_be_asked(self) -> bool:
        """Whether it is not left alone; who is told so asks it."""
        return self._rest.may_ask()

    @contextmanager
    def lent(
        self, identity: Identity, wanted: Standing, instead: Callable[[], Connection]
    ) -> Iterator[Lent | None]:
        """A connection to it, if it is of that database and as far as wanted, or is in a moment."""
        try:
            connection = self._pool.getconn()
        except psycopg.OperationalError:
            self._note("failed")
            yield None
            return
        try:
            found = self._found(connection, identity, wanted)
            if found != "answered":
                self._note(found)
                yield None
                return
            connection.instead = instead
            yield connection
            self._note("failed" if connection.has_failed else "answered")
        finally:
            connection.come_back()
            self._pool.putconn(connection)

    def told(self, identity: Identity, wanted: Standing) -> str:
        """`ok`, or in a sentence why the primary is asked instead."""
        try:
            with self._pool.connection() as connection:
                found = self._found(connection, identity, wanted)
                behind = lag(connection.reached or {}, wanted)
        except psycopg.OperationalError:
            found, behind = "failed", 0
        return {
            "answered": "ok",
            "behind": f"It is {behind:,} events behind; rooms are read from the primary.",
            "foreign": "It is no replica of this database; rooms are read from the primary.",
            "failed": "It does not answer; rooms are read from the primary.",
        }[found]

    def _found(self, connection: Lent, identity: Identity, wanted: Standing) -> Outcome:
        try:
            if connection.reached is None:
                if identity_of(connection) != identity:
                    return "foreign"
                connection.reached = standing_of(connection)
            deadline = time.monotonic() + _THERE_WITHIN_S
            while lag(connection.reached, wanted):
                if time.monotonic() > deadline:
                    return "behind"
                time.sleep(_LOOK_AGAIN_S)
                connection.reached = standing_of(connection)
        except psycopg.Error:
            return "failed"
        return "answered"

    def _note(self, outcome: Outcome) -> None:
        self.outcomes[outcome] += 1
        self._rest.note(is_outage=outcome != "answered")


def identity_of(connection: Connection) -> Identity:
    """Which database it is, the same for a primary and its replicas alone."""
    return connection.execute(_IDENTITY).fetchone()


def standing_of(connection: Connection) -> Standing:
    """How far each room is."""
    rows = connection.execute(_STANDING).fetchall()
    return {room: (rebuilt, position) for room, rebuilt, position in rows}


def lag(reached: Standing, wanted: Standing) -> int:
    """How many events the last of the rooms lacks; one at least where it lacks anything."""
    lacking = [
        max(1, position - reached.get(room, (0, 0))[1])
        for room, (rebuilt, position) in wanted.items()
        if reached.get(room, (-1, -1)) < (rebuilt, position)
    ]
    return max(lacking, default=0)
