"""Specification of the report: what tabs and API say, on a page and in a file (spec 4.7, 8)."""

import re
from datetime import date
from decimal import Decimal
from html import unescape
from io import BytesIO
from typing import Any
from uuid import UUID

import plotly.graph_objects as go
import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace
from pypdf import PdfReader

from interfaces.analyses import shown_measures
from interfaces.reports.content import report_of
from interfaces.reports.correlations import of_the_largest
from interfaces.reports.holdings import MOST_HOLDINGS, holdings_part
from interfaces.reports.restatements import restatements_part
from interfaces.web.measured import cell, share_cell, usd
from interfaces.web.page import money, number, percent
from interfaces.web.risk_parts import risk_parts
from tests.interfaces.conftest import World
from tests.support.accounts import SAMPLE_SYMBOLS
from tests.support.browsing import send
from tests.support.pages import enter, figures_of, rows_of, tiles_of
from tests.support.visitors import Visitor, newcomer, refusal, work_off

PDF = {"Accept": "application/pdf"}
HEADER = "Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Class,Investment Subtype"
HELD = (
    "GOOG,100,580.07,2012-06-29,,",
    "IBM,-40,195.58,2012-06-29,,",
    "SPY,200,136.10,2012-06-29,,ETF",
    "TLT,150,125.20,2012-06-29,,ETF",
    "AAPL130420C00450000,2,38.50,2013-01-04,,",
    "SPY130622P00140000,-5,4.10,2013-01-04,,",
    "HARBOUR_FUND,1,50000.00,2012-06-29,PRIVATE,PRIVATE_EQUITY",
)
NAMES = {
    "account_name": 'A#b "$x$" [c] \\d',
    "portfolio_name": "<script>alert(1)</script> & *more*",
}
PICTURED = {"nav", "growth", "drawdown", "months", "years", "attribution-position", "exposures"} | {
    *("largest", "sectors", "style-factors", "macro-factors", "stress")
}


def opened(world: World, rows: list[str], **fields: str) -> tuple[Visitor, str]:
    """Somebody with these rows, valued since June 2012."""
    visitor = newcomer(world.program, world.client)
    fields = {"equity_as_of": "2012-06-29"} | fields
    answer = visitor.upload("\n".join([HEADER, *rows, ""]).encode(), **fields)
    assert answer.status_code == 201, answer.text
    portfolio_id = str(answer.json()["portfolio_id"])
    work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    return visitor, portfolio_id


@pytest.fixture(scope="module")
def account(world: World) -> tuple[Visitor, str]:
    """Shares long and short, funds, options and a private asset, under names full of signs."""
    return opened(world, [*HELD], **NAMES)


@pytest.fixture(scope="module")
def page(account: tuple[Visitor, str]) -> str:
    """The report as a page."""
    return str(account[0].get(path_of(account[1])).text)


@pytest.fixture(scope="module")
def paper(account: tuple[Visitor, str]) -> str:
    """The words of the file, without blanks."""
    return words_of(account[0].get(path_of(account[1]), headers=PDF).content)


def path_of(portfolio_id: str, what: str = "report") -> str:
    """Below the API."""
    return f"/analytics/portfolio/{portfolio_id}/{what}"


def words_of(pdf: bytes) -> str:
    """The words of all pages, without blanks: lines are broken where there is room."""
    return squeezed("".join(one.extract_text() for one in PdfReader(BytesIO(pdf)).pages))


def squeezed(words: str) -> str:
    """Words without blanks."""
    return "".join(words.split())


def told(account: tuple[Visitor, str], what: str) -> dict[str, Any]:
    """What the API says."""
    answer: dict[str, Any] = account[0].get(path_of(account[1], what)).json()
    return answer


def latest(world: World, portfolio_id: str) -> Any:
    """The latest valuation of a portfolio."""
    return world.program.valuations_room.latest(UUID(portfolio_id))


