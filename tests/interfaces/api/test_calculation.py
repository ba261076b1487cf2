"""Specification of asking for a calculation and following it (spec 4.6)."""

import re
import time
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from application.prerequisites import prerequisites
from tests.interfaces.conftest import World
from tests.support.visitors import client_of, error_of, newcomer, refusal, work_off


def test_a_calculation_is_queued_and_says_where_to_follow_it(world: World) -> None:
    ada = newcomer(world.program, world.client)
    portfolio_id = ada.open_sample()
    answer = ada.post(f"/portfolio/{portfolio_id}/calculate")
    body = answer.json()
    url = f"/api/v1/portfolio/{portfolio_id}/batch-status/{body['batch_run_id']}"
    assert answer.status_code == 202
    assert body == {
        "status": "started",
        "batch_run_id": body["batch_run_id"],
        "portfolio_id": portfolio_id,
        "calculation_date": "2013-03-01",
        "preprocessing": {
            "symbols_count": 2,
            "security_master_enriched": 1,  # GOOG, by an earlier run
            "prices_bootstrapped": 2,
            "price_coverage_percentage": 100.0,
            "ready_for_batch": True,
            "warnings": [],
            "recommendations": [],
        },
        "message": "The calculation up to 2013-03-01 is queued.",
        "poll_url": url,
        "events_url": f"{url}/events",
    }


def test_a_queued_run_has_done_nothing_yet(world: World) -> None:
    ada = newcomer(world.program, world.client)
    portfolio_id = ada.open_sample()
    started = ada.post(f"/portfolio/{portfolio_id}/calculate").json()
    status = ada.ask("GET", started["poll_url"]).json()
    phases = status.pop("phases")
    assert status == {
        "status": "queued",
        "batch_run_id": started["batch_run_id"],
        "portfolio_id": portfolio_id,
        "calculation_date": "2013-03-01",
        "started_at": None,
        "finished_at": None,
        "triggered_by": ada.get("/auth/me").json()["id"],
        "elapsed_seconds": 0.0,
        "progress_percent": 0.0,
        "current_phase": None,
        "dates_valued": 0,
        "dates_skipped": 0,
        "dates_restated": 0,
        "error": None,
    }
    assert [(phase["id"], phase["name"], phase["status"]) for phase in phases] == [
        (0, "security_master", "pending"),
        (1, "market_data", "pending"),
        (2, "fundamentals", "pending"),
        (3, "valuation", "pending"),
        (4, "read_models", "pending"),
        (5, "sector_tags", "pending"),
        (6, "analytics", "pending"),
    ]


def test_a_second_calculation_is_refused_while_one_is_live(world: World) -> None:
    ada = newcomer(world.program, world.client)
    portfolio_id = ada.open_sample()
    first = ada.post(f"/portfolio/{portfolio_id}/calculate")
    for name in ("portfolio", "portfolios"):
        second = ada.post(f"/{name}/{portfolio_id}/calculate")
        assert refusal(second) == (409, "ERR_BATCH_005")
        assert error_of(second)["details"]["batch_run_id"] == first.json()["batch_run_id"]
    work_off(world.program, first)
    assert ada.post(f"/portfolios/{portfolio_id}/calculate").status_code == 202


def test_nothing_is_calculated_without_what_calculations_rest_on(world: World) -> None:
    found = prerequisites({"factor_definitions": 8, "stress_scenarios": 17})
    runs = replace(world.program.runs, prerequisites=found)
    with client_of(replace(world.program, runs=runs)) as client:
        for visitor, url, body in (
            (world.ada, f"/portfolio/{world.valued}/calculate", None),
            (world.superuser, "/admin/batch/run", {}),
            (world.superuser, "/admin/batch/run", {"portfolio_id": world.valued}),
        ):
            answer = replace(visitor, client=client).post(url, json=body)
            assert refusal(answer) == (409, "ERR_BATCH_002")
            assert "stress scenarios 17 of 18" in error_of(answer)["message"]
        stranger = replace(world.bob, client=client)
        answer = stranger.post(f"/portfolio/{world.valued}/calculate")
        assert refusal(answer) == (403, "ERR_PORT_403")


def test_a_run_that_has_ended_says_what_it_did(world: World) -> None:
    for name in ("portfolio", "portfolios"):
        status = world.ada.get(f"/{name}/{world.valued}/batch-status/{world.run}").json()
        assert status["status"] == "completed"
        assert status["progress_percent"] == 100.0
        assert (status["dates_valued"], status["dates_skipped"]) == (42, 0)
        assert status["dates_restated"] == 0
        assert status["current_phase"] is None
        assert status["started_at"] <= status["finished_at"]
        assert status["elapsed_seconds"] > 0
        assert {phase["status"] for phase in status["phases"]} == {"completed"}


