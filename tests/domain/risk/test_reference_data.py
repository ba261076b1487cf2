"""Specification of factors and scenarios: what every installation brings along (spec 6.2, 6.3)."""

import numpy as np
import pytest

from domain.risk.factors import FUNDS, INTEREST_RATE, MACRO, SPREADS, STYLE, FactorSet
from domain.risk.scenarios import SCENARIOS, Scenario, bond_return
from tests.support.panels import MACRO_FUNDS, bundled_panel


@pytest.mark.parametrize("factor_set", [STYLE, MACRO], ids=lambda one: one.name)
def test_a_set_has_eight_factors_each_once(factor_set: FactorSet) -> None:
    assert len(factor_set.factors) == len({factor.name for factor in factor_set.factors}) == 8
    assert len({factor.symbol for factor in factor_set.factors}) == 8


def test_a_fund_stands_for_the_same_factor_in_every_set() -> None:
    factors = {*STYLE.factors, *MACRO.factors}
    assert len(factors) == len({one.symbol for one in factors}) == len(FUNDS) == 14


def test_bundled_prices_have_every_fund_of_the_macro_set() -> None:
    assert {factor.symbol for factor in MACRO.factors} == set(MACRO_FUNDS)
    assert np.isfinite(bundled_panel(MACRO_FUNDS).closes).all()


def test_spreads_are_between_factors_of_the_style_set() -> None:
    assert len({spread.name for spread in SPREADS}) == 4
    assert {fund for one in SPREADS for fund in (one.long, one.short)} < set(STYLE.factors)


def test_there_are_eighteen_scenarios_each_once() -> None:
    assert len(SCENARIOS) == len({scenario.id for scenario in SCENARIOS}) == 18


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_a_scenario_shocks_factors_of_the_style_set_by_less_than_all(scenario: Scenario) -> None:
    assert scenario.shocks
    assert set(scenario.shocks) <= set(STYLE.factors)
    assert all(0 < abs(shock) < 1 for shock in scenario.shocks.values())


@pytest.mark.parametrize(
    ("basis_points", "expected"),
    [(25, -0.040125), (-25, 0.042375), (100, -0.147), (-100, 0.183), (300, -0.333)],
)
def test_a_bond_fund_falls_less_than_it_would_rise(basis_points: int, expected: float) -> None:
    assert bond_return(basis_points / 10_000) == pytest.approx(expected, abs=1e-12)


def test_a_spike_of_yields_is_the_published_loss() -> None:
    spike = next(scenario for scenario in SCENARIOS if scenario.id == "rate_spike_300bp")
    assert spike.shocks == {INTEREST_RATE: pytest.approx(-0.333)}