def test_a_page_is_answered_unless_a_pdf_is_asked_for(account: tuple[Visitor, str]) -> None:
    visitor, portfolio_id = account
    html, pdf = (visitor.get(path_of(portfolio_id), headers=one) for one in ({}, PDF))
    assert html.headers["Content-Type"] == "text/html; charset=utf-8"
    assert pdf.headers["Content-Type"] == "application/pdf"
    name = 'attachment; filename="sigmasight_report_2013-03-01.pdf"'
    assert pdf.headers["Content-Disposition"] == name
    assert "Content-Disposition" not in html.headers
    for answer in (html, pdf):
        assert answer.headers["Vary"] == "Accept"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self';")


def test_the_same_inputs_give_the_same_bytes(account: tuple[Visitor, str]) -> None:
    visitor, portfolio_id = account
    for accept in ({}, PDF):
        first, again = (visitor.get(path_of(portfolio_id), headers=accept) for _ in range(2))
        assert first.content == again.content
        known = accept | {"If-None-Match": first.headers["ETag"]}
        assert visitor.get(path_of(portfolio_id), headers=known).status_code == 304


def test_names_come_out_as_they_were_written(page: str, paper: str) -> None:
    for name in NAMES.values():
        assert squeezed(name) in paper
        assert name in unescape(page)
        assert name not in page  # they have signs that HTML reads otherwise
    assert "<script>alert" not in page


def test_the_page_runs_scripts_of_ours_alone_and_has_no_style_inside(page: str) -> None:
    scripts = re.findall(r"<script([^>]*)>", page)
    assert all('type="application/json"' in one or 'src="/assets/' in one for one in scripts)
    fetched = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert any(one.endswith("/plotly.js") for one in fetched)
    assert [one for one in fetched if not one.startswith(("/", "#"))] == []
    assert "style=" not in page


def test_both_say_what_the_figures_rest_on(
    account: tuple[Visitor, str], page: str, paper: str
) -> None:
    priced = told(account, "overview")["priced"]
    count = f"{priced['n']} of {priced['of']}"
    for words in ("1 Mar 2013", count, "sample: bundled real closes", "29 Jun 2012, 167 sessions"):
        assert words in page
        assert squeezed(words) in paper
    assert "Known at" in page


def test_both_say_what_it_is_worth_and_what_it_brought(
    account: tuple[Visitor, str], page: str, paper: str
) -> None:
    overview, tiles = told(account, "overview"), tiles_of(page)
    pnl = overview["pnl"]
    assert tiles["Net asset value, USD"].startswith(money(Decimal(overview["net_asset_value"])))
    names = {
        "P&L of the day": "day",
        "P&L of the month": "mtd",
        "P&L of the year": "ytd",
        "P&L since the opening": "since_opening",
        "Unrealised": "unrealized",
        "Realised since the opening": "realized",
    }
    for name, field in names.items():
        figure = money(Decimal(pnl[field]), is_change=True)
        assert tiles[name].startswith(figure), name
        assert squeezed(name + figure) in paper


def test_both_say_what_it_risks(account: tuple[Visitor, str], page: str, paper: str) -> None:
    tiles = tiles_of(page)
    [level, _] = told(account, "value-at-risk")["levels"]
    performance = told(account, "performance")
    figures = {
        "Beta by weights": number(told(account, "market-beta")["by_weights"]["beta"]),
        "VaR 95 %, a day": usd(level["value_at_risk"]["amount"]),
        "63 sessions, a year": percent(told(account, "volatility")["realised_63"]),
        "Time-weighted": percent(performance["time_weighted_return"], is_change=True),
        "Leverage": number(told(account, "exposures")["leverage"]),
        "Herfindahl index": number(told(account, "concentration")["herfindahl"], 0),
        "Delta, USD": usd(told(account, "greeks")["total"]["delta_value"], is_change=True),
    }
    for name, figure in figures.items():
        assert tiles[name].startswith(figure), name
        assert squeezed(name + figure) in paper, name