def test_a_failed_run_says_why_in_the_catalogues_words(world: World) -> None:
    ada = newcomer(world.program, world.client)
    portfolio_id = ada.open_sample()
    started = ada.post(f"/portfolio/{portfolio_id}/calculate").json()
    world.program.runs.abandon(UUID(started["batch_run_id"]), "Given up by the test.")
    world.program.rooms.catch_up(world.program.log.position())
    status = ada.ask("GET", started["poll_url"]).json()
    assert status["status"] == "failed"
    assert status["error"] == {"code": "ERR_BATCH_006", "message": "Given up by the test."}
    assert status["progress_percent"] == 0.0


def test_a_run_is_known_only_under_its_own_portfolio(world: World) -> None:
    for portfolio_id, run_id in [
        (world.unvalued, world.run),
        (world.valued, str(uuid4())),
        (world.valued, "not-an-id"),
    ]:
        answer = world.ada.get(f"/portfolio/{portfolio_id}/batch-status/{run_id}")
        assert refusal(answer) == (404, "ERR_BATCH_404")


@pytest.mark.parametrize("name", ["portfolio", "portfolios"])
def test_asking_waits_for_nobody(world: World, name: str) -> None:
    """Ten times the 200 ms of spec 4.6, as a guard."""
    ada = newcomer(world.program, world.client)
    fastest = float("inf")
    for _ in range(3):
        portfolio_id = ada.open_sample()
        began = time.perf_counter()
        assert ada.post(f"/{name}/{portfolio_id}/calculate").status_code == 202
        fastest = min(fastest, time.perf_counter() - began)
    assert fastest < 2


def test_a_forced_calculation_asks_nobody_for_prices(world: World) -> None:
    ada = newcomer(world.program, world.client)
    portfolio_id = ada.open_sample()
    run_id = work_off(world.program, ada.post(f"/portfolio/{portfolio_id}/calculate?force=true"))
    status = ada.get(f"/portfolio/{portfolio_id}/batch-status/{run_id}").json()
    assert [phase["status"] for phase in status["phases"][:4]] == [*["skipped"] * 3, "completed"]
    assert status["dates_valued"] == 42


def test_the_history_of_a_portfolio_is_newest_first_in_pages(world: World) -> None:
    ada = newcomer(world.program, world.client)
    portfolio_id = ada.open_sample()
    runs = [
        work_off(world.program, ada.post(f"/portfolio/{portfolio_id}/calculate")) for _ in range(3)
    ]
    history = ada.get(f"/portfolios/{portfolio_id}/runs", params={"limit": 2}).json()
    assert (history["portfolio_id"], history["total"]) == (portfolio_id, 3)
    assert [run["batch_run_id"] for run in history["runs"]] == runs[:0:-1]
    rest = ada.get(f"/portfolios/{portfolio_id}/runs", params={"limit": 2, "offset": 2}).json()
    [first] = rest["runs"]
    assert (first["batch_run_id"], first["dates_valued"]) == (runs[0], 42)
    assert (first["status"], first["kind"], first["error"]) == ("completed", "on-demand", None)
    assert first["requested_at"] <= first["started_at"] <= first["finished_at"]


def test_an_account_never_calculated_has_no_history(world: World) -> None:
    history = world.ada.get(f"/portfolios/{world.unvalued}/runs").json()
    assert history == {"portfolio_id": world.unvalued, "total": 0, "runs": []}


def test_the_log_of_a_run_is_a_file_in_words(world: World) -> None:
    answer = world.ada.get(f"/portfolio/{world.valued}/batch-status/{world.run}/log")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert f'filename="sigmasight-run-{world.run}.txt"' in answer.headers["content-disposition"]
    title, *lines = answer.text.splitlines()
    assert title == f"Calculation run {world.run}"
    assert all(
        re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC  [A-Z]", line) for line in lines
    )
    told = [line.partition("UTC  ")[2] for line in lines]
    assert told[:3] == [
        "Requested by a user: on-demand calculation of 1 account up to 2013-03-01.",
        "Taken up by a worker.",
        "Phase 0 security_master began: 2 symbols.",
    ]
    assert told[-1] == "Ended (completed): 42 sessions valued, 0 skipped, 0 restated."


def test_the_log_holds_the_warnings(world: World) -> None:
    ada = newcomer(world.program, world.client)
    portfolio_id = ada.open_sample("XYZZY,10,5.00,2012-12-31")
    run_id = work_off(world.program, ada.post(f"/portfolio/{portfolio_id}/calculate"))
    log = ada.get(f"/portfolio/{portfolio_id}/batch-status/{run_id}/log").text
    assert "\n    Warning: Valued at the entry price, for want of any other: XYZZY.\n" in log
