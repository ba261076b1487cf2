"""Sessions that end, light and dark, and somebody acting for somebody else (spec 8)."""

from playwright.sync_api import Page, expect

from tests.browser.steps import sign_in
from tests.browser.town import Town
from tests.browser.windows import Windows
from tests.support.visitors import PASSWORD

LIGHT, DARK = "rgb(246, 248, 251)", "rgb(15, 20, 27)"


def ground(page: Page) -> str:
    """The colour that a page lies on."""
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def test_a_session_that_is_over_leads_to_signing_in_and_back(
    a_town: Town, windows: Windows
) -> None:
    visitor = a_town.newcomer()
    page = windows.open(a_town.url, visitor.token)
    where = f"/portfolios/{visitor.open_sample()}/positions?status=closed"
    page.goto(where)
    expect(page.get_by_role("heading", name="Enter a position")).to_be_visible()
    assert visitor.post("/auth/logout-all").status_code == 200
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    sign_in(page, visitor.email)
    expect(page).to_have_url(a_town.url + where)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_form_sent_after_the_session_ended_changes_nothing(
    a_town: Town, windows: Windows
) -> None:
    visitor = a_town.newcomer()
    portfolio = visitor.open_sample()
    page = windows.open(a_town.url, visitor.token)
    page.goto(f"/portfolios/{portfolio}/cash-flows")
    assert visitor.post("/auth/logout-all").status_code == 200
    page.get_by_label("Amount, USD").fill("10")
    page.get_by_label("Date").fill("2013-01-31")
    with windows.watches[0].expecting(403):
        page.get_by_role("button", name="Note it").click()
        expect(page.get_by_role("link", name="ERR_FORM_001")).to_be_visible()
    assert visitor.log_in().status_code == 200
    assert visitor.get(f"/portfolios/{portfolio}/cash-flows").json()["cash_flows"] == []


def test_it_follows_the_system_until_one_is_chosen(a_town: Town, windows: Windows) -> None:
    page = windows.open(a_town.url, color_scheme="dark")
    page.goto("/login")
    assert ground(page) == DARK
    page.get_by_role("button", name="Light").click()
    expect(page.get_by_role("button", name="Dark")).to_be_visible()
    assert ground(page) == LIGHT
    page.get_by_role("button", name="Dark").click()
    expect(page.get_by_role("button", name="Light")).to_be_visible()
    page.emulate_media(color_scheme="light")
    page.goto("/")
    assert ground(page) == DARK


def test_who_acts_as_somebody_sees_it_on_every_page_and_stops(
    a_town: Town, windows: Windows
) -> None:
    visitor = a_town.newcomer()
    page = windows.open(a_town.url, a_town.token_of("root"))
    page.goto("/")
    page.get_by_role("link", name="Administration").click()
    page.get_by_label("Address contains").fill(visitor.email)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=visitor.email).click()
    page.get_by_role("button", name="View as Alan Turing").click()
    for path in ("/command-center", "/settings", "/onboarding/upload", "/help/import"):
        page.goto(path)
        expect(page.locator(".banner")).to_contain_text(f"Viewing as Alan Turing ({visitor.email})")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".banner")).to_have_count(0)
    expect(page.get_by_role("link", name="Administration")).to_be_visible()


def test_a_password_is_never_given_back(a_town: Town, windows: Windows) -> None:
    page = windows.open(a_town.url)
    page.goto("/login")
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD + "wrong")
    with windows.watches[0].expecting(401):
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("E-mail address")).to_have_value("ada@example.com")
    expect(page.get_by_label("Password")).to_have_value("")
