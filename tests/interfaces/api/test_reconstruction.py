"""Specification of today's holdings before the opening, over HTTP (spec 5.5)."""

import pytest

from domain.daily_valuation import DailyValuation
from tests.interfaces.conftest import World
from tests.support.openings import recorded
from tests.support.visitors import Visitor, newcomer, work_off


@pytest.fixture
def visitor(world: World) -> Visitor:
    """Somebody who has no account yet."""
    return newcomer(world.program, world.client)


def test_real_closes_from_the_entry_to_the_day_before_the_opening(
    world: World, visitor: Visitor
) -> None:
    portfolio_id = visitor.open_sample("GOOG,100,707.38,2012-12-31", equity_as_of="2013-01-04")
    work_off(world.program, visitor.post(f"/portfolio/{portfolio_id}/calculate"))
    valued = len(recorded(world.program, DailyValuation.SnapshotCalculated))
    body = visitor.get(f"/analytics/portfolio/{portfolio_id}/reconstructed").json()

    assert (body["available"], body["reconstructed"]) == (True, True)
    assert body["opening_on"] == "2013-01-04"
    assert [point["date"] for point in body["series"]] == ["2012-12-31", "2013-01-02", "2013-01-03"]
    assert body["series"][0]["market_value"] == "70738.00"
    assert {tuple(point["priced"].values()) for point in body["series"]} == {(1, 1)}
    assert len(recorded(world.program, DailyValuation.SnapshotCalculated)) == valued

    span = "?from=2013-01-01&to=2013-01-02"
    some = visitor.get(f"/analytics/portfolio/{portfolio_id}/reconstructed{span}").json()
    assert some["series"] == body["series"][1:2]


def test_without_an_entry_before_the_opening_there_is_none(visitor: Visitor) -> None:
    portfolio_id = visitor.open_sample("GOOG,100,707.38,2013-01-04", equity_as_of="2013-01-04")
    body = visitor.get(f"/analytics/portfolio/{portfolio_id}/reconstructed").json()

    assert (body["available"], body["series"]) == (False, [])
    assert body["reason"]["code"] == "nothing_before_opening"
