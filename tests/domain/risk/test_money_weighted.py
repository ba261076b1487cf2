"""Money-weighted returns: against pyxirr, and where there is none."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from domain.risk.money_weighted import balancing_log_return

START = date(2011, 1, 3)


def annual(dated: list[tuple[date, float]]) -> float:
    """The rate a year."""
    logarithm = balancing_log_return(dated)
    assert logarithm is not None
    return math.expm1(logarithm * 365 / (dated[-1][0] - dated[0][0]).days)


def test_the_example_of_the_spreadsheets() -> None:
    dated = [
        (date(2008, 1, 1), -10_000.0),
        (date(2008, 3, 1), 2_750.0),
        (date(2008, 10, 30), 4_250.0),
        (date(2009, 2, 15), 3_250.0),
        (date(2009, 4, 1), 2_750.0),
    ]
    assert annual(dated) == pytest.approx(0.373362535, abs=1e-8)  # Microsoft's of XIRR


@given(
    st.lists(st.tuples(st.integers(1, 899), st.floats(-10_000, 10_000)), max_size=8),
    st.floats(30_000, 300_000),
)
def test_by_pyxirr_it_balances_and_none_nearer_to_nothing_does(
    flows: list[tuple[int, float]], end: float
) -> None:
    rows = [(0, -100_000.0), *((day, -amount) for day, amount in sorted(flows)), (900, end)]
    dated = [(START + timedelta(days=day), amount) for day, amount in rows]
    ours = annual(dated)

    discounted = sum(abs(amount) * (1 + ours) ** (-day / 365) for day, amount in rows)
    balance = pyxirr.xnpv(ours, dated)
    assert balance is not None
    assert abs(balance) <= 1e-9 * discounted
    theirs = pyxirr.xirr(dated)
    assert theirs is not None
    assert abs(math.log1p(ours)) <= abs(math.log1p(theirs)) + 1e-9


def test_of_several_rates_the_one_nearest_to_nothing_is_given() -> None:
    # -1, then 2.6 and -1.68 a year apart: 20 % and 40 % balance it
    dated = [
        (START, -1_000.0),
        (START + timedelta(days=365), 2_600.0),
        (START + timedelta(days=730), -1_680.0),
    ]
    assert annual(dated) == pytest.approx(0.2)


def test_where_nothing_balances_there_is_no_rate() -> None:
    later = START + timedelta(days=400)
    assert balancing_log_return([(START, -1.0), (later, -1.0)]) is None
    assert balancing_log_return([(START, 1_000.0), (later, 1e17)]) is None
    assert balancing_log_return([(START, 0.0), (later, 0.0)]) is None


@pytest.mark.parametrize("end", [1e-9, 1e12])
def test_very_much_lost_or_gained_is_found(end: float) -> None:
    logarithm = balancing_log_return([(START, -1.0), (START + timedelta(days=3), end)])
    assert logarithm == pytest.approx(math.log(end))


def test_what_balances_at_the_widest_rate_is_found() -> None:
    dated = [(START, -1.0), (START + timedelta(days=3), float(np.exp(-30.0)))]
    assert balancing_log_return(dated) == pytest.approx(-30.0, abs=1e-12)
