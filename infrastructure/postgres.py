"""Connections to PostgreSQL: who connects as whom, and pools that never wait for ever."""

import hashlib
import hmac
import selectors
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

from application.errors import StoreUnavailable

APP_ROLE = "sigmasight_app"

BOUNDED: Mapping[str, Any] = {
    "connect_timeout": 2,
    "tcp_user_timeout": 10_000,
    "options": "-c lock_timeout=5s -c statement_timeout=60s"
    " -c idle_in_transaction_session_timeout=30s",
}
"""What keeps a connection from waiting for ever: for a server, for a lock, for an answer."""


class Pool(ConnectionPool[psycopg.Connection[tuple[Any, ...]]]):
    """Connections that say `StoreUnavailable` where PostgreSQL does not answer in time."""

    @contextmanager
    def connection(
        self, timeout: float | None = None
    ) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """A connection for one transaction, committed at the end of the block.

        Raises:
            StoreUnavailable: ERR_BUSY_001, also where all connections stay in use.
        """
        try:
            with super().connection(timeout) as connection:
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError) as failure:
            raise StoreUnavailable from failure


def check_open(connection: psycopg.Connection[Any]) -> None:
    """Find out whether the server has closed an idle connection, without asking it each time.

    An idle connection has nothing to say: only where there is something to read, it is asked.

    Raises:
        psycopg.OperationalError: the connection is closed.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(connection.fileno(), selectors.EVENT_READ)
        if selector.select(timeout=0):
            ConnectionPool.check_connection(connection)


def app_password(secret_key: str) -> str:
    """The password of the application's role, derived so that every process knows it."""
    return hmac.new(secret_key.encode(), APP_ROLE.encode(), hashlib.sha256).hexdigest()


def app_url(owner_url: str, secret_key: str) -> str:
    """The address at which the program itself connects: the owner's, as the lesser role."""
    given = conninfo_to_dict(owner_url)
    return make_conninfo("", **{**given, "user": APP_ROLE, "password": app_password(secret_key)})


def open_pool(url: str, *, size: int = 10, timeout_s: float = 5) -> Pool:
    """A pool of up to `size` connections; who waits `timeout_s` for one is told to come again."""
    return Pool(
        url,
        min_size=1,
        max_size=size,
        timeout=timeout_s,
        max_waiting=200,
        reconnect_timeout=5,
        check=check_open,
        kwargs=dict(BOUNDED),
        open=True,
    )
