"""Specification of the charts: figures made of the rows they show, with a table each (spec 8)."""

import csv
import json
import re
from decimal import Decimal
from io import StringIO
from itertools import groupby
from math import prod
from typing import Any
from uuid import UUID

import plotly.graph_objects as go
import pytest
from fastapi.testclient import TestClient

from interfaces.web.assets import url_of
from interfaces.web.charting import WHOLE, charts_of
from interfaces.web.charts import Chart
from interfaces.web.page import percent
from interfaces.web.worth import holdings_of, worth_of
from tests.interfaces.conftest import World
from tests.support.pages import enter, owner, rows_of
from tests.support.visitors import Visitor, newcomer, work_off

_MONTHS = {"Jan": "01", "Feb": "02", "Mar": "03"}
HEDGED = ("SPY,1000,142.41,2012-12-31", "GOOG,-100,707.38,2012-12-31")


def charts(world: World, *portfolio_ids: str, rows: int = WHOLE) -> dict[str, Chart]:
    """The charts of accounts, by name, with whole tables unless fewer rows are asked for."""
    program = world.program
    known = [program.portfolios_room.one(UUID(one)) for one in portfolio_ids]
    shown = [row for row in known if row is not None]
    worth = worth_of(program, shown)
    holdings = holdings_of(program, shown, worth)
    return {chart.name: chart for chart in charts_of(program, shown, worth, holdings, rows=rows)}


def valuations(visitor: Visitor, portfolio_id: str) -> list[dict[str, Any]]:
    """The valuations as the API has them."""
    page = {"limit": 200}
    answer = visitor.get(f"/analytics/portfolio/{portfolio_id}/valuations", params=page)
    rows: list[dict[str, Any]] = answer.json()["valuations"]
    return rows


def traces(chart: Chart) -> dict[str, Any]:
    """The traces of a figure by their names."""
    return {trace.get("name", trace["type"]): trace for trace in chart.figure["data"]}


def test_each_figure_is_one_that_plotly_takes(world: World) -> None:
    found = charts(world, world.valued)
    assert list(found) == ["nav", "waterfall", "allocation", "months"]
    for chart in found.values():
        assert len(go.Figure(chart.figure).data) == len(chart.figure["data"])
        assert all(len(row) == len(chart.header) for row in chart.rows)


def test_the_nav_line_is_the_valuations_of_the_api(world: World) -> None:
    chart = charts(world, world.valued)["nav"]
    told = valuations(world.ada, world.valued)
    line = traces(chart)["NAV"]
    assert line["x"] == [row["date"] for row in told]
    assert line["y"] == [float(row["net_asset_value"]) for row in told]
    assert [row[:2] for row in chart.rows] == [(r["date"], r["net_asset_value"]) for r in told]


def test_imports_flows_and_restated_days_are_marked(world: World, browser: TestClient) -> None:
    visitor, portfolio_id = owner(world.program, browser)
    assert set(traces(charts(world, portfolio_id)["nav"])) == {"NAV", "Import"}
    flow = {"kind": "CONTRIBUTION", "amount": "100.00", "date": "2013-02-27"}
    assert visitor.post(f"/portfolios/{portfolio_id}/cash-flows", json=flow).status_code == 201
    work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    chart = charts(world, portfolio_id)["nav"]
    found = traces(chart)
    assert found["Flow"]["x"] == ["2013-02-27"]
    assert found["Restated"]["x"] == ["2013-02-27", "2013-02-28", "2013-03-01"]
    assert found["Import"]["x"] == [row[0] for row in chart.rows if row[3]]
    assert [(row[0], row[2]) for row in chart.rows if row[2] != "0.00"] == [
        ("2013-02-27", "100.00")
    ]


def test_the_waterfall_adds_up_to_the_pnl_of_the_day(world: World) -> None:
    visitor = newcomer(world.program, world.client)
    portfolio_id = visitor.open_sample(*HEDGED)
    work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    chart = charts(world, portfolio_id)["waterfall"]
    (trace,) = chart.figure["data"]
    told = {p["symbol"]: p["day_pnl"] for p in visitor.positions_of(portfolio_id)}
    overview = visitor.get(f"/analytics/portfolio/{portfolio_id}/overview").json()
    told["All"] = overview["pnl"]["day"]
    assert {row[0]: row[1] for row in chart.rows} == told
    assert sum(trace["y"][:-1]) == pytest.approx(trace["y"][-1])
    assert trace["measure"] == ["relative", "relative", "total"]
    assert trace["y"][:-1] == sorted(trace["y"][:-1], reverse=True)


