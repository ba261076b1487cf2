"""Specification of pages of more holdings than one page lists: nothing is left out of a sum."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from domain.money import ZERO
from tests.interfaces.conftest import World
from tests.support.pages import enter, figures_of, rows_of
from tests.support.visitors import SAMPLE, Visitor, newcomer, work_off

LOTS = 1_004
LARGEST = ["XLE", "XLU"]
"""What comes last by symbol, and is worth most."""


@pytest.fixture(scope="module")
def many(world: World) -> tuple[Visitor, str]:
    """Somebody with a valued account of 1,006 positions, and another of two."""
    visitor = newcomer(world.program, world.client)
    first = date(2009, 1, 2)
    lots = [f"GOOG,1,{300 + n / 100:.2f},{first + timedelta(n)}" for n in range(LOTS)]
    largest = [f"{symbol},{900 - 100 * n},70.00,2013-02-28" for n, symbol in enumerate(LARGEST)]
    changes = {"equity_as_of": "2013-02-28", "equity_balance": "2000000.00"}
    portfolio_id = visitor.open_sample(*lots, *largest, **changes)
    for one in (portfolio_id, visitor.open_sample()):
        work_off(world.program, visitor.post(f"/portfolio/{one}/calculate"))
    return visitor, portfolio_id


@pytest.mark.parametrize("which", ["one", "all"])
def test_an_allocation_of_very_many_adds_up_to_nav(
    browser: TestClient, many: tuple[Visitor, str], which: str
) -> None:
    visitor, portfolio_id = many
    enter(browser, visitor)
    chosen = portfolio_id if which == "one" else "all"
    text = browser.get(f"/command-center?portfolio={chosen}").text
    asked = {"portfolio_ids": [portfolio_id]} if which == "one" else {}
    told = visitor.get("/analytics/aggregate/overview", params=asked).json()
    nav = Decimal(told["net_asset_value"])
    for kind in ("class", "sector"):
        rows = rows_of(text, f"Allocation by {kind}")
        sides = [Decimal(cell.replace(",", "")) for row in rows for cell in row[1:3]]
        assert sum(sides, ZERO) == nav
    (trace,) = figures_of(text)["allocation"]["data"]
    assert sum(trace["values"]) == pytest.approx(float(nav))
    assert {"XLE", "XLU"} <= set(trace["labels"])


@pytest.mark.parametrize(
    ("page", "caption"),
    [
        ("/command-center?portfolio={}", "Holdings"),
        ("/portfolios/{}", "Holdings"),
        ("/portfolios/{}/positions?sort=-value", "Positions"),
    ],
)
def test_a_long_list_begins_with_the_largest_and_goes_on(
    browser: TestClient, many: tuple[Visitor, str], page: str, caption: str
) -> None:
    visitor, portfolio_id = many
    enter(browser, visitor)
    text = browser.get(page.format(portfolio_id)).text
    rows = rows_of(text, caption)
    assert [row[0] for row in rows[:2]] == ["XLE", "XLU"]
    assert len(rows) == 1_000
    assert "1 to 1,000 of 1,006" in text
    (following,) = re.findall(r'<a href="([^"]*offset=[^"]*)">Next</a>', text)
    rest = browser.get(following.replace("&amp;", "&")).text
    assert "1,001 to 1,006 of 1,006" in rest
    assert [row[0] for row in rows_of(rest, caption)] == ["GOOG"] * 6
    ids = [re.findall(r'<th scope="row"><a href="([^"]*)"', part) for part in (text, rest)]
    lots = {url for part in ids for url in part if "/positions/" in url}
    assert len(lots) == LOTS + 2


@pytest.mark.parametrize("tab", ["", "/positions"])
def test_a_list_that_goes_on_is_put_in_order_by_the_server(
    browser: TestClient, many: tuple[Visitor, str], tab: str
) -> None:
    visitor, portfolio_id = many
    enter(browser, visitor)
    page = f"/portfolios/{portfolio_id}{tab}"
    assert "data-sorting" not in browser.get(page).text
    picked = browser.get(page, params={"filter": "xl"}).text
    assert "data-sorting" in picked
    assert "2 with xl" in picked
    assert "Next</a>" not in picked


@pytest.mark.parametrize("offset", ["-1", "x", "5000", "9" * 30])
def test_where_a_list_does_not_reach_it_begins_anew(
    browser: TestClient, many: tuple[Visitor, str], offset: str
) -> None:
    visitor, portfolio_id = many
    enter(browser, visitor)
    answer = browser.get(f"/portfolios/{portfolio_id}/positions", params={"offset": offset})
    assert (answer.status_code, "1 to 1,000 of 1,006" in answer.text) == (200, True)


def test_of_very_many_accounts_some_are_added_up_and_the_page_says_so(
    world: World, browser: TestClient
) -> None:
    visitor = newcomer(world.program, world.client)
    for number in range(201):
        account = SAMPLE | {"name": "Savings", "account_name": f"No. {number}"}
        del account["portfolio_name"]
        opened = visitor.post("/portfolios", json=account)
        assert opened.status_code == 201, opened.text
    enter(browser, visitor)
    text = browser.get("/command-center").text
    assert "the 200 accounts that were opened first; 1 more" in text
    assert len(rows_of(text, "Accounts at their latest")) == 200
    (last,) = re.findall(r'<option value="([^"]*)">No. 200<', text)
    chosen = browser.get(f"/command-center?portfolio={last}").text
    assert "opened first" not in chosen
    assert [row[0] for row in rows_of(chosen, "Accounts at their latest")] == ["No. 200"]
