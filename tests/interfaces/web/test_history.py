"""Specification of the tab History: events in words, days as known then and now (spec 7.4, 8)."""

import json
import re
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient

from application.ports import Close, Fetched
from interfaces.values import parse_moment
from interfaces.web.page import instant, money
from tests.interfaces.conftest import World
from tests.support.pages import enter, rows_of, wrong_fields
from tests.support.visitors import Visitor, work_off

DAY = "2013-02-01"


@pytest.fixture(scope="module")
def first(world: World) -> dict[str, Any]:
    """What was said of a day of Ada's at first; since then a close was corrected."""
    version: dict[str, Any] = versions(world)[0]
    close = Close("GOOG", date.fromisoformat(DAY), Decimal("700.00"), "admin")
    assert world.program.prices.book.learn("sample", Fetched(closes=[close])) == 1
    work_off(world.program, world.ada.post(f"/portfolio/{world.valued}/calculate"))
    return version


def versions(world: World, session: str = DAY) -> list[dict[str, Any]]:
    """What the API says of a day of Ada's."""
    answer = world.ada.get(f"/audit/valuations/{world.valued}/{session}/versions").json()
    found: list[dict[str, Any]] = answer["versions"]
    return found


def page(world: World, tail: str = "") -> str:
    """The tab of Ada's account."""
    return f"/portfolios/{world.valued}/history{tail}"


def read(browser: TestClient, world: World, tail: str = "", **asked: str) -> str:
    """What Ada sees there."""
    enter(browser, world.ada)
    answer = browser.get(page(world, tail), params=asked or None)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def test_events_are_told_newest_first_with_who_and_what_was_known_of_nav(
    world: World, browser: TestClient
) -> None:
    rows = rows_of(read(browser, world), "Events of the account")
    told = world.ada.get(f"/audit/portfolios/{world.valued}/history").json()["events"]
    assert [row[1] for row in rows] == [event["text"] for event in told[::-1]]
    assert {row[2] for row in rows} == {"Ada Lovelace"}
    latest = world.ada.get(f"/portfolios/{world.valued}").json()
    assert rows[0][3:] == [money(Decimal(latest["net_asset_value"])), "1 Mar 2013"]
    assert rows[-1][3:] == ["\N{EN DASH}", "not valued"]


def test_whoever_acted_as_the_owner_is_named(world: World, browser: TestClient) -> None:
    portfolio_id = world.ada.open_sample()
    url = f"/portfolios/{portfolio_id}/cash-flows"
    flow = {"kind": "CONTRIBUTION", "amount": "10.00", "date": "2013-01-10"}
    assert world.impersonator.post(url, json=flow).status_code == 201
    enter(browser, world.ada)
    text = browser.get(f"/portfolios/{portfolio_id}/history").text
    newest, *others = rows_of(text, "Events of the account")
    assert newest[2] == "Root, viewing as Ada Lovelace"
    assert {row[2] for row in others} == {"Ada Lovelace"}


def test_a_long_story_is_told_a_page_at_a_time(world: World, browser: TestClient) -> None:
    portfolio_id = world.ada.open_sample()
    for number in range(1, 52):
        described = {"description": f"Words {number}"}
        answer = world.ada.ask("PUT", f"/api/v1/portfolios/{portfolio_id}", json=described)
        assert answer.status_code == 200, answer.text
    enter(browser, world.ada)
    url = f"/portfolios/{portfolio_id}/history"
    newest = rows_of(browser.get(url).text, "Events of the account")
    oldest = rows_of(browser.get(f"{url}?offset=50").text, "Events of the account")
    assert (len(newest), [row[1].partition(" ")[0] for row in oldest]) == (
        50,
        ["Described", "Imported", "Opened"],
    )
    assert "51 to 53 of 53" in browser.get(f"{url}?offset=50").text
    past = rows_of(browser.get(f"{url}?offset=200").text, "Events of the account")
    assert past == [["There are no more."]]


