"""A day as it was known then and is known now, by handles and without; where NAV comes from."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.steps import cells, tab
from tests.browser.town import RESTATED, Town
from tests.browser.windows import Windows

FIRST, LAST, DAY = "29 Jun 2012", "1 Mar 2013", "1 Feb 2013"


@pytest.fixture
def page(a_town: Town, windows: Windows) -> Page:
    """A window on the history of an account of which a day was said again."""
    page = windows.open(a_town.url, a_town.token_of("ada"))
    page.goto(history(a_town))
    return page


def history(a_town: Town) -> str:
    """The tab History of that account."""
    return f"/portfolios/{a_town.places['individual']}/history"


def handle(page: Page, name: str) -> Locator:
    """The handle of that name."""
    return page.get_by_role("slider", name=name)


def heading(page: Page, told: str) -> None:
    """Wait until the answer is about that day and that instant."""
    expect(page.locator("#answer h2")).to_have_text(re.compile(told))


def test_keys_slide_from_session_to_session(page: Page) -> None:
    heading(page, f"{LAST}, as known now")
    effective = handle(page, "As it was on")
    expect(effective).to_have_attribute("aria-valuetext", LAST)
    effective.focus()
    page.keyboard.press("ArrowLeft")
    heading(page, "28 Feb 2013, as known now")
    expect(effective).to_be_focused()
    page.keyboard.press("Home")
    heading(page, f"{FIRST}, as known now")
    expect(effective).to_have_attribute("aria-valuetext", FIRST)
    expect(page.get_by_role("textbox", name="As it was on")).to_have_value("2012-06-29")
    page.reload()
    heading(page, f"{FIRST}, as known now")


def test_a_mouse_slides_back_to_what_was_known_then(page: Page) -> None:
    page.get_by_role("textbox", name="As it was on").fill(RESTATED.isoformat())
    expect(handle(page, "As it was on")).to_have_attribute("aria-valuetext", DAY)
    known = handle(page, "As we knew it on")
    expect(known).to_have_attribute("aria-valuetext", "now")
    box = known.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 8, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 2, middle, steps=5)
    page.mouse.up()
    expect(page.get_by_role("status")).to_contain_text("1 line differs")
    heading(page, rf"{DAY}, as known \d")
    [line, *others] = cells(page, "Lines: 1 of 11 differ")
    assert (line[0], line[1], line[4:6]) == ("MSFT", "differs", ["27.93", "26.39"])
    assert [other[1] for other in others] == [""] * 10
    page.keyboard.press("End")
    expect(page.get_by_role("status")).to_contain_text("Nothing was said")


def test_what_is_typed_moves_the_handles(page: Page) -> None:
    known = handle(page, "As we knew it on")
    typed = page.get_by_role("textbox", name="As we knew it on")
    for text, value in {"2001-01-01": "0", "9999-12-31": "1", "": "2"}.items():
        typed.fill(text)
        expect(known).to_have_attribute("aria-valuetext", text or "now")
        expect(known).to_have_value(value)


def test_it_works_without_scripts(a_town: Town, windows: Windows) -> None:
    page = windows.open(a_town.url, a_town.token_of("ada"), java_script_enabled=False)
    page.goto(f"/portfolios/{a_town.places['individual']}")
    tab(page, "History").click()
    page.get_by_label("As it was on").fill(RESTATED.isoformat())
    page.get_by_label("As we knew it on").fill("2001-01-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("status")).to_contain_text(f"Nothing was known of {DAY} then.")
    expect(page.get_by_label("As it was on")).to_have_value(RESTATED.isoformat())
    page.get_by_role("link", name="All versions of the day").click()
    expect(page).to_have_title(f"{DAY} of Taxable - SigmaSight")


def test_a_restated_day_leads_to_both_versions_and_to_the_price_that_caused_it(page: Page) -> None:
    page.get_by_role("region", name="Restated days").get_by_role("link", name=DAY).click()
    expect(page.get_by_role("heading", name="What version 2 says otherwise")).to_be_visible()
    versions = cells(page, f"What was said of {DAY}")
    assert [version[0] for version in versions] == ["Version 1", "Version 2"]
    page.get_by_role("link", name=f"The close of MSFT on {DAY} is 26.39 USD").click()
    row = page.locator("tr:target")
    expect(row).to_contain_text("MSFT")
    expect(row).to_contain_text("26.39")
    expect(row).to_be_in_viewport()


def test_a_figure_of_nav_leads_to_the_file_and_its_line(a_town: Town, windows: Windows) -> None:
    page = windows.open(a_town.url, a_town.token_of("ada"))
    page.goto("/command-center")
    accounts = page.get_by_role("table", name="Accounts at their latest valued session")
    row = accounts.get_by_role("row", name="Taxable")
    nav = row.get_by_title("Where it comes from")
    worth = nav.inner_text()
    nav.click()
    expect(page.get_by_role("heading", level=2)).to_have_text(
        f"Where the net asset value of {LAST} comes from"
    )
    expect(page.locator(".tile").first).to_contain_text(worth)
    lines = {line[0]: line for line in cells(page, "Lines: each value is quantity times mark")}
    assert lines["AAPL"][8].startswith("individual.csv, line 4")
    page.get_by_role("link", name="event 2 that stated AAPL").click()
    expect(page.locator("tr:target")).to_contain_text("Imported individual.csv: 12 positions")
