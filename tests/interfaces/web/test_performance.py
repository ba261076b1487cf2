"""Specification of the tab Performance (spec 6.2, 8): what the API says, and charts of it."""

import csv
import re
from datetime import date
from decimal import Decimal
from html import unescape
from io import StringIO
from typing import Any

import plotly.graph_objects as go
import pytest
from fastapi.testclient import TestClient

from application.ports import Close, Fetched
from interfaces.values import parse_day
from interfaces.web.measured import cell, share_cell, usd
from interfaces.web.page import NONE, day, number, percent
from interfaces.web.performance_charts import falls_of
from tests.interfaces.conftest import World
from tests.support.pages import enter, figures_of, rows_of, tiles_of, wrong_fields
from tests.support.visitors import Visitor, newcomer, work_off

HELD = ("GOOG,100,580.07,2012-06-29", "SPY,-200,136.10,2012-06-29", "TLT,150,125.20,2012-06-29")
SPAN = "?from=2012-12-31&to=2013-02-15&benchmark=tlt"


@pytest.fixture(scope="module")
def account(world: World) -> tuple[Visitor, str]:
    """Somebody with an account valued since June 2012, and a flow."""
    visitor = newcomer(world.program, world.client)
    portfolio_id = visitor.open_sample(*HELD, equity_as_of="2012-06-29")
    flow = {"kind": "CONTRIBUTION", "amount": "25000.00", "date": "2013-01-10"}
    assert visitor.post(f"/portfolios/{portfolio_id}/cash-flows", json=flow).status_code == 201
    work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    return visitor, portfolio_id


def page(portfolio_id: str, tail: str = "") -> str:
    """The tab."""
    return f"/portfolios/{portfolio_id}/performance{tail}"


def told(account: tuple[Visitor, str], what: str) -> dict[str, Any]:
    """What the API says."""
    visitor, portfolio_id = account
    answer: dict[str, Any] = visitor.get(f"/analytics/portfolio/{portfolio_id}/{what}").json()
    return answer


def written(text: str) -> str:
    """A day as pages have it."""
    return day(parse_day(text))


@pytest.mark.parametrize("span", ["", SPAN])
def test_the_tiles_say_what_the_api_says(
    browser: TestClient, account: tuple[Visitor, str], span: str
) -> None:
    enter(browser, account[0])
    text = unescape(browser.get(page(account[1], span)).text)
    tiles, answer = tiles_of(text), told(account, f"performance{span}")
    against, why = answer["against"], {o["measure"]: o["reason"] for o in answer["unavailable"]}
    assert f"Returns from {written(answer['from_on'])} to {written(answer['to_on'])}" in text
    assert tiles["P&L, USD"] == usd(answer["pnl"], is_change=True)
    assert tiles["Time-weighted"] == percent(answer["time_weighted_return"], is_change=True)
    assert (
        percent(answer["money_weighted_return"], is_change=True) in tiles["Money-weighted (XIRR)"]
    )
    assert tiles["Volatility, a year"] == percent(answer["volatility"])
    assert tiles["Sharpe ratio"] == number(answer["sharpe_ratio"])
    assert tiles["Sortino ratio"] == number(answer["sortino_ratio"])
    fall = answer["max_drawdown"]
    assert tiles["Largest fall"].startswith(percent(fall["depth"]))
    assert (
        f"from {written(fall['peak_on'])} to {written(fall['trough_on'])}" in tiles["Largest fall"]
    )
    assert tiles[against["symbol"]] == percent(against["benchmark_return"], is_change=True)
    assert tiles["Alpha, a year"] == percent(against["alpha"], is_change=True)
    assert tiles["Beta"] == number(against["beta"])
    assert tiles["Tracking error, a year"] == percent(against["tracking_error"])
    assert tiles["Information ratio"] == number(against["information_ratio"])
    assert tiles["Up capture"].startswith(number(against["up_capture"]))
    assert tiles["Down capture"].startswith(number(against["down_capture"]))
    assert tiles["XIRR, a year"] == f"{NONE}{why['money_weighted_annualized']['text']}"


def test_charts_are_of_what_the_api_says(browser: TestClient, account: tuple[Visitor, str]) -> None:
    enter(browser, account[0])
    text = browser.get(page(account[1])).text
    figures, answer = figures_of(text), told(account, "performance")
    assert list(figures) == [
        *("growth", "drawdown", "months", "years"),
        *("attribution-position", "attribution-class", "attribution-sector"),
    ]
    for figure in figures.values():
        assert len(go.Figure(figure).data) == len(figure["data"])
    growth = {trace["name"]: trace for trace in figures["growth"]["data"]}
    assert growth["Portfolio"]["y"] == answer["growth"]["portfolio"]
    assert growth["SPY"]["y"] == answer["growth"]["benchmark"]
    lowest = min(figures["drawdown"]["data"][0]["y"])
    assert lowest == pytest.approx(100 * answer["max_drawdown"]["depth"])
    for name, field in (("month", "months"), ("year", "years")):
        assert rows_of(text, f"Return by {name}") == [
            [
                *(one["period"], cell(one["pnl"])),
                *(share_cell(one[key]) for key in ("time_weighted_return", "benchmark_return")),
            ]
            for one in answer[field]
        ]


