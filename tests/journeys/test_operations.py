"""docs/operations.md as an operator does it: each section's lines, in production."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import psycopg
import pytest

from infrastructure.backing_up import BackingUp
from infrastructure.checkpoint_keys import CheckpointKeys
from infrastructure.restoring import Restoring
from infrastructure.system_clock import SystemClock
from tests.support.accounts import register
from tests.support.client import INVITE, PASSWORD, Client, body
from tests.support.leaks import leaks_in
from tests.support.own_database import own_database
from tests.support.ports import port_of_its_own
from tests.support.postgres import passable_folder
from tests.support.programs import SECRET, build_program
from tests.support.server import ROOT, processes_in
from tests.support.waiting import eventually

PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
KEYS = CheckpointKeys.of_secret(SECRET)
AFTER = "2024-01-20T12:00:00Z"  # a Saturday
SIGMASIGHT = f"""#!/bin/sh
exec {sys.executable} -m interfaces.serving "$@"
"""
SYSTEMCTL = """#!/bin/bash
set -eu
stop() {
    kill -TERM "$(cat pid)"
    while kill -0 "$(cat pid)" 2>/dev/null; do sleep 0.1; done
}
start() { setsid sigmasight serve >>server.log 2>&1 </dev/null & echo $! >pid; }
case $1 in restart) stop; start;; *) "$1";; esac
"""


def lines_of(heading: str, language: str = "sh") -> str:
    """The blocks below a heading, up to the next one, in a language, one after the other."""
    section = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert section is not None, heading
    found = re.findall(rf"^```{language}\n(.*?)^```", section[1], re.DOTALL | re.MULTILINE)
    assert found, f"{heading} has no lines of {language}"
    return "\n".join(found)


@dataclass(frozen=True)
class Machine:
    """A folder with the program's settings, and a port that it serves on."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.port}"

    def does(self, *scripts: str, **variables: str) -> str:
        """What bash prints for the lines, which must succeed."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(scripts)],
            cwd=self.folder,
            env={
                "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT),
                "BASE": self.url,
                "PORT": str(self.port),
                "BACKUPS": "backups",
                "AGAIN": "again",
                **variables,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        logged = (self.folder / "server.log").read_text("utf-8", errors="replace")[-4_000:]
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{logged}"
        return done.stdout

    def setting(self, name: str) -> str:
        """What the last line says of a setting."""
        settings = dict(
            line.split("=", 1) for line in (self.folder / ".env").read_text().splitlines()
        )
        return settings[name]


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A machine on which the page's section on installing was done."""
    if missing := [name for name in ("curl", "openssl", "setsid") if shutil.which(name) is None]:
        pytest.skip(f"not installed here: {', '.join(missing)}")
    with (
        port_of_its_own() as port,
        passable_folder(for_data=True) as data,
        passable_folder() as folder,
    ):
        (folder / "backups").mkdir()
        (folder / "prices").mkdir()
        (folder / "prices" / "closes.csv").write_text(
            "symbol,date,close\nAAPL,2024-01-18,188.63\nAAPL,2024-01-19,171.56\n"
        )
        (folder / ".env").write_text(
            f"SIGMASIGHT_HOME={data}/home\nSIGMASIGHT_NOW={AFTER}\nMARKET_DATA=csv:prices\n"
        )
        for name, script in (("sigmasight", SIGMASIGHT), ("systemctl", SYSTEMCTL)):
            (folder / "bin" / name).parent.mkdir(exist_ok=True)
            (folder / "bin" / name).write_text(script)
            (folder / "bin" / name).chmod(0o755)
        machine = Machine(folder, port)
        try:
            printed = machine.does(lines_of("## Install"))
            assert '"ready"' in printed or '"status"' in printed, printed
            assert "root@example.com is a superuser." in printed
            yield machine
        finally:
            _end_all(folder, data)
        assert leaks_in(folder / "server.log") == set()


def _end_all(*folders: Path) -> None:
    left = [process for folder in folders for process in processes_in(folder)]
    for end in (psutil.Process.terminate, psutil.Process.kill):
        for process in left:
            with suppress(psutil.NoSuchProcess):
                end(process)
        _, left = psutil.wait_procs(left, timeout=30)


def test_production_is_set_up_with_secrets_of_its_own(machine: Machine) -> None:
    assert machine.setting("SIGMASIGHT_ENV") == "production"
    assert len(machine.setting("SECRET_KEY")) == 64
    assert machine.setting("BETA_INVITE_CODE") != INVITE


