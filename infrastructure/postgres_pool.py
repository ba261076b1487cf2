"""A pool of connections that never waits for ever, and is whole again a moment after PostgreSQL is.

The library waits one second, two, four before it tries again to connect, and as long between one
broken connection and the next that it hands out. So it would be down for longer than the server.
"""

import logging
import select
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import psycopg
from psycopg_pool import ConnectionPool

from application.errors import NoRoom, StoreUnavailable

IN_UTC = "-c timezone=UTC"
"""What makes a connection tell instants in UTC, whatever zone the server is in."""

BOUNDED: Mapping[str, Any] = {
    "connect_timeout": 2,
    "tcp_user_timeout": 10_000,
    "options": f"{IN_UTC} -c lock_timeout=5s -c statement_timeout=60s"
    " -c idle_in_transaction_session_timeout=30s",
}
"""What keeps a connection in UTC, and from waiting for ever: for a server, a lock, an answer."""

OUTAGES = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)
"""Failures of the database, not of what it was asked: it is away, out of room, or only reads."""

_TRY_AGAIN_S = 0.25
_MOST_WAITING = 200

AnyConnection = TypeVar("AnyConnection", bound=psycopg.Connection[Any])

logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # who needed a connection tells


class SteadyPool(ConnectionPool[AnyConnection]):
    """Up to `size` connections; who waits `timeout_s` for one gets psycopg_pool.PoolTimeout.

    `before_use` is called for each new connection before anybody gets it.
    """

    def __init__(
        self,
        url: str,
        kind: type[AnyConnection],
        arguments: Mapping[str, Any],
        *,
        size: int,
        timeout_s: float,
        before_use: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(
            url,
            connection_class=kind,
            kwargs={**BOUNDED, **arguments},
            min_size=1,
            max_size=size,
            timeout=timeout_s,
            max_waiting=_MOST_WAITING,
            reconnect_timeout=_TRY_AGAIN_S,
            reconnect_failed=lambda pool: pool.check(),  # which tries again
            configure=None if before_use is None else lambda _: before_use(),
            check=self._refuse_closed,
            open=True,
        )

    def _refuse_closed(self, connection: AnyConnection) -> None:
        """Find out whether the server has closed an idle connection, without asking it each time.

        An idle connection has nothing to say: only where there is something to read, it is asked.
        Where one is closed, all idle ones are asked, and replaced if they are.

        Raises:
            psycopg.OperationalError: the connection is closed.
        """
        if not _has_something_to_say(connection):
            return
        try:
            self.check_connection(connection)
        except psycopg.OperationalError:
            self.check()
            raise


def unavailable(failure: psycopg.Error) -> StoreUnavailable:
    """What one of `OUTAGES` means to whoever asked."""
    return NoRoom() if isinstance(failure, psycopg.errors.DiskFull) else StoreUnavailable()


def _has_something_to_say(connection: psycopg.Connection[Any]) -> bool:
    watched = select.poll()
    watched.register(connection.fileno(), select.POLLIN)
    return bool(watched.poll(0))
