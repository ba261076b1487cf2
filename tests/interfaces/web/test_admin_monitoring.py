"""Specification of the page that shows superusers how things stand (spec 8, 9.4)."""

import pytest
from fastapi.testclient import TestClient

from interfaces.authentication import COOKIE
from interfaces.http import create_http
from interfaces.monitoring import RULES
from interfaces.request_metrics import RequestMetrics, Requests
from tests.interfaces.conftest import World
from tests.support.pages import enter, rows_of, tiles_of

pytestmark = pytest.mark.usefixtures("superuser_there")

PAGE = "/admin/monitoring"


def test_every_rule_is_shown_with_its_state(browser: TestClient) -> None:
    rows = rows_of(browser.get(PAGE).text, "Alerts")

    assert [row[1] for row in rows] == [rule.meaning for rule in RULES]
    assert {row[0] for row in rows} <= {"Alarm", "In order"}


def test_what_happened_is_counted_by_outcome_and_code(world: World, browser: TestClient) -> None:
    assert world.ada.upload(b"nothing", "positions.csv").status_code == 400
    text = browser.get(PAGE).text

    assert any(row[0] == "Imported" for row in rows_of(text, "Imports"))
    refused = [row for row in rows_of(text, "Imports") if row[0] == "Refused"]
    assert refused
    assert f'href="/errors/{refused[0][1]}"' in text
    assert any(row[0] == "Completed" for row in rows_of(text, "Calculations"))
    assert {"valuation", "analytics"} <= {row[1] for row in rows_of(text, "Their phases")}


def test_people_are_drawn_with_a_table_to_keep(browser: TestClient) -> None:
    text, file = browser.get(PAGE).text, browser.get(f"{PAGE}/charts/people.csv")

    assert 'data-chart="people"' in text
    assert file.headers["Content-Disposition"] == 'attachment; filename="sigmasight_people.csv"'
    header, *rows = file.text.splitlines()
    assert header == "Date,Registered,All together"
    assert int(rows[-1].split(",")[2]) >= 4
    assert browser.get(f"{PAGE}/charts/luck.csv").status_code == 404


def test_before_the_first_request_nothing_is_said_of_how_long_they_took(
    world: World,
) -> None:
    with TestClient(create_http(world.program)) as browser:
        browser.cookies.set(COOKIE, str(world.superuser.token))
        tiles = tiles_of(browser.get(PAGE).text)

    assert tiles["Requests since the start"].startswith("0")
    assert (tiles["Took on average"], tiles["95 of a hundred within"]) == ("", "")


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/charts/people.csv"])
def test_others_are_refused(world: World, browser: TestClient, path: str) -> None:
    enter(browser, world.ada)

    assert browser.get(path).status_code == 403


def test_requests_are_summed_up() -> None:
    metrics = RequestMetrics()
    assert metrics.summed_up() == Requests(total=0, failed=0, mean_s=None, p95_s=None)
    assert metrics.summed_up().failing_share is None
    for _ in range(19):
        metrics.observe("GET", "/one", 200, 0.02)
    metrics.observe("GET", "/other", 503, 0.62)

    requests = metrics.summed_up()
    assert (requests.total, requests.failed, requests.p95_s) == (20, 1, 0.025)
    assert requests.mean_s == pytest.approx(0.05)
    assert requests.failing_share == 0.05
    metrics.observe("GET", "/other", 200, 60.0)
    metrics.observe("GET", "/other", 200, 60.0)
    assert metrics.summed_up().p95_s is None
