"""What holds of every measure of a portfolio by weights, whatever is held and known."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from domain.risk.correlation import CorrelationMatrix, correlation_matrix
from domain.risk.diversification import Diversification, diversification
from domain.risk.factor_exposures import FactorExposures, factor_exposures
from domain.risk.factors import MACRO, STYLE, FactorSet
from domain.risk.finding import Finding
from domain.risk.market_beta import WeightedBeta, weighted_beta
from domain.risk.panel import Panel
from domain.risk.spread_factors import SpreadExposures, spread_exposures
from domain.risk.symbol_measures import symbol_measures
from domain.risk.volatility import Volatility, volatility
from domain.risk.weights import Weights
from tests.support.panels import SHARES, bundled_panel, made_up_panel, with_gaps

NAV = 250_000.0
Measure = Callable[[Panel, Weights], Finding[Any]]


def _beta(panel: Panel, weights: Weights) -> Finding[WeightedBeta]:
    measures = symbol_measures(panel)
    return weighted_beta({s: one.market_beta for s, one in measures.items()}, weights)


def _factors(factor_set: FactorSet) -> Callable[[Panel, Weights], Finding[FactorExposures]]:
    def exposures(panel: Panel, weights: Weights) -> Finding[FactorExposures]:
        measures = symbol_measures(panel)
        betas = {
            symbol: one.style if factor_set is STYLE else one.macro
            for symbol, one in measures.items()
        }
        return factor_exposures(betas, weights, NAV, panel, factor_set)

    return exposures


def _spreads(panel: Panel, weights: Weights) -> Finding[SpreadExposures]:
    measures = symbol_measures(panel)
    return spread_exposures({s: one.spreads for s, one in measures.items()}, weights, NAV)


MEASURES: dict[str, tuple[Measure, type]] = {
    "beta": (_beta, WeightedBeta),
    "style": (_factors(STYLE), FactorExposures),
    "macro": (_factors(MACRO), FactorExposures),
    "spreads": (_spreads, SpreadExposures),
    "volatility": (volatility, Volatility),
    "correlation": (correlation_matrix, CorrelationMatrix),
    "diversification": (diversification, Diversification),
}
PANELS = [
    bundled_panel(),
    made_up_panel(),
    with_gaps(made_up_panel(), 0.03),
    made_up_panel(sessions=100),
    made_up_panel(sessions=2),
]
HELD = {
    "nothing": {},
    "one": {"AAPL": 1.0},
    "all short": dict.fromkeys(SHARES, -0.2),
    "both ways, levered": {"AAPL": 1.2, "IBM": -0.9, "FB": 0.7},
    "unknown": {"HOUSE": 0.5},
    "nothing left of it": {"AAPL": 0.0},
}
every_measure = pytest.mark.parametrize("name", MEASURES)


@every_measure
@pytest.mark.parametrize("panel", PANELS, ids=["bundled", "whole", "gappy", "young", "new"])
@pytest.mark.parametrize("held", HELD.values(), ids=HELD)
def test_an_answer_has_either_figures_that_can_be_stored_or_a_reason(
    name: str, panel: Panel, held: dict[str, float]
) -> None:
    """JSON has no words for NaN and infinity: what has them comes back as something else."""
    measure, kind = MEASURES[name]
    finding = measure(panel, Weights(held))

    stored = msgspec.json.encode(finding)
    said: Any = Finding[kind]  # type: ignore[valid-type]  # a type by parameter
    assert msgspec.json.decode(stored, type=said) == finding
    assert TypeAdapter(said).validate_json(stored) == finding
    assert finding.quality.positions_total == len(held)
    assert finding.quality.positions_analyzed == len(held) - len(finding.quality.skipped)
    assert (finding.figures is None) == (finding.quality.flag == "none" or not held)


@every_measure
def test_splitting_a_position_in_two_changes_nothing_but_the_count(name: str) -> None:
    measure, _ = MEASURES[name]
    whole = Weights(HELD["both ways, levered"])
    halves = Weights(whole.by_symbol, {"AAPL": 2})

    before, after = measure(PANELS[1], whole), measure(PANELS[1], halves)

    assert after.figures == before.figures
    assert after.quality == replace(before.quality, positions_analyzed=4, positions_total=4)


@every_measure
@settings(max_examples=10)
@given(order=st.permutations(SHARES))
def test_the_order_of_positions_does_not_matter(name: str, order: list[str]) -> None:
    measure, _ = MEASURES[name]
    weights = {symbol: 0.1 + place / 10 for place, symbol in enumerate(SHARES)}
    before = measure(PANELS[1], Weights(weights))
    after = measure(PANELS[1], Weights({symbol: weights[symbol] for symbol in order}))
    words, numbers = _parts(msgspec.to_builtins(after.figures))
    expected_words, expected_numbers = _parts(msgspec.to_builtins(before.figures))
    assert words == expected_words
    assert numbers == pytest.approx(expected_numbers, rel=1e-9, abs=1e-12)


def _parts(of: object) -> tuple[list[object], list[float]]:
    """What it says in words and whole numbers, and its other numbers, each in order."""
    if isinstance(of, float):
        return [], [of]
    if isinstance(of, dict):
        of = [*of, *of.values()]
    if not isinstance(of, list | tuple):
        return [of], []
    parts = [_parts(one) for one in of]
    return [w for words, _ in parts for w in words], [n for _, numbers in parts for n in numbers]
