"""Specification of reading valuations (spec 4.7, 2.1, 5.5)."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from tests.interfaces.conftest import World
from tests.support.visitors import Visitor, error_of, newcomer, refusal, work_off

HEDGED = ("SPY,7000,142.41,2012-12-31", "GOOG,-300,707.38,2012-12-31")
Figures = dict[str, Any]


def valuations(visitor: Visitor, portfolio_id: str, **span: Any) -> Figures:
    answer = visitor.get(f"/analytics/portfolio/{portfolio_id}/valuations", params=span)
    assert answer.status_code == 200, answer.text
    body: Figures = answer.json()
    return body


def money(figures: Figures, *names: str) -> list[Decimal]:
    return [Decimal(figures[name]) for name in names]


def test_the_nav_path_is_quantity_times_close_differences(world: World) -> None:
    body = valuations(world.ada, world.valued)
    first, last = body["valuations"][0], body["valuations"][-1]
    assert (body["available"], body["total"], len(body["valuations"])) == (True, 42, 42)
    assert (first["date"], last["date"]) == ("2012-12-31", "2013-03-01")
    assert first["net_asset_value"] == "500000.00"
    gained = 100 * (Decimal("806.19") - Decimal("707.38"))
    gained += 200 * (Decimal("152.11") - Decimal("142.41"))
    assert Decimal(last["net_asset_value"]) == 500000 + gained


def test_the_identities_hold_on_every_day_shown(world: World) -> None:
    rows = valuations(world.ada, world.valued)["valuations"]
    for row in rows:
        nav, cash, long, short = money(row, "net_asset_value", "cash", "long_value", "short_value")
        assert nav == cash + long + short
        assert money(row, "gross_exposure", "net_exposure") == [long - short, long + short]
    for before, row in pairwise(rows):
        nav, pnl, flows = money(row, "net_asset_value", "pnl", "flows")
        previous = Decimal(before["net_asset_value"])
        assert nav == previous + pnl + flows
        assert row["daily_return"] == pytest.approx(float(pnl / previous), abs=1e-15)


def test_the_opening_has_no_pnl_and_no_return(world: World) -> None:
    opening = valuations(world.ada, world.valued)["valuations"][0]
    assert opening["opening"] is True
    assert (opening["pnl"], opening["flows"], opening["daily_return"]) == ("0.00", "0.00", None)
    assert opening["version"] == 1


def test_a_span_and_a_page_are_picked(world: World) -> None:
    span = {"from": "2013-01-05", "to": "2013-01-15", "limit": 2, "offset": 1}
    body = valuations(world.ada, world.valued, **span)
    assert body["total"] == 7
    assert [row["date"] for row in body["valuations"]] == ["2013-01-08", "2013-01-09"]
    assert body["calculation_date"] == "2013-01-09"


@pytest.mark.parametrize("day", ["2013-1-5", "20130105", "1357344000", "2013-02-30", "x", ""])
def test_a_day_is_written_in_one_way(world: World, day: str) -> None:
    answer = world.ada.get(f"/analytics/portfolio/{world.valued}/valuations", params={"from": day})
    assert refusal(answer) == (422, "ERR_REQUEST_001")
    assert error_of(answer)["details"]["fields"] == [
        {"field": "from", "message": "Write a day as YYYY-MM-DD, such as 2013-03-01."}
    ]


def test_where_there_is_nothing_to_show_the_answer_says_why(world: World) -> None:
    empty = valuations(world.ada, world.valued, **{"from": "2014-01-01"})
    assert (empty["available"], empty["total"], empty["valuations"]) == (False, 0, [])
    assert empty["reason"]["code"] == "none_in_span"
    base = f"/analytics/portfolio/{world.unvalued}"
    for view in ("overview", "valuations", "valuations/2013-01-02"):
        answer = world.ada.get(f"{base}/{view}")
        body = answer.json()
        assert answer.status_code == 200
        assert (body["available"], body["reason"]["code"]) == (False, "not_valued")
        assert body["calculation_date"] is None
        assert body["data_quality"] == {
            "flag": "none",
            "observations": 0,
            "positions_analyzed": 0,
            "positions_total": 2,
            "skipped": [],
        }


def test_a_day_is_shown_line_by_line_with_its_marks(world: World) -> None:
    body = world.ada.get(f"/analytics/portfolio/{world.valued}/valuations/2013-03-01").json()
    goog, spy = body["lines"]
    assert (body["available"], body["calculation_date"], body["date"]) == (
        *(True, "2013-03-01", "2013-03-01"),
    )
    assert goog == {
        "position_id": goog["position_id"],
        "symbol": "GOOG",
        "quantity": "100.00",
        "multiplier": 1,
        "entry_price": "700.00",
        "mark": {
            "price": "806.19",
            "date": "2013-03-01",
            "source": "close",
            "quality": "good",
            "provider": "bundled",
        },
        "market_value": "80619.00",
        "pnl": "499.00",
        "unrealized_pnl": "10619.00",
        "realized_pnl": "0.00",
    }
    assert Decimal(body["pnl"]) == Decimal(goog["pnl"]) + Decimal(spy["pnl"])
    listed = valuations(world.ada, world.valued)["valuations"][-1]
    assert {name: body[name] for name in listed} == listed


@pytest.mark.parametrize("day", ["2012-12-30", "2013-03-02", "2013-03-04", "2050-01-03"])
def test_a_day_that_is_no_completed_session_is_refused(world: World, day: str) -> None:
    answer = world.ada.get(f"/analytics/portfolio/{world.valued}/valuations/{day}")
    assert refusal(answer) == (422, "ERR_VAL_001")
    assert error_of(answer)["details"] == {"latest": "2013-03-01"}


def test_a_session_before_the_opening_has_no_valuation(world: World) -> None:
    body = world.ada.get(f"/analytics/portfolio/{world.valued}/valuations/2012-12-28").json()
    assert (body["available"], body["reason"]["code"]) == (False, "before_opening")


def test_the_overview_is_the_latest_valuation_at_a_glance(world: World) -> None:
    ada = newcomer(world.program, world.client)
    portfolio_id = ada.open_sample(*HEDGED)
    work_off(world.program, ada.post(f"/portfolio/{portfolio_id}/calculate"))
    body = ada.get(f"/analytics/portfolio/{portfolio_id}/overview").json()
    rows = valuations(ada, portfolio_id)["valuations"]
    last = rows[-1]
    nav = Decimal(last["net_asset_value"])
    long, short = 7000 * Decimal("152.11"), -300 * Decimal("806.19")
    for name, amount in {
        "long": long,
        "short": short,
        "gross": long - short,
        "net": long + short,
    }.items():
        exposure = body["exposures"][name]
        assert Decimal(exposure["amount"]) == amount
        assert exposure["share_of_nav"] == pytest.approx(float(amount / nav))
    march = [row for row in rows if row["date"] >= "2013-03"]
    year = [row for row in rows if row["date"] >= "2013"]
    assert money(body["pnl"], "day", "mtd", "ytd", "since_opening") == [
        Decimal(last["pnl"]),
        *(sum((Decimal(r["pnl"]) for r in some), Decimal(0)) for some in (march, year, rows)),
    ]
    assert Decimal(body["pnl"]["since_opening"]) == nav - 500000
    assert money(body["pnl"], "unrealized", "realized") == [nav - 500000, 0]
    assert body["position_count"] == {"total": 2, "long": 1, "short": 1, "option": 0}
    assert (body["price_source"], body["priced"]) == ("sample", {"n": 2, "of": 2})
    assert body["data_quality"]["flag"] == "complete"
    assert {name: body[name] for name in ("net_asset_value", "cash", "date", "version")} == {
        name: last[name] for name in ("net_asset_value", "cash", "date", "version")
    }


def test_a_symbol_without_price_is_named_as_skipped(world: World) -> None:
    ada = newcomer(world.program, world.client)
    rows = ("SPY,1,142.41,2012-12-31", "NOSUCH,1,10.00,2012-12-31")
    portfolio_id = ada.open_sample(*rows)
    work_off(world.program, ada.post(f"/portfolio/{portfolio_id}/calculate"))
    body = ada.get(f"/analytics/portfolio/{portfolio_id}/overview").json()
    assert body["data_quality"] == {
        "flag": "partial",
        "observations": 1,
        "positions_analyzed": 1,
        "positions_total": 2,
        "skipped": [{"symbol": "NOSUCH", "reason": "entry_price"}],
    }
    assert (body["priced"], body["needs_price_update"]) == ({"n": 1, "of": 2}, True)
    assert ada.get(f"/portfolios/{portfolio_id}").json()["needs_price_update"] is True


def test_where_nav_is_not_positive_ratios_say_nothing(world: World) -> None:
    ada = newcomer(world.program, world.client)
    portfolio_id = ada.open_sample("GOOG,-300,707.38,2012-12-31", equity_balance="1000.00")
    work_off(world.program, ada.post(f"/portfolio/{portfolio_id}/calculate"))
    body = ada.get(f"/analytics/portfolio/{portfolio_id}/overview").json()
    assert Decimal(body["net_asset_value"]) < 0
    assert body["daily_return"] is None
    assert body["exposures"]["short"]["share_of_nav"] is None
    assert body["exposures"]["short"]["amount"] == "-241857.00"
    [position] = ada.get(f"/portfolios/{portfolio_id}/positions").json()["positions"]
    assert position["weight"] is None
    assert ada.get(f"/portfolios/{portfolio_id}").json()["weight"] is None


def test_the_largest_that_may_be_entered_is_shown_to_the_cent(world: World) -> None:
    ada = newcomer(world.program, world.client)
    rows = [f"GOOG,1000000000,999.00,2012-12-{day:02}" for day in range(3, 29)]
    portfolio_id = ada.open_sample(*rows, "GOOG130622C00700000,1000000000,0.01,2012-12-31")
    work_off(world.program, ada.post(f"/portfolio/{portfolio_id}/calculate"))
    body = ada.get(f"/analytics/portfolio/{portfolio_id}/overview").json()
    lines = ada.get(f"/analytics/portfolio/{portfolio_id}/valuations/2013-03-01").json()["lines"]

    [call] = [line for line in lines if line["multiplier"] == 100]
    stocks = 26 * 10**9 * Decimal("806.19")
    calls = 10**11 * Decimal(call["mark"]["price"])
    assert money(body["exposures"]["long"], "amount") == [stocks + calls]
    assert money(body, "net_asset_value") == [money(body, "cash")[0] + stocks + calls]
    assert len(ada.positions_of(portfolio_id)) == 27
    assert Decimal(ada.get(f"/portfolios/{portfolio_id}").json()["net_asset_value"]) > 10**12
