"""kill -9 in the middle of a catch-up: the run ends by itself, each day valued once."""

from collections.abc import Callable, Iterator
from itertools import product

import pytest

from tests.support.accounts import SAMPLE_SYMBOLS
from tests.support.client import Client, Json, body
from tests.support.homes import database_of, server_at_home
from tests.support.journal import events_recorded
from tests.support.server import RunningServer
from tests.support.waiting import eventually

RESUMED_WITHIN_S = 60
ENTERED_ON = ["2010-03-03", "2010-04-01", "2010-05-03", "2010-06-02"]
HUNDRED_POSITIONS = [
    f"{symbol},7,50.00,{day}" for symbol, day in product(SAMPLE_SYMBOLS, ENTERED_ON)
]


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """A server on a home of its own, to be killed."""
    with server_at_home() as server:
        yield server


@pytest.fixture(scope="module")
def ada(server: RunningServer) -> Iterator[Client]:
    """A registered user."""
    with Client(server.url) as client:
        yield client.arrive()


@pytest.fixture(scope="module")
def undisturbed(ada: Client) -> dict[str, str]:
    """The NAV path of the positions when nothing happens."""
    portfolio_id, run_id = calculate(ada, "Undisturbed")
    run = ada.wait_for_run(portfolio_id, run_id, RESUMED_WITHIN_S)
    path = ada.nav_path(portfolio_id)
    assert run["dates_valued"] == len(path)
    assert len(path) > 600
    return path


def calculate(ada: Client, name: str) -> tuple[str, str]:
    """Open the hundred positions as of mid-2010 and calculate; ids of portfolio and run."""
    opened = ada.create_portfolio(
        *HUNDRED_POSITIONS, name=name, equity_as_of="2010-08-02", equity_balance="1000000"
    )
    portfolio_id: str = body(opened)["portfolio_id"]
    return portfolio_id, body(ada.calculate(portfolio_id))["batch_run_id"]


def is_in_the_middle(run: Json) -> bool:
    """Whether some sessions are valued, and others are not."""
    [valuation] = [phase for phase in run["phases"] if phase["name"] == "valuation"]
    assert run["status"] in ("queued", "running"), "the run was over before it could be killed"
    return bool(0 < valuation["done"] < valuation["total"])


def kill_the_server(server: RunningServer) -> None:
    """Its worker finds that it is alone, ends what it has in hand and goes."""
    server.kill()
    server.restart()


def kill_server_and_worker(server: RunningServer) -> None:
    """Nobody is left to end anything in good order."""
    server.kill_all()
    server.restart()


def kill_the_worker(server: RunningServer) -> None:
    """The server goes on, and starts another one."""
    server.kill_worker()


@pytest.mark.parametrize("kill", [kill_the_server, kill_server_and_worker, kill_the_worker])
def test_a_catch_up_killed_in_the_middle_ends_by_itself_with_each_day_valued_once(
    server: RunningServer,
    ada: Client,
    undisturbed: dict[str, str],
    kill: Callable[[RunningServer], None],
) -> None:
    before = events_recorded(database_of(server), "daily_valuation")
    portfolio_id, run_id = calculate(ada, kill.__name__)
    eventually(lambda: is_in_the_middle(ada.run(portfolio_id, run_id)), 30, "some sessions valued")
    kill(server)
    run = ada.wait_for_run(portfolio_id, run_id, RESUMED_WITHIN_S)
    assert run["status"] in ("completed", "partial")
    assert ada.nav_path(portfolio_id) == undisturbed
    assert {day["version"] for day in ada.valuations(portfolio_id)} == {1}
    assert events_recorded(database_of(server), "daily_valuation") == before + len(undisturbed)
