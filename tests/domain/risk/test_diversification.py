"""Diversification: how far the risks of what is held differ from each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.risk.diversification import Diversification, diversification
from domain.risk.finding import ReasonCode, Skipped
from domain.risk.panel import Panel
from domain.risk.weights import Weights
from tests.support.panels import bundled_panel, made_up_panel, panel_of

PANEL = bundled_panel()
HELD = Weights({"AAPL": 0.4, "IBM": -0.3, "SPY": 0.1, "TLT": 0.25})


def figures_of(weights: Weights, panel: Panel = PANEL) -> Diversification:
    figures = diversification(panel, weights).figures
    assert figures is not None
    return figures


def test_figures_are_those_of_numpy() -> None:
    returns = PANEL.of(HELD.symbols).log_returns[-90:]
    signed = HELD.of(HELD.symbols)
    shares = np.abs(signed) / np.abs(signed).sum()
    matrix = np.asarray(np.corrcoef(returns, rowvar=False))
    pairs = [(i, j) for i in range(4) for j in range(i)]
    products = [shares[i] * shares[j] for i, j in pairs]
    deviations = returns.std(axis=0, ddof=1)
    together = (returns @ signed).std(ddof=1)

    figures = figures_of(HELD)

    assert figures.average_correlation == pytest.approx(
        sum(p * matrix[pair] for p, pair in zip(products, pairs, strict=True)) / sum(products)
    )
    assert figures.effective_bets == pytest.approx(1 / (shares @ matrix @ shares))
    assert figures.diversification_ratio == pytest.approx(np.abs(signed) @ deviations / together)
    assert figures.names == 4


def test_a_single_name_is_one_bet() -> None:
    figures = figures_of(Weights({"AAPL": -0.4}))
    assert (figures.average_correlation, figures.names) == (None, 1)
    assert figures.effective_bets == pytest.approx(1.0)
    assert figures.diversification_ratio == pytest.approx(1.0)


def test_the_same_share_under_two_names_is_one_bet() -> None:
    closes = PANEL.of(["AAPL", "AAPL"]).closes
    figures = figures_of(Weights({"A": 0.5, "B": 0.2}), panel_of(["A", "B"], closes))
    assert figures.average_correlation == pytest.approx(1.0)
    assert figures.effective_bets == pytest.approx(1.0)
    assert figures.diversification_ratio == pytest.approx(1.0)


def test_a_perfect_hedge_leaves_no_risk_to_compare_with() -> None:
    closes = PANEL.of(["AAPL", "AAPL"]).closes
    figures = figures_of(Weights({"A": 0.5, "B": -0.5}), panel_of(["A", "B"], closes))
    assert figures.diversification_ratio is None
    assert figures.effective_bets == pytest.approx(1.0)


def test_independent_names_are_as_many_bets_as_there_are() -> None:
    dice = np.random.default_rng(9).normal(0, 0.01, (91, 4))
    names = ["A", "B", "C", "D"]
    panel = panel_of(names, np.exp(np.cumsum(dice, axis=0)))
    figures = figures_of(Weights(dict.fromkeys(names, 0.25)), panel)
    assert figures.effective_bets == pytest.approx(4, rel=0.15)


@given(
    scale=st.floats(0.01, 5),
    sign=st.sampled_from([1, -1]),
    order=st.permutations(HELD.symbols),
)
def test_neither_size_nor_direction_nor_order_matter(
    scale: float, sign: int, order: list[str]
) -> None:
    turned = figures_of(Weights({s: HELD.by_symbol[s] * scale * sign for s in order}))
    before = figures_of(HELD)
    assert turned.effective_bets == pytest.approx(before.effective_bets)
    assert turned.average_correlation == pytest.approx(before.average_correlation)
    assert turned.diversification_ratio == pytest.approx(before.diversification_ratio)


def test_all_names_count_however_many() -> None:
    names = [f"S{number:02}" for number in range(80)]
    assert figures_of(Weights(dict.fromkeys(names, 0.01)), made_up_panel(names)).names == 80


def test_what_has_no_correlation_is_named() -> None:
    finding = diversification(PANEL, Weights({"AAPL": 0.5, "HOUSE": 0.5}))
    assert finding.quality.skipped == (Skipped("HOUSE", ReasonCode.NO_PRICES),)
    assert finding.figures is not None


@pytest.mark.parametrize("weights", [Weights({}), Weights({"HOUSE": 1.0}), Weights({"AAPL": 0.0})])
def test_nothing_measurable_is_an_answer_with_a_reason(weights: Weights) -> None:
    finding = diversification(PANEL, weights)
    assert finding.figures is None
    assert finding.reason is not None