def test_what_was_known_then_stands_beside_what_is_known_now(
    world: World, browser: TestClient, first: dict[str, Any]
) -> None:
    now = versions(world)[-1]
    text = read(browser, world, effective=DAY, known=first["recorded_at"])
    figures = {row[0]: row[1:] for row in rows_of(text, "Figures of 1 Feb 2013")}
    for name, field in (("Net asset value", "net_asset_value"), ("P&L of the day", "pnl")):
        values = [Decimal(first[field]), Decimal(now[field])]
        shown = [*map(money, values), money(values[1] - values[0], is_change=True)]
        assert figures[name] == shown
    assert figures["Flows"] == ["0.00", "0.00", "0.00"]
    goog, spy = rows_of(text, "Lines: 1 of 2 differ")
    assert (goog[0], goog[1], goog[4:6]) == ("GOOG", "differs", ["775.60", "700.00"])
    assert (spy[0], spy[1], spy[-1]) == ("SPY", "", "0.00")
    assert "What was known then is not what is known now: 1 line differs." in text


def test_the_cause_is_told_and_leads_to_the_price_row(
    world: World, browser: TestClient, first: dict[str, Any]
) -> None:
    text = read(browser, world, effective=DAY, known=first["recorded_at"])
    [(url, told)] = re.findall(r'<li><a href="([^"]*)">(The close of [^<]*)</a>', text)
    assert told.startswith("The close of GOOG on 1 Feb 2013 is 700 USD: learnt from admin, ")
    where, anchor = url.split("#")
    assert where == f"/portfolios/{world.valued}/provenance/{DAY}"
    assert f'id="{anchor}"' in browser.get(where).text


@pytest.mark.usefixtures("first")
def test_a_change_of_the_account_is_told_as_its_event(world: World, browser: TestClient) -> None:
    owner = Visitor(world.client)
    owner.register(world.program)
    owner.log_in()
    portfolio_id = owner.open_sample()
    work_off(world.program, owner.post(f"/portfolio/{portfolio_id}/calculate"))
    [goog] = [one for one in owner.positions_of(portfolio_id) if one["symbol"] == "GOOG"]
    corrected = {"quantity": "150", "reason": "Miscounted"}
    url = f"/api/v1/portfolios/{portfolio_id}/positions/{goog['id']}"
    assert owner.ask("PATCH", url, json=corrected).status_code == 200
    work_off(world.program, owner.post(f"/portfolio/{portfolio_id}/calculate"))
    enter(browser, owner)
    text = unescape(browser.get(f"/portfolios/{portfolio_id}/history/2013-03-01").text)
    [(url, told)] = re.findall(r'<li><a href="([^"]*)">(GOOG corrected[^<]*)</a>', text)
    assert told.startswith("GOOG corrected: quantity 150. Reason: Miscounted By Ada Lovelace, ")
    assert url == f"/portfolios/{portfolio_id}/history#event-3"
    assert 'id="event-3"' in browser.get(url).text


def test_as_known_now_nothing_differs(world: World, browser: TestClient) -> None:
    text = read(browser, world)
    assert "1 Mar 2013, as known now" in text
    assert "Nothing was said of 1 Mar 2013 since" in text
    assert "What caused the difference" not in text


def test_what_was_not_known_yet_is_said(world: World, browser: TestClient) -> None:
    text = read(browser, world, effective=DAY, known="2001-01-01")
    assert "Nothing was known of 1 Feb 2013 then." in text
    [nav, *_] = rows_of(text, "Figures of 1 Feb 2013")
    assert (nav[1], nav[3]) == ("\N{EN DASH}", "\N{EN DASH}")
    assert "The close of" not in read(browser, world, effective="2013-01-02", known="2001-01-01")


def test_a_day_alone_counts_to_its_end_and_times_are_utc() -> None:
    moments = {
        "2013-02-05": "2013-02-05T23:59:59.999999+00:00",
        "2013-02-05 14:30": "2013-02-05T14:30:00+00:00",
        "2013-02-05T14:30:02.5": "2013-02-05T14:30:02.500000+00:00",
        "2013-02-05T14:30:02.500000Z": "2013-02-05T14:30:02.500000+00:00",
        "2013-02-05 14:30+02:00": "2013-02-05T12:30:00+00:00",
        **dict.fromkeys(["", "?", "soon", "2013-02-30", "20130205", "2013-W06-2"]),
        **dict.fromkeys(["2013-02-05 25:00", "0001-01-01 00:00+02:00", "2013-02-05 14:30+2"]),
    }
    found = {text: parse_moment(text) for text in moments}
    assert {text: at and at.isoformat() for text, at in found.items()} == moments


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({"effective": "soon"}, ["effective"]),
        ({"known": "yesterday"}, ["known"]),
        ({"effective": "2013-02-30", "known": "2013-02-05 25:00"}, ["effective", "known"]),
    ],
)
def test_what_is_no_day_or_moment_is_told_at_its_field(
    world: World, browser: TestClient, asked: dict[str, str], fields: list[str]
) -> None:
    enter(browser, world.ada)
    answer = browser.get(page(world), params=asked)
    assert (answer.status_code, wrong_fields(answer.text)) == (422, fields)
    assert [row[2] for row in rows_of(answer.text, "Events of the account")] == ["Ada Lovelace"] * 2


