"""Specification of where a portfolio stands on the way from its file to its figures (spec 4.4)."""

from typing import Any
from uuid import UUID

import pytest

from tests.interfaces.conftest import World
from tests.support.visitors import Visitor, newcomer, work_off


@pytest.fixture
def ada(world: World) -> Visitor:
    return newcomer(world.program, world.client)


def status_of(visitor: Visitor, portfolio_id: str) -> dict[str, Any]:
    answer = visitor.get(f"/onboarding/status/{portfolio_id}")
    assert answer.status_code == 200, answer.text
    status: dict[str, Any] = answer.json()
    return status


def test_what_was_imported_and_never_calculated_is_no_more_than_imported(ada: Visitor) -> None:
    own = ada.open_sample()
    status = status_of(ada, own)
    assert (status["status"], status["run"], status["valuation_date"]) == ("imported", None, None)
    assert (status["position_count"], status["reasons"]) == (2, [])
    assert status["next_step"] == {
        "action": "calculate",
        "method": "POST",
        "url": f"/api/v1/portfolio/{own}/calculate",
    }


def test_a_run_that_waits_or_works_is_told_with_its_phases(world: World, ada: Visitor) -> None:
    own = ada.open_sample()
    calculated = ada.post(f"/portfolio/{own}/calculate")
    status = status_of(ada, own)
    assert (status["status"], status["run"]["status"]) == ("calculating", "queued")
    assert "valuation" in [phase["name"] for phase in status["run"]["phases"]]
    assert status["next_step"]["url"] == calculated.json()["poll_url"]
    work_off(world.program, calculated)
    status = status_of(ada, own)
    assert (status["status"], status["valuation_date"]) == ("ready", "2013-03-01")
    assert (status["reasons"], status["run"]["status"]) == ([], "completed")
    assert ada.ask("GET", status["next_step"]["url"]).status_code == 200


def test_a_run_that_failed_needs_attention_and_says_why(world: World, ada: Visitor) -> None:
    own = ada.open_sample()
    run_id = ada.post(f"/portfolio/{own}/calculate").json()["batch_run_id"]
    world.program.runs.abandon(UUID(run_id), "Its worker died.")
    world.program.rooms.catch_up(world.program.log.position())
    status = status_of(ada, own)
    assert status["status"] == "needs_attention"
    assert "Its worker died." in status["reasons"][0]
    assert status["next_step"]["action"] == "calculate"


def test_what_changed_since_needs_a_calculation(world: World, ada: Visitor) -> None:
    own = ada.open_sample()
    work_off(world.program, ada.post(f"/portfolio/{own}/calculate"))
    named = ada.ask("PUT", f"/api/v1/portfolios/{own}", json={"name": "Old age"})
    assert named.status_code == 200
    assert status_of(ada, own)["status"] == "ready"
    flow = {"kind": "CONTRIBUTION", "amount": "1.00", "date": "2013-02-01"}
    assert ada.post(f"/portfolios/{own}/cash-flows", json=flow).status_code == 201
    status = status_of(ada, own)
    assert (status["status"], status["stale_from"]) == ("needs_attention", "2013-02-01")
    work_off(world.program, ada.post(f"/portfolio/{own}/calculate"))
    assert status_of(ada, own)["status"] == "ready"


def test_figures_without_current_prices_need_attention(world: World, ada: Visitor) -> None:
    own = ada.open_sample("NOSUCH,1,10.00,2012-12-31", "SPY,1,142.00,2012-12-31")
    work_off(world.program, ada.post(f"/portfolio/{own}/calculate"))
    status = status_of(ada, own)
    assert status["status"] == "needs_attention"
    assert "1 of 2 symbols" in status["reasons"][0]


def test_an_archived_one_can_still_be_asked_for(ada: Visitor) -> None:
    own = ada.open_sample()
    ada.ask("DELETE", f"/api/v1/portfolios/{own}")
    status = status_of(ada, own)
    assert (status["status"], status["is_active"]) == ("imported", False)
    assert status["next_step"] is None
    assert "archived" in status["message"]
