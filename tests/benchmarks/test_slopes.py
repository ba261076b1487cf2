"""Slopes are those of numpy's own fit, and what is known of data made by a law."""

import numpy as np
import pytest

from tests.benchmarks.slopes import Slope, least

SIZES = (100, 200, 400, 800)


@pytest.mark.parametrize(("exponent", "unit"), [(0.0, 3.0), (0.5, 2.0), (1.0, 0.001), (2.0, 1e-9)])
def test_of_data_made_by_a_law_it_is_that_laws(exponent: float, unit: float) -> None:
    slope = Slope.through(SIZES, [[unit * size**exponent for size in SIZES]] * 3)
    assert slope.exponent == pytest.approx(exponent)
    assert (slope.least, slope.most) == pytest.approx((exponent, exponent))
    assert slope.unit == pytest.approx(unit)
    assert slope.at(100_000) == pytest.approx(unit * 100_000**exponent)


def test_it_is_the_least_squares_of_numpy_through_the_least_disturbed() -> None:
    rng = np.random.default_rng(7)
    rounds = [[0.02 * size**0.8 * rng.uniform(1, 2) for size in SIZES] for _ in range(5)]
    slope = Slope.through(SIZES, rounds)
    xs = np.log(SIZES)
    expected, intercept = np.polyfit(xs, np.log(np.min(rounds, axis=0)), 1)
    assert slope.exponent == pytest.approx(expected)
    assert slope.unit == pytest.approx(np.exp(intercept))
    each = [np.polyfit(xs, np.log(costs), 1)[0] for costs in rounds]
    assert (slope.least, slope.most) == pytest.approx((min(each), max(each)))


def test_it_is_told_with_the_spread_of_its_rounds() -> None:
    slope = Slope.through((1, 10), [[1, 10], [1, 100]])
    assert str(slope) == "1.00 (1.00 to 2.00)"


def test_the_least_of_each_size_counts() -> None:
    assert least([[3, 1], [2, 5]]) == [2, 1]


@pytest.mark.parametrize(
    ("sizes", "rounds"), [((5,), [[1.0]]), ((5, 5), [[1.0, 1.0]]), ((1, 2), []), ((1, 2), [[1.0]])]
)
def test_without_two_sizes_in_every_round_there_is_none(
    sizes: tuple[int, ...], rounds: list[list[float]]
) -> None:
    with pytest.raises(ValueError, match="two sizes or more"):
        Slope.through(sizes, rounds)
