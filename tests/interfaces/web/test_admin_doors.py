"""Specification of who may enter the pages for superusers: nobody else (spec 8, 4.9)."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from interfaces.http import create_http
from tests.interfaces.conftest import World
from tests.support.browsing import send
from tests.support.pages import enter

NOBODY_S = "00000000-0000-4000-8000-000000000000"
PAGES = (
    *("", "/users", "/users/{user_id}", "/users/{user_id}/forget"),
    *("/invite-codes", "/runs", "/runs/{run_id}", "/projections", "/repair"),
    *("/monitoring", "/monitoring/charts/{name}.csv"),
)
AUDIT, VERIFY = "/audit", "/audit/verify"
"""The page and the form that auditors may use as well."""
FORMS = (
    *("/users/{user_id}/{verb}", "/users/{user_id}/forget", "/users/{user_id}/impersonate"),
    *("/invite-codes", "/invite-codes/{invite_id}/revoke"),
    *("/runs/start", "/runs/clean-up", "/projections/{name}/rebuild", "/repair", "/repair/apply"),
)


def url_of(path: str) -> str:
    """An address below /admin, of what there is not."""
    return "/admin" + re.sub(r"{\w+}", NOBODY_S, path)


def test_every_page_and_form_is_listed_here(world: World) -> None:
    answered: set[tuple[str, str]] = set()
    for included in create_http(world.program).routes:
        routes: Any = getattr(included, "effective_route_contexts", list)()
        answered |= {(m, r.path) for r in routes for m in r.methods if r.path.startswith("/admin")}
    listed = {("GET", f"/admin{path}") for path in (*PAGES, AUDIT)}
    assert answered == listed | {("POST", f"/admin{path}") for path in (*FORMS, VERIFY)}


@pytest.mark.parametrize("path", [*PAGES, AUDIT])
def test_who_is_not_signed_in_signs_in_and_comes_back(browser: TestClient, path: str) -> None:
    answer = browser.get(url_of(path))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={url_of(path)}")


@pytest.mark.parametrize("who", ["ada", "auditor"])
def test_everybody_else_is_refused_and_sees_no_way_in(
    world: World, browser: TestClient, who: str
) -> None:
    enter(browser, getattr(world, who))
    settings = browser.get("/settings").text
    ways_in = re.findall(r'href="(/admin[^"]*)"', settings)
    assert ways_in == (["/admin/audit"] if who == "auditor" else [])
    told = {path: browser.get(url_of(path)) for path in PAGES}
    refused = {path: (a.status_code, "ERR_ADMIN_001" in a.text) for path, a in told.items()}
    assert refused == dict.fromkeys(PAGES, (403, True))
    csrf = re.findall(r'name="csrf" value="([^"]*)"', settings)[0]
    sent = {path: browser.post(url_of(path), data={"csrf": csrf}) for path in FORMS}
    refused = {path: (a.status_code, "ERR_ADMIN_001" in a.text) for path, a in sent.items()}
    assert refused == dict.fromkeys(FORMS, (403, True))


def test_who_acts_as_another_superuser_does_not_administrate(
    world: World, browser: TestClient
) -> None:
    enter(browser, world.superuser)
    page = f"/admin/users/{world.ada.id()}"
    send(browser, page, f"{page}/promote")
    send(browser, page, f"{page}/impersonate")
    told = {path: browser.get(url_of(path)) for path in (*PAGES, AUDIT)}
    refused = {path: (a.status_code, "ERR_ADMIN_007" in a.text) for path, a in told.items()}
    assert refused == dict.fromkeys((*PAGES, AUDIT), (403, True))
    csrf = re.findall(r'name="csrf" value="([^"]*)"', browser.get("/settings").text)[0]
    forms = (*FORMS, VERIFY)
    sent = {path: browser.post(url_of(path), data={"csrf": csrf}) for path in forms}
    refused = {path: (a.status_code, "ERR_ADMIN_007" in a.text) for path, a in sent.items()}
    assert refused == dict.fromkeys(forms, (403, True))


def test_the_audit_log_is_for_auditors_too_and_for_nobody_else(
    world: World, browser: TestClient
) -> None:
    enter(browser, world.auditor)
    page = browser.get(url_of(AUDIT))
    assert page.status_code == 200
    assert set(re.findall(r'href="(/admin/\w[\w-]*)"', page.text)) == {"/admin/audit"}
    assert send(browser, url_of(AUDIT), url_of(VERIFY)).status_code == 200
    enter(browser, world.bob)
    csrf = re.findall(r'name="csrf" value="([^"]*)"', browser.get("/settings").text)[0]
    for answer in (browser.get(url_of(AUDIT)), browser.post(url_of(VERIFY), data={"csrf": csrf})):
        assert (answer.status_code, "ERR_AUDIT_001" in answer.text) == (403, True)


@pytest.mark.parametrize("csrf", ["", "x", None])
def test_a_form_that_is_not_ours_does_nothing(
    world: World, browser: TestClient, csrf: str | None
) -> None:
    enter(browser, world.superuser)
    position = world.program.log.position()
    data = {} if csrf is None else {"csrf": csrf}
    forms = (*FORMS, VERIFY)
    sent = {path: browser.post(url_of(path), data=data) for path in forms}
    refused = {path: (a.status_code, "ERR_FORM_001" in a.text) for path, a in sent.items()}
    assert refused == dict.fromkeys(forms, (403, True))
    assert world.program.log.position() == position
