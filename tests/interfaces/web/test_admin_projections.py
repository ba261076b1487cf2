"""Specification of the page of projections: how they stand, rebuilt with progress (spec 7.2, 8)."""

import re
import threading

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from tests.interfaces.conftest import World
from tests.support.browsing import send
from tests.support.pages import rows_of

PAGE = "/admin/projections"
CAPTION = "Projections, and how far"
GOES_ON = 'data-again="1"'


def rows(browser: TestClient) -> dict[str, list[str]]:
    """What the table says, by the name of a projection."""
    return {row[0]: row[1:] for row in rows_of(browser.get(PAGE).text, CAPTION)}


def ask(browser: TestClient, name: str) -> Response:
    """Ask for a rebuild by a form that is on the page no more, or never was."""
    found = re.search(r'name="csrf" value="([^"]*)"', browser.get(PAGE).text)
    assert found
    answer: Response = browser.post(f"{PAGE}/{name}/rebuild", data={"csrf": found[1]})
    return answer


@pytest.mark.usefixtures("superuser_there")
def test_it_says_of_each_what_the_api_says(world: World, browser: TestClient) -> None:
    world.program.rooms.catch_up(world.program.log.position(), world.program.upkeep.names)
    told = world.superuser.get("/admin/projections").json()["projections"]
    shown = rows(browser)
    assert list(shown) == [one["name"] for one in told]
    for one in told:
        state, version, position, lag, count, *_ = shown[one["name"]]
        assert (state, version) == ("current", str(one["version"]))
        assert (position, lag, count) == (
            f"{one['position']:,}",
            str(one["lag_events"]),
            f"{one['rows']:,}",
        )
    assert GOES_ON not in browser.get(PAGE).text


@pytest.mark.usefixtures("superuser_there")
def test_a_rebuild_is_asked_for_and_followed_to_its_end(world: World, browser: TestClient) -> None:
    sent = send(browser, PAGE, f"{PAGE}/portfolios/rebuild")
    assert (sent.status_code, sent.headers["location"]) == (303, f"{PAGE}?done=rebuild")
    page = browser.get(PAGE).text
    assert '<progress max="100" value="0.0" aria-label="Rebuild of portfolios">' in page
    assert GOES_ON in page
    assert rows(browser)["portfolios"][0] == "rebuilding"
    assert "Waits for a worker" in rows(browser)["portfolios"][5]
    again = ask(browser, "portfolios")
    assert again.headers["location"] == f"{PAGE}?done=rebuilding"
    world.program.upkeep.work_off(threading.Event())
    state, *_, last, _ = rows(browser)["portfolios"]
    assert state == "current"
    assert "0 other than before" in last
    assert GOES_ON not in browser.get(PAGE).text


@pytest.mark.usefixtures("superuser_there")
def test_what_stopped_one_is_told(world: World, browser: TestClient) -> None:
    failures = world.program.rooms.failures
    failures["imports"] = "at event 12, portfolio.opened: <KeyError>"
    page = browser.get(PAGE).text
    del failures["imports"]
    [shown] = [row for row in rows_of(page, CAPTION) if row[0] == "imports"]
    assert shown[1] == "stoppedat event 12, portfolio.opened: <KeyError>"


@pytest.mark.usefixtures("superuser_there")
def test_there_is_no_other_than_these(browser: TestClient) -> None:
    answer = ask(browser, "nothing")
    assert (answer.status_code, "ERR_ROOM_404" in answer.text) == (404, True)