def test_holdings_have_weights_and_marks_and_add_up_to_nav(
    world: World, account: tuple[Visitor, str], page: str, paper: str
) -> None:
    row = latest(world, account[1])
    rows = {one[0]: one for one in rows_of(page, "All positions")}
    assert len(rows) == len(HELD) + 2
    *held, cash, nav = rows.values()
    amounts = [Decimal(one[4]) for one in held]
    assert [abs(one) for one in amounts] == sorted(map(abs, amounts), reverse=True)
    assert sum(amounts) + Decimal(cash[4]) == Decimal(nav[4]) == row.nav
    assert rows["HARBOUR_FUND"][1] == "assumed, entry of 29 Jun 2012"
    assert rows["AAPL130420C00450000"][1].startswith("good, model")
    for one in held:
        assert one[5] == share_cell(row.share_of_nav(Decimal(one[4])))
        assert one[0] in paper


def test_of_many_positions_the_largest_are_shown_and_the_others_summed_up(world: World) -> None:
    days = ("2012-06-28", "2012-06-29")
    rows = [f"{symbol},10,50.00,{day},," for symbol in SAMPLE_SYMBOLS for day in days]
    _, portfolio_id = opened(world, rows)
    row = latest(world, portfolio_id)
    [chart] = holdings_part(row).charts
    *held, others, cash, _ = chart.rows
    assert len(held) == MOST_HOLDINGS
    assert others[0] == f"{len(rows) - MOST_HOLDINGS} others"
    assert sum(Decimal(one[4]) for one in (*held, others, cash)) == row.nav
    assert sum(Decimal(one[6]) for one in (*held, others)) == row.pnl


def test_every_chart_of_the_page_is_one_that_plotly_takes(page: str) -> None:
    figures = figures_of(page)
    assert set(figures) >= PICTURED
    for figure in figures.values():
        assert len(go.Figure(figure).data) == len(figure["data"])


def test_the_file_has_a_drawing_for_each_with_its_words(
    world: World, account: tuple[Visitor, str], paper: str
) -> None:
    portfolio = world.program.portfolios_room.one(UUID(account[1]))
    assert portfolio is not None
    report = report_of(world.program, portfolio, date(2013, 3, 1))
    titles = [chart.title for part in report.parts for chart in part.charts if not part.heat_map]
    assert len(titles) > len(PICTURED)
    for words in (*titles, *(part.title for part in report.parts)):
        assert squeezed(words) in paper
    for words in ("Jul 2012", "USD", "Portfolio", "S&P 500", "Correlated", "1.00"):
        assert squeezed(words) in paper


def test_each_part_says_how_it_was_taken_and_what_it_rests_on(
    world: World, account: tuple[Visitor, str], page: str, paper: str
) -> None:
    portfolio = world.program.portfolios_room.one(UUID(account[1]))
    assert portfolio is not None
    for part in report_of(world.program, portfolio, date(2013, 3, 1)).parts:
        for words in (part.method, part.reason, part.rests_on):
            assert words in unescape(page)
            assert squeezed(words) in paper, part.name


def test_the_stress_test_is_there_scenario_by_scenario(
    account: tuple[Visitor, str], page: str, paper: str
) -> None:
    scenarios = told(account, "stress-test")["scenarios"]
    rows = {row[0]: row for row in rows_of(page, "P&L in 18 scenarios")}
    assert set(rows) == {one["title"] for one in scenarios}
    for one in scenarios:
        assert squeezed(one["title"]) in paper
        if one["correlated"]:
            assert rows[one["title"]][2] == cell(one["correlated"]["pnl"])
            assert usd(one["correlated"]["pnl"]) in paper


