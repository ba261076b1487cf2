"""Specification of cash flows, opening and imports on pages, without scripts (spec 8, 4.5, 3.7)."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from tests.interfaces.conftest import World
from tests.support.browsing import send
from tests.support.pages import enter, owner, rows_of, wrong_fields

GOOD_FLOW = {"kind": "WITHDRAWAL", "amount": "1200.50", "date": "2013-02-01"}


def test_a_flow_is_noted_and_taken_back(world: World, browser: TestClient) -> None:
    visitor, portfolio_id = owner(world.program, browser)
    page = f"/portfolios/{portfolio_id}/cash-flows"
    answer = send(browser, page, page, **GOOD_FLOW, note="<i>Car</i>")
    assert answer.status_code == 303
    text = browser.get(answer.headers["location"]).text
    assert "Cash flow noted. Valuations from 1 Feb 2013 on are stale" in text
    (row,) = rows_of(text, "Cash flows")
    assert row[:3] == ["1 Feb 2013", "\N{MINUS SIGN}1,200.50", "<i>Car</i>"]
    flows = visitor.get(f"/portfolios/{portfolio_id}/cash-flows").json()["cash_flows"]
    assert [(f["kind"], f["amount"]) for f in flows] == [("WITHDRAWAL", "1200.50")]
    taken = send(browser, page, f"{page}/{flows[0]['id']}/take-back")
    assert taken.status_code == 303
    text = browser.get(taken.headers["location"]).text
    assert "Cash flow taken back. Valuations from 1 Feb 2013 on are stale" in text
    assert rows_of(text, "Cash flows") == [["There are none."]]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": "1.234"}, "amount"),
        ({"amount": "1e3"}, "amount"),
        ({"amount": "600000"}, "amount"),
        ({"date": "2 Feb"}, "date"),
        ({"date": "2012-01-01"}, "date"),
        ({"date": "2013-12-31"}, "date"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_what_is_wrong_with_a_flow_stands_at_its_field(
    world: World, browser: TestClient, changed: dict[str, str], field: str
) -> None:
    enter(browser, world.ada)
    page = f"/portfolios/{world.valued}/cash-flows"
    answer = send(browser, page, page, **GOOD_FLOW | changed)
    assert (answer.status_code, wrong_fields(answer.text)) == (422, [field])
    assert '<option value="WITHDRAWAL" selected>' in answer.text
    flows = world.ada.get(f"/portfolios/{world.valued}/cash-flows").json()
    assert flows["total"] == 0


def test_the_opening_is_corrected_from_what_it_says_now(world: World, browser: TestClient) -> None:
    visitor, portfolio_id = owner(world.program, browser)
    page = f"/portfolios/{portfolio_id}/opening"
    text = browser.get(page).text
    stands = dict(re.findall(r'<input id="(\w+)"[^>]*value="([^"]*)"', text))
    assert (stands["equity_balance"], stands["equity_as_of"]) == ("500000.00", "2012-12-31")
    answer = send(browser, page, page, **stands | {"equity_balance": "510000"})
    assert answer.status_code == 303
    text = browser.get(answer.headers["location"]).text
    assert "Opening corrected. Valuations from 31 Dec 2012 on are stale" in text
    assert visitor.get(f"/portfolios/{portfolio_id}").json()["equity_balance"] == "510000.00"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"equity_balance": "none"}, "equity_balance"),
        ({"equity_balance": "-1"}, "equity_balance"),
        ({"equity_balance": "2e9"}, "equity_balance"),
        ({"equity_as_of": "2031-01-01"}, "equity_as_of"),
        ({"reason": "x" * 501}, "reason"),
    ],
)
def test_what_is_wrong_with_an_opening_stands_at_its_field(
    world: World, browser: TestClient, changed: dict[str, str], field: str
) -> None:
    enter(browser, world.ada)
    page = f"/portfolios/{world.valued}/opening"
    answer = send(browser, page, page, **changed)
    assert (answer.status_code, wrong_fields(answer.text)) == (422, [field])


def test_an_import_is_taken_back_and_brought_back_after_its_impact_was_shown(
    world: World, browser: TestClient
) -> None:
    visitor, portfolio_id = owner(world.program, browser)
    page = f"/portfolios/{portfolio_id}/imports"
    listed = browser.get(page).text
    assert f'href="/onboarding/{portfolio_id}/upload"' in listed
    (row,) = rows_of(listed, "Imports")
    assert (row[0], row[4], row[7]) == ("positions.csv", "2", "yes")
    one = f"{page}/{visitor.imports_of(portfolio_id)[0]['import_id']}"
    text = " ".join(browser.get(one).text.split())
    assert "This would remove 2 positions and reopen 0." in text
    assert "Valuations from 31 Dec 2012 on would be stale" in text
    assert len(visitor.positions_of(portfolio_id)) == 2
    taken = send(browser, one, f"{one}/revert", reason='"><b>Twice')
    assert taken.status_code == 303
    text = " ".join(browser.get(taken.headers["location"]).text.split())
    assert "Import taken back. Valuations from 31 Dec 2012 on are stale" in text
    assert "This would restore 2 positions and close 0." in text
    assert '"><b>Twice' in unescape(text)
    assert "<b>" not in text
    assert visitor.positions_of(portfolio_id) == []
    back = send(browser, one, f"{one}/redo")
    assert "Import brought back." in browser.get(back.headers["location"]).text
    assert len(visitor.positions_of(portfolio_id)) == 2


def test_an_import_that_others_build_upon_says_why_it_stays(
    world: World, browser: TestClient
) -> None:
    visitor, portfolio_id = owner(world.program, browser)
    goog = next(p for p in visitor.positions_of(portfolio_id) if p["symbol"] == "GOOG")
    closing = {"exit_date": "2013-02-01", "exit_price": "775.60"}
    url = f"/portfolios/{portfolio_id}/positions/{goog['id']}/close"
    assert visitor.post(url, json=closing).status_code == 200
    import_id = visitor.imports_of(portfolio_id)[0]["import_id"]
    refused = visitor.post(f"/portfolios/{portfolio_id}/imports/{import_id}/revert")
    text = unescape(browser.get(f"/portfolios/{portfolio_id}/imports/{import_id}").text)
    assert refused.json()["error"]["message"] in text
    assert f'action="/portfolios/{portfolio_id}/imports/{import_id}/revert"' not in text


@pytest.mark.parametrize("tab", ["/cash-flows", "/opening", "/imports", "/imports/{i}"])
def test_tabs_of_others_are_refused(world: World, browser: TestClient, tab: str) -> None:
    enter(browser, world.bob)
    import_id = world.ada.imports_of(world.valued)[0]["import_id"]
    answer = browser.get(f"/portfolios/{world.valued}{tab.replace('{i}', import_id)}")
    assert (answer.status_code, "ERR_PORT_403" in answer.text) == (403, True)


@pytest.mark.parametrize("tab", ["/cash-flows", "/opening", "/imports/{i}/revert"])
def test_forms_that_are_not_ours_change_nothing(
    world: World, browser: TestClient, tab: str
) -> None:
    enter(browser, world.ada)
    before = world.ada.get(f"/portfolios/{world.valued}").json()
    import_id = world.ada.imports_of(world.valued)[0]["import_id"]
    url = f"/portfolios/{world.valued}{tab.replace('{i}', import_id)}"
    answer = browser.post(url, data={"csrf": "x", "equity_balance": "1"} | GOOD_FLOW)
    assert (answer.status_code, "ERR_FORM_001" in answer.text) == (403, True)
    assert world.ada.get(f"/portfolios/{world.valued}").json() == before


@pytest.mark.parametrize("tab", ["/imports/{n}", "/imports/x"])
def test_what_is_not_there_is_no_error_of_the_program(
    world: World, browser: TestClient, tab: str
) -> None:
    enter(browser, world.ada)
    unknown = "00000000-0000-4000-8000-000000000000"
    answer = browser.get(f"/portfolios/{world.valued}{tab.replace('{n}', unknown)}")
    assert answer.status_code == 404
    assert "ERR_" in answer.text
