"""Specification of the pages of runs for superusers, without scripts (spec 8, 4.9)."""

import re
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from tests.interfaces.conftest import World
from tests.support.browsing import send
from tests.support.pages import rows_of, wrong_fields

pytestmark = pytest.mark.usefixtures("superuser_there")

RUNS = "/admin/runs"
START = f"{RUNS}/start"
LIVE, ALL = "Under way", "Runs, newest first"


def abandon(world: World, page: str) -> None:
    """End the run of a page."""
    world.program.runs.abandon(UUID(page.rsplit("/", 1)[1]), "A test.")
    world.program.rooms.catch_up(world.program.log.position())


def test_runs_are_listed_and_filtered_by_state(world: World, browser: TestClient) -> None:
    assert f'href="{RUNS}/{world.run}"' in browser.get(RUNS).text
    completed = rows_of(browser.get(RUNS, params={"status": "completed"}).text, ALL)
    assert {row[1] for row in completed} == {"completed"}
    queued = rows_of(browser.get(RUNS, params={"status": "queued"}).text, ALL)
    assert [row for row in queued if "completed" in row] == []


def test_the_page_of_a_run_has_phases_counts_and_log(world: World, browser: TestClient) -> None:
    text = browser.get(f"{RUNS}/{world.run}").text
    assert text.count('<span class="state">Completed</span>') >= 4
    assert "data-events" not in text
    log = [row[1] for row in rows_of(text, "Log")]
    told = world.superuser.get(f"/admin/batch/runs/{world.run}").json()
    assert len(log) == len(told["log"]) > 3
    assert f"{told['dates_valued']}, " in text


def test_a_run_over_all_is_started_once_and_followed(world: World, browser: TestClient) -> None:
    text = browser.get(RUNS).text
    csrf = re.findall(r'name="csrf" value="([^"]*)"', text)[0]
    [run_id] = re.findall(r'name="run_id" value="([^"]*)"', text)
    form = {"csrf": csrf, "run_id": run_id, "force": "true", "reason": "It hangs."}
    pages = {browser.post(START, data=form).headers["location"] for _ in range(2)}
    assert pages == {f"{RUNS}/{run_id}"}
    page = pages.pop()
    shown = browser.get(page).text
    assert f'data-events="/api/v1/admin/batch/runs/{run_id}/events"' in shown
    assert "It hangs." in shown
    assert [row[1] for row in rows_of(browser.get(RUNS).text, LIVE)] == ["queued"]
    abandon(world, page)
    assert "ERR_BATCH_006" in browser.get(page).text
    with world.client.stream(
        "GET",
        f"/api/v1/admin/batch/runs/{run_id}/events",
        headers={"Authorization": f"Bearer {world.superuser.token}"},
    ) as stream:
        assert '"status":"failed"' in "".join(stream.iter_text())


def test_a_busy_portfolio_is_told_and_forced(world: World, browser: TestClient) -> None:
    first = send(browser, RUNS, START, portfolio_id=world.valued).headers["location"]
    busy = send(browser, RUNS, START, portfolio_id=world.valued)
    assert (busy.status_code, wrong_fields(busy.text)) == (422, ["portfolio_id"])
    forced = send(browser, RUNS, START, portfolio_id=world.valued, force="true").headers["location"]
    assert forced != first
    assert "ERR_BATCH_006" in browser.get(first).text
    abandon(world, forced)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"portfolio_id": "mine"}, ["portfolio_id"]),
        ({"restate": "true", "from_date": "then"}, ["from_date"]),
        ({"reason": "x" * 501}, ["reason"]),
        ({"from_date": "2013-02-01"}, []),
    ],
)
def test_what_is_wrong_is_told_and_starts_nothing(
    world: World, browser: TestClient, typed: dict[str, str], wrong: list[str]
) -> None:
    position = world.program.log.position()
    answer = send(browser, RUNS, START, **typed)
    assert (answer.status_code, wrong_fields(answer.text)) == (422, wrong)
    assert ('role="alert"' in answer.text) is not bool(wrong)
    assert world.program.log.position() == position


def test_days_are_spoken_of_as_the_form_does(browser: TestClient) -> None:
    at_all = send(browser, RUNS, START, from_date="2013-02-01").text
    assert "Days are given for old days only; say that it is for those." in at_all
    alone = send(browser, RUNS, START, restate="true", to_date="2013-02-01").text
    assert "The last day needs a first one, on or before it." in alone


def test_dead_runs_are_ended_by_a_button_however_often(browser: TestClient) -> None:
    for _ in range(2):
        answer = send(browser, RUNS, f"{RUNS}/clean-up")
        assert answer.headers["location"] == f"{RUNS}?done=ended"


def test_an_unknown_run_has_no_page(browser: TestClient) -> None:
    answer = browser.get(f"{RUNS}/{uuid4()}")
    assert (answer.status_code, "ERR_BATCH_404" in answer.text) == (404, True)