def test_what_was_closed_that_day_is_a_part_of_the_waterfall_too(
    world: World, browser: TestClient
) -> None:
    visitor, portfolio_id = owner(world.program, browser)
    goog = next(p for p in visitor.positions_of(portfolio_id) if p["symbol"] == "GOOG")
    closing = {"exit_date": "2013-03-01", "exit_price": "810.00"}
    url = f"/portfolios/{portfolio_id}/positions/{goog['id']}/close"
    assert visitor.post(url, json=closing).status_code == 200
    work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    day = visitor.get(f"/analytics/portfolio/{portfolio_id}/valuations/2013-03-01").json()
    pnl = {line["symbol"]: line["pnl"] for line in day["lines"]}
    rows = {row[0]: row[1] for row in charts(world, portfolio_id)["waterfall"].rows}
    assert rows == {"GOOG (closed)": pnl["GOOG"], "SPY": pnl["SPY"], "All": day["pnl"]}
    assert Decimal(pnl["GOOG"]) + Decimal(pnl["SPY"]) == Decimal(day["pnl"])
    shown = rows_of(browser.get(f"/command-center?portfolio={portfolio_id}").text, "Biggest movers")
    (moved,) = [row for row in shown if row[0] == "GOOG (closed)"]
    before = 100 * Decimal("801.20")  # the close of 28 February
    assert moved[2] == percent(float(Decimal(pnl["GOOG"]) / before), is_change=True)


def test_the_part_before_the_opening_is_asked_for_and_dotted(
    world: World, browser: TestClient
) -> None:
    visitor = newcomer(world.program, world.client)
    portfolio_id = visitor.open_sample("GOOG,100,640.00,2012-12-03", "SPY,200,142.00,2012-12-31")
    work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    enter(browser, visitor)
    url = f"/portfolios/{portfolio_id}/charts/reconstructed"
    page = browser.get(f"/portfolios/{portfolio_id}").text
    assert re.findall(r'data-chart="(\w+)" data-more="([^"]*)"', page) == [("nav", f"{url}.json")]
    told = visitor.get(f"/analytics/portfolio/{portfolio_id}/reconstructed").json()["series"]
    answer = browser.get(f"{url}.json")
    assert answer.headers["content-type"] == "application/json"
    (trace,) = answer.json()["data"]
    assert trace["line"] == {"dash": "dot"}
    assert (trace["x"][0], trace["x"][-1]) == ("2012-12-03", "2012-12-28")
    assert trace["x"] == [day["date"] for day in told]
    assert trace["y"] == [float(day["market_value"]) for day in told]
    assert len(go.Figure(answer.json()).data) == 1
    (head, *rows) = csv.reader(StringIO(browser.get(f"{url}.csv").text))
    assert head == ["Date", "Holdings", "Priced"]
    assert [row[:2] for row in rows] == [[day["date"], day["market_value"]] for day in told]
    assert f'href="{url}.csv"' in page


def test_nothing_is_asked_for_where_nothing_was_held_before(
    world: World, browser: TestClient
) -> None:
    enter(browser, world.ada)
    assert "data-more" not in browser.get(f"/portfolios/{world.valued}").text
    url = f"/portfolios/{world.valued}/charts/reconstructed"
    assert browser.get(f"{url}.json").json()["data"] == []
    enter(browser, world.bob)
    assert browser.get(f"{url}.json").status_code == 403


def test_a_long_table_is_shown_by_its_last_rows_and_the_file_has_all(
    world: World, browser: TestClient
) -> None:
    enter(browser, world.ada)
    days = [row["date"] for row in valuations(world.ada, world.valued)]
    assert len(days) > 25
    text = browser.get(f"/portfolios/{world.valued}").text
    shown = rows_of(text, "Net asset value over time, USD: the figures")
    assert [row[0] for row in shown] == days[-25:]
    assert f"the last 25 of {len(days)}" in text
    file = browser.get(f"/command-center/charts/nav.csv?portfolio={world.valued}").text
    assert [row[0] for row in csv.reader(StringIO(file))] == ["Date", *days]


def test_the_treemap_has_each_position_in_its_class(world: World) -> None:
    (trace,) = charts(world, world.valued)["allocation"].figure["data"]
    areas = dict(
        zip(trace["labels"], zip(trace["parents"], trace["values"], strict=True), strict=True)
    )
    kind = "Stocks, funds and bonds"
    for position in world.ada.positions_of(world.valued):
        assert areas[position["symbol"]] == (kind, abs(float(position["market_value"])))
    overview = world.ada.get(f"/analytics/portfolio/{world.valued}/overview").json()
    assert areas["Cash"] == ("", float(overview["cash"]))
    assert len(trace["ids"]) == len(set(trace["ids"]))


