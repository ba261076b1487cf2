"""Specification of repairing valuations over HTTP: seen first, recorded then, kept both (7.3)."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.ports import Close, Fetched
from domain.daily_valuation import DailyValuation
from domain.identity import daily_valuation_id
from tests.interfaces.conftest import World
from tests.support.visitors import newcomer, refusal, work_off

LAST = date(2013, 3, 1)


@pytest.fixture
def portfolio_id(world: World) -> str:
    """A valued account whose last close of SPY turns out to be a dollar too low."""
    visitor = newcomer(world.program, world.client)
    portfolio_id = visitor.open_sample()
    work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    book = world.program.valuations.book
    known = book.closes("sample", ["SPY"], LAST, LAST)["SPY"][0].price
    told = Close("SPY", LAST, known + 1, "bundled")
    book.learn("sample", Fetched(closes=[told]))
    return portfolio_id


def repair(world: World, portfolio_id: str | None, **more: Any) -> dict[str, Any]:
    """Repair from the last day but one on."""
    body = {"from_date": "2013-02-28", "reason": "A wrong close", "portfolio_id": portfolio_id}
    answer = world.superuser.post("/admin/repair/valuations", json={**body, **more})
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


def versions(world: World, portfolio_id: str) -> int:
    """How often the last day was recorded."""
    day = world.program.log.load(DailyValuation, daily_valuation_id(UUID(portfolio_id), LAST))
    return day.version if day else 0


def test_a_dry_run_says_what_a_repair_would_record(world: World, portfolio_id: str) -> None:
    would = repair(world, portfolio_id, dry_run=True)
    assert versions(world, portfolio_id) == 1
    does = repair(world, portfolio_id)

    assert (would["dry_run"], does["dry_run"]) == (True, False)
    assert would["restated"] == does["restated"] == 1
    ((day,), (done,)) = (one["portfolios"][0]["restatements"] for one in (would, does))
    assert {**day, "reason": "A wrong close"} == done
    assert done["date"] == "2013-03-01"
    (line,) = done["lines"]
    moved = Decimal(line["after"]["market_value"]) - Decimal(line["before"]["market_value"])
    assert moved == Decimal(line["before"]["quantity"])
    nav = Decimal(done["net_asset_value_after"]) - Decimal(done["net_asset_value_before"])
    assert nav == moved == Decimal(done["pnl_after"]) - Decimal(done["pnl_before"])
    assert done["caused_by"].startswith("price_book:")
    assert versions(world, portfolio_id) == 2


def test_where_every_figure_is_right_nothing_is_recorded(world: World, portfolio_id: str) -> None:
    repair(world, portfolio_id)
    again = repair(world, portfolio_id)

    assert (again["restated"], again["portfolios"]) == (0, [])
    assert versions(world, portfolio_id) == 2


def test_without_a_portfolio_all_are_repaired(world: World, portfolio_id: str) -> None:
    report = repair(world, None)

    assert portfolio_id in {one["portfolio_id"] for one in report["portfolios"]}
    assert versions(world, portfolio_id) == 2
    assert repair(world, None)["restated"] == 0


def test_a_portfolio_that_nobody_has_is_refused(world: World) -> None:
    body = {"from_date": "2013-02-28", "reason": "x", "portfolio_id": str(uuid4())}
    answer = world.superuser.post("/admin/repair/valuations", json=body)

    assert refusal(answer) == (404, "ERR_PORT_404")


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_repair_needs_a_reason(world: World, reason: str) -> None:
    body = {"from_date": "2013-02-28", "reason": reason}
    answer = world.superuser.post("/admin/repair/valuations", json=body)

    assert refusal(answer) == (422, "ERR_REQUEST_001")
