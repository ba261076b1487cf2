"""The audit log as an auditor works with it: found, verified, and nothing to change (spec 8)."""

import re
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from domain.user import User
from tests.browser.town import Town
from tests.browser.windows import Windows
from tests.support.recording import cause
from tests.support.visitors import Visitor


@pytest.fixture
def auditor(a_town: Town) -> Visitor:
    """Somebody new in the town, who reads everything."""
    visitor = a_town.newcomer()
    program, user_id = a_town.program, UUID(visitor.id())
    granted = program.administration.change_rank(user_id, User.grant_auditor, cause())
    program.rooms.catch_up(granted.position)
    return visitor


@pytest.fixture(params=[True, False], ids=["with scripts", "without"])
def page(a_town: Town, windows: Windows, auditor: Visitor, request: pytest.FixtureRequest) -> Page:
    """The auditor's window, on the page of the audit log by way of the head of every page."""
    page = windows.open(a_town.url, auditor.token, java_script_enabled=request.param)
    page.goto("/command-center")
    page.get_by_role("link", name="Audit log").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Audit log")
    return page


def test_the_log_is_verified_by_a_button_and_says_how_far_it_fits(page: Page) -> None:
    page.get_by_role("button", name="Verify the log").click()
    expect(page.get_by_role("status")).to_contain_text("events fit, up to position")
    expect(page.get_by_text("by Alan Turing, up to position")).to_be_visible()
    first = page.get_by_role("table", name="Events, newest first").get_by_role("row").nth(1)
    expect(first).to_contain_text("security_record.log_verified")


def test_events_are_found_by_the_form_and_followed_by_links(page: Page) -> None:
    page.get_by_label("Kind").select_option("calculation_run.failed")
    page.get_by_role("button", name="Search").click()
    rows = page.get_by_role("table", name="Events").locator("tbody tr")
    expect(rows).to_have_count(1)
    rows.get_by_role("link", name="calculation run").click()
    expect(page).to_have_url(re.compile("aggregate="))
    expect(rows.last).to_contain_text("calculation_run.requested")
    page.get_by_role("link", name="Everything").click()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("link", name="From the beginning of the list")).to_be_visible()


def test_there_is_nothing_an_auditor_could_change(page: Page) -> None:
    tabs = page.get_by_role("navigation", name="Administration").get_by_role("link")
    expect(tabs).to_have_text(["Audit log"])
    actions = page.locator("main form").evaluate_all("forms => forms.map(f => f.action)")
    assert [action.rpartition("/")[2] for action in actions] == ["verify", "audit"]
