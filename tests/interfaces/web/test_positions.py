"""Specification of the pages of a portfolio's positions, without scripts (spec 8, 4.5)."""

import re
from decimal import Decimal
from html import unescape

import pytest
from fastapi.testclient import TestClient

from interfaces.web.page import money
from tests.interfaces.conftest import World
from tests.support.browsing import send
from tests.support.pages import enter, owner, rows_of, wrong_fields
from tests.support.visitors import Visitor, newcomer, work_off

PRIVATE = "Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Class,Investment Subtype"


def url_of(visitor: Visitor, portfolio_id: str, symbol: str = "GOOG") -> str:
    """The page of the position in a symbol."""
    found = [p["id"] for p in visitor.positions_of(portfolio_id) if p["symbol"] == symbol]
    return f"/portfolios/{portfolio_id}/positions/{found[0]}"


def test_the_overview_says_what_the_api_says(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    text = browser.get(f"/portfolios/{world.valued}").text
    told = world.ada.get(f"/analytics/portfolio/{world.valued}/overview").json()
    assert money(Decimal(told["net_asset_value"])) in text
    assert [row[0] for row in rows_of(text, "Holdings")] == ["GOOG", "SPY"]
    tabs = re.search(r'<nav class="tabs".*?</nav>', text, re.DOTALL)
    assert tabs
    links = re.findall(r'href="([^"]*)"', tabs[0])
    assert {link: browser.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_every_page_of_an_account_has_a_title_of_its_own(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    base, position = f"/portfolios/{world.valued}", url_of(world.ada, world.valued)
    tabs = ("", "/positions", "/cash-flows", "/risk", "/performance", "/opening", "/imports")
    imported = f"/imports/{world.ada.imports_of(world.valued)[0]['import_id']}"
    pages = [base + tail for tail in (*tabs, "/history", imported)]
    pages += [position + tail for tail in ("", "/close", "/correct", "/revalue", "/remove")]
    titles = {page: re.findall("<title>(.*?)</title>", browser.get(page).text)[0] for page in pages}
    assert len(set(titles.values())) == len(pages), titles
    account = world.ada.get(f"/portfolios/{world.valued}").json()["account_name"]
    assert [
        title for title in titles.values() if not title.endswith(f"{account} - SigmaSight")
    ] == []
    assert titles[f"{position}/close"].startswith("Close GOOG ")


def test_the_words_that_a_tab_shows_are_those_it_is_picked_and_put_in_order_by(
    world: World, browser: TestClient
) -> None:
    visitor = newcomer(world.program, world.client)
    rows = ["ABBEY,10,1000.00,2012-12-31,PRIVATE,PRIVATE_EQUITY", "GOOG,1,700.00,2012-12-31,,"]
    portfolio_id = visitor.upload("\n".join([PRIVATE, *rows, ""]).encode()).json()["portfolio_id"]
    enter(browser, visitor)
    page = f"/portfolios/{portfolio_id}/positions"
    text = browser.get(page, params={"sort": "class"}).text
    assert 'placeholder="Symbol or class"' in text
    classes = {row[0]: row[1] for row in rows_of(text, "Positions")}
    assert list(classes.values()) == sorted(classes.values())
    for symbol, shown in classes.items():
        found = rows_of(browser.get(page, params={"filter": shown}).text, "Positions")
        assert [row[0] for row in found] == [symbol]
        assert f">{shown}</option>" in text
    none = rows_of(browser.get(page, params={"filter": "unclassified"}).text, "Positions")
    assert none == [["There are none."]]


def test_a_badge_leads_to_mark_source_date_and_row(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    url = url_of(world.ada, world.valued)
    assert f'href="{url}"' in browser.get(f"/portfolios/{world.valued}").text
    text = browser.get(url).text
    terms = dict(re.findall(r"<dt[^>]*>(.*?)</dt><dd[^>]*>(.*?)</dd>", text, re.DOTALL))
    assert terms["Mark, USD a share"].startswith("806.19")
    assert terms["Source"] == "Close by bundled"
    assert terms["Date of the mark"] == "1 Mar 2013"
    assert "positions.csv</a>, row 2" in terms["Import"]


def test_a_position_is_entered_and_the_answer_says_what_is_stale(
    world: World, browser: TestClient
) -> None:
    visitor, portfolio_id = owner(world.program, browser)
    page = f"/portfolios/{portfolio_id}/positions"
    typed = {"symbol": "goog", "quantity": "5", "entry_price": "770", "entry_date": "2013-02-01"}
    answer = send(browser, page, page, **typed, notes="<b>mine</b>")
    assert answer.status_code == 303
    text = browser.get(answer.headers["location"]).text
    assert "Position entered. Valuations from 1 Feb 2013 on are stale" in text
    assert "Valuations from 1 Feb 2013 on are stale. Calculate to restate them." in text
    entered = [p for p in visitor.positions_of(portfolio_id) if p["quantity"] == "5.00"]
    assert [(p["symbol"], p["entry_price"], p["notes"]) for p in entered] == [
        ("GOOG", "770.00", "<b>mine</b>")
    ]


def test_what_is_wrong_with_a_position_stands_at_its_fields(
    world: World, browser: TestClient
) -> None:
    visitor, portfolio_id = owner(world.program, browser)
    page = f"/portfolios/{portfolio_id}/positions"
    typed = {"symbol": "GOOG", "quantity": '"><b>', "entry_price": "-1", "entry_date": "1 May"}
    answer = send(browser, page, page, **typed)
    assert answer.status_code == 422
    assert wrong_fields(answer.text) == ["quantity", "entry_price", "entry_date"]
    assert 'value="GOOG"' in answer.text
    assert "<b>" not in answer.text
    assert len(visitor.positions_of(portfolio_id)) == 2
    long = send(browser, page, page, **typed | {"quantity": "1"}, notes="x" * 501)
    assert (long.status_code, wrong_fields(long.text)) == (422, ["notes"])


def test_a_part_of_a_position_is_closed_then_the_rest(world: World, browser: TestClient) -> None:
    visitor, portfolio_id = owner(world.program, browser)
    url = url_of(visitor, portfolio_id)
    typed = {"exit_date": "2013-02-01", "exit_price": "775.60"}
    answer = send(browser, f"{url}/close", f"{url}/close", **typed, quantity="40")
    assert answer.status_code == 303
    text = browser.get(answer.headers["location"]).text
    assert "Position closed. Valuations from 1 Feb 2013 on are stale" in text
    assert rows_of(text, "What was closed") == [["1 Feb 2013", "40", "775.60"]]
    over = send(browser, f"{url}/close", f"{url}/close", **typed, quantity="61")
    assert (over.status_code, wrong_fields(over.text)) == (422, ["quantity"])
    rest = send(browser, f"{url}/close", f"{url}/close", **typed)
    assert rest.status_code == 303
    closed = rows_of(browser.get(f"/portfolios/{portfolio_id}/positions?status=closed").text, "Pos")
    assert [row[0] for row in closed] == ["GOOG"]


def test_a_position_is_corrected_from_what_it_says_now(world: World, browser: TestClient) -> None:
    visitor, portfolio_id = owner(world.program, browser)
    url = url_of(visitor, portfolio_id)
    text = browser.get(f"{url}/correct").text
    stands = dict(re.findall(r'<input id="(\w+)"[^>]*value="([^"]*)"', text))
    assert (stands["quantity"], stands["entry_date"]) == ("100", "2012-12-31")
    typed = stands | {"quantity": "120", "reason": "The confirmation said so."}
    answer = send(browser, f"{url}/correct", f"{url}/correct", **typed)
    assert answer.status_code == 303
    assert "Position corrected. Valuations" in browser.get(answer.headers["location"]).text
    goog = next(p for p in visitor.positions_of(portfolio_id) if p["symbol"] == "GOOG")
    assert (goog["quantity"], goog["entry_price"]) == ("120.00", "700.00")
    wrong = send(browser, f"{url}/correct", f"{url}/correct", **typed | {"quantity": "0"})
    assert (wrong.status_code, wrong_fields(wrong.text)) == (422, ["quantity"])


def test_a_correction_that_says_nothing_new_is_told_so(world: World, browser: TestClient) -> None:
    visitor, portfolio_id = owner(world.program, browser)
    form = f"{url_of(visitor, portfolio_id)}/correct"
    position = world.program.log.position()
    answer = send(browser, form, form, quantity="100.00", reason="To be sure.")
    text = browser.get(answer.headers["location"]).text
    assert "Nothing was corrected: the position stands as it was stated." in text
    assert "Position corrected." not in text
    assert world.program.log.position() == position


def test_a_kind_becomes_another_one_but_is_not_taken_away(
    world: World, browser: TestClient
) -> None:
    visitor, portfolio_id = owner(world.program, browser)
    form = f"{url_of(visitor, portfolio_id)}/correct"
    told = send(browser, form, form, investment_subtype="STOCK")
    assert "Position corrected." in browser.get(told.headers["location"]).text
    blank = send(browser, form, form, quantity="120", investment_subtype=" ")
    assert (blank.status_code, wrong_fields(blank.text)) == (422, ["investment_subtype"])
    goog = next(p for p in visitor.positions_of(portfolio_id) if p["symbol"] == "GOOG")
    assert (goog["quantity"], goog["investment_subtype"]) == ("100.00", "STOCK")


def test_a_private_asset_is_revalued(world: World, browser: TestClient) -> None:
    visitor = newcomer(world.program, world.client)
    row = "FUND,10,1000.00,2012-12-31,PRIVATE,PRIVATE_EQUITY"
    answer = visitor.upload("\n".join([PRIVATE, row, ""]).encode())
    portfolio_id = answer.json()["portfolio_id"]
    enter(browser, visitor)
    url = url_of(visitor, portfolio_id, "FUND")
    assert f'href="{url}/revalue"' in browser.get(url).text
    wrong = send(browser, f"{url}/revalue", f"{url}/revalue", date="soon", price="much")
    assert (wrong.status_code, wrong_fields(wrong.text)) == (422, ["date", "price"])
    typed = {"date": "2013-02-01", "price": "1200.00", "note": "Appraisal"}
    assert send(browser, f"{url}/revalue", f"{url}/revalue", **typed).status_code == 303
    work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    text = browser.get(url).text
    assert ("1200.00" in text.replace(",", ""), "Manual" in text) == (True, True)


def test_a_position_is_removed(world: World, browser: TestClient) -> None:
    visitor, portfolio_id = owner(world.program, browser)
    url = url_of(visitor, portfolio_id)
    answer = send(browser, f"{url}/remove", f"{url}/remove", reason="Twice in the file.")
    assert answer.status_code == 303
    assert "Position removed." in browser.get(answer.headers["location"]).text
    assert [p["symbol"] for p in visitor.positions_of(portfolio_id)] == ["SPY"]
    assert browser.get(url).status_code == 404


@pytest.mark.parametrize(
    "path", ["", "/positions", "/positions/{p}", "/positions/{p}/close", "/positions/{p}/remove"]
)
def test_another_users_pages_are_refused(world: World, browser: TestClient, path: str) -> None:
    enter(browser, world.bob)
    position_id = world.ada.positions_of(world.valued)[0]["id"]
    url = f"/portfolios/{world.valued}{path.replace('{p}', position_id)}"
    answer = browser.get(url)
    assert (answer.status_code, "ERR_PORT_403" in answer.text) == (403, True)
    assert "GOOG" not in answer.text


@pytest.mark.parametrize("deed", ["close", "correct", "revalue", "remove"])
def test_a_form_that_is_not_ours_changes_no_position(
    world: World, browser: TestClient, deed: str
) -> None:
    enter(browser, world.ada)
    before = world.ada.positions_of(world.valued)
    url = f"/portfolios/{world.valued}/positions/{before[0]['id']}/{deed}"
    answer = browser.post(url, data={"csrf": "x", "reason": "none"})
    assert (answer.status_code, "ERR_FORM_001" in answer.text) == (403, True)
    assert world.ada.positions_of(world.valued) == before


def test_auditors_read_and_change_nothing(world: World, browser: TestClient) -> None:
    enter(browser, world.auditor)
    page = f"/portfolios/{world.valued}/positions"
    assert browser.get(page).status_code == 200
    csrf = re.findall(r'name="csrf" value="([^"]*)"', browser.get(page).text)[0]
    answer = browser.post(page, data={"csrf": csrf, "symbol": "GOOG"})
    assert (answer.status_code, "ERR_AUDIT_403" in answer.text) == (403, True)


def test_pages_of_positions_run_no_script_and_style_nothing_inline(
    world: World, browser: TestClient
) -> None:
    enter(browser, world.ada)
    url = url_of(world.ada, world.valued)
    tabs = [f"/portfolios/{world.valued}{tab}" for tab in ("", "/positions")]
    for page in (*tabs, url, f"{url}/close", f"{url}/correct", f"{url}/remove"):
        text = unescape(browser.get(page).text)
        assert re.findall(r"<script(?![^>]* (?:src|type=\"application/json\"))[^>]*>", text) == []
        assert " style=" not in text
        ids = re.findall(r' id="([^"]*)"', text)
        assert len(ids) == len(set(ids))
        labelled = set(re.findall(r'<label for="([^"]*)"', text))
        assert set(re.findall(r'<(?:input|select) id="([^"]*)"', text)) == labelled
