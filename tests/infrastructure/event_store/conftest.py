"""A log on a database of its own."""

from collections.abc import Iterator

import psycopg
import pytest

from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.postgres import app_url
from tests.support.programs import SECRET, connect_owner
from tests.support.recording import open_log

Connection = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def log(database: str) -> Iterator[PostgresEventLog]:
    """The log, empty."""
    with open_log(database) as log:
        yield log


@pytest.fixture
def owner(database: str) -> Iterator[Connection]:
    """A connection with the owner's rights."""
    with connect_owner(database) as connection:
        yield connection


@pytest.fixture
def app(database: str) -> Iterator[Connection]:
    """A connection with the application's rights."""
    with psycopg.connect(app_url(database, SECRET), autocommit=True) as connection:
        yield connection
