"""A browser without scripts, for the tests of pages."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from interfaces.http import create_http
from tests.interfaces.conftest import World
from tests.support.pages import enter
from tests.support.visitors import Visitor, superuser


@pytest.fixture
def browser(world: World) -> Iterator[TestClient]:
    """A browser without scripts: it keeps cookies, and goes where it is told when asked to."""
    with TestClient(create_http(world.program), follow_redirects=False) as client:
        yield client


@pytest.fixture
def superuser_there(world: World, browser: TestClient) -> None:
    """A superuser is signed in at the browser."""
    enter(browser, world.superuser)


@pytest.fixture
def root(world: World, browser: TestClient) -> Visitor:
    """A superuser of the test's own is signed in at the browser."""
    visitor = superuser(world.program, world.client)
    enter(browser, visitor)
    return visitor
