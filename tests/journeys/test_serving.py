"""`sigmasight serve` on a bare machine: it brings all it needs, keeps it up, and ends it again."""

import os
import signal
from collections.abc import Iterator

import pytest

from interfaces.demo.seeding import EMAIL, PASSWORD
from tests.support.client import Client, body
from tests.support.homes import database_of, home_of, postmaster_in, server_at_home
from tests.support.journal import events_recorded
from tests.support.programs import connect_owner
from tests.support.server import RunningServer, processes_in
from tests.support.waiting import eventually

SESSIONS_OF_DEMO = 167
"""From 2012-06-29 to 2013-03-01."""


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """A server that seeded the demo, on a home of its own."""
    with server_at_home(["--demo"]) as server:
        yield server


@pytest.fixture
def demo(server: RunningServer) -> Iterator[Client]:
    """The demo user, signed in."""
    with Client(server.url, EMAIL, password=PASSWORD) as demo:
        body(demo.log_in())
        yield demo


def test_the_demo_is_there_and_valued_at_the_first_answer(demo: Client) -> None:
    ordinary, long_short = demo.portfolios()
    assert ordinary["account_name"] == "Demo Individual"
    assert long_short["account_name"] == "Demo Long-Short"
    for portfolio in (ordinary, long_short):
        assert portfolio["valuation_date"] == "2013-03-01"
        assert not portfolio["needs_price_update"]
        assert len(demo.nav_path(portfolio["id"])) == SESSIONS_OF_DEMO
    overview = body(demo.http.get(f"/analytics/portfolio/{long_short['id']}/overview"))
    assert 1.35 < overview["exposures"]["gross"]["share_of_nav"] < 1.65
    assert overview["data_quality"]["flag"] == "complete"


def test_it_prints_the_address_the_login_and_the_last_valuations(server: RunningServer) -> None:
    printed = server.log.read_text("utf-8")
    for said in (server.url, EMAIL, PASSWORD, "Demo Long-Short Portfolio", "2013-03-01"):
        assert said in printed


def test_its_worker_takes_up_a_rebuild_that_is_asked_for(server: RunningServer) -> None:
    with connect_owner(database_of(server)) as owner:
        owner.execute(
            "INSERT INTO upkeep.rebuilds (room, version)"
            " SELECT room, version FROM rooms.progress WHERE room = 'valuations'"
        )
        told = "SELECT differing, rows, rows_live FROM upkeep.rebuilds WHERE ended_at IS NOT NULL"
        done = eventually(lambda: owner.execute(told).fetchone(), 60, "a rebuild")
    assert done == (0, 2 * SESSIONS_OF_DEMO, 2 * SESSIONS_OF_DEMO)


def test_after_kill_9_of_the_database_requests_are_answered_again_and_nothing_is_lost(
    server: RunningServer, demo: Client
) -> None:
    before = demo.portfolios()
    recorded = events_recorded(database_of(server))
    os.kill(postmaster_in(home_of(server)), signal.SIGKILL)
    statuses = []

    def answered() -> bool:
        answer = demo.http.get("/portfolios")
        statuses.append(answer.status_code)
        assert answer.status_code == 200 or "Retry-After" in answer.headers
        return answer.is_success and len(statuses) > 1

    eventually(answered, 15, "an answer after the database died")
    assert set(statuses) <= {200, 503}
    assert demo.portfolios() == before
    assert events_recorded(database_of(server)) == recorded
    opened = body(demo.create_portfolio("GOOG,100,707.38,2012-12-31"))["portfolio_id"]
    run_id = body(demo.calculate(opened))["batch_run_id"]
    assert demo.wait_for_run(opened, run_id)["status"] == "completed"


def test_ctrl_c_ends_it_all_and_the_next_start_seeds_nothing_again(
    server: RunningServer,
) -> None:
    recorded = events_recorded(database_of(server))
    assert server.interrupt(within_s=30) == 0
    eventually(lambda: not processes_in(server.folder), 5, "the end of worker and PostgreSQL")
    server.restart()
    assert events_recorded(database_of(server)) == recorded
