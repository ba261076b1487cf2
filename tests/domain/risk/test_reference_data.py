"""Specification of factors and scenarios: what every installation brings along (spec 6.2, 6.3)."""

import pytest

from domain.risk.factors import INTEREST_RATE, STYLE
from domain.risk.scenarios import SCENARIOS, Scenario, bond_return


def test_the_style_set_has_eight_factors_each_once() -> None:
    assert len(STYLE.factors) == len({factor.name for factor in STYLE.factors}) == 8
    assert len({factor.symbol for factor in STYLE.factors}) == 8


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
