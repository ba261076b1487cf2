"""Connections to PostgreSQL: who connects as whom, and pools that never wait for ever."""

import hashlib
import hmac
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

APP_ROLE = "sigmasight_app"

Pool = ConnectionPool[psycopg.Connection[tuple[Any, ...]]]


def app_password(secret_key: str) -> str:
    """The password of the application's role, derived so that every process knows it."""
    return hmac.new(secret_key.encode(), APP_ROLE.encode(), hashlib.sha256).hexdigest()


def app_url(owner_url: str, secret_key: str) -> str:
    """The address at which the program itself connects: the owner's, as the lesser role."""
    given = conninfo_to_dict(owner_url)
    return make_conninfo("", **{**given, "user": APP_ROLE, "password": app_password(secret_key)})


def open_pool(url: str, *, size: int = 10) -> Pool:
    """A pool whose calls fail within seconds when the database is gone or all are busy."""
    return ConnectionPool(
        url,
        min_size=1,
        max_size=size,
        timeout=5,
        max_waiting=200,
        reconnect_timeout=5,
        check=ConnectionPool.check_connection,
        kwargs={"connect_timeout": 2, "options": "-c lock_timeout=5s -c statement_timeout=60s"},
        open=True,
    )
