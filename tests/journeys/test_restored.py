"""A backup of a server that serves, restored on another machine: the same figures, verified."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.client import Client, Json, body
from tests.support.homes import database_of
from tests.support.postgres import passable_folder
from tests.support.programs import SECRET
from tests.support.server import ROOT, RunningServer, running_server
from tests.support.stored_rows import catalogue_of

HOME = {"SIGMASIGHT_HOME": "home"}


@pytest.fixture
def folders() -> Iterator[tuple[Path, Path]]:
    """A machine, and another one."""
    with passable_folder(for_data=True) as one, passable_folder(for_data=True) as other:
        yield one, other


def sigmasight(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run the command as it is typed in a folder, beside a server there or without one."""
    return subprocess.run(
        [sys.executable, "-m", "interfaces.serving", *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SECRET_KEY": SECRET, **HOME},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def figures(ada: Client, portfolio_id: str) -> tuple[list[Json], list[Json], Json]:
    """What is shown of an account: its days, itself, its figures now."""
    overview = body(ada.http.get(f"/analytics/portfolio/{portfolio_id}/overview"))
    return ada.valuations(portfolio_id), ada.portfolios(), overview


def calculated(ada: Client, name: str = "Sample") -> str:
    """A portfolio that was valued; its id."""
    opened = ada.create_portfolio("GOOG,100,707.38,2012-12-31", name=name)
    portfolio_id: str = body(opened)["portfolio_id"]
    run_id = body(ada.calculate(portfolio_id))["batch_run_id"]
    assert ada.wait_for_run(portfolio_id, run_id)["status"] == "completed"
    return portfolio_id


def test_restored_elsewhere_it_shows_the_same_and_goes_on(folders: tuple[Path, Path]) -> None:
    here, there = folders
    file = there / "moved.backup"
    with ExitStack() as held:
        first: RunningServer = held.enter_context(running_server(here, HOME))
        ada = held.enter_context(Client(first.url))
        portfolio_id = calculated(ada.arrive())
        written = sigmasight(here, "backup", str(file))
        assert written.returncode == 0, written.stderr
        shown, catalogue = figures(ada, portfolio_id), catalogue_of(database_of(first))

    restored = sigmasight(there, "restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert " events fit, and all " in restored.stdout
    with running_server(there, HOME) as second, Client(second.url) as ada:
        body(ada.log_in())
        assert figures(ada, portfolio_id) == shown
        assert catalogue_of(database_of(second)) >= without_sequences(catalogue)
        assert len(figures(ada, calculated(ada, "Second"))[1]) == 2
        verified = sigmasight(there, "audit", "verify")
        assert verified.returncode == 0, verified.stderr


def without_sequences(catalogue: set[tuple[object, ...]]) -> set[tuple[object, ...]]:
    """The same but for how far sequences are."""
    return {row for row in catalogue if row[0] != "sequence"}
