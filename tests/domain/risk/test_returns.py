"""Returns are taken between sessions that all series involved have."""

import numpy as np
import pytest

from domain.risk.finding import ReasonCode, Skipped
from domain.risk.returns import (
    held_returns,
    joint_returns,
    paired_returns,
    simple_returns,
    window_of,
)
from domain.risk.weights import Weights
from tests.support.panels import bundled_panel, made_up_panel, panel_of, with_gaps

NAN = np.nan
PANEL = made_up_panel(("A", "B", "C", "X", "Z"), 80)


def test_a_return_spans_the_sessions_that_one_of_a_pair_lacks() -> None:
    closes = np.array([[100.0], [NAN], [121.0], [110.0], [NAN]])
    other = np.array([[10.0], [12.0], [11.0], [NAN], [13.0]])

    returns, beside = paired_returns(closes, other)

    assert np.isnan(returns[[0, 2, 3], 0]).all()
    assert (returns[1, 0], beside[0, 1, 0]) == pytest.approx((0.21, 0.10))


def test_pairs_with_gaps_are_those_one_would_take_by_hand() -> None:
    panel = with_gaps(PANEL, 0.2)
    others = panel.of(["X", "Z"]).closes

    returns, beside = paired_returns(panel.closes, others)

    for column in range(5):
        closes = np.column_stack([panel.closes[:, column], others])
        there = np.isfinite(closes).all(axis=1)
        expected = simple_returns(closes[there])
        is_return = np.isfinite(returns[:, column])
        ours = np.column_stack([returns[:, column], beside[:, :, column].T])[is_return]
        assert ours == pytest.approx(expected, rel=1e-14)


def test_nothing_lacking_is_the_same_by_the_short_way() -> None:
    others = PANEL.of(["X", "Z"]).closes
    longer = np.vstack([np.full((1, 5), NAN), PANEL.closes])

    short = paired_returns(PANEL.closes, others)
    long = paired_returns(longer, np.vstack([others[:1], others]))

    assert short[0].tolist() == long[0][1:].tolist()
    assert np.broadcast_to(short[1], (2, 79, 5)).tolist() == long[1][:, 1:].tolist()


def test_columns_of_the_same_sessions_come_together() -> None:
    closes = PANEL.closes.copy()
    closes[:10, 0] = closes[:10, 1] = closes[5, 2] = NAN
    others = PANEL.closes[:, 3:]

    groups = {tuple(columns.tolist()): (r, b) for columns, r, b in joint_returns(closes, others)}

    assert set(groups) == {(0, 1), (2,), (3, 4)}
    assert groups[0, 1][0] == pytest.approx(simple_returns(closes[10:, :2]))
    assert groups[2,][1] == pytest.approx(simple_returns(np.delete(others, 5, axis=0)))


def test_a_window_counts_sessions() -> None:
    window = window_of(bundled_panel(), 90)
    assert len(window.sessions) == 91
    assert window.sessions[-1] == bundled_panel().sessions[-1]
    assert window_of(window, 500).sessions == window.sessions


def test_held_returns_are_weights_times_returns() -> None:
    weights = Weights({"A": 0.5, "C": -0.3})
    held = held_returns(PANEL, weights, 63, 42)

    expected = simple_returns(PANEL.closes[-64:, [0, 2]]) @ np.array([0.5, -0.3])
    assert held.returns == pytest.approx(expected)
    assert (held.symbols, held.skipped) == (("A", "C"), ())


def test_a_young_symbol_does_not_shorten_what_the_others_returned() -> None:
    closes = PANEL.closes.copy()
    closes[:-30, 1] = NAN
    held = held_returns(
        panel_of(PANEL.symbols, closes), Weights({"A": 0.5, "B": 0.4, "Q": 0.1}), 63, 42
    )

    assert len(held.returns) == 63
    assert held.symbols == ("A",)
    assert held.skipped == (
        Skipped("B", ReasonCode.TOO_FEW_OBSERVATIONS),
        Skipped("Q", ReasonCode.NO_PRICES),
    )


def test_a_lacking_close_is_carried_as_in_valuations() -> None:
    closes = PANEL.closes[-64:].copy()
    closes[20, 0] = closes[40:42, 2] = closes[:5, 2] = NAN
    held = held_returns(panel_of(PANEL.symbols, closes), Weights({"A": 0.5, "C": -0.3}), 63, 42)

    closes[20, 0], closes[40:42, 2] = closes[19, 0], closes[39, 2]
    expected = simple_returns(closes[5:, [0, 2]]) @ np.array([0.5, -0.3])
    assert held.returns == pytest.approx(expected)


@pytest.mark.parametrize("weights", [Weights({}), Weights({"Q": 1.0})])
def test_nothing_known_returns_nothing(weights: Weights) -> None:
    assert held_returns(PANEL, weights, 63, 42).returns.tolist() == []
