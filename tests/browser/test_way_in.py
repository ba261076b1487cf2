"""The whole way in a real browser: from nothing to an account that is valued (spec 8)."""

import csv
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from infrastructure.settings import PUBLISHED_INVITE_CODE
from tests.browser.steps import (
    CHOSEN_TYPE,
    ERRORS,
    PREVIEW,
    RUN,
    TYPED,
    cells,
    choose_file,
    fill_in,
    register,
    sign_in,
    tab,
)
from tests.browser.windows import Windows
from tests.support.server import RunningServer
from tests.support.visitors import GOOG_AND_SPY

TABS = ("Positions", "Cash flows", "Opening", "Imports", "Overview")
PHASES = ("Prices", "Valuation, session by session", "Views")


@pytest.fixture
def page(server: RunningServer, windows: Windows) -> Page:
    """A window on the server, with its worker."""
    return windows.open(server.url, accept_downloads=True)


def arrive(page: Page) -> None:
    """Register and sign in."""
    email = f"browser-{uuid4().hex}@example.com"
    register(page, email, PUBLISHED_INVITE_CODE)
    sign_in(page, email)
    expect(page.get_by_role("heading", level=2)).to_have_text("Welcome, Grace Hopper")


def test_from_registering_to_every_tab_of_the_portfolio(page: Page) -> None:
    arrive(page)
    page.get_by_role("link", name="Upload your first portfolio").click()
    fill_in(page)
    choose_file(page, *GOOG_AND_SPY)

    expect(page).to_have_url(PREVIEW)
    assert [row[1] for row in cells(page, "All rows")] == ["GOOG", "SPY"]
    page.get_by_role("button", name="Import 2 positions and calculate").click()

    expect(page).to_have_url(RUN)
    expect(page.get_by_role("heading", level=1)).to_have_text("Retirement is ready")
    expect(page.get_by_role("status")).to_contain_text("2 positions imported. 42 sessions valued")
    steps = page.get_by_role("listitem")
    for phase in PHASES:
        expect(steps.filter(has_text=phase)).to_contain_text("Completed")
    page.get_by_role("link", name="Go to command center").click()

    expect(page.get_by_text("Net asset value, USD")).to_be_visible()
    holdings = {row[0]: row for row in cells(page, "Holdings")}
    assert set(holdings) == {"GOOG", "SPY"}
    page.get_by_role("link", name="Schwab IRA", exact=True).click()
    for name in TABS:
        tab(page, name).click()
        expect(tab(page, name)).to_have_attribute("aria-current", "page")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Schwab IRA")


def test_what_is_wrong_in_a_file_is_listed_and_saved_and_the_form_is_kept(page: Page) -> None:
    arrive(page)
    page.goto("/onboarding/upload")
    fill_in(page)
    choose_file(page, "IBM,0,190.00,2012-12-31", "SPY,5,x,2012-12-31", name="bad.csv")

    expect(page).to_have_url(ERRORS)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 errors in bad.csv")
    expect(page.get_by_role("progressbar")).to_have_count(0)
    listed = cells(page, "In the order of the file")
    assert [(row[1], row[5]) for row in listed] == [("IBM", "ERR_POS_005"), ("SPY", "ERR_POS_007")]

    with page.expect_download() as saved:
        page.get_by_role("link", name="Download as CSV").click()
    with Path(saved.value.path()).open(encoding="utf-8-sig", newline="") as file:
        assert [row["code"] for row in csv.DictReader(file)] == [row[5] for row in listed]

    page.get_by_role("link", name="ERR_POS_005").click()
    expect(page.get_by_role("heading", name="What to do")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Try again").click()
    for label, text in TYPED.items():
        expect(page.get_by_label(label)).to_have_value(text)
    expect(page.get_by_label("Account type").locator("option:checked")).to_have_text(CHOSEN_TYPE)
    expect(page.get_by_label("Sample.")).to_be_checked()
    expect(page.get_by_label("File with your positions")).to_have_value("")


def test_without_scripts_it_goes_as_far(server: RunningServer, windows: Windows) -> None:
    page = windows.open(server.url, java_script_enabled=False)
    arrive(page)
    page.get_by_role("link", name="Upload your first portfolio").click()
    fill_in(page, TYPED | {"Account name": ""})
    with windows.watches[0].expecting(422):
        choose_file(page, *GOOG_AND_SPY)
    expect(page.get_by_label("Account name")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Portfolio name")).to_have_value(TYPED["Portfolio name"])
    page.get_by_label("Account name").fill(TYPED["Account name"])
    choose_file(page, *GOOG_AND_SPY, "IBM,0,190.00,2012-12-31")

    expect(page).to_have_url(PREVIEW)
    page.get_by_role("button", name="Import the 2 valid rows and calculate").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Retirement is ready")
    expect(page.get_by_role("status")).to_contain_text("2 positions imported, 1 row left out.")
    page.get_by_role("link", name="Go to command center").click()
    page.get_by_label("Portfolio").select_option(label=TYPED["Account name"])
    page.get_by_role("button", name="Show").click()
    page.get_by_text("The figures as a table").first.click()
    assert len(cells(page, "Net asset value over time")) == 25
    expect(page.get_by_text("the figures, the last 25 of 42")).to_be_visible()


def test_a_file_that_is_too_large_is_told_before_and_refused_after_it_is_sent(
    page: Page, windows: Windows, tmp_path: Path
) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * 12 * 1024**2)
    arrive(page)
    page.goto("/onboarding/upload")
    fill_in(page)
    page.get_by_label("File with your positions").set_input_files(large)
    expect(page.get_by_text("large.csv is larger than 10 MB. Split it")).to_be_visible()
    with windows.watches[0].expecting(413):
        page.get_by_role("button", name="Look at the file").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("File too large")
    expect(page.get_by_role("link", name="ERR_CSV_001")).to_be_visible()
