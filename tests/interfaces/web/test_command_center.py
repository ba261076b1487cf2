"""Specification of the command center (spec 8): what one's accounts are worth, and why."""

import re
from decimal import Decimal
from html import unescape

import pytest
from fastapi.testclient import TestClient

from domain.money import ZERO
from interfaces.web.page import money, percent
from tests.interfaces.conftest import World
from tests.support.browsing import send
from tests.support.pages import enter, owner, rows_of, tiles_of
from tests.support.visitors import newcomer, work_off

GOOG_AND_CASH = ("GOOG,100,700.00,2012-12-31", "SPY,-50,142.00,2012-12-31")


def test_who_has_no_portfolio_is_led_to_the_upload(world: World, browser: TestClient) -> None:
    enter(browser, newcomer(world.program, world.client))
    text = browser.get("/command-center").text
    assert "Welcome, Ada Lovelace" in text
    assert re.findall(r'class="button" href="([^"]*)"', text) == ["/onboarding/upload"]


def test_the_tiles_say_what_the_api_says(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    tiles = tiles_of(browser.get(f"/command-center?portfolio={world.valued}").text)
    told = world.ada.get(f"/analytics/portfolio/{world.valued}/overview").json()
    assert tiles["Net asset value, USD"].startswith(money(Decimal(told["net_asset_value"])))
    assert percent(told["daily_return"], is_change=True) in tiles["Net asset value, USD"]
    for name, span in (("day", "day"), ("month", "mtd"), ("year", "ytd")):
        assert tiles[f"P&L of the {name}"] == money(Decimal(told["pnl"][span]), is_change=True)
    for name, side in (
        ("Gross exposure", "gross"),
        ("Net exposure", "net"),
        ("Long", "long"),
        ("Short", "short"),
    ):
        exposure = told["exposures"][side]
        assert tiles[name].startswith(percent(exposure["share_of_nav"]))
        assert money(Decimal(exposure["amount"])) in tiles[name]


def test_the_trust_strip_says_what_the_figures_rest_on(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    text = browser.get(f"/command-center?portfolio={world.valued}").text
    strip = dict(re.findall(r"<div><dt>(.*?)</dt><dd>(.*?)</dd></div>", text))
    assert (strip["As of"], strip["Priced"]) == ("1 Mar 2013", "2 of 2")
    assert strip["Known at"].endswith("UTC")
    assert "Stale from" not in strip


def test_holdings_say_what_the_api_says_in_the_order_asked_for(
    world: World, browser: TestClient
) -> None:
    enter(browser, world.ada)
    url = f"/command-center?portfolio={world.valued}"
    positions = world.ada.positions_of(world.valued, "open")
    expected = [
        [
            p["symbol"],
            f"{Decimal(p['open_quantity']):f}".removesuffix(".00"),
            money(Decimal(p["mark"]["price"])),
            f"{p['symbol']}: {p['mark']['quality']}",
            money(Decimal(p["market_value"])),
            percent(p["weight"]),
            money(Decimal(p["day_pnl"]), is_change=True),
            money(Decimal(p["unrealized_pnl"]), is_change=True),
            "",
        ]
        for p in positions
    ]
    rising = rows_of(browser.get(f"{url}&sort=symbol").text, "Holdings")
    assert rising == expected
    falling = rows_of(browser.get(f"{url}&sort=-symbol").text, "Holdings")
    assert falling == expected[::-1]
    by_value = sorted(positions, key=lambda p: Decimal(p["market_value"]), reverse=True)
    shown = rows_of(browser.get(url).text, "Holdings")
    assert [row[0] for row in shown] == [p["symbol"] for p in by_value]


def test_a_column_that_there_is_not_is_no_error(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    answer = browser.get(f"/command-center?portfolio={world.valued}&sort=-<b>%00")
    assert answer.status_code == 200
    assert 'aria-sort="descending"' in answer.text


def test_the_header_says_how_the_table_is_sorted(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    text = browser.get(f"/command-center?portfolio={world.valued}&sort=symbol").text
    assert re.findall(r'aria-sort="(\w+)"', text) == ["ascending"]
    headers = re.findall(
        r'<th scope="col"[^>]*>\s*<button form="picking" name="sort" value="(.*?)"', text
    )
    assert headers[:3] == ["-symbol", "-quantity", "-mark"]
    assert re.search(r'<form[^>]* id="picking" method="get"', text)


def test_all_accounts_together_are_the_sum(world: World, browser: TestClient) -> None:
    visitor = newcomer(world.program, world.client)
    ids = [visitor.open_sample(), visitor.open_sample(*GOOG_AND_CASH)]
    enter(browser, visitor)
    for portfolio_id in ids:
        answer = visitor.post(f"/portfolio/{portfolio_id}/calculate")
        work_off(world.program, answer)
    told = [visitor.get(f"/analytics/portfolio/{one}/overview").json() for one in ids]
    nav = sum((Decimal(one["net_asset_value"]) for one in told), ZERO)
    tiles = tiles_of(browser.get("/command-center").text)
    assert tiles["Net asset value, USD"].startswith(money(nav))
    day = sum((Decimal(one["pnl"]["day"]) for one in told), ZERO)
    assert tiles["P&L of the day"] == money(day, is_change=True)
    gross = sum((Decimal(one["exposures"]["gross"]["amount"]) for one in told), ZERO)
    assert tiles["Gross exposure"].startswith(percent(float(gross / nav)))
    assert len(rows_of(browser.get("/command-center").text, "Holdings")) == 4


def test_the_allocation_adds_up_to_nav(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    text = browser.get(f"/command-center?portfolio={world.valued}").text
    rows = rows_of(text, "Allocation by class")
    told = world.ada.get(f"/analytics/portfolio/{world.valued}/overview").json()
    assert [row[0] for row in rows] == ["Stocks, funds and bonds", "Cash"]
    long, cash = (Decimal(row[1].replace(",", "")) for row in rows)
    assert long == Decimal(told["exposures"]["long"]["amount"])
    assert long + cash == Decimal(told["net_asset_value"])


def test_the_sectors_add_up_to_nav_and_what_has_none_stands_apart(
    world: World, browser: TestClient
) -> None:
    enter(browser, world.ada)
    text = browser.get(f"/command-center?portfolio={world.valued}").text
    rows = rows_of(text, "Allocation by sector")
    sector = world.ada.get("/market-data/securities/GOOG").json()["sector"]
    assert [row[0] for row in rows] == [sector, "Unclassified", "Cash"]
    values = {p["symbol"]: p["market_value"] for p in world.ada.positions_of(world.valued)}
    assert [Decimal(row[1].replace(",", "")) for row in rows[:2]] == [
        Decimal(values["GOOG"]),
        Decimal(values["SPY"]),
    ]
    told = world.ada.get(f"/analytics/portfolio/{world.valued}/overview").json()
    total = sum((Decimal(row[1].replace(",", "")) for row in rows), ZERO)
    assert total == Decimal(told["net_asset_value"])


def test_where_nav_is_one_percent_of_gross_or_less_nothing_has_a_weight(
    world: World, browser: TestClient
) -> None:
    visitor = newcomer(world.program, world.client)
    opening = {"equity_as_of": "2013-03-01", "equity_balance": "5000.00"}
    portfolio_id = visitor.open_sample("GOOG,1000,700.00,2012-12-31", **opening)
    work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    enter(browser, visitor)
    text = browser.get(f"/command-center?portfolio={portfolio_id}").text
    told = [row[5] for row in rows_of(text, "Holdings")]
    for kind in ("class", "sector"):
        told += [row[3] for row in rows_of(text, f"Allocation by {kind}")]
    assert set(told) == {percent(None)}
    (goog,) = visitor.positions_of(portfolio_id)
    assert goog["weight"] is None
    page = browser.get(f"/portfolios/{portfolio_id}/positions/{goog['id']}").text
    assert f'<dt class="muted">Weight</dt><dd>{percent(None)}</dd>' in page


def test_what_was_removed_since_is_still_a_part_of_nav(world: World, browser: TestClient) -> None:
    visitor, portfolio_id = owner(world.program, browser)
    told = visitor.get(f"/analytics/portfolio/{portfolio_id}/overview").json()
    goog = next(p for p in visitor.positions_of(portfolio_id) if p["symbol"] == "GOOG")
    url = f"/portfolios/{portfolio_id}/positions/{goog['id']}"
    assert visitor.ask("DELETE", f"/api/v1{url}").status_code == 200
    text = browser.get(f"/command-center?portfolio={portfolio_id}").text
    for kind in ("class", "sector"):
        rows = rows_of(text, f"Allocation by {kind}")
        assert rows[-2][:2] == ["No longer held", money(Decimal(goog["market_value"]))]
        total = sum((Decimal(row[1].replace(",", "")) for row in rows), ZERO)
        assert total == Decimal(told["net_asset_value"])


def test_the_biggest_movers_come_first(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    text = browser.get(f"/command-center?portfolio={world.valued}").text
    moved = world.ada.positions_of(world.valued, "open")
    moved.sort(key=lambda p: abs(Decimal(p["day_pnl"])), reverse=True)
    shown = [row[:2] for row in rows_of(text, "Biggest movers")]
    assert shown == [[p["symbol"], money(Decimal(p["day_pnl"]), is_change=True)] for p in moved]


def test_a_filter_leaves_what_has_its_words(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    page = f"/command-center?portfolio={world.valued}"
    for words, found in (("goo", ["GOOG"]), ("STOCKS spy", ["SPY"]), ("gold", [])):
        text = browser.get(page, params={"portfolio": world.valued, "filter": words}).text
        shown = [row[0] for row in rows_of(text, "Holdings")]
        assert shown == (found or ["Nothing that is held has these words."])
        assert f'name="filter" type="search" value="{words}"' in text
    hostile = '"><b>'
    assert hostile not in browser.get(page, params={"filter": hostile}).text


def test_a_holding_shows_how_its_mark_went(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    text = browser.get(f"/command-center?portfolio={world.valued}&sort=symbol").text
    lines = re.findall(r'<svg class="spark (\w+)".*?aria-label="(.*?)"><path d="(.*?)"', text)
    days = world.ada.get(f"/analytics/portfolio/{world.valued}/valuations").json()["valuations"]
    span = [days[-20]["date"], days[-1]["date"]]
    for (way, told, path), symbol in zip(lines, ("GOOG", "SPY"), strict=True):
        first, last = (mark_of(world, day, symbol) for day in span)
        change = float(last / first) - 1
        assert told == f"{percent(change, is_change=True)} in 20 sessions"
        assert way == ("up" if change >= 0 else "down")
        assert path.count("L") == 19
        assert re.fullmatch(r"M0 \d+(L\d+ \d+)+", path)


def mark_of(world: World, day: str, symbol: str) -> Decimal:
    """The price of a symbol's mark on a day."""
    url = f"/analytics/portfolio/{world.valued}/valuations/{day}"
    lines = world.ada.get(url).json()["lines"]
    return next(Decimal(line["mark"]["price"]) for line in lines if line["symbol"] == symbol)


def test_what_was_never_valued_says_so_and_can_be_calculated(
    world: World, browser: TestClient
) -> None:
    visitor = newcomer(world.program, world.client)
    portfolio_id = visitor.open_sample()
    enter(browser, visitor)
    page = f"/command-center?portfolio={portfolio_id}"
    assert "Not valued yet. Calculate it" in browser.get(page).text
    started = send(browser, page, f"/onboarding/{portfolio_id}/runs")
    assert started.status_code == 303
    text = browser.get(page).text
    assert "A calculation is on its way" in text
    assert f'href="{started.headers["location"]}"' in text


def test_stale_figures_say_from_when_on_and_what_to_do(world: World, browser: TestClient) -> None:
    visitor = newcomer(world.program, world.client)
    portfolio_id = visitor.open_sample()
    work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    flow = {"kind": "CONTRIBUTION", "amount": "100.00", "date": "2013-02-01"}
    assert visitor.post(f"/portfolios/{portfolio_id}/cash-flows", json=flow).status_code == 201
    enter(browser, visitor)
    text = browser.get("/command-center").text
    assert "Valuations from 1 Feb 2013 on are stale. Calculate to restate them." in text
    assert re.search(r"<dt>Stale from</dt><dd>.*1 Feb 2013", text)


def test_names_that_are_markup_are_shown_as_they_are(world: World, browser: TestClient) -> None:
    visitor = newcomer(world.program, world.client)
    name = """<script>alert("1")</script>'"""
    portfolio_id = visitor.open_sample(account_name=name, portfolio_name="<img src=x>")
    work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    enter(browser, visitor)
    for page in ("/command-center", f"/portfolios/{portfolio_id}"):
        text = browser.get(page).text
        assert name in unescape(text)
        assert "<script>alert" not in text
        assert "<img" not in text


@pytest.mark.parametrize(
    ("chosen", "status", "code"),
    [("other", 403, "ERR_PORT_403"), ("x", 404, "ERR_PORT_404"), ("none", 404, "ERR_PORT_404")],
)
def test_another_users_portfolio_is_refused_on_a_page(
    world: World, browser: TestClient, chosen: str, status: int, code: str
) -> None:
    visitor = newcomer(world.program, world.client)
    visitor.open_sample()
    enter(browser, visitor)
    ids = {"other": world.valued, "none": "00000000-0000-4000-8000-000000000000"}
    answer = browser.get(f"/command-center?portfolio={ids.get(chosen, chosen)}")
    assert (answer.status_code, code in answer.text) == (status, True)
    assert "text/html" in answer.headers["content-type"]
