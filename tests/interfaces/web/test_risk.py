"""Specification of the tab Risk (spec 6, 8): what the API says, in figures, charts and tables."""

import csv
import re
from html import unescape
from io import StringIO
from typing import Any
from uuid import UUID

import plotly.graph_objects as go
import pytest
from fastapi.testclient import TestClient

from domain.risk.finding import ReasonCode
from interfaces.analyses import shown_measures
from interfaces.web.heat_map import HeatMap
from interfaces.web.measured import WORDS, Part, cell, share_cell, usd
from interfaces.web.page import number, percent
from interfaces.web.risk_parts import risk_parts
from tests.interfaces.conftest import World
from tests.support.pages import enter, rows_of, tiles_of, wrong_fields
from tests.support.visitors import Visitor, newcomer, work_off

HELD = (
    "GOOG,100,580.07,2012-06-29",
    "IBM,-40,195.58,2012-06-29",
    "SPY,200,136.10,2012-06-29",
    "TLT,150,125.20,2012-06-29",
    "AAPL130420C00450000,2,38.50,2013-01-04",
)
MEASURES = {
    "beta": "market-beta",
    "volatility": "volatility",
    "value-at-risk": "value-at-risk",
    "style-factors": "factor-exposures",
    "macro-factors": "factor-exposures?set=macro",
    "spreads": "spread-factors",
    "stress-test": "stress-test",
    "correlation": "correlation-matrix",
    "diversification": "diversification-score",
    "concentration": "concentration",
    "sector-exposure": "sector-exposure",
    "greeks-of-options": "greeks",
}
"""The parts of the tab by the API's names."""


@pytest.fixture(scope="module")
def account(world: World) -> tuple[Visitor, str]:
    """Somebody with shares long and short, funds and a call, valued since June 2012."""
    visitor = newcomer(world.program, world.client)
    portfolio_id = visitor.open_sample(*HELD, equity_as_of="2012-06-29")
    work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    return visitor, portfolio_id


@pytest.fixture
def seen(browser: TestClient, account: tuple[Visitor, str]) -> str:
    """The tab as the owner sees it."""
    visitor, portfolio_id = account
    enter(browser, visitor)
    return str(browser.get(risk(portfolio_id)).text)


def risk(portfolio_id: str, tail: str = "") -> str:
    """A page of the tab."""
    return f"/portfolios/{portfolio_id}/risk{tail}"


def told(account: tuple[Visitor, str], measure: str) -> dict[str, Any]:
    """What the API says of a measure."""
    visitor, portfolio_id = account
    answer: dict[str, Any] = visitor.get(f"/analytics/portfolio/{portfolio_id}/{measure}").json()
    return answer


def parts_of(world: World, portfolio_id: str) -> dict[str, Part]:
    """The parts of the tab by their names."""
    portfolio = world.program.portfolios_room.one(UUID(portfolio_id))
    assert portfolio is not None
    shown = shown_measures(world.program, portfolio)
    assert shown is not None
    return {part.name: part for part in risk_parts(shown.measures)}


def section_of(text: str, name: str) -> str:
    """A part of the page."""
    found = re.search(rf'<section aria-labelledby="{name}">.*?</section>', text, re.DOTALL)
    assert found, name
    return unescape(found[0])


def test_every_figure_is_one_that_plotly_takes(world: World, account: tuple[Visitor, str]) -> None:
    charts = [chart for part in parts_of(world, account[1]).values() for chart in part.charts]
    assert len({chart.name for chart in charts}) == len(charts) >= 8
    for chart in charts:
        if chart.figure:
            assert len(go.Figure(chart.figure).data) == len(chart.figure["data"])
        assert all(len(row) == len(chart.header) for row in chart.rows), chart.name


def test_every_measure_says_what_it_rests_on_or_why_it_is_not_there(
    account: tuple[Visitor, str], seen: str
) -> None:
    lacking = set()
    for name, measure in MEASURES.items():
        answer, text = told(account, measure), section_of(seen, name)
        quality = answer["data_quality"]
        assert f">{quality['flag']}</span>" in text
        assert f"{quality['observations']} observation" in text
        for one in quality["skipped"]:
            assert f"{one['symbol']}: {WORDS[ReasonCode(one['reason'])]}" in text
        if not answer["available"]:
            lacking.add(name)
            assert answer["reason"]["text"] in text
            assert "data-chart" not in text
    assert "spreads" in lacking
    assert {"beta", "greeks-of-options", "stress-test"} & lacking == set()


def test_every_reason_has_words() -> None:
    assert set(WORDS) == set(ReasonCode)


