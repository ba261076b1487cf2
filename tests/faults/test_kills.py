"""kill -9 at random moments: what was acknowledged is there once, and every run ends."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from random import Random

import httpx
import pytest

from tests.support.client import Client, body
from tests.support.journal import events_recorded, rooms_differing_from_the_log
from tests.support.programs import build_program
from tests.support.rounds import rounds
from tests.support.server import RunningServer, running_server

NAMES = ("IRA", "Roth", "Trust")
GOOG_AND_SPY = ("GOOG,100,605.00,2011-01-03", "SPY,-200,127.05,2011-01-03")
OPENED_ON = "2011-01-03"
LONGEST_DELAY_S = 2.0
ANSWERS_WITHIN_S = 15
RESUMED_WITHIN_S = 60
VICTIMS = ("server and worker", "server", "worker")


@pytest.fixture
def server(database: str, tmp_path: Path) -> Iterator[RunningServer]:
    """A server on the test's database."""
    with running_server(tmp_path, {"DATABASE_URL": database}) as server:
        yield server


class Customer:
    """Registers, opens three accounts, calculates each, and notes what was acknowledged."""

    def __init__(self, server: RunningServer, email: str) -> None:
        self.client = Client(server.url, email)
        self.is_registered = False
        self.opened: dict[str, str] = {}
        self.runs: dict[str, str] = {}

    def do_everything(self) -> None:
        """Go through with it until the server is killed."""
        try:
            body(self.client.register())
            self.is_registered = True
            body(self.client.log_in())
            for name in NAMES:
                self.opened[name] = body(self.open(name))["portfolio_id"]
            for name, portfolio_id in self.opened.items():
                self.runs[name] = body(self.client.calculate(portfolio_id))["batch_run_id"]
        except httpx.TransportError:
            return

    def open(self, name: str) -> httpx.Response:
        """Open an account under a name."""
        return self.client.create_portfolio(*GOOG_AND_SPY, name=name, equity_as_of=OPENED_ON)

    def find_it_kept(self) -> None:
        """What was acknowledged is there, once; nothing is there twice."""
        again = self.client.register().status_code
        assert again == 409 if self.is_registered else again in (201, 409)
        body(self.client.log_in())
        listed = {
            portfolio["account_name"]: portfolio["id"] for portfolio in self.client.portfolios()
        }
        assert len(listed) == len(self.client.portfolios())
        assert self.opened.items() <= listed.items()
        for name, run_id in self.runs.items():
            run = self.client.wait_for_run(self.opened[name], run_id, RESUMED_WITHIN_S)
            assert run["status"] in ("completed", "partial")

    def go_on(self) -> list[dict[str, str]]:
        """Do what the kill prevented; the NAV path of each account."""
        for name in NAMES:
            assert self.open(name).status_code in (201, 409)
        portfolios = [portfolio["id"] for portfolio in self.client.portfolios()]
        assert len(portfolios) == len(NAMES)
        for portfolio_id in portfolios:
            asked = self.client.calculate(portfolio_id)
            told = asked.json() if asked.is_success else asked.json()["error"]["details"]
            self.client.wait_for_run(portfolio_id, told["batch_run_id"], RESUMED_WITHIN_S)
        return [self.client.nav_path(portfolio_id) for portfolio_id in portfolios]


def kill(server: RunningServer, victim: str) -> None:
    """Kill -9 the victim, and start the server again where it was one."""
    match victim:
        case "worker":
            server.kill_worker()
            return
        case "server":
            server.kill()
        case _:
            server.kill_all()
    server.start()
    server.wait_until_live(ANSWERS_WITHIN_S)


@rounds(40)
def test_nothing_acknowledged_is_lost_or_done_twice(
    server: RunningServer, database: str, rounds: int
) -> None:
    chance = Random(rounds)  # noqa: S311 - moments to kill at, the same each time
    beside = ThreadPoolExecutor(1)
    undisturbed = Customer(server, "undisturbed@example.com")
    undisturbed.do_everything()
    [path, *_] = paths = undisturbed.go_on()
    for number in range(rounds):
        customer = Customer(server, f"ada{number}@example.com")
        doing = beside.submit(customer.do_everything)
        wait([doing], chance.uniform(0, LONGEST_DELAY_S))
        kill(server, VICTIMS[number % len(VICTIMS)])
        doing.result(ANSWERS_WITHIN_S)
        customer.find_it_kept()
        paths += customer.go_on()
    assert all(other == path for other in paths)
    server.kill_all()
    assert events_recorded(database, "user.registered") == rounds + 1
    assert events_recorded(database, "daily_valuation") == len(path) * len(paths)
    with build_program(database) as program:
        assert rooms_differing_from_the_log(program, database) == []
