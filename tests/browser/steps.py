"""What somebody does on pages, step by step, as it would be told: by labels and by names."""

import re
from collections.abc import Mapping

from playwright.sync_api import FilePayload, Locator, Page, expect

from interfaces.account_types import ACCOUNT_TYPES
from tests.support.visitors import PASSWORD, SAMPLE, csv_file

RUN = re.compile(r"/onboarding/[0-9a-f-]{36}/runs/[0-9a-f-]{36}$")
PREVIEW = re.compile(r"/onboarding/uploads/[0-9a-f-]{36}$")
ERRORS = re.compile(r"/onboarding/uploads/[0-9a-f-]{36}/errors$")
TYPED = {
    "Portfolio name": SAMPLE["portfolio_name"],
    "Account name": "Schwab IRA",
    "Equity balance, USD": SAMPLE["equity_balance"],
    "As of (optional)": SAMPLE["equity_as_of"],
}
CHOSEN_TYPE = {kind.value: words for kind, words in ACCOUNT_TYPES.items()}[SAMPLE["account_type"]]


def register(page: Page, email: str, invite_code: str, full_name: str = "Grace Hopper") -> None:
    """From the first page to the form to sign in."""
    page.goto("/")
    page.get_by_role("link", name="Sign up with an invite").click()
    typed = {"Invite code": invite_code, "E-mail address": email, "Full name": full_name}
    for label, text in typed.items():
        page.get_by_label(label).fill(text)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("status")).to_have_text("You are registered. Sign in.")


def sign_in(page: Page, email: str) -> None:
    """From the form to sign in to where it leads."""
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def fill_in(page: Page, typed: Mapping[str, str] = TYPED) -> None:
    """Everything on the form of the way in but the file."""
    for label, text in typed.items():
        page.get_by_label(label).fill(text)
    page.get_by_label("Account type").select_option(label=CHOSEN_TYPE)
    page.get_by_label("Sample.").check()


def choose_file(page: Page, *rows: str, name: str = "positions.csv") -> None:
    """Choose a file with these rows, and let it be looked at."""
    file: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": csv_file(*rows)}
    page.get_by_label("File with your positions").set_input_files(file)
    page.get_by_role("button", name="Look at the file").click()


def tab(page: Page, name: str) -> Locator:
    """The tab of a portfolio of that name."""
    return page.get_by_role("navigation", name="Portfolio").get_by_role("link", name=name)


def cells(page: Page, caption: str) -> list[list[str]]:
    """The texts of the table whose caption begins so, row by row, also where it is folded."""
    table = page.locator("table").filter(has=page.locator("caption", has_text=re.compile(caption)))
    rows = table.locator("tbody tr").all()
    return [
        [(cell.text_content() or "").strip() for cell in row.locator("th, td").all()]
        for row in rows
    ]


def until_replaced(page: Page, part_id: str) -> None:
    """Wait until a script has put another part of the page in the place of the one there now."""
    page.evaluate("id => { document.getElementById(id).dataset.old = 1 }", part_id)
    expect(page.locator(f"#{part_id}:not([data-old])")).to_be_attached()
