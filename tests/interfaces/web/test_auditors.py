"""Specification of pages as auditors see them: all there is to read, nothing to send (spec 2.4)."""

import re

import pytest
from fastapi.testclient import TestClient

from tests.interfaces.conftest import World
from tests.support.pages import enter, owner
from tests.support.visitors import Visitor

OF_ONESELF = {"/theme", "/logout", "/settings/password"}
CHANGING = re.compile(r'href="([^"]*/(?:upload|close|correct|revalue|remove))"')
TELLING = ["/history", "/history/restated", "/history/2013-03-01", "/provenance/2013-03-01"]
TABS = ["", "/positions", "/cash-flows", "/opening", "/imports"]


def pages_of(world: World) -> list[str]:
    """The pages of a portfolio and of what is in it."""
    base = f"/portfolios/{world.valued}"
    held = world.ada.positions_of(world.valued)[0]["id"]
    taken_in = world.ada.imports_of(world.valued)[0]["import_id"]
    pages = [base + tab for tab in TABS] + [
        f"{base}/positions/{held}",
        f"{base}/imports/{taken_in}",
    ]
    return [*pages, f"/onboarding/{world.valued}/runs/{world.run}", f"/portfolios/{world.unvalued}"]


def what_changes(browser: TestClient, page: str) -> set[str]:
    """Where the forms of a page are sent to, and what leads to more of them."""
    answer = browser.get(page)
    assert answer.status_code == 200, page
    forms = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]*)"', answer.text)
    return {*forms, *CHANGING.findall(answer.text)} - OF_ONESELF


def test_an_auditor_is_shown_no_form_that_would_be_refused(
    world: World, browser: TestClient
) -> None:
    enter(browser, world.auditor)
    told = [f"/portfolios/{world.valued}{tail}" for tail in TELLING]
    pages = [*pages_of(world), *told, "/command-center", "/settings"]
    assert {page: found for page in pages if (found := what_changes(browser, page))} == {}


def test_the_owner_is(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    pages = [*pages_of(world), "/command-center"]
    assert [page for page in pages if not what_changes(browser, page)] == []


@pytest.mark.parametrize("deed", ["close", "correct", "revalue", "remove"])
def test_a_form_s_own_page_is_refused(world: World, browser: TestClient, deed: str) -> None:
    enter(browser, world.auditor)
    held = world.ada.positions_of(world.valued)[0]["id"]
    answer = browser.get(f"/portfolios/{world.valued}/positions/{held}/{deed}")
    assert (answer.status_code, "ERR_AUDIT_403" in answer.text) == (403, True)


def test_with_an_account_of_one_s_own_it_is_the_same(world: World, browser: TestClient) -> None:
    visitor = Visitor(world.client)
    visitor.register(world.program)
    visitor.log_in()
    portfolio_id = visitor.open_sample()
    world.superuser.post(f"/admin/users/{visitor.id()}/grant-auditor")
    enter(browser, visitor)
    base = f"/portfolios/{portfolio_id}"
    for page in ("/command-center", base, f"{base}/imports"):
        assert what_changes(browser, page) == set()


def test_of_what_is_archived_its_owner_is_told_so_and_shown_no_form(
    world: World, browser: TestClient
) -> None:
    visitor, portfolio_id = owner(world.program, browser)
    flow = {"kind": "CONTRIBUTION", "amount": "100.00", "date": "2013-02-01"}
    assert visitor.post(f"/portfolios/{portfolio_id}/cash-flows", json=flow).status_code == 201
    assert visitor.ask("DELETE", f"/api/v1/portfolios/{portfolio_id}").status_code == 200
    base, tabs = f"/portfolios/{portfolio_id}", [*TABS, *TELLING, "/risk", "/performance"]
    held = visitor.positions_of(portfolio_id)[0]["id"]
    taken_in = visitor.imports_of(portfolio_id)[0]["import_id"]
    tabs = [*tabs, f"/positions/{held}", f"/imports/{taken_in}"]
    for tab in tabs:
        assert what_changes(browser, base + tab) == {"/onboarding/upload"}, tab
        text = browser.get(base + tab).text
        assert ("Archived. It is calculated no more" in text, "stale" in text) == (True, False), tab
    chosen = f"/command-center?portfolio={portfolio_id}"
    visitor.open_sample()
    assert what_changes(browser, chosen) == {"/onboarding/upload"}
