"""A reader's own scenario: what it may say."""

import math

import pytest

from domain.risk.factors import INTEREST_RATE, MARKET, VALUE
from domain.risk.own_scenario import (
    FactorUnknown,
    ShockNotPossible,
    ShocksContradict,
    own_scenario,
)
from domain.risk.scenarios import ScenarioId


def test_it_is_a_scenario_like_those_that_come_along() -> None:
    mine = own_scenario("Mine", {"Market": -0.2, "Value": 0.0})
    assert (mine.id, mine.title, mine.shocks) == (
        ScenarioId.OWN,
        "Mine",
        {MARKET: -0.2, VALUE: 0.0},
    )


def test_a_change_of_yields_is_a_shock_of_the_interest_rate() -> None:
    assert own_scenario("Mine", {}, yield_change_bp=100).shocks == {
        INTEREST_RATE: pytest.approx(-0.147)
    }


def test_a_factor_that_is_none_is_refused_and_the_others_named() -> None:
    with pytest.raises(FactorUnknown, match="Market, Value, Growth") as refused:
        own_scenario("Mine", {"Bitcoin": 0.1})
    assert refused.value.code == "ERR_RISK_001"


@pytest.mark.parametrize("shock", [1.01, -1.01, math.inf, math.nan])
def test_a_shock_beyond_everything_is_refused(shock: float) -> None:
    with pytest.raises(ShockNotPossible) as refused:
        own_scenario("Mine", {"Market": shock})
    assert refused.value.code == "ERR_RISK_002"


@pytest.mark.parametrize("change", [1_001, -1_001, math.nan])
def test_yields_change_by_no_more_than_a_thousand_basis_points(change: float) -> None:
    with pytest.raises(ShockNotPossible):
        own_scenario("Mine", {}, yield_change_bp=change)


@pytest.mark.parametrize("change", [-1_000, 1_000])
def test_no_change_of_yields_loses_more_than_everything(change: float) -> None:
    (shock,) = own_scenario("Mine", {}, yield_change_bp=change).shocks.values()
    assert shock >= -1


@pytest.mark.parametrize(
    ("shocks", "change"), [({}, None), ({"Interest Rate": 0.1}, 25.0)], ids=["none", "two"]
)
def test_a_scenario_says_something_and_not_two_things_of_one_factor(
    shocks: dict[str, float], change: float | None
) -> None:
    with pytest.raises(ShocksContradict) as refused:
        own_scenario("Mine", shocks, yield_change_bp=change)
    assert refused.value.code == "ERR_RISK_003"
