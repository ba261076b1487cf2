"""Fixtures that many tests share: a real PostgreSQL, and programs built on it."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from interfaces.bootstrap import Program
from tests.support.postgres import fresh_database, postgres_server
from tests.support.programs import build_program, migrated_template
from tests.support.reliability import Note

__all__ = ["postgres_server"]

# The deadline is a hang guard, ten times hypothesis' own: other processes use the cores too.
settings.register_profile("searching", deadline=2_000)
settings.register_profile("repeatable", deadline=2_000, derandomize=True)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def template_database(postgres_server: str) -> Iterator[str]:
    """The name of a database at this version, with every room in place, to copy from."""
    with migrated_template(postgres_server) as name:
        yield name


@pytest.fixture
def database(postgres_server: str, template_database: str) -> Iterator[str]:
    """The owner's URL of a database of this test's own, at this version and empty."""
    with fresh_database(postgres_server, template_database) as url:
        yield url


@pytest.fixture
def program(database: str) -> Iterator[Program]:
    """The program on a database of its own, with fast passwords and no live provider."""
    with build_program(database) as program:
        yield program


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """Takes down for docs/reliability.md what a fault test did, once it has held."""
    return Note(request.node)
