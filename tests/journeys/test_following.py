"""A calculation followed as it goes, over a server with its worker (spec 4.6)."""

import json
from collections.abc import Iterator

import pytest

from tests.support.accounts import SAMPLE_SYMBOLS
from tests.support.client import Client, Json, body
from tests.support.server import RunningServer

POSITIONS = [f"{symbol},7,50.00,2008-09-02" for symbol in SAMPLE_SYMBOLS]
ENDED = ("completed", "partial", "failed")


@pytest.fixture
def ada(server: RunningServer) -> Iterator[Client]:
    """A registered user."""
    with Client(server.url, "following@example.com") as client:
        yield client.arrive()


def statuses(ada: Client, url: str, after: str = "0") -> Iterator[tuple[str, Json]]:
    """The events of a stream, each with its id."""
    url = url.removeprefix("/api/v1")  # which the client adds
    with ada.http.stream("GET", url, headers={"Last-Event-ID": after}, timeout=60) as stream:
        told = ""
        for line in stream.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                told = value
            elif name == "data":
                yield told, json.loads(value)


def test_a_run_is_followed_from_the_queue_to_its_end(ada: Client) -> None:
    opened = body(
        ada.create_portfolio(*POSITIONS, equity_as_of="2008-09-02", equity_balance="1000000")
    )
    started = body(ada.calculate(opened["portfolio_id"]))
    events = list(statuses(ada, started["events_url"]))

    told = [status for _, status in events]
    assert [status["status"] in ENDED for status in told] == [False] * (len(told) - 1) + [True]
    assert told[-1]["status"] == "completed"
    assert told[-1]["dates_valued"] == 1132
    done = [status["phases"][3]["done"] for status in told]
    assert done == sorted(done)
    assert any(0 < count < 1132 for count in done), "nobody saw how far it had come"

    before_last, last = events[-2][0], events[-1][0]
    assert [told for told, _ in statuses(ada, started["events_url"], before_last)] == [last]
    assert list(statuses(ada, started["events_url"], last)) == []
