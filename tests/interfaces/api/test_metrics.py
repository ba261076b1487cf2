"""Specification of metrics and of what is shown of them (spec 9.4)."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from application.tallies import Count
from interfaces.bootstrap import Program
from interfaces.http import create_http
from interfaces.monitoring import RULES, Readings, Rule
from tests.interfaces.conftest import World
from tests.support.programs import connect_owner
from tests.support.recording import cause, claimed, open_log
from tests.support.server import ROOT
from tests.support.visitors import client_of, csv_file, refusal, superuser

TOKEN = "a token for metrics"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def here(world: World, address: str = "127.0.0.1", token: str = "") -> TestClient:
    """A client on an address, of a program with a token for metrics."""
    program = replace(world.program, terms=replace(world.program.terms, metrics_token=token))
    return TestClient(create_http(program), client=(address, 50_000))


def samples(client: TestClient, **headers: str) -> Samples:
    """All metrics by name and labels."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def of(found: Samples, name: str, **labels: str) -> float:
    """One metric, 0 where it is not there."""
    return found.get((f"sigmasight_{name}", tuple(sorted(labels.items()))), 0.0)


def test_the_log_tells_what_happened_whatever_was_restarted(world: World) -> None:
    found = samples(here(world))
    assert of(found, "registrations_total") >= 4
    assert of(found, "imports_total", outcome="imported", code="") == 2
    assert of(found, "runs_total", outcome="completed", code="") == 1
    assert of(found, "valuations_total", outcome="recorded", code="") > 30
    assert of(found, "phases_total", outcome="completed", code="valuation") == 1
    assert of(found, "phases_seconds_total", code="valuation") > 0


def test_refused_imports_are_counted_by_code_and_previews_are_not(world: World) -> None:
    client = here(world)
    before = of(samples(client), "imports_total", outcome="refused", code="ERR_CSV_002")
    world.ada.upload(csv_file("AAPL,1,1.00,2012-12-31"), "positions.pdf")
    world.ada.preview(csv_file("AAPL,1,1.00,2012-12-31"), "positions.pdf")
    world.nobody.upload(csv_file("AAPL,1,1.00,2012-12-31"), "positions.pdf")
    after = of(samples(client), "imports_total", outcome="refused", code="ERR_CSV_002")
    assert after == before + 1


def test_requests_are_timed_by_route_and_not_by_path(world: World) -> None:
    client = here(world)
    client.get("/errors/ERR_PORT_404")
    client.get("/nowhere/ada@example.com")
    found = samples(client)
    labels = {"method": "GET", "route": "/errors/{code}", "status": "200"}
    assert of(found, "request_seconds_count", **labels) == 1
    assert of(found, "request_seconds_count", method="GET", route="none", status="404") == 1
    assert not any("ada@example.com" in str(labels) for _, labels in found)


def test_each_metric_and_each_alert_stands_on_the_page_on_operations(world: World) -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    client = here(world)
    [metrics] = re.findall(r"^## Metrics\n(.*?)^## ", page, re.DOTALL | re.MULTILINE)
    typed = re.findall(r"^# TYPE (sigmasight_\w+) ", client.get("/metrics").text, re.MULTILINE)
    names = {name for name in typed if not name.endswith("_created")}
    names.add("sigmasight_replica_reads_total")  # of a program that has replicas
    assert set(re.findall(r"`(sigmasight_\w+)`", metrics)) == names
    assert [rule.name for rule in RULES if f"\n### {rule.name}\n" not in page] == []


def test_gauges_say_how_things_stand(world: World) -> None:
    rooms = world.program.rooms
    assert rooms.catch_up(world.program.log.position(), rooms.positions())
    found = samples(here(world))
    assert of(found, "projection_lag_events") == of(found, "projection_lag_seconds") == 0
    assert ("sigmasight_longest_live_run_seconds", ()) in found
    assert ("sigmasight_late_accounts", ()) in found