def test_a_month_returns_what_its_days_do_one_upon_the_other(world: World) -> None:
    chart = charts(world, world.valued)["months"]
    (trace,) = chart.figure["data"]
    told = [row for row in valuations(world.ada, world.valued) if row["daily_return"] is not None]
    expected = {
        month: prod(1 + row["daily_return"] for row in rows) - 1
        for month, rows in groupby(told, lambda row: row["date"][:7])
    }
    squares = zip(trace["x"], trace["y"], trace["marker"]["color"], strict=True)
    shown = {f"{year}-{_MONTHS[month]}": value for month, year, value in squares}
    assert shown == pytest.approx(expected)
    assert chart.rows[0][0] == "2013"


def test_accounts_together_have_no_charts_over_time(world: World) -> None:
    visitor = newcomer(world.program, world.client)
    ids = [visitor.open_sample(), visitor.open_sample()]
    assert charts(world, *ids) == {}
    for portfolio_id in ids:
        work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    assert list(charts(world, *ids)) == ["waterfall", "allocation"]


@pytest.mark.parametrize("page", ["/command-center?portfolio={}", "/portfolios/{}"])
def test_a_page_has_figure_and_table_of_each_chart(
    world: World, browser: TestClient, page: str
) -> None:
    enter(browser, world.ada)
    text = browser.get(page.format(world.valued)).text
    blocks = re.findall(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
    found = charts(world, world.valued, rows=25)
    assert [json.loads(block) for block in blocks] == [dict(c.figure) for c in found.values()]
    for chart in found.values():
        assert rows_of(text, f"{chart.title}: the figures") == [list(row) for row in chart.rows]
    scripts = re.findall(r"<script[^>]*>", text)
    assert [tag for tag in scripts if "src=" not in tag and "application/json" not in tag] == []
    for url in re.findall(r'(?:src|href)="(/assets/[^"]*)"', text):
        assert browser.get(url).status_code == 200
    assert " style=" not in text


def test_the_table_of_a_chart_can_be_downloaded(world: World, browser: TestClient) -> None:
    enter(browser, world.ada)
    text = browser.get(f"/portfolios/{world.valued}").text
    links = re.findall(r'<a href="([^"]*)" download>', text)
    found = charts(world, world.valued)
    assert len(links) == len(found)
    for link, chart in zip(links, found.values(), strict=True):
        answer = browser.get(link)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        records = list(csv.reader(StringIO(answer.text)))
        assert records[0] == list(chart.header)
        assert len(records) == len(chart.rows) + 1
    assert browser.get(f"/command-center/charts/x.csv?portfolio={world.valued}").status_code == 404


def test_nobody_downloads_what_is_not_theirs(world: World, browser: TestClient) -> None:
    enter(browser, world.bob)
    world.bob.open_sample()
    answer = browser.get(f"/command-center/charts/nav.csv?portfolio={world.valued}")
    assert (answer.status_code, "ERR_PORT_403" in answer.text) == (403, True)


def test_no_text_in_a_figure_ends_its_script_element() -> None:
    hostile = "</script><script>alert(1)</script><!--&\u2028"
    chart = Chart("x", "X", ("a",), [], {"data": [{"labels": [hostile]}]})
    assert not set("<>&\u2028") & set(chart.json)
    assert json.loads(chart.json) == chart.figure


def test_plotly_finds_its_styles_in_place(world: World) -> None:
    rules = world.client.get(url_of("plotly.css"))
    assert rules.headers["content-type"] == "text/css; charset=utf-8"
    assert ".js-plotly-plot .plotly .main-svg { position:absolute;" in rules.text
    assert rules.text.count("{") == rules.text.count("}") > 40


def test_plotly_inserts_styles_only_where_the_page_keeps_it_from_it(
    world: World, browser: TestClient
) -> None:
    script = world.client.get(url_of("plotly.js")).text
    assert script.count('createElement("style")') == 2
    assert '"plotly.js-style-"+' in script
    assert '.matches(".no-inline-styles")' in script
    enter(browser, world.ada)
    text = browser.get(f"/portfolios/{world.valued}").text
    (guard,) = re.findall(r'<meta id="([0-9a-f]+)" name="map-styles"', text)
    assert script.count(f'getElementById("{guard}")') == 1
    assert f'.id="{guard}"' in script
    assert '<link rel="stylesheet" id="plotly.js-style-global" class="no-inline-styles"' in text
