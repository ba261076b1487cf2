"""Specification of options that had expired by the opening: history, nowhere open (spec 5.3)."""

from typing import Any

import pytest

from tests.interfaces.conftest import World
from tests.support.visitors import Visitor, csv_file, newcomer, work_off

FRIDAY = "2013-01-18"
SATURDAYS = "GOOG130119C00700000,2,31.50,2013-01-02"  # it ended on Friday, the opening
LATER = "GOOG130216C00700000,3,31.50,2013-01-02"
BEFORE = "GOOG121222C00700000,1,9.00,2012-12-03"
SHARES = "SPY,100,142.41,2012-12-31"


@pytest.fixture(name="ada", scope="module")
def owner(world: World) -> Visitor:
    return newcomer(world.program, world.client)


@pytest.fixture(name="account", scope="module")
def opened(ada: Visitor) -> str:
    return ada.open_sample(SATURDAYS, LATER, BEFORE, SHARES, equity_as_of=FRIDAY)


def symbols(ada: Visitor, account: str, status: str) -> list[str]:
    return [position["symbol"] for position in ada.positions_of(account, status)]


def assert_two_are_open(ada: Visitor, account: str) -> None:
    assert symbols(ada, account, "open") == ["GOOG130216C00700000", "SPY"]
    assert symbols(ada, account, "closed") == ["GOOG121222C00700000", "GOOG130119C00700000"]
    assert len(symbols(ada, account, "all")) == 4
    assert ada.get(f"/portfolios/{account}").json()["position_count"] == 2
    [listed] = ada.get("/portfolios").json()["portfolios"]
    assert listed["position_count"] == 2


def overview(ada: Visitor, account: str) -> dict[str, Any]:
    body: dict[str, Any] = ada.get(f"/analytics/portfolio/{account}/overview").json()
    return body


def test_they_are_open_nowhere(world: World, ada: Visitor, account: str) -> None:
    assert_two_are_open(ada, account)
    assert overview(ada, account)["data_quality"]["positions_total"] == 2
    started = ada.post(f"/portfolio/{account}/calculate")
    covered = ada.get("/market-data/coverage", params={"portfolio_id": account}).json()
    assert covered["need_price"] == 2

    work_off(world.program, started)
    assert_two_are_open_no_more_than_the_last_line_says(ada, account)


def assert_two_are_open_no_more_than_the_last_line_says(ada: Visitor, account: str) -> None:
    """The February call expired on the way, and is settled."""
    assert symbols(ada, account, "open") == ["SPY"]
    assert overview(ada, account)["position_count"]["total"] == 1
    assert ada.get(f"/portfolios/{account}").json()["position_count"] == 1


def test_replacing_leaves_them_alone(ada: Visitor) -> None:
    account = ada.open_sample(
        SATURDAYS, BEFORE, SHARES, equity_as_of=FRIDAY, account_name="Replaced"
    )
    answer = ada.import_file(account, csv_file("SPY,120,142.41,2012-12-31"), mode="replace")

    assert answer.status_code == 201, answer.text
    assert answer.json()["positions_closed"] == 0
