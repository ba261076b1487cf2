"""Rooms read from replicas, never older than the primary was when they were asked for.

A request that only reads looks once how far each room of the primary is. It is answered by a
replica that is as far, which is given a moment to get there, or by the primary where none is. So
answers are the same with replicas and without, whichever process recorded what they tell.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from itertools import count

from application.ports import Clock
from infrastructure.postgres import Pool
from infrastructure.replica import (
    Connection,
    Identity,
    Lent,
    Replica,
    Standing,
    identity_of,
    standing_of,
)


@dataclass
class _Asking:
    """A request that only reads, and how far the primary's rooms were when it asked the first."""

    standing: Standing | None = None


_asking: ContextVar[_Asking | None] = ContextVar("asking", default=None)


class RoomReads:
    """Implements `projections.row_table.Pool` over a primary and its replicas, perhaps none.

    Only what is read within `for_reading` may be answered by a replica.
    """

    def __init__(self, primary: Pool, urls: Sequence[str], clock: Clock) -> None:
        self._primary = primary
        self._replicas = [Replica(url, clock) for url in urls]
        self._turns = count()

    def close(self) -> None:
        """Give back the connections to replicas."""
        for replica in self._replicas:
            replica.close()

    @property
    def has_replicas(self) -> bool:
        """Whether anybody but the primary may be asked."""
        return bool(self._replicas)

    @contextmanager
    def for_reading(self) -> Iterator[None]:
        """A request that changes nothing, until the end of the block: replicas may answer it."""
        token = _asking.set(_Asking())
        try:
            yield
        finally:
            _asking.reset(token)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection for one transaction, to the primary."""
        with self._primary.connection() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for statements that only read, each its own transaction.

        Raises:
            StoreUnavailable: ERR_BUSY_001, where the primary does not answer either.
        """
        asking = _asking.get()
        with ExitStack() as held:
            yield (asking and self._lent(asking, held)) or held.enter_context(
                self._primary.reading()
            )

    def _lent(self, asking: _Asking, held: ExitStack) -> Lent | None:
        """A connection to a replica that is in time, each taking its turn; None where none is."""
        first = next(self._turns)
        for nth in range(len(self._replicas)):
            replica = self._replicas[(first + nth) % len(self._replicas)]
            if not replica.may_be_asked():
                continue
            if asking.standing is None:
                asking.standing = self._standing()
            lending = replica.lent(
                self._identity,
                asking.standing,
                instead=lambda: held.enter_context(self._primary.reading()),
            )
            if (connection := held.enter_context(lending)) is not None:
                return connection
        return None

    def told(self) -> Sequence[str]:
        """Of each replica `ok`, or in a sentence why the primary is asked instead."""
        if not self._replicas:
            return []
        wanted = self._standing()
        return [replica.told(self._identity, wanted) for replica in self._replicas]

    def outcomes(self) -> Sequence[Mapping[str, int]]:
        """How often each replica was asked since the start, by what came of it."""
        return [replica.outcomes.copy() for replica in self._replicas]

    def _standing(self) -> Standing:
        with self._primary.reading() as connection:
            return standing_of(connection)

    @cached_property
    def _identity(self) -> Identity:
        with self._primary.reading() as connection:
            return identity_of(connection)
