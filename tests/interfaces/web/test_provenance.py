"""Specification of where a figure of NAV comes from, and of the way there (spec 7.4, 8)."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient

from application.ports import Close, Fetched
from interfaces.values import parse_moment
from interfaces.web.page import instant, money, price, quantity
from tests.interfaces.conftest import World
from tests.support.browsing import send
from tests.support.pages import enter, rows_of, tiles_of
from tests.support.visitors import newcomer, work_off

DAY = "2013-02-01"
LATEST = "2013-03-01"
LINES = "Lines: each value is quantity times mark"


def url_of(portfolio_id: str, session: str = LATEST, version: int | None = None) -> str:
    """The page of a session's NAV."""
    asked = f"?version={version}" if version else ""
    return f"/portfolios/{portfolio_id}/provenance/{session}{asked}"


def manifest(world: World, session: str = LATEST) -> dict[str, Any]:
    """What the API says."""
    answer = world.ada.get(f"/audit/valuations/{world.valued}/{session}/manifest")
    told: dict[str, Any] = answer.json()
    return told


def test_nav_is_cash_and_lines_and_a_line_is_of_a_price_row_and_a_file(
    world: World, browser: TestClient
) -> None:
    enter(browser, world.ada)
    text, told = browser.get(url_of(world.valued)).text, manifest(world)
    tiles = tiles_of(text)
    amounts = {name: Decimal(told[name]) for name in ("net_asset_value", "cash")}
    worth = sum((Decimal(line["market_value"]) for line in told["lines"]), Decimal(0))
    assert tiles["Cash, USD"] == money(amounts["cash"])
    assert tiles["Lines, USD"].startswith(money(worth))
    assert tiles["Net asset value, USD"].startswith(money(amounts["cash"] + worth))
    for row, line in zip(rows_of(text, LINES), told["lines"], strict=True):
        learnt, mark = line["learnt"], line["mark"]
        assert row[:5] == [
            line["symbol"],
            money(Decimal(line["market_value"])),
            quantity(Decimal(line["quantity"])),
            price(Decimal(mark["price"])),
            "good",
        ]
        assert row[5:7] == ["1 Mar 2013", "Close, bundled"]
        assert row[7] == f"{instant(parse_moment(learnt['learnt_at']))}row {learnt['row']:,}" + (
            " of the price book"
        )
        assert row[8].startswith(f"positions.csv, line {line['statement']['row']}")
    [file] = rows_of(text, "Files that stated positions")
    assert (file[0], file[2]) == ("positions.csv", told["lines"][0]["statement"]["sha256"])
    assert told["inputs_digest"] in text


