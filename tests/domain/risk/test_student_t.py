"""Student's t distribution agrees with SciPy's, and to 1e-12 with sixty decimals."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from scipy import stats

from domain.risk.student_t import two_sided_p


def exactly(t: float, freedom: int) -> float:
    """The closed form for even degrees of freedom (Abramowitz and Stegun, 26.7.4)."""
    with localcontext(prec=60):
        square = 1 / (1 + Decimal(t) ** 2 / freedom)
        term = total = Decimal(1)
        for k in range(1, freedom // 2):
            term *= square * (2 * k - 1) / (2 * k)
            total += term
        return float(1 - (1 - square).sqrt() * total)


@pytest.mark.parametrize("freedom", [2, 4, 28, 40, 42, 88, 250, 2_000])
def test_it_is_exact_to_1e_12_of_the_probability(freedom: int) -> None:
    t = [1e-9, 1e-3, *np.linspace(0.05, 12, 80).tolist()]
    expected = np.array([exactly(one, freedom) for one in t])
    p = two_sided_p(np.array(t), np.array(float(freedom)))
    assert np.abs(p / expected - 1).max() <= 1e-12


@pytest.mark.parametrize("freedom", [1, 2, 3, 5, 28, 39, 40, 41, 88, 250, 2_000])
def test_it_is_the_librarys_on_both_sides(freedom: int) -> None:
    t = np.linspace(-40, 40, 4_000)  # the library is off by 5e-9 where t is nearly 0
    expected = 2 * stats.t.sf(np.abs(t), freedom)
    p = two_sided_p(t, np.array(float(freedom)))
    assert np.abs(p - expected).max() <= 1e-12
    seen = expected > 1e-200
    assert np.abs(p[seen] / expected[seen] - 1).max() <= 1e-11


@pytest.mark.parametrize("t", [0.3, 1.0])
@pytest.mark.parametrize("freedom", [1e5, 1e8])
def test_it_stays_so_exact_where_the_distribution_is_nearly_normal(
    t: float, freedom: float
) -> None:
    p = two_sided_p(np.array([t]), np.array([freedom]))

    assert p == pytest.approx([2 * stats.t.sf(t, freedom)], rel=1e-12)


def test_each_statistic_may_have_its_own_degrees_of_freedom() -> None:
    t, freedom = np.array([0.5, 2.0, -3.0]), np.array([3, 30, 300])
    assert two_sided_p(t, freedom) == pytest.approx(2 * stats.t.sf(np.abs(t), freedom), rel=1e-12)


def test_nothing_is_as_likely_as_can_be_and_infinitely_far_is_not_likely_at_all() -> None:
    p = two_sided_p(np.array([0.0, np.inf, -np.inf, 1e200]), np.array(28.0))
    assert p.tolist() == [1.0, 0.0, 0.0, 0.0]


def test_what_is_not_a_number_stays_so() -> None:
    assert np.isnan(two_sided_p(np.array([np.nan, 0.0]), np.array(28.0))).tolist() == [True, False]
