"""One server for the journeys that harm nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import fresh_database
from tests.support.server import RunningServer, running_server


@pytest.fixture(scope="session")
def server(
    postgres_server: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """A server with its worker, on a database of its own; each journey brings its own user."""
    folder: Path = tmp_path_factory.mktemp("server")
    with (
        fresh_database(postgres_server, template_database) as url,
        running_server(folder, {"DATABASE_URL": url}) as server,
    ):
        yield server
