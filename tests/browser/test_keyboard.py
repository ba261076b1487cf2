"""From signing in to a cash flow with nothing but keys, seeing at each step where one is."""

from playwright.sync_api import Page, expect

from tests.browser.town import Town
from tests.browser.windows import Windows
from tests.support.visitors import PASSWORD

_MOST_STEPS = 80
_WHERE = """() => {
  const at = document.activeElement;
  const name = (at.labels?.[0]?.textContent || at.ariaLabel || at.textContent || "").trim();
  const style = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  return {
    name: name.replace(/\\s+/g, " "),
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    isInSight: box.bottom > 0 && box.top < innerHeight,
  };
}"""


def walk_to(page: Page, name: str) -> None:
    """Go from stop to stop until the one of that name; at each the focus must show."""
    page.wait_for_load_state()
    walked = []
    for _ in range(_MOST_STEPS):
        page.keyboard.press("Tab")
        at = page.evaluate(_WHERE)
        walked.append(at["name"])
        assert at["outline"] >= 2, f"nothing shows the focus at the last of {walked}"
        assert at["isInSight"], f"out of sight: {at['name']}"
        if at["name"] == name:
            return
    raise AssertionError(f"no way to {name} by keys: {walked}")


def test_from_signing_in_to_a_cash_flow(a_town: Town, windows: Windows) -> None:
    visitor = a_town.newcomer()
    visitor.open_sample(account_name="Schwab IRA")
    page = windows.open(a_town.url)
    page.goto("/login")
    walk_to(page, "E-mail address")
    page.keyboard.type(visitor.email)
    walk_to(page, "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Command center")
    walk_to(page, "Skip to the content")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{a_town.url}/command-center#content")
    walk_to(page, "Schwab IRA")
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Portfolio")).to_be_visible()
    walk_to(page, "Cash flows")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Note a cash flow")).to_be_visible()
    walk_to(page, "Kind")
    page.keyboard.type("Withdrawal")
    for label, text in {"Amount, USD": "250.00", "Date": "2013-01-31", "Note": "Rent"}.items():
        walk_to(page, label)
        page.keyboard.type(text)
    walk_to(page, "Note it")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Cash flow noted.")
    flow = page.get_by_role("row", name="31 Jan 2013")
    expect(flow).to_contain_text("\N{MINUS SIGN}250.00")
    expect(flow).to_contain_text("Rent")
