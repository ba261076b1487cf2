"""Two servers on one database and a replica of it: people go from one to the other."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.support.client import Client, body
from tests.support.own_database import own_database
from tests.support.postgres import FORGETFUL
from tests.support.replicas import OwnReplica, own_replica
from tests.support.server import RunningServer, running_server
from tests.support.waiting import eventually

TIMES = 8
GOOG = "GOOG,100,707.38,2012-12-31"
Servers = tuple[RunningServer, RunningServer, OwnReplica]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Two servers with a worker each, and the replica that both read from."""
    folders: list[Path] = [tmp_path_factory.mktemp(name) for name in ("one", "other")]
    with ExitStack() as held:
        primary = held.enter_context(own_database(FORGETFUL))
        replica = held.enter_context(own_replica(primary))
        settings = {"DATABASE_URL": primary.url, "DATABASE_READ_URL": replica.url}
        one, other = (held.enter_context(running_server(at, settings)) for at in folders)
        yield one, other, replica


def test_what_one_server_did_the_other_tells_at_once(servers: Servers) -> None:
    one, other, replica = servers
    with (
        Client(one.url, "two@example.com").arrive() as ada,
        Client(other.url, "two@example.com") as beside,
    ):
        body(beside.log_in())
        for number in range(TIMES):
            body(ada.create_portfolio(GOOG, name=f"IRA {number}"))
            assert len(beside.portfolios()) == number + 1
        portfolio_id = beside.portfolios()[0]["id"]
        run = body(ada.calculate(portfolio_id))["batch_run_id"]
        assert beside.wait_for_run(portfolio_id, run)["status"] == "completed"
        path = beside.nav_path(portfolio_id)
        assert path
        assert ada.nav_path(portfolio_id) == path
        replica.drop()
        assert ada.nav_path(portfolio_id) == beside.nav_path(portfolio_id) == path
        replica.bring_back()
        for client in (ada, beside):
            eventually(partial(_answers_by_replica, client), 30, "an answer by the replica")


def _answers_by_replica(client: Client) -> bool:
    before = _answered(client)
    client.portfolios()
    return _answered(client) > before


def _answered(client: Client) -> float:
    metrics = httpx.get(client.http.base_url.copy_with(path="/metrics"), timeout=60).text
    told = 'sigmasight_replica_reads_total{outcome="answered",replica="1"} '
    return sum(float(line[len(told) :]) for line in metrics.splitlines() if line.startswith(told))
