"""A calculation followed, left and come back to, failed and retried; a day restated (spec 8)."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import PREVIEW, RUN, cells, choose_file, tab
from tests.browser.town import Town, looked_at, visitor_s_browser
from tests.browser.windows import Windows
from tests.support.browsing import send
from tests.support.visitors import GOOG_AND_SPY, Visitor

STATE = "Waiting for a worker"


@pytest.fixture
def visitor(a_town: Town) -> Visitor:
    """Somebody new in the town."""
    return a_town.newcomer()


@pytest.fixture
def page(a_town: Town, windows: Windows, visitor: Visitor) -> Page:
    """A window where the visitor has just sent an upload to be calculated."""
    with visitor_s_browser(a_town, visitor) as browser:
        preview = looked_at(browser, *GOOG_AND_SPY, account_name="Schwab IRA")
        run = send(browser, preview, f"{preview}/confirm").headers["location"]
    page = windows.open(a_town.url, visitor.token)
    page.goto(run)
    expect(page.get_by_role("heading", name=STATE)).to_be_visible()
    return page


def test_it_may_be_left_and_come_back_to_and_its_end_shows_by_itself(
    a_town: Town, page: Page
) -> None:
    run = page.url
    page.reload()
    expect(page.get_by_role("heading", name=STATE)).to_be_visible()
    page.get_by_role("link", name="Command center").click()
    expect(page.get_by_text("A calculation is on its way")).to_be_visible()
    page.get_by_role("link", name="Follow it").click()
    expect(page).to_have_url(run)
    a_town.work_off(run)
    expect(page.get_by_role("heading", level=1)).to_have_text("Retirement is ready")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page).to_have_title("Calculated - SigmaSight")
    assert page.url == run
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Retirement is ready")


def test_the_keys_stay_where_they_are_from_step_to_step(a_town: Town, page: Page) -> None:
    log = page.get_by_role("link", name="Log of the calculation")
    log.focus()
    page.evaluate("document.getElementById('run').dataset.old = 1")
    a_town.begin(page.url)
    expect(page.get_by_role("heading", name="Steps")).to_be_visible()
    expect(page.locator("#run[data-old]")).to_have_count(0)
    expect(log).to_be_focused()
    a_town.work_off(page.url)
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_an_end_that_a_superuser_waits_for_is_where_the_keys_are(
    a_town: Town, page: Page, windows: Windows
) -> None:
    of_root = windows.open(a_town.url, a_town.token_of("root"))
    of_root.goto(f"/admin/runs/{page.url.rpartition('/')[2]}")
    expect(of_root.get_by_role("heading", level=2)).to_have_text("queued")
    a_town.work_off(page.url)
    expect(of_root.get_by_role("heading", level=2)).to_have_text("completed")
    expect(of_root.get_by_role("heading", level=2)).to_be_focused()


def test_a_failure_stays_there_and_calculating_again_leads_on(a_town: Town, page: Page) -> None:
    failed = page.url
    a_town.fail(failed)
    expect(page.get_by_role("alert")).to_contain_text("ERR_BATCH_004")
    expect(page.get_by_text("Saved all the same")).to_contain_text("2 positions of positions.csv")
    assert page.url == failed
    page.get_by_role("button", name="Calculate again").click()
    expect(page.get_by_role("heading", name=STATE)).to_be_visible()
    assert page.url != failed
    expect(page).to_have_url(RUN)
    a_town.work_off(page.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Retirement is ready")


def test_after_a_failure_another_file_takes_the_place_of_the_upload(
    a_town: Town, page: Page
) -> None:
    a_town.fail(page.url)
    page.get_by_role("link", name="Change the upload").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change the upload of Retirement")
    choose_file(page, *GOOG_AND_SPY, "IBM,5,190.00,2012-12-31")
    expect(page).to_have_url(PREVIEW)
    page.get_by_role("button", name="Import 3 positions and calculate").click()
    expect(page).to_have_url(RUN)
    a_town.work_off(page.url)
    expect(page.get_by_role("status")).to_contain_text("3 positions imported.")


def test_a_day_that_is_restated_is_marked(a_town: Town, page: Page) -> None:
    a_town.work_off(page.url)
    page.get_by_role("link", name="Go to command center").click()
    page.get_by_role("link", name="Schwab IRA", exact=True).click()
    tab(page, "Positions").click()
    page.get_by_role("link", name="GOOG", exact=True).click()
    page.get_by_role("link", name="Correct").click()
    page.get_by_label("Quantity").fill("150")
    page.get_by_role("button", name="Correct").click()
    expect(page.get_by_role("status")).to_contain_text("Position corrected.")
    expect(page.get_by_role("status")).to_contain_text("on are stale until the next calculation")
    tab(page, "Overview").click()
    expect(page.get_by_text("Stale from")).to_be_visible()
    page.get_by_role("button", name="Calculate Schwab IRA").first.click()
    expect(page).to_have_url(RUN)
    a_town.work_off(page.url)
    page.get_by_role("link", name="Go to command center").click()
    page.get_by_role("link", name="Schwab IRA", exact=True).click()
    expect(page.get_by_text("Stale from")).to_have_count(0)
    days = cells(page, "Net asset value over time")
    assert {day[-1] for day in days} == {"yes"}
    expect(page.locator(".legendtext", has_text=re.compile("^Restated$"))).to_be_visible()
