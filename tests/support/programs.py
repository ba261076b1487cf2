"""Programs for tests: the real thing on a real database, with a cheap password hash."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from application.ports import PriceSource
from infrastructure.argon2_passwords import Cost
from infrastructure.settings import Settings
from interfaces.bootstrap import Parts, Program, build
from tests.support.postgres import fresh_database

SECRET = "a secret of the tests, at least 32 bytes long"
FAST = Cost(memory_kib=64, time=1)


def settings_for(database_url: str, now: datetime | None = None) -> Settings:
    """Settings as the environment would give them, on a database of the tests."""
    return Settings.model_validate(
        {
            "database_url": database_url,
            "secret_key": SECRET,
            "sigmasight_now": now,
            "rate_limits": "off",
        }
    )


def build_program(
    database_url: str, now: datetime | None = None, live_sources: Sequence[PriceSource] = ()
) -> Program:
    """The program on a database, at a pinned market time if given; no benchmarks are gathered."""
    parts = Parts(live_sources=live_sources, password_cost=FAST, benchmarks=())
    return build(settings_for(database_url, now), parts)


@contextmanager
def migrated_template(server_url: str) -> Iterator[str]:
    """The name of a database at this version that nobody is connected to."""
    with fresh_database(server_url) as url:
        build_program(url).close()
        yield urlsplit(url).path.lstrip("/")


def move_to_berlin(database_url: str) -> None:
    """Have the database tell whoever connects from now on local time, unless asked for another."""
    with connect_owner(database_url) as owner:
        name = sql.Identifier(owner.info.dbname)
        owner.execute(sql.SQL("ALTER DATABASE {} SET timezone = 'Europe/Berlin'").format(name))


def connect_owner(database_url: str) -> "psycopg.Connection[tuple[object, ...]]":
    """A connection with the owner's rights, for what the program itself may not do."""
    return psycopg.connect(database_url, autocommit=True)