@pytest.mark.parametrize("effective", ["0001-01-01", "9999-12-31", "2013-02-03"])
def test_any_day_has_an_answer(world: World, browser: TestClient, effective: str) -> None:
    assert "known" in read(browser, world, effective=effective)


def test_restated_days_are_listed_with_before_and_after(
    world: World, browser: TestClient, first: dict[str, Any]
) -> None:
    rows = rows_of(read(browser, world), "The latest sessions that were said again")
    now = versions(world)[-1]
    assert [row[0] for row in rows] == ["4 Feb 2013", "1 Feb 2013"]
    assert rows[1][1:3] == [money(Decimal(one["net_asset_value"])) for one in (first, now)]
    assert (rows[1][4], rows[1][6]) == ("2", now["reason"])
    assert rows_of(read(browser, world, "/restated"), "Sessions that were said again") == rows


def test_handles_stop_at_sessions_and_where_more_was_known(
    world: World, browser: TestClient, first: dict[str, Any]
) -> None:
    text = read(browser, world)
    [told] = re.findall(r'<script type="application/json">(\{"first".*?)</script>', text)
    stops = json.loads(told)
    assert (stops["first"], sum(stops["steps"])) == ("2012-12-31", 60)
    assert stops["known"] == sorted(stops["known"])
    between = [at for at in stops["known"] if at >= first["recorded_at"]]
    assert between[0] < versions(world)[-1]["recorded_at"] <= between[-1]


@pytest.mark.usefixtures("first")
def test_a_day_has_all_its_versions(world: World, browser: TestClient) -> None:
    text = read(browser, world, f"/{DAY}")
    told = versions(world)
    assert rows_of(text, "What was said of 1 Feb 2013") == [
        [
            f"Version {one['version']}",
            instant(parse_moment(one["recorded_at"])),
            "SigmaSight",
            money(Decimal(one["net_asset_value"])),
            money(Decimal(one["pnl"]), is_change=True),
            one["reason"] or "Valued for the first time.",
        ]
        for one in told
    ]
    assert "What version 2 says otherwise than version 1" in text
    assert rows_of(text, "Lines: 1 of 2 differ")[0][4:6] == ["775.60", "700.00"]
    assert "none to compare it with" in read(browser, world, f"/{DAY}?version=1")


@pytest.mark.parametrize(
    ("tail", "told"),
    [
        ("/2013-02-03", "3 Feb 2013 was never valued."),
        ("/2013-03-01?version=7", "There is no such version: choose one of those above."),
    ],
)
def test_what_was_never_said_says_so(
    world: World, browser: TestClient, tail: str, told: str
) -> None:
    enter(browser, world.ada)
    answer = browser.get(page(world, tail))
    assert (answer.status_code, told in answer.text) == (404, True)


def test_an_account_that_was_never_valued_has_its_events(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    text = browser.get(f"/portfolios/{world.unvalued}/history").text
    assert "No day of this account was valued yet" in text
    assert len(rows_of(text, "Events of the account")) == 2
    assert rows_of(text, "The latest sessions that were said again") == [
        ["No session was ever said again."]
    ]


@pytest.mark.parametrize("tail", ["", "/restated", f"/{DAY}"])
def test_it_is_for_its_owner_and_for_auditors(world: World, browser: TestClient, tail: str) -> None:
    answer = browser.get(page(world, tail))
    assert answer.headers["location"].startswith("/login?next=")
    for visitor, status in ((world.bob, 403), (world.superuser, 403), (world.auditor, 200)):
        enter(browser, visitor)
        assert browser.get(page(world, tail)).status_code == status