def test_an_upgrade_and_the_way_back(machine: Machine) -> None:
    printed = machine.does(lines_of("## Upgrade"))
    assert (machine.folder / "backups" / "before.backup").exists()
    assert "events fit" in printed
    assert "valuations" in printed  # among the projections
    back = machine.does(lines_of("### The way back"))
    assert "The rooms are built." in back
    machine.does("systemctl start sigmasight")
    eventually(lambda: is_live(machine), 60, "the server is back")


def test_another_secret_key_keeps_the_log_verified(machine: Machine) -> None:
    former = machine.setting("SECRET_KEY")
    printed = machine.does(lines_of("### Another SECRET_KEY"))
    assert machine.setting("SECRET_KEY") not in (former, "")
    assert "events fit" in printed
    eventually(lambda: is_live(machine), 60, "the server is back")
    machine.does(lines_of("## As a superuser"))


def test_another_key_pair_ends_sessions_and_the_new_metrics_token_counts(machine: Machine) -> None:
    eventually(lambda: is_live(machine), 60, "the server is there")
    token = machine.does(lines_of("## As a superuser"), 'echo "$TOKEN"').strip()
    printed = machine.does(lines_of("### Another key pair, another METRICS_TOKEN"))
    assert "sigmasight_registrations_total " in printed
    with Client(machine.url) as somebody:
        somebody.http.headers["Authorization"] = f"Bearer {token}"
        assert somebody.http.get("/auth/me").status_code == 401
    machine.does(lines_of("## As a superuser"))


def test_a_portfolio_is_repaired(machine: Machine) -> None:
    eventually(lambda: is_live(machine), 60, "the server is there")
    portfolio = with_a_wrong_close(machine)
    printed = machine.does(
        lines_of("## As a superuser"), lines_of("## Repair a portfolio"), PORTFOLIO=portfolio
    )
    assert "Days that differ: 1. Nothing recorded." in printed
    assert "Days that differ: 1. All recorded." in printed
    assert "191.56" in printed
    assert "Restatements: 1, of 1 days." in printed
    with Client(machine.url) as ada:
        body(ada.log_in())
        # 100 x (191.56 - 188.63)
        assert ada.nav_path(portfolio)["2024-01-19"] == "100293.00"


def with_a_wrong_close(machine: Machine) -> str:
    """An account whose last close is wrong; its portfolio's id."""
    with Client(machine.url) as ada:
        registered = {"email": ada.email, "password": PASSWORD, "full_name": "Ada Lovelace"}
        code = {"invite_code": machine.setting("BETA_INVITE_CODE")}
        body(ada.http.post("/onboarding/register", json=registered | code))
        body(ada.log_in())
        opened = body(
            ada.create_portfolio(
                "AAPL,100,188.63,2024-01-18", equity_as_of="2024-01-18", price_source="live"
            )
        )
        portfolio_id: str = opened["portfolio_id"]
        run_id = body(ada.calculate(portfolio_id))["batch_run_id"]
        ada.wait_for_run(portfolio_id, run_id, 60)
        return portfolio_id


def test_read_models_are_listed_verified_and_rebuilt(machine: Machine) -> None:
    printed = machine.does(lines_of("## Read models rebuilt and verified"))
    assert "portfolios" in printed


def test_a_database_of_ones_own_is_made_by_these_lines() -> None:
    statements = lines_of("## Install", "sql").replace("sigmasight", "another").split(";")
    with own_database() as server, psycopg.connect(server.url, autocommit=True) as root:
        for statement in filter(str.strip, statements):
            root.execute(statement.encode())
        url = urlsplit(server.url)
        owner = url._replace(netloc="another@", path="/another").geturl()
        with build_program(owner) as program:
            register(program)
        file = server.home.parent / "one.backup"
        written = BackingUp(owner, KEYS, SystemClock()).into(file, replaces=False)
        root.execute("DROP DATABASE another")
        root.execute("CREATE DATABASE another OWNER another")
        assert Restoring(owner, SECRET, KEYS).of(file) == written
        with build_program(owner) as program:
            assert program.users.find("ada@example.com") is not None
            assert program.audit.verify().fault is None


def is_live(machine: Machine) -> bool:
    """Whether it answers."""
    with Client(machine.url) as somebody:
        try:
            answer = somebody.http.get(f"{machine.url}/health/live")
        except httpx.TransportError:
            return False
        return answer.is_success
