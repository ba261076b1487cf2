"""A program with a client generated from the OpenAPI document gets to its figures (spec 4)."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from infrastructure.settings import PUBLISHED_INVITE_CODE
from tests.support.generated_client import generate_client
from tests.support.server import RunningServer

INVESTOR = Path(__file__).parent / "typed_client" / "investor.py"


@pytest.fixture(scope="module")
def said(server: RunningServer, client_folder: Path) -> str:
    """What the generator said of the served document."""
    return generate_client(
        httpx.get(f"{server.url}/openapi.json", timeout=60).json(), client_folder
    )


@pytest.fixture(scope="module")
def client_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the client is generated."""
    return tmp_path_factory.mktemp("client")


def test_every_route_is_in_the_client_and_of_bodies_all_but_bare_csv(said: str) -> None:
    left_out = [line for line in said.splitlines() if line.startswith("WARNING parsing")]
    assert "Endpoint will not be generated" not in said
    assert left_out == [
        "WARNING parsing GET /api/v1/audit/export within audit.",
        "WARNING parsing POST /api/v1/admin/market-data/prices within administration.",
    ]


@pytest.mark.usefixtures("said")
def test_an_investor_gets_from_the_registration_to_figures(
    server: RunningServer, client_folder: Path
) -> None:
    done = run([sys.executable, str(INVESTOR), server.url, PUBLISHED_INVITE_CODE], client_folder)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["outcomes"] == ["completed", "completed"]
    assert seen["restates_from"] == "2013-02-01"
    assert seen["stale_from"] == ["2013-02-01", "None"]
    assert seen["days"] == [42, "500000.00"]
    assert (seen["symbols"], seen["accounts"]) == (["GOOG", "SPY"], ["IRA"])
    goog, spy = Decimal("806.19") - Decimal("707.38"), Decimal("152.11") - Decimal("142.41")
    sold_for_less = 40 * (Decimal("806.19") - Decimal("790.00"))
    before = 500_000 + 100 * goog + 200 * spy
    assert list(map(Decimal, seen["nav"])) == [before, before + 1000 - sold_for_less]


@pytest.mark.usefixtures("said")
def test_the_program_fits_the_types_of_the_client(client_folder: Path) -> None:
    options = ["--strict", "--follow-imports=silent", "--config-file", os.devnull]
    done = run(
        [sys.executable, "-m", "mypy", *options, "--cache-dir", os.devnull, str(INVESTOR)],
        client_folder,
    )
    assert done.returncode == 0, done.stdout


def run(command: list[str], client_folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that finds the client on its path."""
    path = {"PYTHONPATH": str(client_folder), "MYPYPATH": str(client_folder)}
    return subprocess.run(
        command,
        env={**os.environ, **path},
        cwd=client_folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