def test_restated_days_are_marked(world: World, browser: TestClient) -> None:
    visitor = newcomer(world.program, world.client)
    portfolio_id = visitor.open_sample("XLE,10,71.42,2012-12-31")
    work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    enter(browser, visitor)
    caption = "Growth of 100"
    assert {len(row) for row in rows_of(browser.get(page(portfolio_id)).text, caption)} == {3}
    close = Close("XLE", date(2013, 2, 1), Decimal("70.00"), "admin")
    assert world.program.prices.book.learn("sample", Fetched(closes=[close])) == 1
    work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    text = browser.get(page(portfolio_id)).text
    marked = [row[0] for row in rows_of(text, caption) if row[3] == "yes"]
    assert marked == ["2013-02-01", "2013-02-04"]
    [marks] = [one for one in figures_of(text)["growth"]["data"] if one["name"] == "Restated"]
    assert marks["mode"] == "markers"
    assert [day for day, value in zip(marks["x"], marks["y"], strict=True) if value] == marked


@pytest.mark.parametrize("by", ["position", "class", "sector"])
def test_the_parts_of_the_attribution_add_up(
    browser: TestClient, account: tuple[Visitor, str], by: str
) -> None:
    enter(browser, account[0])
    text = browser.get(page(account[1], SPAN)).text
    figures = told(account, f"attribution{SPAN}&by={by}")
    total = figures["total"]["pnl"]
    caption = f"P&L of {usd(float(total), is_change=True)} USD by {by}"
    *parts, whole, residual = rows_of(text, caption)
    assert [row[1] for row in parts] == [one["pnl"] for one in figures["parts"]]
    assert sum(Decimal(row[1]) for row in parts) == Decimal(whole[1]) == Decimal(total)
    assert (whole[0], residual[:2]) == ("All", ["Residual", "0.00"])


def test_falls_are_from_the_highest_value_so_far() -> None:
    assert falls_of([100.0, 110.0, 99.0, None, 121.0]) == [0.0, 0.0, pytest.approx(-0.1), None, 0.0]


def test_the_page_has_the_last_sessions_of_a_table_and_the_file_all(
    browser: TestClient, account: tuple[Visitor, str]
) -> None:
    enter(browser, account[0])
    text = browser.get(page(account[1])).text
    sessions = told(account, "performance")["growth"]["sessions"]
    assert [row[0] for row in rows_of(text, "Growth of 100")] == sessions[-60:]
    for name in figures_of(text):
        answer = browser.get(page(account[1], f"/charts/{name}.csv"))
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        header, *records = csv.reader(StringIO(answer.text))
        assert {len(record) for record in records} == {len(header)}
    growth = browser.get(page(account[1], "/charts/growth.csv")).text
    assert [record[0] for record in csv.reader(StringIO(growth))][1:] == sessions
    for lacking in ("/charts/x.csv", "/charts/growth.csv?from=soon"):
        assert browser.get(page(account[1], lacking)).status_code == 404


def test_a_benchmark_without_closes_leaves_the_rest(
    browser: TestClient, account: tuple[Visitor, str]
) -> None:
    enter(browser, account[0])
    text = unescape(browser.get(page(account[1], "?benchmark=<nosuch>")).text)
    assert "No closes of <NOSUCH> are known in the span: fetch its prices." in text
    assert "Sharpe ratio" in text
    assert [trace["name"] for trace in figures_of(text)["growth"]["data"]] == ["Portfolio"]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("from=soon", ["from"]),
        ("to=2013-02-30", ["to"]),
        ("from=2013-02-02&to=2013-02-01", ["from"]),
        ("benchmark=" + "X" * 21, ["benchmark"]),
    ],
)
def test_a_span_that_cannot_be_is_told_at_its_fields(
    browser: TestClient, account: tuple[Visitor, str], query: str, fields: list[str]
) -> None:
    enter(browser, account[0])
    answer = browser.get(page(account[1], f"?{query}"))
    assert (answer.status_code, wrong_fields(answer.text)) == (422, fields)


def test_too_long_a_benchmark_is_told_in_words_of_ours(
    browser: TestClient, account: tuple[Visitor, str]
) -> None:
    enter(browser, account[0])
    text = browser.get(page(account[1], "?benchmark=" + "X" * 21)).text
    assert 'id="benchmark-told">Write at most 20 characters.' in text


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        ("?to=2012-06-28", "No valuation lies on or before that day"),
        ("?to=2012-06-29", "There is no session after the one the span starts from."),
    ],
)
def test_a_span_without_returns_says_why(
    browser: TestClient, account: tuple[Visitor, str], span: str, reason: str
) -> None:
    enter(browser, account[0])
    text = browser.get(page(account[1], span)).text
    assert reason in text
    assert "data-chart" not in text


def test_what_was_never_valued_says_so(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    assert "This has not been valued yet." in browser.get(page(world.unvalued)).text


@pytest.mark.parametrize("tail", ["", "/charts/growth.csv"])
def test_nobody_sees_what_is_not_theirs(world: World, browser: TestClient, tail: str) -> None:
    answer = browser.get(page(world.valued, tail))
    assert answer.headers["location"].startswith("/login?next=")
    enter(browser, world.bob)
    answer = browser.get(page(world.valued, tail))
    assert (answer.status_code, "ERR_PORT_403" in answer.text) == (403, True)


def test_days_with_large_flows_are_named(world: World, browser: TestClient) -> None:
    visitor = newcomer(world.program, world.client)
    portfolio_id = visitor.open_sample()
    flow = {"kind": "CONTRIBUTION", "amount": "900000.00", "date": "2013-02-01"}
    assert visitor.post(f"/portfolios/{portfolio_id}/cash-flows", json=flow).status_code == 201
    work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    enter(browser, visitor)
    text = browser.get(page(portfolio_id)).text
    assert re.search(r"depend on when the money came in: 1 Feb 2013", text)
