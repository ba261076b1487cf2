"""A browser, a town to look at, and windows in which nothing happens that must not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import chromium
from tests.browser.town import Town, town
from tests.browser.windows import Windows
from tests.support.postgres import fresh_database
from tests.support.server import RunningServer, running_server


# Of the package and no longer: what drives the browser keeps an event loop in this thread, which
# other tests need for their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium; all tests of this folder are skipped where there is none."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def a_town(postgres_server: str, template_database: str) -> Iterator[Town]:
    """The town, made once; who changes something there brings somebody new."""
    with fresh_database(postgres_server, template_database) as database, town(database) as built:
        yield built


@pytest.fixture(scope="package")
def server(
    postgres_server: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """A server with its worker, as processes of their own."""
    folder: Path = tmp_path_factory.mktemp("server")
    with (
        fresh_database(postgres_server, template_database) as url,
        running_server(folder, {"DATABASE_URL": url}) as server,
    ):
        yield server


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    """Windows to open; at the end nothing must have happened in them that must not."""
    opened = Windows(browser)
    yield opened
    opened.close()
    assert opened.faults == []
