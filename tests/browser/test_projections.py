"""A projection rebuilt, with progress that shows by itself (spec 7.2, 8)."""

import threading

from playwright.sync_api import expect

from tests.browser.steps import until_replaced
from tests.browser.town import Town
from tests.browser.windows import Windows


def test_a_rebuild_is_asked_for_and_its_end_shows_by_itself(a_town: Town, windows: Windows) -> None:
    page = windows.open(a_town.url, a_town.token_of("root"))
    page.goto("/admin")
    page.get_by_role("link", name="Projections").click()
    page.get_by_role("button", name="Rebuild imports").click()
    expect(page.get_by_role("status")).to_contain_text("It will be rebuilt")
    row = page.get_by_role("row", name="imports")
    expect(row).to_contain_text("rebuilding")
    expect(row.get_by_role("progressbar", name="Rebuild of imports")).to_be_visible()
    expect(row).to_contain_text("Waits for a worker")
    a_town.program.upkeep.work_off(threading.Event())
    expect(row).to_contain_text("0 other than before")
    expect(row.get_by_role("button", name="Rebuild imports")).to_be_visible()
    expect(page.locator("[data-again]")).to_have_count(0)


def test_the_keys_stay_where_they_are_while_a_rebuild_goes_on(
    a_town: Town, windows: Windows
) -> None:
    page = windows.open(a_town.url, a_town.token_of("root"))
    page.goto("/admin/projections")
    page.get_by_role("button", name="Rebuild positions").click()
    expect(page.get_by_role("row", name="positions")).to_contain_text("Waits for a worker")
    other = page.get_by_role("button", name="Rebuild runs")
    other.focus()
    until_replaced(page, "projections")
    expect(other).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name="runs")).to_contain_text("Waits for a worker")
    a_town.program.upkeep.work_off(threading.Event())
    expect(page.locator("[data-again]")).to_have_count(0)


def test_without_scripts_the_page_loads_itself_again(a_town: Town, windows: Windows) -> None:
    page = windows.open(a_town.url, a_town.token_of("root"), java_script_enabled=False)
    page.goto("/admin/projections")
    page.get_by_role("button", name="Rebuild invite_codes").click()
    row = page.get_by_role("row", name="invite_codes")
    expect(row).to_contain_text("Waits for a worker")
    a_town.program.upkeep.work_off(threading.Event())
    expect(row).to_contain_text("0 other than before")