def test_a_heat_map_of_too_many_names_has_the_largest_in_the_order_of_all(
    world: World, account: tuple[Visitor, str]
) -> None:
    row = latest(world, account[1])
    portfolio = world.program.portfolios_room.one(UUID(account[1]))
    assert portfolio is not None
    shown = shown_measures(world.program, portfolio)
    assert shown is not None
    matrix = shown.measures.correlation_matrix.figures
    assert matrix is not None
    two = of_the_largest(world.program, row, matrix, 2)
    assert sorted(two.names) == ["GOOG", "SPY"]
    assert two.names == [symbol for symbol in matrix.symbols if symbol in two.names]
    places = [matrix.symbols.index(symbol) for symbol in two.names]
    assert two.rows == [[matrix.rows[a][b] for b in places] for a in places]
    assert two.title.startswith(f"Correlations of the 2 largest of {len(matrix.symbols)} names")
    assert of_the_largest(world.program, row, matrix).names == matrix.symbols


def test_no_measure_of_the_tab_risk_is_left_out(world: World, account: tuple[Visitor, str]) -> None:
    portfolio = world.program.portfolios_room.one(UUID(account[1]))
    assert portfolio is not None
    shown = shown_measures(world.program, portfolio)
    assert shown is not None
    told = [part.name for part in report_of(world.program, portfolio, None).parts]
    assert {part.name for part in risk_parts(shown.measures)} <= set(told)
    assert len(told) == len(set(told))


@pytest.mark.parametrize(
    ("rows", "fields", "words"),
    [
        (["ZZZZ,1,1000.00,2012-06-29,PRIVATE,"], {}, "0 of the last 252 days, and 126 are needed"),
        (["GOOG,-1000,580.07,2012-06-29,,"], {"equity_balance": "1000.00"}, "NAV is at most 1 %"),
    ],
    ids=["too few prices", "hardly any NAV"],
)
def test_where_measures_are_lacking_both_say_why(
    world: World, rows: list[str], fields: dict[str, str], words: str
) -> None:
    visitor, portfolio_id = opened(world, rows, **fields)
    portfolio = world.program.portfolios_room.one(UUID(portfolio_id))
    assert portfolio is not None
    reasons = [one.reason for one in report_of(world.program, portfolio, None).parts if one.reason]
    page = unescape(visitor.get(path_of(portfolio_id)).text)
    paper = words_of(visitor.get(path_of(portfolio_id), headers=PDF).content)
    assert any(words in one for one in reasons), reasons
    for reason in reasons:
        assert reason in page
        assert squeezed(reason) in paper


def test_restated_sessions_are_named_with_their_version(
    world: World, account: tuple[Visitor, str], page: str
) -> None:
    days = list(world.program.valuations_room.days(UUID(account[1]), date.min, date(2013, 3, 1)))
    assert "All 167 sessions stand as they were first recorded." in page
    days[3] = replace(days[3], version=2)
    [chart] = restatements_part(days).charts
    [row] = chart.rows
    assert row[:2] == (days[3].session.isoformat(), "version 2")
    assert row[3] == f"{days[3].nav:.2f}"


def test_another_session_can_be_asked_for(account: tuple[Visitor, str]) -> None:
    visitor, portfolio_id = account
    day = told(account, "valuations/2012-12-31")
    earlier = visitor.get(path_of(portfolio_id, "report?date=2012-12-31")).text
    tiles = tiles_of(earlier)
    assert tiles["Net asset value, USD"].startswith(money(Decimal(day["net_asset_value"])))
    assert [row[0] for row in rows_of(earlier, "Return by month")][-1] == "2012-12"
    held = [row[0] for row in rows_of(earlier, "All positions")]
    assert "GOOG" in held
    assert "AAPL130420C00450000" not in held  # bought a week later
    pdf = visitor.get(path_of(portfolio_id, "report?date=2012-12-31"), headers=PDF)
    assert money(Decimal(day["net_asset_value"])) in words_of(pdf.content)
    assert "_2012-12-31.pdf" in pdf.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("day", "code"),
    [("2013-03-02", "ERR_VAL_001"), ("2999-01-04", "ERR_VAL_001"), ("soon", "ERR_REQUEST_001")],
)
def test_what_is_no_completed_session_is_refused(
    account: tuple[Visitor, str], day: str, code: str
) -> None:
    for accept in ({}, PDF):
        answer = account[0].get(path_of(account[1], f"report?date={day}"), headers=accept)
        assert refusal(answer) == (422, code)