def test_the_tiles_say_what_the_api_says(account: tuple[Visitor, str], seen: str) -> None:
    tiles = tiles_of(seen)
    beta = told(account, "market-beta")
    assert tiles["Beta by weights"].startswith(number(beta["by_weights"]["beta"]))
    assert tiles["Beta by returns"].startswith(number(beta["by_returns"]["beta"]))
    assert f"of {beta['by_returns']['observations']} daily returns" in tiles["Beta by returns"]
    volatility = told(account, "volatility")
    assert percent(volatility["realised_21"]) in tiles["21 sessions, a year"]
    assert f"trend: {volatility['trend']}" in tiles["21 sessions, a year"]
    assert tiles["Forecast, a year"].startswith(percent(volatility["forecast"]["volatility"]))
    for level in told(account, "value-at-risk")["levels"]:
        confidence = f"{level['confidence']:.0%}".replace("%", " %")
        for name, field in (("VaR", "value_at_risk"), ("Shortfall", "expected_shortfall")):
            tile = tiles[f"{name} {confidence}, a day"]
            assert tile.startswith(usd(level[field]["amount"]))
            assert percent(level[field]["of_nav"]) in tile


def test_scenarios_come_worst_first_with_both_figures(
    account: tuple[Visitor, str], seen: str
) -> None:
    answer = told(account, "stress-test")
    told_of = [one for one in answer["scenarios"] if one["correlated"]]
    scenarios = sorted(told_of, key=lambda one: one["correlated"]["pnl"])
    rows = rows_of(seen, "P&L in 18 scenarios")
    assert len(rows) == 18
    assert [row[0] for row in rows[: len(scenarios)]] == [one["title"] for one in scenarios]
    for row, one in zip(rows, scenarios, strict=False):
        assert row[2:] == [
            told
            for side in ("correlated", "direct")
            for told in (cell(one[side]["pnl"]), share_cell(one[side]["pnl_of_nav"]))
        ]
        assert all(factor in row[1] for factor in one["factors_missing"])
    for row in rows[len(scenarios) :]:
        assert row[1].startswith("unavailable")
        assert row[2:] == [""] * 4
    assert f"the worst: {scenarios[0]['title']}" in unescape(seen)
    negative = re.findall(r'<td class="number down">([^<]*)</td>', seen)
    assert negative
    assert all(one.startswith("-") for one in negative)


def test_the_heat_map_is_in_clustered_order_with_the_table_behind_it(
    world: World, account: tuple[Visitor, str], seen: str
) -> None:
    answer = told(account, "correlation-matrix")
    rows = rows_of(seen, "Correlations of")
    assert [row[0] for row in rows] == answer["symbols"]
    assert rows[0][1:] == [cell(one, 4) for one in answer["rows"][0]]
    drawn = parts_of(world, account[1])["correlation"].heat_map
    assert drawn is not None
    count = len(answer["symbols"])
    assert sum(layer.path.count("M") for layer in drawn.layers) == count**2
    beside = re.findall(r'<text class="beside"[^>]*>(.*?)</text>', seen)
    assert beside == [name if len(name) <= 10 else f"{name[:9]}…" for name in answer["symbols"]]


def test_a_heat_map_is_the_fuller_the_stronger_and_keeps_its_numbers_legible() -> None:
    heat_map = HeatMap("X", ["A", "B"], [[1.0, -0.5], [-0.5, 1.0]])
    told = {layer.way: (layer.opacity, layer.path.count("M")) for layer in heat_map.layers}
    assert told == {"together": ("0.55", 2), "apart": ("0.30", 2)}
    assert [one.text for one in heat_map.numbers] == [number(one) for one in (1.0, -0.5, -0.5, 1.0)]
    many = HeatMap("X", ["A"] * 21, [[1.0] * 21] * 21)
    assert many.numbers == []


def test_each_table_can_be_downloaded(
    world: World, browser: TestClient, account: tuple[Visitor, str]
) -> None:
    enter(browser, account[0])
    for part in parts_of(world, account[1]).values():
        for chart in part.charts:
            answer = browser.get(risk(account[1], f"/charts/{chart.name}.csv?date=2013-03-01"))
            assert answer.headers["content-type"] == "text/csv; charset=utf-8"
            records = list(csv.reader(StringIO(answer.text)))
            assert records == [list(chart.header), *map(list, chart.rows)]
    for lacking in ("/charts/x.csv", "/charts/losses.csv?date=soon", "/scenario/charts/moves.csv"):
        assert browser.get(risk(account[1], lacking)).status_code == 404


def test_another_session_can_be_picked(
    browser: TestClient, account: tuple[Visitor, str], seen: str
) -> None:
    earlier = unescape(browser.get(risk(account[1], "?date=2012-12-31")).text)
    assert "<dd>31 Dec 2012</dd>" in earlier
    beta = told(account, "market-beta?date=2012-12-31")
    assert tiles_of(earlier)["Beta by weights"].startswith(number(beta["by_weights"]["beta"]))
    assert tiles_of(earlier)["Beta by weights"] != tiles_of(seen)["Beta by weights"]
    assert ".csv?date=2012-12-31" in earlier
    before = browser.get(risk(account[1], "?date=2012-06-28")).text
    assert "There is no valuation of that session." in before
    assert "29 Jun 2012 to 1 Mar 2013" in before


@pytest.mark.parametrize("day", ["soon", "2013-02-30", "2999-01-04", "2013-01-05"])
def test_a_day_that_is_no_completed_session_is_told_at_its_field(
    browser: TestClient, account: tuple[Visitor, str], day: str
) -> None:
    enter(browser, account[0])
    answer = browser.get(risk(account[1], f"?date={day}"))
    assert (answer.status_code, wrong_fields(answer.text)) == (422, ["date"])
    assert f'value="{day}"' in answer.text


