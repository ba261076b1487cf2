"""Tables put in order and picked from, in place or by the server: it comes to the same."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.town import Town
from tests.browser.windows import Windows

WAYS = pytest.mark.parametrize("with_scripts", [True, False], ids=["with scripts", "without"])


def symbols(page: Page) -> list[str]:
    """The symbols of the rows that show, in their order."""
    rows: Locator = page.locator("#holdings tbody th[scope=row]:visible")
    return [text.strip() for text in rows.all_text_contents()]


def holdings(a_town: Town, windows: Windows, *, with_scripts: bool) -> Page:
    """A window on what the long-short account holds."""
    page = windows.open(a_town.url, a_town.token_of("ada"), java_script_enabled=with_scripts)
    page.goto(f"/command-center?portfolio={a_town.places['portfolio']}")
    return page


@WAYS
def test_a_header_puts_the_rows_in_order_and_the_other_way_round(
    a_town: Town, windows: Windows, *, with_scripts: bool
) -> None:
    page = holdings(a_town, windows, with_scripts=with_scripts)
    where = page.url
    by_value = symbols(page)
    assert by_value[0] == "GOOG"
    header = page.locator("#holdings").get_by_role("columnheader", name="Symbol")
    for direction in ("ascending", "descending"):
        header.get_by_role("button").click()
        expect(header).to_have_attribute("aria-sort", direction)
        assert symbols(page) == sorted(by_value, reverse=direction == "descending")
    assert (page.url == where) is with_scripts


def individual(a_town: Town, windows: Windows, *, with_scripts: bool, asked: str = "") -> Page:
    """A window on the account that holds private assets as well."""
    page = windows.open(a_town.url, a_town.token_of("ada"), java_script_enabled=with_scripts)
    page.goto(f"/portfolios/{a_town.places['individual']}{asked}")
    return page


@WAYS
@pytest.mark.parametrize("tab", ["", "/positions"])
def test_quality_puts_those_alike_beside_each_other(
    a_town: Town, windows: Windows, tab: str, *, with_scripts: bool
) -> None:
    page = individual(a_town, windows, with_scripts=with_scripts, asked=tab)
    header = page.locator("#holdings").get_by_role("columnheader", name="Quality")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    badges = page.locator("#holdings tbody .badge").all_text_contents()
    qualities = [badge.partition(": ")[2].strip() for badge in badges]
    assert len(set(qualities)) > 1
    assert qualities == sorted(qualities)


def test_a_table_without_rows_is_put_in_order_without_a_word(
    a_town: Town, windows: Windows
) -> None:
    page = individual(a_town, windows, with_scripts=True, asked="?filter=nowhere")
    header = page.locator("#holdings").get_by_role("columnheader", name="Weight")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    assert "Nothing that is held has these words." in page.locator("#holdings tbody").inner_text()


@WAYS
def test_words_pick_the_rows_that_have_them(
    a_town: Town, windows: Windows, *, with_scripts: bool
) -> None:
    page = holdings(a_town, windows, with_scripts=with_scripts)
    page.get_by_label("Filter").fill("xl")
    if not with_scripts:
        page.get_by_role("button", name="Filter").click()
    expect(page.locator("#holdings tbody th[scope=row]:visible")).to_have_count(2)
    assert sorted(symbols(page)) == ["XLE", "XLU"]
