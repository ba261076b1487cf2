"""Specification of accounts and positions as known then and now, over HTTP (4.10, 7.4)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from application.ports import Close, Fetched
from tests.interfaces.conftest import World
from tests.support.visitors import AFTER_ALL, BEFORE_ALL, refusal, work_off

DAY = "2013-02-01"


@pytest.fixture(scope="module")
def shown_at(world: World) -> str:
    """When Ada looked, before she corrected a position, paid in, and a close was corrected."""
    looked = datetime.now(UTC).isoformat()
    goog = next(one for one in world.ada.positions_of(world.valued) if one["symbol"] == "GOOG")
    own = f"/portfolios/{world.valued}"
    body = {"quantity": "80", "reason": "A typo"}
    changed = world.ada.ask("PATCH", f"/api/v1{own}/positions/{goog['id']}", json=body)
    assert changed.is_success, changed.text
    flow = {"kind": "CONTRIBUTION", "amount": "100.00", "date": "2013-01-15"}
    assert world.ada.post(f"{own}/cash-flows", json=flow).is_success
    close = Close("SPY", date.fromisoformat(DAY), Decimal("140.00"), "admin")
    world.program.prices.book.learn("sample", Fetched(closes=[close]))
    work_off(world.program, world.ada.post(f"/portfolio/{world.valued}/calculate"))
    return looked


def as_of(world: World, what: str, **asked: str) -> dict[str, Any]:
    """What is told of the portfolio as of a day."""
    url = f"/audit/portfolios/{world.valued}/{what}/as-of"
    answer = world.ada.get(url, params={"effective": DAY, **asked})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_corrected_position_stands_beside_what_was_known(world: World, shown_at: str) -> None:
    told = as_of(world, "positions", known=shown_at)
    assert (told["total"], told["differing"]) == (2, 1)
    goog, spy = told["positions"]
    assert (goog["then"]["quantity"], goog["now"]["quantity"]) == ("100.00", "80.00")
    assert (goog["difference"], goog["changed"]) == ("changed", ["quantity"])
    [origin] = goog["origins"]
    assert origin["event"]["kind"] == "portfolio.position_corrected"
    assert origin["event"]["actor"] == world.ada.id()
    assert (spy["then"], spy["difference"], spy["origins"]) == (spy["now"], None, [])
    page = as_of(world, "positions", known=shown_at, limit="1", offset="1")
    assert (page["positions"], page["total"], page["differing"]) == ([spy], 2, 1)


def test_an_account_stands_beside_what_was_known_with_its_causes(
    world: World, shown_at: str
) -> None:
    told = as_of(world, "account", known=shown_at)
    fields = {one["field"]: one["origins"] for one in told["difference"]}
    assert set(fields) == {"flows", "net_asset_value", "cash"}
    [flow] = fields["flows"]
    assert flow["event"]["kind"] == "portfolio.capital_contributed"
    assert (told["then"]["contributed"], told["now"]["contributed"]) == ("0.00", "100.00")
    assert [one["amount"] for one in told["now"]["flows"]] == ["100.00"]
    kinds = {one["event"]["kind"] for one in fields["net_asset_value"] if one["event"]}
    assert "portfolio.position_corrected" in kinds
    assert told["date"] == DAY


@pytest.mark.usefixtures("shown_at")
def test_as_known_now_nothing_differs(world: World) -> None:
    account = as_of(world, "account")
    assert (account["then"], account["difference"]) == (account["now"], [])
    assert as_of(world, "positions")["differing"] == 0


def test_before_the_account_was_known_there_was_none(world: World, shown_at: str) -> None:
    long_before = {"known": "2001-01-01T00:00:00Z"}
    account = as_of(world, "account", **long_before)
    assert (account["then"], account["difference"]) == (None, [])
    told = as_of(world, "positions", **long_before)
    assert {one["difference"] for one in told["positions"]} == {"added"}
    assert shown_at > long_before["known"]


@pytest.mark.parametrize("day", ["0001-01-01", "1989-12-31", "9999-12-31"])
def test_days_without_prices_are_answered_too(world: World, day: str) -> None:
    assert as_of(world, "account", effective=day)["now"]["account_type"] == "ira"
    assert as_of(world, "positions", effective=day)["total"] in (0, 2)


@pytest.mark.parametrize("what", ["positions", "account"])
def test_others_are_refused_and_auditors_read(world: World, what: str) -> None:
    url = f"/audit/portfolios/{world.valued}/{what}/as-of?effective={DAY}"
    for other in (world.bob, world.superuser):
        assert refusal(other.get(url)) == (403, "ERR_PORT_403")
    assert world.auditor.get(url).status_code == 200


@pytest.mark.parametrize("known", ["2026-01-05T12:00:00", BEFORE_ALL, AFTER_ALL])
@pytest.mark.parametrize("what", ["positions", "account"])
def test_an_instant_without_an_offset_or_beyond_the_calendar_is_refused(
    world: World, what: str, known: str
) -> None:
    asked = {"effective": DAY, "known": known}
    answer = world.ada.get(f"/audit/portfolios/{world.valued}/{what}/as-of", params=asked)
    assert refusal(answer) == (422, "ERR_REQUEST_001")
