"""To the tabs Risk and Performance, and to a scenario of one's own (spec 8)."""

import pytest
from playwright.sync_api import expect

from tests.browser.steps import cells, tab
from tests.browser.town import Town
from tests.browser.windows import Windows

CHARTS = "figure[data-chart] .chart svg.main-svg"


@pytest.mark.parametrize("with_scripts", [True, False], ids=["with scripts", "without"])
def test_risk_and_performance_are_a_click_away(
    a_town: Town, windows: Windows, *, with_scripts: bool
) -> None:
    page = windows.open(a_town.url, a_town.token_of("ada"), java_script_enabled=with_scripts)
    page.goto("/command-center")
    page.get_by_role("link", name="Hedge risk").click()
    expect(page).to_have_title("Risk of Hedge - SigmaSight")
    assert len(cells(page, "P&L in 18 scenarios")) == 18
    expect(page.get_by_role("img", name="Correlations of")).to_be_visible()
    if with_scripts:
        expect(page.locator(CHARTS).first).to_be_visible()
    page.get_by_label("Market, %").fill("-10")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("heading", name="My scenario")).to_be_visible()
    expect(page.get_by_label("Market, %")).to_have_value("-10")
    tab(page, "Performance").click()
    expect(page).to_have_title("Performance of Hedge - SigmaSight")
    page.get_by_role("textbox", name="From").fill("2013-01-02")
    page.get_by_role("textbox", name="Benchmark").fill("TLT")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Against TLT")).to_be_visible()
    assert [row[0] for row in cells(page, "Return by month")] == ["2013-01", "2013-02", "2013-03"]
