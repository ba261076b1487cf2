"""Specification of restatements over a period: what was moved, why, by whom (4.10, 7.4)."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from application.ports import Close, Fetched
from tests.interfaces.conftest import World
from tests.support.visitors import AFTER_ALL, BEFORE_ALL, refusal, work_off

FRIDAY, MONDAY = "2013-02-01", "2013-02-04"
FORMULA = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def told(world: World) -> dict[str, Any]:
    """The report after a close of a Friday was corrected by a repair, and money noted late."""
    close = Close("GOOG", date.fromisoformat(FRIDAY), Decimal("700.00"), "admin")
    world.program.prices.book.learn("sample", Fetched(closes=[close]))
    body = {"from_date": FRIDAY, "reason": FORMULA, "dry_run": False}
    assert world.superuser.post("/admin/repair/valuations", json=body).is_success
    flow = {"kind": "CONTRIBUTION", "amount": "100.00", "date": "2013-02-28"}
    assert world.ada.post(f"/portfolios/{world.valued}/cash-flows", json=flow).is_success
    work_off(world.program, world.ada.post(f"/portfolio/{world.valued}/calculate"))
    return report(world)


def report(world: World, **asked: str) -> dict[str, Any]:
    """What Ada is told of her restatements."""
    answer = world.ada.get(f"/audit/portfolios/{world.valued}/restatements", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def days(report: dict[str, Any]) -> list[str]:
    """The days of a report."""
    return [one["date"] for one in report["restatements"]]


def test_each_day_says_what_was_moved_why_and_by_what(world: World, told: dict[str, Any]) -> None:
    friday, monday, *late = told["restatements"]
    assert days(told) == [FRIDAY, MONDAY, "2013-02-28", "2013-03-01"]
    assert friday["net_asset_value_before"] > friday["net_asset_value_after"]
    assert monday["net_asset_value_before"] == monday["net_asset_value_after"]
    assert Decimal(friday["pnl_after"]) - Decimal(friday["pnl_before"]) == Decimal("-7560.00")
    for day in (friday, monday):
        assert (day["origin"]["row"]["symbol"], day["origin"]["row"]["date"]) == ("GOOG", FRIDAY)
        assert (day["reason"], day["actor"]) == (FORMULA, world.superuser.id())
    for day in late:
        assert day["origin"]["event"]["kind"] == "portfolio.capital_contributed"
        assert day["origin"]["event"]["actor"] == world.ada.id()
        moved = Decimal(day["net_asset_value_after"]) - Decimal(day["net_asset_value_before"])
        assert moved == Decimal("100.00")


def test_totals_are_of_all_pages(world: World, told: dict[str, Any]) -> None:
    assert told["totals"] == {
        "restatements": 4,
        "days": 4,
        "portfolios": 1,
        "pnl_moved": "0.00",
        "largest_net_asset_value_moved": "7560.00",
    }
    page = report(world, limit="1", offset="1")
    assert (days(page), page["total"], page["totals"]) == ([MONDAY], 4, told["totals"])


def test_either_axis_of_time_bounds_it(world: World, told: dict[str, Any]) -> None:
    assert days(report(world, effective_from=MONDAY, effective_to=MONDAY)) == [MONDAY]
    last = told["restatements"][-1]["recorded_at"]
    assert days(report(world, recorded_from=last)) == [
        one["date"] for one in told["restatements"] if one["recorded_at"] >= last
    ]
    assert report(world, recorded_to=told["restatements"][0]["recorded_at"])["total"] == 0
    assert report(world, effective_from="2013-03-01", effective_to="2013-02-01")["total"] == 0
    url = f"/audit/portfolios/{world.valued}/restatements"
    for asked in (
        *({"effective_from": "1.2.2013"}, {"recorded_from": "2026-01-05T12:00:00"}),
        *({"recorded_from": BEFORE_ALL}, {"recorded_to": AFTER_ALL}),
    ):
        assert refusal(world.ada.get(url, params=asked)) == (422, "ERR_REQUEST_001")


def test_lines_are_told_on_demand(world: World, told: dict[str, Any]) -> None:
    assert {one["lines"] for one in told["restatements"]} == {None}
    friday, monday, *_ = report(world, lines="true")["restatements"]
    for day in (friday, monday):
        assert [line["symbol"] for line in day["lines"]] == ["GOOG"]
    assert friday["lines"][0]["before"]["mark_price"] == "775.60"
    assert friday["lines"][0]["after"]["mark_price"] == "700.00"


def test_as_csv_it_is_the_same(world: World, told: dict[str, Any]) -> None:
    answer = world.ada.get(f"/audit/portfolios/{world.valued}/restatements/export")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["date"] for row in rows] == days(told)
    for row, one in zip(rows, told["restatements"], strict=True):
        assert Decimal(row["net_asset_value_after"]) == Decimal(one["net_asset_value_after"])
        assert row["recorded_at"] == one["recorded_at"]
        assert row["root"] == one["origin"]["caused_by"]
    assert [row["reason"] for row in rows[:2]] == [f"'{FORMULA}"] * 2  # no formula to a spreadsheet


@pytest.mark.usefixtures("told")
def test_auditors_and_superusers_read_those_of_everybody(world: World) -> None:
    for reader in (world.auditor, world.superuser):
        everybody = reader.get("/audit/restatements").json()
        assert everybody["total"] == 4
        assert {one["portfolio_id"] for one in everybody["restatements"]} == {world.valued}
        assert reader.get("/audit/restatements/export").text.count("\r\n") == 5
    assert refusal(world.ada.get("/audit/restatements")) == (403, "ERR_AUDIT_001")
    own = f"/audit/portfolios/{world.valued}/restatements"
    assert refusal(world.bob.get(own)) == (403, "ERR_PORT_403")
    assert world.auditor.get(own).json()["total"] == 4
