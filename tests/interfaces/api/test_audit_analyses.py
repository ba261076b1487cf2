"""Specification of measures as known then and now, over HTTP (4.10, 7.4)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from application.ports import Close, Fetched
from tests.interfaces.conftest import World
from tests.support.visitors import AFTER_ALL, BEFORE_ALL, refusal, work_off

DAY = "2013-03-01"


@pytest.fixture(scope="module")
def shown_at(world: World) -> str:
    """When Ada looked at her risks before a close of an earlier day was corrected."""
    measured_at = as_of(world)["now"]["recorded_at"]
    close = Close("GOOG", date(2013, 1, 14), Decimal("600.00"), "admin")
    world.program.prices.book.learn("sample", Fetched(closes=[close]))
    work_off(world.program, world.ada.post(f"/portfolio/{world.valued}/calculate"))
    return str(measured_at)


def as_of(world: World, **asked: str) -> dict[str, Any]:
    """What is told of the measures."""
    url = f"/audit/portfolios/{world.valued}/measures/as-of"
    answer = world.ada.get(url, params={"effective": DAY, **asked})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_both_versions_the_figures_that_differ_and_the_cause_are_one_answer(
    world: World, shown_at: str
) -> None:
    told = as_of(world, known=shown_at)
    assert [told[side]["version"] for side in ("then", "now")] == [1, 2]
    differing = {one["measure"]: one for one in told["difference"]}
    [realised] = [
        one for one in differing["volatility"]["figures"] if one["figure"] == "realised_63"
    ]
    assert realised["then"] < realised["now"]
    [origin] = told["origins"]
    assert (origin["row"]["symbol"], origin["row"]["date"]) == ("GOOG", "2013-01-14")


def test_of_one_measure_all_figures_are_told(world: World, shown_at: str) -> None:
    [first, *_] = as_of(world, known=shown_at)["difference"]
    [told] = as_of(world, known=shown_at, measure=first["measure"])["difference"]
    assert (len(told["figures"]), told["measure"]) == (told["changed"], first["measure"])
    assert as_of(world, known=shown_at, measure="greeks")["difference"] == []
    url = f"/audit/portfolios/{world.valued}/measures/as-of?effective={DAY}&measure=luck"
    assert refusal(world.ada.get(url)) == (422, "ERR_REQUEST_001")


@pytest.mark.usefixtures("shown_at")
def test_as_known_now_nothing_differs(world: World) -> None:
    told = as_of(world)
    assert (told["then"], told["difference"], told["origins"]) == (told["now"], [], [])


def test_where_nothing_was_measured_there_is_nothing(world: World) -> None:
    told = as_of(world, effective="1999-12-31")
    assert (told["then"], told["now"], told["difference"]) == (None, None, [])
    assert as_of(world, effective="0001-01-01")["date"] is None


def test_others_are_refused_and_auditors_read(world: World) -> None:
    url = f"/audit/portfolios/{world.valued}/measures/as-of?effective={DAY}"
    for other in (world.bob, world.superuser):
        assert refusal(other.get(url)) == (403, "ERR_PORT_403")
    assert world.auditor.get(url).status_code == 200


@pytest.mark.parametrize("known", ["2026-01-05T12:00:00", BEFORE_ALL, AFTER_ALL])
def test_an_instant_without_an_offset_or_beyond_the_calendar_is_refused(
    world: World, known: str
) -> None:
    asked = {"effective": DAY, "known": known}
    answer = world.ada.get(f"/audit/portfolios/{world.valued}/measures/as-of", params=asked)
    assert refusal(answer) == (422, "ERR_REQUEST_001")
