"""The normal distribution agrees with the standard library's error function to 1e-15."""

import math

import numpy as np

from domain.risk.normal import Floats, cdf, erfc

ANYWHERE = np.concatenate(
    [np.linspace(-40, 40, 400_001), [-0.46875, 0.46875, -4.0, 4.0, 28.0, -np.inf, np.inf, 0.0]]
)


def by_the_library(x: Floats) -> Floats:
    """The same, number by number."""
    return np.fromiter(map(math.erfc, x.tolist()), dtype=np.float64)


def test_erfc_is_the_librarys_to_1e_15() -> None:
    assert np.abs(erfc(ANYWHERE) - by_the_library(ANYWHERE)).max() <= 1e-15


def test_a_small_tail_is_right_in_its_own_digits() -> None:
    tail = np.linspace(0, 26, 100_001)
    assert np.abs(erfc(tail) / by_the_library(tail) - 1).max() <= 1e-12


def test_cdf_is_the_probability_below() -> None:
    expected = by_the_library(-ANYWHERE / math.sqrt(2)) / 2
    assert np.abs(cdf(ANYWHERE) - expected).max() <= 1e-15


def test_both_sides_sum_to_one() -> None:
    assert np.abs(cdf(ANYWHERE) + cdf(-ANYWHERE) - 1).max() <= 1e-15


def test_what_is_not_a_number_stays_so() -> None:
    assert np.isnan(cdf(np.array([np.nan, 0.0]))).tolist() == [True, False]
