"""A log and connections on a database of its own."""

from collections.abc import Iterator

import pytest

from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.postgres import Pool
from tests.support.recording import open_log
from tests.support.rooms import room_pool


@pytest.fixture
def log(database: str) -> Iterator[PostgresEventLog]:
    """The log, empty."""
    with open_log(database) as log:
        yield log


@pytest.fixture
def pool(database: str) -> Iterator[Pool]:
    """Connections with the application's rights."""
    with room_pool(database) as pool:
        yield pool
