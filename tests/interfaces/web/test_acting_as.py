"""Specification of acting as another user on pages: seen on each, ended by a button (spec 8)."""

import re
from uuid import UUID

import jwt
import pytest
from fastapi.testclient import TestClient

from interfaces.authentication import COOKIE
from tests.interfaces.conftest import World
from tests.support.browsing import send
from tests.support.visitors import PASSWORD, Visitor, newcomer

STOP = "/stop-impersonation"


@pytest.fixture
def acting(world: World, browser: TestClient, root: Visitor) -> Visitor:
    """The superuser, acting as Ada from now on."""
    page = f"/admin/users/{world.ada.id()}"
    answer = send(browser, page, f"{page}/impersonate")
    assert (answer.status_code, answer.headers["location"]) == (303, "/command-center")
    return root


def banner_of(text: str) -> str:
    """The banner of a page, blank where there is none."""
    found = re.search(r'<div class="banner".*?</div>', text, re.DOTALL)
    return found[0] if found else ""


def csrf_of(text: str) -> str:
    """What the forms of a page bear."""
    return str(re.findall(r'name="csrf" value="([^"]*)"', text)[0])


@pytest.mark.usefixtures("acting")
def test_every_page_says_as_whom_one_acts(world: World, browser: TestClient) -> None:
    pages = ["/", "/command-center", f"/portfolios/{world.valued}", "/settings"]
    pages += ["/onboarding/upload", "/help/import", "/docs", "/errors", "/admin/users"]
    for page in pages:
        banner = banner_of(browser.get(page).text)
        assert f"Viewing as Ada Lovelace ({world.ada.email})." in banner, page
        assert f'action="{STOP}"' in banner, page


@pytest.mark.usefixtures("acting")
def test_stopping_leads_back_to_one_s_own_session_and_ends_the_other(
    world: World, browser: TestClient, root: Visitor
) -> None:
    token = browser.cookies[COOKIE]
    answer = send(browser, "/settings", STOP)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/users")
    text = browser.get("/settings").text
    assert banner_of(text) == ""
    assert root.email in text
    said = jwt.decode(browser.cookies[COOKIE], options={"verify_signature": False})
    assert said["sub"] == root.id()
    assert not said.get("is_impersonation")
    again = world.client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert again.status_code == 401


@pytest.mark.usefixtures("acting")
def test_signing_out_ends_it_as_well(world: World, browser: TestClient) -> None:
    send(browser, "/settings", "/logout")
    assert browser.get("/settings").headers["location"] == "/login?next=/settings"


@pytest.mark.usefixtures("acting")
def test_what_is_done_meanwhile_is_recorded_of_both(
    world: World, browser: TestClient, root: Visitor
) -> None:
    before = world.program.log.position()
    page = f"/portfolios/{world.unvalued}/cash-flows"
    send(browser, page, page, amount="10", date="2013-01-15")
    recorded = world.program.log.read(before, 10)
    assert [(row.cause.actor, row.cause.impersonator) for row in recorded] == [
        (UUID(world.ada.id()), UUID(root.id()))
    ]


@pytest.mark.usefixtures("acting")
def test_nobody_changes_another_s_password(browser: TestClient) -> None:
    text = browser.get("/settings").text
    assert 'action="/settings/password"' not in text
    form = {"csrf": csrf_of(text), "current": PASSWORD, "new": "Another1One"}
    answer = browser.post("/settings/password", data=form)
    assert (answer.status_code, "ERR_ADMIN_007" in answer.text) == (403, True)


@pytest.mark.usefixtures("acting")
def test_it_is_never_nested(world: World, browser: TestClient) -> None:
    url = f"/admin/users/{world.bob.id()}/impersonate"
    answer = browser.post(url, data={"csrf": csrf_of(browser.get("/settings").text)})
    assert (answer.status_code, "ERR_ADMIN_007" in answer.text) == (403, True)


@pytest.mark.usefixtures("root")
def test_who_acts_as_nobody_has_nothing_to_stop(browser: TestClient) -> None:
    answer = browser.post(STOP, data={"csrf": csrf_of(browser.get("/settings").text)})
    assert (answer.status_code, "ERR_ADMIN_004" in answer.text) == (401, True)
    assert browser.get("/settings").status_code == 200


@pytest.mark.usefixtures("acting")
@pytest.mark.parametrize("csrf", ["", "x"])
def test_a_form_that_is_not_ours_stops_nothing(browser: TestClient, csrf: str) -> None:
    answer = browser.post(STOP, data={"csrf": csrf})
    assert (answer.status_code, "ERR_FORM_001" in answer.text) == (403, True)
    assert banner_of(browser.get("/settings").text)


def test_nobody_acts_as_oneself_or_as_who_is_shut_out(
    world: World, browser: TestClient, root: Visitor
) -> None:
    shut_out = newcomer(world.program, world.client)
    page = f"/admin/users/{shut_out.id()}"
    send(browser, page, f"{page}/deactivate")
    for url in (page, f"/admin/users/{root.id()}"):
        text = browser.get(url).text
        assert "/impersonate" not in text
        answer = browser.post(f"{url}/impersonate", data={"csrf": csrf_of(text)})
        assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
    assert banner_of(browser.get("/settings").text) == ""
