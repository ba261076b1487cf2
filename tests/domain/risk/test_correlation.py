"""Correlations of what is held: pairwise, possible together, alike names side by side."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.risk.correlation import (
    CorrelationMatrix,
    correlated,
    correlation_matrix,
    nearest_correlations,
    pairwise_correlations,
)
from domain.risk.finding import ReasonCode, Skipped
from domain.risk.normal import Floats
from domain.risk.panel import Panel
from domain.risk.weights import Weights
from tests.support.panels import SHARES, bundled_panel, made_up_panel, panel_of, with_gaps

PANEL = bundled_panel()
HELD = Weights({"AAPL": 0.4, "IBM": -0.3, "FB": 0.2, "SPY": 0.1, "TLT": 0.25})


def matrix_of(panel: Panel = PANEL, weights: Weights = HELD) -> CorrelationMatrix:
    figures = correlation_matrix(panel, weights).figures
    assert figures is not None
    return figures


def rows_of(figures: CorrelationMatrix) -> Floats:
    return np.array(figures.rows)


@pytest.mark.parametrize("share_lacking", [0.0, 0.05, 0.5])
def test_pairs_are_those_of_pandas(share_lacking: float) -> None:
    returns = with_gaps(PANEL, share_lacking).log_returns[-90:]
    expected = pd.DataFrame(returns).corr(min_periods=30).to_numpy()

    correlations, common = pairwise_correlations(returns, 30)

    assert correlations == pytest.approx(expected, abs=1e-12, nan_ok=True)
    known = np.isfinite(returns).astype(int)
    assert common.tolist() == (known.T @ known).tolist()


def test_a_pair_needs_thirty_returns_in_common() -> None:
    returns = PANEL.log_returns[-90:, :3].copy()
    returns[:59, 0] = returns[:60, 1] = np.nan
    correlations, _ = pairwise_correlations(returns, 30)
    assert np.isfinite(correlations[0, 2])
    assert np.isfinite(correlations[0, 1])
    returns[60, 0] = np.nan
    assert np.isnan(pairwise_correlations(returns, 30)[0][0, 1])


def test_what_rests_where_a_pair_meets_has_no_correlation() -> None:
    returns = PANEL.log_returns[-90:, :3].copy()
    returns[45:, 0], returns[:45, 1] = 0.0, np.nan
    correlations, _ = pairwise_correlations(returns, 30)
    assert np.isnan(correlations[0, 1])
    assert np.isfinite(correlations[[0, 1], [2, 2]]).all()


def test_deviations_are_those_of_a_sample_each_of_its_own_returns() -> None:
    known = correlated(PANEL, HELD)
    own = PANEL.of(known.symbols).log_returns[-90:]

    assert sorted(known.symbols) == sorted(HELD.symbols)
    assert known.deviations == pytest.approx(np.nanstd(own, axis=0, ddof=1), rel=1e-12)


def test_the_matrix_is_that_of_numpy_in_clustered_order() -> None:
    figures = matrix_of()

    returns = PANEL.of(figures.symbols).log_returns[-90:]
    expected = np.asarray(np.corrcoef(returns, rowvar=False))
    assert rows_of(figures) == pytest.approx(expected, abs=5.1e-5)  # at four decimals
    assert figures.average == pytest.approx(expected[np.triu_indices(5, 1)].mean())
    assert figures.weights == tuple(HELD.by_symbol[symbol] for symbol in figures.symbols)
    assert set(figures.symbols) == set(HELD.symbols)
    place = figures.symbols.index
    assert abs(place("SPY") - place("IBM")) == 1, "the two most alike stand together"
    assert not figures.is_repaired
    assert figures.fewest_common == 90


def test_the_matrix_is_finite_and_has_four_decimals_without_further_rounding() -> None:
    names = [f"S{number:02}" for number in range(30)]
    figures = matrix_of(made_up_panel(names), Weights(dict.fromkeys(names, 0.03)))
    shown = {one for row in figures.rows for one in row}
    assert len(shown) > 300
    assert shown == {float(f"{one:.4f}") for one in shown}
    assert all(-1 <= one <= 1 for one in shown)


@given(order=st.permutations(HELD.symbols), sign=st.sampled_from([1, -1]))
def test_order_and_direction_of_positions_do_not_matter(order: list[str], sign: int) -> None:
    turned = matrix_of(weights=Weights({s: HELD.by_symbol[s] * sign for s in order}))
    assert turned.symbols == matrix_of().symbols
    assert rows_of(turned) == pytest.approx(rows_of(matrix_of()))


def test_up_to_fifty_of_the_largest_are_shown() -> None:
    names = [f"S{number:02}" for number in range(60)]
    weights = Weights({name: (number + 1) / 100 for number, name in enumerate(names)})

    finding = correlation_matrix(made_up_panel(names), weights)

    assert finding.figures is not None
    assert set(finding.figures.symbols) == set(names[10:])
    assert finding.figures.names_left_out == 10
    assert (finding.quality.positions_analyzed, finding.quality.flag) == (50, "partial")


def test_who_has_no_correlation_is_skipped_and_named() -> None:
    closes = PANEL.of(["AAPL", "IBM", "GOOG", "MSFT"]).closes.copy()
    closes[:-30, 1], closes[:, 2] = np.nan, 4.0
    panel = panel_of(["A", "NEW", "FLAT", "B"], closes)

    finding = correlation_matrix(panel, Weights(dict.fromkeys(["A", "NEW", "FLAT", "B", "Q"], 0.2)))

    assert finding.figures is not None
    assert set(finding.figures.symbols) == {"A", "B"}
    assert set(finding.quality.skipped) == {
        Skipped("NEW", ReasonCode.TOO_FEW_OBSERVATIONS),
        Skipped("FLAT", ReasonCode.CONSTANT_SERIES),
        Skipped("Q", ReasonCode.NO_PRICES),
    }
    assert (finding.quality.positions_analyzed, finding.quality.positions_total) == (2, 5)


def test_of_histories_that_do_not_meet_the_smaller_is_skipped() -> None:
    closes = PANEL.of(["AAPL", "IBM", "GOOG"]).closes.copy()
    closes[-45:, 0] = closes[:-46, 1] = np.nan
    panel = panel_of(["OLD", "NEW", "B"], closes)

    finding = correlation_matrix(panel, Weights({"OLD": 0.5, "NEW": 0.2, "B": 0.1}))

    assert finding.quality.skipped == (Skipped("NEW", ReasonCode.TOO_FEW_OBSERVATIONS),)
    assert finding.quality.observations == 45


def test_of_two_names_the_average_is_that_of_the_pair() -> None:
    figures = matrix_of(weights=Weights({"AAPL": 0.5, "IBM": 0.5}))
    assert figures.average == pytest.approx(figures.rows[0][1], abs=1e-4)


def test_of_nothing_there_are_no_deviations() -> None:
    assert correlated(PANEL, Weights({})).deviations.tolist() == []


@pytest.mark.parametrize("share_lacking", [0.0, 0.05])
def test_what_moves_alike_is_alike_and_no_more(share_lacking: float) -> None:
    one = with_gaps(made_up_panel([f"S{number}" for number in range(40)]), share_lacking)
    returns = np.hstack([one.log_returns[-90:], -3.0 * one.log_returns[-90:]])

    correlations, _ = pairwise_correlations(returns, 30)

    assert np.nanmax(np.abs(correlations)) == 1.0


def test_a_single_name_is_alike_to_itself() -> None:
    figures = matrix_of(weights=Weights({"AAPL": -1.0}))
    assert figures.rows == ((1.0,),)
    assert figures.average is None


@pytest.mark.parametrize(
    ("weights", "code"),
    [(Weights({}), ReasonCode.NOTHING_HELD), (Weights({"HOUSE": 1.0}), ReasonCode.NO_PRICES)],
)
def test_nothing_measurable_is_an_answer_with_a_reason(weights: Weights, code: ReasonCode) -> None:
    finding = correlation_matrix(PANEL, weights)
    assert finding.reason is not None
    assert finding.reason.code is code


def test_pairs_that_contradict_each_other_are_repaired_and_it_is_said() -> None:
    panel = _contradicting()
    figures = matrix_of(panel, Weights(dict.fromkeys(panel.symbols, 0.3)))

    assert figures.is_repaired
    rows = rows_of(figures)
    assert np.linalg.eigvalsh(rows).min() >= -1e-12
    assert np.diagonal(rows).tolist() == [1.0] * len(rows)
    assert np.abs(rows).max() <= 1.0
    assert rows.tolist() == rows.T.tolist()


def _contradicting() -> Panel:
    """A and B move alike, B and C too, A and C against each other: each pair on other days."""
    steps = np.random.default_rng(5).normal(0, 0.01, 91)
    returns = np.tile(steps[:, None], 3)
    returns[61:, 2] *= -1
    closes = 100 * np.exp(np.cumsum(returns, axis=0))
    closes[:30, 2] = closes[31:60, 0] = closes[61:, 1] = np.nan
    return panel_of(["A", "B", "C"], closes)


def test_the_nearest_matrix_is_highams() -> None:
    """The example of his paper, to its printed digits."""
    impossible = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    nearest = nearest_correlations(impossible)
    expected = [[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]]
    assert nearest == pytest.approx(np.array(expected), abs=1e-4)


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000), count=st.integers(2, 12))
def test_what_is_possible_is_its_own_nearest(seed: int, count: int) -> None:
    possible = np.asarray(
        np.corrcoef(np.random.default_rng(seed).normal(size=(40, count)), rowvar=False)
    )
    assert nearest_correlations(possible) == pytest.approx(possible, abs=1e-9)


def test_shares_of_the_sample_market_are_alike_in_pairs() -> None:
    figures = matrix_of(weights=Weights(dict.fromkeys(SHARES, 0.2)))
    assert figures.average is not None
    assert -1 <= figures.average <= 1
