"""What a measure of a portfolio rests on follows from the weights and what was skipped."""

import pytest

from domain.risk.finding import Finding, ReasonCode, Skipped
from domain.risk.weights import Weights, nothing_measured, split

WEIGHTS = Weights({"A": 0.2, "B": -0.7, "C": 0.2}, {"B": 3})


def test_quality_counts_lines_not_symbols() -> None:
    quality = WEIGHTS.quality(90, [Skipped("B", ReasonCode.NO_PRICES)])
    assert (quality.positions_analyzed, quality.positions_total) == (2, 5)
    assert quality.flag == "partial"


def test_the_largest_come_first_whatever_their_sign() -> None:
    assert WEIGHTS.largest_first() == ["B", "A", "C"]


def test_symbols_are_measured_or_skipped_for_a_reason() -> None:
    figures, skipped = split(WEIGHTS, {"A": 1.5, "B": ReasonCode.TOO_FEW_OBSERVATIONS})
    assert figures == {"A": 1.5}
    assert skipped == (
        Skipped("B", ReasonCode.TOO_FEW_OBSERVATIONS),
        Skipped("C", ReasonCode.NO_PRICES),
    )


@pytest.mark.parametrize(
    ("weights", "skipped", "code"),
    [
        (Weights({}), (), ReasonCode.NOTHING_HELD),
        (WEIGHTS, split(WEIGHTS, {})[1], ReasonCode.NO_PRICES),
        (WEIGHTS, split(WEIGHTS, {"B": ReasonCode.CONSTANT_SERIES})[1], "constant_series"),
        (WEIGHTS, split(WEIGHTS, {"B": ReasonCode.FACTOR_MISSING})[1], "factor_missing"),
        (
            WEIGHTS,
            split(WEIGHTS, {"B": ReasonCode.TOO_FEW_OBSERVATIONS})[1],
            "too_few_observations",
        ),
    ],
)
def test_there_is_no_figure_for_the_reason_of_the_largest(
    weights: Weights, skipped: tuple[Skipped, ...], code: ReasonCode
) -> None:
    finding: Finding[float] = nothing_measured(weights, skipped, 30)
    assert finding.reason is not None
    assert finding.reason.code == code
    assert finding.reason.text.endswith(".")
    assert finding.figures is None
    assert finding.quality.positions_analyzed == 0
