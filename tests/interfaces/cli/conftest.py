"""A terminal in a folder of its own."""

from pathlib import Path

import pytest

from tests.support.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal without a database: a program that needs one would start it in `home`."""
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, {"SIGMASIGHT_HOME": "home", "DATABASE_URL": None})


@pytest.fixture
def connected(terminal: Terminal, database: str) -> Terminal:
    """A terminal with a database of its own."""
    return terminal.connected_to(database)
