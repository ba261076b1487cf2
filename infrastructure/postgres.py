"""Connections to PostgreSQL: who connects as whom, and pools that never wait for ever."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from infrastructure.postgres_pool import BOUNDED, OUTAGES, SteadyPool, unavailable

APP_ROLE = "sigmasight_app"


class Pool(SteadyPool[psycopg.Connection[tuple[Any, ...]]]):
    """Connections that say `StoreUnavailable` where PostgreSQL does not answer in time."""

    @contextmanager
    def connection(
        self, timeout: float | None = None
    ) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """A connection for one transaction, committed at the end of the block.

        Raises:
            StoreUnavailable: ERR_BUSY_001, also where all connections stay in use.
            NoRoom: ERR_BUSY_003.
        """
        try:
            with super().connection(timeout) as connection:
                yield connection
        except OUTAGES as failure:
            raise unavailable(failure) from failure

    @contextmanager
    def reading(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """A connection for statements that only read, each its own transaction: one round trip.

        Raises:
            StoreUnavailable: ERR_BUSY_001, also where all connections stay in use.
        """
        with self.connection() as connection:
            connection.autocommit = True
            try:
                yield connection
            finally:
                if not connection.closed:
                    connection.autocommit = False


def app_password(secret_key: str) -> str:
    """The password of the application's role, derived so that every process knows it."""
    return hmac.new(secret_key.encode(), APP_ROLE.encode(), hashlib.sha256).hexdigest()


def app_url(owner_url: str, secret_key: str) -> str:
    """The address at which the program itself connects: the owner's, as the lesser role."""
    given = conninfo_to_dict(owner_url)
    return make_conninfo("", **{**given, "user": APP_ROLE, "password": app_password(secret_key)})


def told(failure: psycopg.Error) -> str:
    """What PostgreSQL said, on one line."""
    return " ".join(str(failure).split())


def open_pool(
    url: str,
    *,
    size: int = 10,
    timeout_s: float = 5,
    is_durable: bool = True,
    has_replicas: bool = False,
    before_use: Callable[[], None] | None = None,
) -> Pool:
    """A pool of up to `size` connections; who waits `timeout_s` for one is told to come again.

    What is not `is_durable` waits little, neither for the disk nor for locks: it is derived from
    the log, and can be derived again. Where the database has replicas it does wait for the disk,
    since they are sent only what is there.
    `before_use` is called for each new connection before anybody gets it.
    """
    waits = "local" if has_replicas else "off"
    hasty = "" if is_durable else f" -c synchronous_commit={waits} -c lock_timeout=2s"
    options = BOUNDED["options"] + hasty
    return Pool(
        url,
        psycopg.Connection,
        {"options": options},
        size=size,
        timeout_s=timeout_s,
        before_use=before_use,
    )