def test_without_a_valuation_both_say_why_there_is_none(
    world: World, account: tuple[Visitor, str]
) -> None:
    never = "This has not been valued yet. Calculate the portfolio, then look again."
    before = "There is no valuation of 28 Jun 2012. It was valued from 29 Jun 2012 to 1 Mar 2013."
    for visitor, path, words in (
        (world.ada, path_of(world.unvalued), never),
        (account[0], path_of(account[1], "report?date=2012-06-28"), before),
    ):
        html, pdf = visitor.get(path), visitor.get(path, headers=PDF)
        assert (html.status_code, pdf.status_code) == (200, 200)
        assert words in html.text
        assert squeezed(words) in words_of(pdf.content)
        assert 'filename="sigmasight_report.pdf"' in pdf.headers["Content-Disposition"]


def test_of_a_single_session_there_is_a_report_too(account: tuple[Visitor, str]) -> None:
    visitor, portfolio_id = account
    path = path_of(portfolio_id, "report?date=2012-06-29")
    assert rows_of(visitor.get(path).text, "All positions")
    assert "Netassetvalue" in words_of(visitor.get(path, headers=PDF).content)


def test_the_page_of_the_portfolio_leads_to_both(
    world: World, browser: TestClient, account: tuple[Visitor, str]
) -> None:
    visitor, portfolio_id = account
    enter(browser, visitor)
    base = f"/portfolios/{portfolio_id}"
    text = browser.get(base).text
    assert f'href="{base}/report"' in text
    assert f'href="{base}/report.pdf"' in text
    shown = browser.get(f"{base}/report?date=2012-12-31").text
    [file] = re.findall(r'href="([^"]*report\.pdf[^"]*)"', shown)
    assert file == f"{base}/report.pdf?date=2012-12-31"
    pdf = browser.get(file)
    assert (pdf.headers["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert browser.get(f"{base}/report?date=2013-03-02").status_code == 422
    enter(browser, world.ada)
    assert "/report" not in browser.get(f"/portfolios/{world.unvalued}").text


def test_who_acts_as_the_owner_is_told_on_the_page_too(world: World, browser: TestClient) -> None:
    page = f"/portfolios/{world.valued}/report"
    enter(browser, world.superuser)
    user = f"/admin/users/{world.ada.id()}"
    send(browser, user, f"{user}/impersonate")
    shown = browser.get(page).text
    assert "Viewing as" in shown
    assert "Viewing as" not in world.ada.get(path_of(world.valued)).text


def test_the_tab_risk_leads_to_the_report_of_the_session_it_shows(
    browser: TestClient, account: tuple[Visitor, str]
) -> None:
    visitor, portfolio_id = account
    enter(browser, visitor)
    base = f"/portfolios/{portfolio_id}"
    for query, session in (("?date=2012-12-31", "2012-12-31"), ("", "2013-03-01")):
        text = browser.get(f"{base}/risk{query}").text
        assert f'href="{base}/report?date={session}"' in text
        assert f'href="{base}/report.pdf?date={session}"' in text


@pytest.mark.parametrize("tail", ["report", "report.pdf"])
def test_nobody_sees_what_is_not_theirs(world: World, browser: TestClient, tail: str) -> None:
    path = f"/portfolios/{world.valued}/{tail}"
    assert browser.get(path).headers["location"].startswith("/login?next=")
    enter(browser, world.bob)
    answer = browser.get(path)
    assert (answer.status_code, "ERR_PORT_403" in answer.text) == (403, True)
    enter(browser, world.auditor)
    assert browser.get(path).status_code == 200
