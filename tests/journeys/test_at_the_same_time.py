"""Two requests at the same time for what only one can have: one gets it, one is told why not."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import httpx

from tests.support.client import Client, body
from tests.support.server import RunningServer

TIMES = 5
GOOG = "GOOG,100,707.38,2012-12-31"


def both(ask: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """The answers to a request made twice at once, the success first."""
    line = Barrier(2, timeout=10)

    def at_once() -> httpx.Response:
        line.wait()
        return ask()

    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(at_once) for _ in range(2)]
        return sorted((made.result() for made in asked), key=lambda answer: answer.status_code)


def outcome(answer: httpx.Response) -> tuple[int, str | None]:
    """The status of an answer and its error code, if any."""
    return answer.status_code, None if answer.is_success else answer.json()["error"]["code"]


def test_one_address_is_registered_once(server: RunningServer) -> None:
    for number in range(TIMES):
        with Client(server.url, f"twin{number}@example.com") as twin:
            answers = both(twin.register)
            assert [outcome(a) for a in answers] == [(201, None), (409, "ERR_USER_001")]


def test_one_account_name_opens_one_account(server: RunningServer) -> None:
    with Client(server.url, "names@example.com").arrive() as ada:
        for number in range(TIMES):
            answers = both(partial(ada.create_portfolio, GOOG, name=f"IRA {number}"))
            assert [outcome(a) for a in answers] == [(201, None), (409, "ERR_PORT_001")]
        assert len(ada.portfolios()) == TIMES


def test_one_portfolio_has_one_live_run_and_the_other_request_is_told_which(
    server: RunningServer,
) -> None:
    with Client(server.url, "runs@example.com").arrive() as ada:
        portfolio_id = body(ada.create_portfolio(GOOG))["portfolio_id"]
        started, refused = both(partial(ada.calculate, portfolio_id))
        assert [outcome(a) for a in (started, refused)] == [(202, None), (409, "ERR_BATCH_005")]
        run_id = started.json()["batch_run_id"]
        assert refused.json()["error"]["details"] == {"batch_run_id": run_id}
        assert ada.wait_for_run(portfolio_id, run_id)["status"] == "completed"
        again = body(ada.calculate(portfolio_id))["batch_run_id"]
        run = ada.wait_for_run(portfolio_id, again)
        assert (run["status"], run["dates_valued"], run["dates_skipped"]) == ("completed", 0, 0)
