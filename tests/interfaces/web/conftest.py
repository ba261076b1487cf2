"""A browser without scripts, for the tests of pages."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from interfaces.http import create_http
from tests.interfaces.conftest import World


@pytest.fixture
def browser(world: World) -> Iterator[TestClient]:
    """A browser without scripts: it keeps cookies, and goes where it is told when asked to."""
    with TestClient(create_http(world.program), follow_redirects=False) as client:
        yield client
