"""Specification of cash flows over HTTP (spec 4.5)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from httpx import Response

from tests.interfaces.conftest import World
from tests.support.visitors import error_of, refusal, work_off


def noted(world: World, portfolio_id: str, **changes: Any) -> Response:
    """What Ada is answered who notes a contribution of 5,000.00 on 2013-02-01, or else."""
    body = {"kind": "CONTRIBUTION", "amount": "5000.00", "date": "2013-02-01", **changes}
    return world.ada.post(f"/portfolios/{portfolio_id}/cash-flows", json=body)


def taken_back(world: World, portfolio_id: str, flow_id: str) -> Response:
    """What Ada is answered who takes a flow back."""
    place = f"/api/v1/portfolios/{portfolio_id}/cash-flows/{flow_id}"
    return world.ada.ask("DELETE", place, params={"reason": "noted twice"})


def valued(world: World) -> str:
    """A portfolio of Ada's with valuations up to 2013-03-01."""
    portfolio_id = world.ada.open_sample()
    work_off(world.program, world.ada.post(f"/portfolio/{portfolio_id}/calculate"))
    return portfolio_id


def test_a_flow_is_noted_listed_and_taken_back(world: World) -> None:
    portfolio_id = valued(world)
    answer = noted(world, portfolio_id, note=" bonus ")
    flow_id = answer.json()["id"]
    assert answer.status_code == 201
    assert answer.json() == {
        "id": flow_id,
        "kind": "CONTRIBUTION",
        "amount": "5000.00",
        "date": "2013-02-01",
        "note": "bonus",
        "restates_from": "2013-02-01",
        "message": "Contribution of 5000.00 USD noted. Valuations from 2013-02-01 on are stale "
        "until the next calculation.",
    }
    assert int(answer.headers["X-Event-Position"]) == world.program.log.position()
    noted(world, portfolio_id, kind="withdrawal", amount=12.5, date="2013-02-04")
    listed = world.ada.get(f"/portfolios/{portfolio_id}/cash-flows").json()
    assert listed["total"] == 2
    assert [(f["kind"], f["amount"], f["date"]) for f in listed["cash_flows"]] == [
        ("WITHDRAWAL", "12.50", "2013-02-04"),
        ("CONTRIBUTION", "5000.00", "2013-02-01"),
    ]
    back = taken_back(world, portfolio_id, flow_id)
    assert (back.status_code, back.json()["restates_from"]) == (200, "2013-02-01")
    before = world.program.log.position()
    assert taken_back(world, portfolio_id, flow_id).status_code == 200
    assert world.program.log.position() == before
    assert world.ada.get(f"/portfolios/{portfolio_id}/cash-flows").json()["total"] == 1


def test_the_summary_counts_30_days_90_days_and_all(world: World) -> None:
    portfolio_id = world.ada.open_sample(equity_as_of="2012-06-29")
    for on, amount in (("2012-07-02", "1"), ("2012-12-01", "20"), ("2013-01-30", "300")):
        assert noted(world, portfolio_id, date=on, amount=amount).status_code == 201
    noted(world, portfolio_id, date="2013-02-28", kind="WITHDRAWAL", amount="0.25")
    summary = world.ada.get(f"/portfolios/{portfolio_id}/cash-flows/summary").json()
    assert summary["as_of"] == "2013-03-01"
    assert summary["portfolio_id"] == portfolio_id
    out = {"withdrawals": "0.25"}
    assert summary["last_30_days"] == {"count": 1, "contributions": "0.00", **out, "net": "-0.25"}
    assert summary["last_90_days"] == {
        "count": 2,
        "contributions": "300.00",
        **out,
        "net": "299.75",
    }
    assert summary["all_time"] == {"count": 4, "contributions": "321.00", **out, "net": "320.75"}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount": "0"}, 400, "ERR_EQUITY_001"),
        ({"amount": "-5.00"}, 400, "ERR_EQUITY_001"),
        ({"amount": "5.001"}, 400, "ERR_EQUITY_001"),
        ({"amount": 5.001}, 400, "ERR_EQUITY_001"),
        ({"amount": "5.000"}, 400, "ERR_EQUITY_001"),
        ({"amount": "5e3"}, 400, "ERR_EQUITY_001"),
        ({"amount": None}, 400, "ERR_EQUITY_001"),
        ({"amount": "1000000000000.01"}, 400, "ERR_EQUITY_001"),
        ({"date": ""}, 400, "ERR_EQUITY_002"),
        ({"date": "1.2.2013"}, 400, "ERR_EQUITY_002"),
        ({"date": "2013-02-30"}, 400, "ERR_EQUITY_002"),
        ({"date": "2013-03-02"}, 400, "ERR_EQUITY_002"),
        ({"kind": "WITHDRAWAL", "amount": "500000.01"}, 409, "ERR_EQUITY_003"),
        ({"date": "2012-12-31"}, 409, "ERR_EQUITY_004"),
        ({"kind": "GIFT"}, 422, "ERR_REQUEST_001"),
        ({"kind": None}, 422, "ERR_REQUEST_001"),
        ({"note": "x" * 501}, 422, "ERR_REQUEST_001"),
    ],
)
def test_what_is_no_flow_is_refused(
    world: World, changes: Mapping[str, Any], status: int, code: str
) -> None:
    assert refusal(noted(world, world.unvalued, **changes)) == (status, code)


def test_a_withdrawal_is_at_most_what_the_latest_valuation_of_its_day_found(world: World) -> None:
    portfolio_id = valued(world)
    page = world.ada.get(f"/analytics/portfolio/{portfolio_id}/valuations?limit=200").json()
    navs = {day["date"]: day["net_asset_value"] for day in page["valuations"]}
    assert navs["2013-02-15"] != navs["2013-02-19"]
    for on, session in (("2013-02-18", "2013-02-15"), ("2013-02-19", "2013-02-19")):
        over = noted(world, portfolio_id, kind="WITHDRAWAL", date=on, amount="999999.99")
        assert refusal(over) == (409, "ERR_EQUITY_003")
        assert error_of(over)["details"] == {"available": navs[session]}
    all_of_it = noted(
        world, portfolio_id, kind="WITHDRAWAL", date="2013-02-18", amount=navs["2013-02-15"]
    )
    assert all_of_it.status_code == 201


@pytest.mark.parametrize("flow_id", [str(UUID(int=404)), "nothing"])
def test_an_unknown_flow_is_refused(world: World, flow_id: str) -> None:
    assert refusal(taken_back(world, world.unvalued, flow_id)) == (404, "ERR_EQUITY_404")