def test_an_event_that_cannot_be_read_is_told_by_all_who_tell_of_rooms(
    program: Program, database: str
) -> None:
    with client_of(program) as client:
        sees_all = superuser(program, client)
        before = program.log.position()
        with open_log(database) as another:
            last = another.save(claimed(), cause=cause())
        with connect_owner(database) as connection:
            connection.execute(
                "UPDATE events.stored_events SET topic = 'nobody.knows' WHERE notification_id = %s",
                [last],
            )
        assert not program.rooms.catch_up(last)
        found = samples(TestClient(create_http(program), client=("127.0.0.1", 50_000)))
        assert of(found, "projection_lag_events") >= 1
        assert of(found, "projection_lag_seconds") > 0
        assert sees_all.get("/admin/monitoring").status_code == 200
        told = sees_all.get("/admin/projections").json()["projections"]
    users = {one["name"]: one for one in told}["users"]
    assert users["state"] == "stopped"
    assert users["error"] == f"the event after position {before}: nobody.knows: no 'nobody.knows'"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_who_asks_from_this_machine_may_read_them(world: World, address: str) -> None:
    assert here(world, address).get("/metrics").status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_a_proxy_on_this_machine_opens_them_to_nobody(world: World, header: str) -> None:
    answer = here(world).get("/metrics", headers={header: "203.0.113.7"})
    assert refusal(answer) == (401, "ERR_METRICS_001")


def test_from_afar_the_token_is_asked_for(world: World) -> None:
    afar = here(world, "203.0.113.7", TOKEN)
    for told in ("", "Bearer", "Bearer guess", f"Basic {TOKEN}", f"Bearer {world.superuser.token}"):
        refused = afar.get("/metrics", headers={"Authorization": told})
        assert refusal(refused) == (401, "ERR_METRICS_001")
    assert samples(afar, Authorization=f"Bearer {TOKEN}")
    without = here(world, "203.0.113.7")
    assert without.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401


def test_superusers_see_the_rules_judged(world: World) -> None:
    told = world.superuser.get("/admin/monitoring").json()
    assert [alert["name"] for alert in told["alerts"]] == [rule.name for rule in RULES]
    by_name = {alert["name"]: alert for alert in told["alerts"]}
    assert not by_name["RoomsBehind"]["is_firing"]
    assert by_name["RoomsBehind"]["limit"] == 60
    counts = {(one["what"], one["outcome"]): one["times"] for one in told["counts"]}
    assert counts["valuations", "recorded"] > 30


QUIET = Readings(
    read_at=datetime(2024, 1, 2, 12, tzinfo=UTC),
    ever=(),
    recent=(),
    registered_today=0,
    registered_a_day=0.0,
    lag_events=0,
    lag_s=0.0,
    longest_live_run_s=0.0,
    live_runs=0,
    late_accounts=0,
)


def runs(completed: int, failed: int) -> tuple[Count, Count]:
    """So many runs that ended well, and badly."""
    return (
        Count("runs", "completed", "", completed, 0.0),
        Count("runs", "failed", "ERR_BATCH_001", failed, 0.0),
    )


def imports(taken: int, refused: int) -> tuple[Count, Count]:
    """So many imports that were taken, and refused."""
    return (
        Count("imports", "imported", "", taken, 0.0),
        Count("imports", "refused", "ERR_PORT_008", refused, 0.0),
    )


@pytest.mark.parametrize(
    ("changes", "firing"),
    [
        ({}, []),
        ({"recent": runs(9, 1)}, []),
        ({"recent": runs(8, 2)}, ["RunsFail"]),
        ({"recent": runs(0, 9)}, []),  # too few to judge
        ({"recent": imports(90, 10)}, []),
        ({"recent": imports(89, 11)}, ["ImportsFail"]),
        ({"longest_live_run_s": 120.0}, []),
        ({"longest_live_run_s": 120.1}, ["RunTooLong"]),
        ({"registered_today": 20}, []),
        ({"registered_today": 21}, ["ManyRegistrations"]),
        ({"registered_today": 30, "registered_a_day": 10.0}, []),
        ({"registered_today": 31, "registered_a_day": 10.0}, ["ManyRegistrations"]),
        ({"lag_s": 60.0}, []),
        ({"lag_s": 60.1}, ["RoomsBehind"]),
        ({"late_accounts": 1}, ["SessionNotCalculated"]),
    ],
)
def test_a_rule_is_broken_past_its_limit(changes: dict[str, Any], firing: list[str]) -> None:
    readings = replace(QUIET, **changes)
    assert [rule.name for rule in RULES if rule.is_broken(readings)] == firing


def test_each_metric_of_a_rule_is_there(world: World) -> None:
    text = here(world).get("/metrics").text
    used = {name for rule in RULES for name in re.findall(r"sigmasight_\w+", rule.expression)}
    assert {name for name in used if name not in text} == set()
    assert len(used) == 6


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_of_several_servers_that_count_alike_a_rule_counts_one(rule: Rule) -> None:
    once = r"max(?: by \(outcome, code\) )?\((?:increase\()?sigmasight_[^()]*\)?\)"
    assert "sigmasight_" in rule.expression
    assert "sigmasight_" not in re.sub(once, "", rule.expression)