def test_what_was_never_valued_says_so(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    text = browser.get(risk(world.unvalued)).text
    assert "There is no valuation of that session. Calculate the portfolio" in text
    assert browser.get(risk(world.unvalued, "/charts/stress.csv")).status_code == 404
    tried = browser.get(risk(world.unvalued, "/scenario?market=-10"))
    assert (tried.status_code, "There is no valuation" in tried.text) == (422, True)


def test_a_scenario_of_ones_own_says_what_the_api_says(
    browser: TestClient, account: tuple[Visitor, str]
) -> None:
    visitor, portfolio_id = account
    enter(browser, visitor)
    form = re.search(
        r'<form[^>]*risk/scenario".*?</form>', browser.get(risk(portfolio_id)).text, re.S
    )
    assert form
    typed = dict.fromkeys(re.findall(r'name="(\w+)"', form[0]), "")
    typed |= {
        "title": "<Oil>",
        "market": "-12",
        "size": "\N{MINUS SIGN}5 %",
        "yield_change_bp": "50",
    }
    text = browser.get(risk(portfolio_id, "/scenario"), params=typed).text
    body = {"title": "<Oil>", "shocks": {"Market": -0.12, "Size": -0.05}, "yield_change_bp": 50}
    url = f"/analytics/portfolio/{portfolio_id}/stress-test"
    [one] = visitor.post(url, json=body).json()["scenarios"]
    tiles = tiles_of(text)
    for name in ("correlated", "direct"):
        tile = tiles[f"{name.capitalize()}, USD"]
        assert tile.startswith(usd(one[name]["pnl"], is_change=True))
        assert percent(one[name]["pnl_of_nav"], is_change=True) in tile
    moves = {row[0]: row[1] for row in rows_of(text, "<Oil>: what the factors return")}
    assert moves["Market"] == "-12.00"
    assert "No data of Size: their shocks count nowhere." in unescape(text)
    assert 'value="&lt;Oil&gt;"' in text
    file = re.findall(r'href="([^"]*charts/moves\.csv[^"]*)"', text)
    assert browser.get(unescape(file[0])).text.startswith('Factor,"Correlated, %"')


@pytest.mark.parametrize(
    ("typed", "fields", "words"),
    [
        ("market=much", ["market"], "Write a number from -100 to 100."),
        ("market=-101&size=nan", ["market", "size"], "Write a number from -100 to 100."),
        ("yield_change_bp=1001", ["yield_change_bp"], "Write a number from -1000 to 1000."),
        (f"market=1&title={'x' * 101}", ["title"], "Write at most 100 characters."),
        ("market=", [], "State a shock of at least one factor, or a change of yields."),
    ],
)
def test_a_scenario_that_cannot_be_is_told_at_its_fields(
    browser: TestClient, account: tuple[Visitor, str], typed: str, fields: list[str], words: str
) -> None:
    enter(browser, account[0])
    answer = browser.get(risk(account[1], f"/scenario?{typed}"))
    assert (answer.status_code, wrong_fields(answer.text)) == (422, fields)
    assert words in answer.text


@pytest.mark.parametrize(
    "page", ["", "/charts/stress.csv", "/scenario?market=1", "/scenario/charts/moves.csv?market=1"]
)
def test_nobody_sees_what_is_not_theirs(world: World, browser: TestClient, page: str) -> None:
    answer = browser.get(risk(world.valued, page))
    assert answer.headers["location"].startswith("/login?next=")
    enter(browser, world.bob)
    answer = browser.get(risk(world.valued, page))
    assert (answer.status_code, "ERR_PORT_403" in answer.text) == (403, True)


def test_an_auditor_sees_it_and_may_try_a_scenario(world: World, browser: TestClient) -> None:
    enter(browser, world.auditor)
    assert "Stress test" in browser.get(risk(world.valued)).text
    assert "Correlated, USD" in browser.get(risk(world.valued, "/scenario?market=-10")).text


def test_the_command_center_has_the_main_figures_of_each_account(
    browser: TestClient, account: tuple[Visitor, str]
) -> None:
    enter(browser, account[0])
    text = browser.get("/command-center").text
    [row] = rows_of(text, "Risk at the latest valued session")
    stress = told(account, "stress-test")
    worst = next(one for one in stress["scenarios"] if one["scenario_id"] == stress["worst"])
    [loss, _] = [one["value_at_risk"] for one in told(account, "value-at-risk")["levels"]]
    [first, *_] = told(account, "concentration")["largest"]
    assert row[1] == number(told(account, "market-beta")["beta"])
    assert row[2].startswith(percent(told(account, "volatility")["realised_63"]))
    assert row[3] == f"{percent(loss['of_nav'])}{usd(loss['amount'])} USD"
    assert row[4].startswith(percent(worst["correlated"]["pnl_of_nav"], is_change=True))
    assert row[4].endswith(worst["title"])
    assert row[5] == f"{percent(first['share'])}{first['symbol']}"
    assert f'href="{risk(account[1])}"' in text
