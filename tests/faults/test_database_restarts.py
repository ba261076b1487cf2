"""PostgreSQL restarts without order under load: busy for a moment, and nothing is lost."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event

import httpx
import pytest

from tests.support.client import ENDED, Client, body
from tests.support.journal import rooms_differing_from_the_log
from tests.support.own_database import OwnDatabase, own_database
from tests.support.programs import build_program
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds
from tests.support.server import running_server
from tests.support.waiting import eventually

USERS = 4
BUSY_FOR_S = 5
HANG_GUARD_S = 10 * BUSY_FOR_S
AT_WORK_WITHIN_S = 200
RESUMED_WITHIN_S = 60
GOOG = "GOOG,100,580.07,2012-06-29"
OPENED_ON = "2012-06-29"
SESSIONS = 167  # from then to the end of the sample market


@pytest.fixture
def own() -> Iterator[OwnDatabase]:
    """A PostgreSQL of the test's own."""
    with own_database() as own:
        yield own


@dataclass
class User:
    """Opens accounts, calculates them and looks at them, one after the other until told to stop.

    `answers` has time and status of each answer; `opened` and `runs` what was acknowledged.
    """

    client: Client
    stop: Event
    answers: list[tuple[float, int]] = field(default_factory=list)
    opened: dict[str, str] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)

    def work(self) -> None:
        """Go on through whatever happens."""
        for number in count():
            if self.stop.is_set():
                return
            self._open_and_calculate(f"IRA {number}")

    def _open_and_calculate(self, name: str) -> None:
        answer = self.client.create_portfolio(GOOG, name=name, equity_as_of=OPENED_ON)
        if not self._is_success(answer):
            return
        self.opened[name] = portfolio_id = answer.json()["portfolio_id"]
        answer = self.client.calculate(portfolio_id)
        if not self._is_success(answer):
            return
        self.runs[name] = run_id = answer.json()["batch_run_id"]
        while not self.stop.is_set():
            answer = self.client.http.get(f"/portfolio/{portfolio_id}/batch-status/{run_id}")
            if self._is_success(answer) and answer.json()["status"] in ENDED:
                break
        self._is_success(self.client.http.get(f"/analytics/portfolio/{portfolio_id}/overview"))

    def _is_success(self, answer: httpx.Response) -> bool:
        """Note an answer: a success, or busy with the time to come again. Nothing else may be."""
        self.answers.append((time.monotonic(), answer.status_code))
        if answer.status_code == 503:
            assert answer.headers["Retry-After"]
            return False
        body(answer)
        return True

    def find_it_kept(self) -> None:
        """What was acknowledged is there, once, and its runs end."""
        listed = [(row["account_name"], row["id"]) for row in self.client.portfolios()]
        assert len(dict(listed)) == len(listed)
        assert self.opened.items() <= set(listed)
        for name, run_id in self.runs.items():
            run = self.client.wait_for_run(self.opened[name], run_id, RESUMED_WITHIN_S)
            assert run["status"] in ("completed", "partial")
            assert len(self.client.nav_path(self.opened[name])) == SESSIONS


def successes_since(user: User, moment: float) -> int:
    return sum(at > moment and status != 503 for at, status in user.answers)


@rounds(10)
def test_postgresql_restarted_under_load_is_a_moment_of_503_and_nothing_is_lost(
    own: OwnDatabase, tmp_path: Path, rounds: int, note: Note
) -> None:
    stop = Event()
    with running_server(tmp_path, {"DATABASE_URL": own.url}) as server:
        users = [
            User(
                Client(server.url, f"ada{number}@example.com", timeout_s=HANG_GUARD_S).arrive(),
                stop,
            )
            for number in range(USERS)
        ]
        with ThreadPoolExecutor(USERS) as threads:
            working = [threads.submit(user.work) for user in users]
            try:
                worst_s = max(restart_under_load(own, users) for _ in range(rounds))
            finally:
                stop.set()
                for worked in working:
                    worked.result(AT_WORK_WITHIN_S)
        for user in users:
            user.find_it_kept()
        server.kill_all()
    with build_program(own.url) as program:
        assert rooms_differing_from_the_log(program, own.url) == []
    note(
        Asked.RESTARTS,
        "PostgreSQL restarted without order under load",
        rounds,
        "503 with Retry-After, never 500; the promise; everybody is served again",
        worst_s,
    )


def restart_under_load(own: OwnDatabase, users: list[User]) -> float:
    """All users are well at work, the database restarts, and soon they are well at work again.

    Returns how soon, in seconds.
    """
    began = time.monotonic()
    eventually(
        lambda: all(successes_since(user, began) > 20 for user in users), AT_WORK_WITHIN_S, "work"
    )
    own.restart_at_once()
    back = time.monotonic()
    eventually(
        lambda: all(successes_since(user, back) > 5 for user in users),
        HANG_GUARD_S,
        "answers after the restart",
    )
    return time.monotonic() - back