def test_everything_it_leads_to_is_there(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    text = browser.get(url_of(world.valued)).text
    main = text.partition("<main")[2]
    links = set(re.findall(r'href="(/[^"#]*)(?:#([^"]*))?"', main))
    assert {url.split("/")[3] for url, _ in links if url.count("/") > 3} >= {"history", "imports"}
    for url, anchor in links:
        answer = browser.get(url)
        assert answer.status_code == 200, url
        assert not anchor or f'id="{anchor}"' in answer.text, url


def test_what_was_entered_by_hand_and_what_has_no_close_say_so(
    world: World, browser: TestClient
) -> None:
    owner = newcomer(world.program, world.client)
    portfolio_id = owner.open_sample()
    entered = {
        "symbol": "BARN",
        "quantity": "2",
        "entry_price": "1000.00",
        "entry_date": "2012-12-31",
        "investment_class": "PRIVATE",
    }
    answer = owner.post(f"/portfolios/{portfolio_id}/positions", json=entered)
    assert answer.status_code == 201, answer.text
    work_off(world.program, owner.post(f"/portfolio/{portfolio_id}/calculate"))
    enter(browser, owner)
    rows = {row[0]: row for row in rows_of(browser.get(url_of(portfolio_id)).text, LINES)}
    assert (rows["BARN"][4], rows["BARN"][7]) == ("assumed", "of no close")
    assert rows["BARN"][8].startswith("By hand")


def test_an_earlier_version_comes_from_what_was_known_then(
    world: World, browser: TestClient
) -> None:
    close = Close("SPY", date.fromisoformat(DAY), Decimal("100.00"), "admin")
    assert world.program.prices.book.learn("sample", Fetched(closes=[close])) == 1
    work_off(world.program, world.ada.post(f"/portfolio/{world.valued}/calculate"))
    enter(browser, world.ada)
    marks = {}
    for version in (1, 2, None):
        rows = rows_of(browser.get(url_of(world.valued, DAY, version)).text, LINES)
        [spy] = [row for row in rows if row[0] == "SPY"]
        marks[version] = (spy[3], spy[6])
    assert marks == {
        1: ("151.24", "Close, bundled"),
        2: ("100.00", "Close, admin"),
        None: ("100.00", "Close, admin"),
    }


def test_it_is_computed_again_from_what_it_names(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    assert "Computed again" not in browser.get(url_of(world.valued)).text
    text = browser.get(url_of(world.valued), params={"recompute": "yes"}).text
    assert "What it names gives the same bytes." in text
    digests = re.findall(r"<dd><code>([0-9a-f]{64})</code>", text.partition('id="again"')[2])
    assert len(digests) == 2
    assert len(set(digests)) == 1


def test_it_says_when_the_log_was_verified_last(world: World, browser: TestClient) -> None:
    enter(browser, world.superuser)
    send(browser, "/admin/audit", "/admin/audit/verify")
    enter(browser, world.ada)
    assert "<dt>Log verified</dt>" in browser.get(url_of(world.valued)).text


@pytest.mark.parametrize("tail", ["2013-02-03", f"{LATEST}?version=9"])
def test_what_was_never_said_comes_from_nowhere(
    world: World, browser: TestClient, tail: str
) -> None:
    enter(browser, world.ada)
    answer = browser.get(f"/portfolios/{world.valued}/provenance/{tail}")
    assert (answer.status_code, "There is no such version of" in answer.text) == (404, True)


@pytest.mark.parametrize("page", ["", "/history", f"/history/{LATEST}", f"/history?known={DAY}"])
def test_every_figure_of_nav_leads_there(world: World, browser: TestClient, page: str) -> None:
    enter(browser, world.ada)
    text = browser.get(f"/portfolios/{world.valued}{page}").text
    nav = money(Decimal(manifest(world)["net_asset_value"]))
    own = re.escape(f"/portfolios/{world.valued}/provenance/{LATEST}")
    led = re.findall(rf'<a href="{own}(?:\?version=1)?" title="[^"]*">{nav}</a>', text)
    bare = [cell for cell in re.findall(r"<(?:td|dd)[^>]*>([^<]*)<", text) if cell.strip() == nav]
    assert led
    assert bare == []


def test_the_command_center_leads_there_from_each_account_and_from_the_sum_to_these(
    world: World, browser: TestClient
) -> None:
    enter(browser, world.ada)
    text = browser.get("/command-center").text
    nav = money(Decimal(manifest(world)["net_asset_value"]))
    link = f'<a href="{url_of(world.valued)}" title="Where it comes from">{nav}</a>'
    assert link in text
    one = browser.get(f"/command-center?portfolio={world.valued}").text
    assert one.count(link) == 2
    other = world.ada.open_sample()
    work_off(world.program, world.ada.post(f"/portfolio/{other}/calculate"))
    text = browser.get("/command-center").text
    assert '<a href="#accounts" title="What it is the sum of">' in text
    assert 'id="accounts"' in text


def test_it_is_for_its_owner_and_for_auditors(world: World, browser: TestClient) -> None:
    answer = browser.get(url_of(world.valued))
    assert answer.headers["location"].startswith("/login?next=")
    for visitor, status in ((world.bob, 403), (world.superuser, 403), (world.auditor, 200)):
        enter(browser, visitor)
        assert browser.get(url_of(world.valued)).status_code == status
