"""Implied volatility: it gives the price back, agrees with QuantLib, and always answers."""

import math
import sys
from statistics import NormalDist
from types import FrameType

import numpy as np
import pytest
import QuantLib
from hypothesis import example, given
from hypothesis import strategies as st

from domain.risk.black_scholes import Options, price
from domain.risk.implied_volatility import (
    LEAST_TIME_VALUE,
    Implied,
    Unsolvable,
    Unsolved,
    implied_volatility,
)
from tests.domain.risk.test_black_scholes import VOLATILITIES, some_options

ANY_FLOAT = st.floats(allow_nan=True, allow_infinity=True)


def option(
    *, call: bool = True, spot: float = 100.0, strike: float = 100.0, years: float = 1.0
) -> Options:
    """One at a rate of 4 %."""
    return Options(is_call=call, spot=spot, strike=strike, years=years, rate=0.04)


def time_value(of: Options, worth: float) -> float:
    """What of the price is not intrinsic."""
    lower = float(np.maximum(of.sign * (of.discounted_spot - of.discounted_strike), 0.0))
    return worth - lower


def moves_by(of: Options, volatility: float) -> float:
    """How many USD a share the price moves per unit of volatility."""
    spread = volatility * of.deviation
    d1 = np.log(of.discounted_spot / of.discounted_strike) / spread + spread / 2
    density = np.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi)
    return float(of.discounted_spot * density * of.deviation)


@given(some_options(), VOLATILITIES)
def test_the_volatility_found_gives_the_price_back(of: Options, volatility: float) -> None:
    paid = float(price(of, volatility))
    answer = implied_volatility(of, paid)
    scale = float(of.discounted_spot + of.discounted_strike)

    if isinstance(answer, Unsolved):
        least = max(LEAST_TIME_VALUE, 1e-14 * scale)
        most = float(of.discounted_spot if of.is_call else of.discounted_strike)
        assert time_value(of, paid) <= least or paid >= most * (1 - 1e-14) or paid == 0
    else:
        assert abs(float(price(of, answer.volatility)) - paid) <= 1e-13 * scale


@given(some_options(), VOLATILITIES)
def test_the_volatility_found_is_the_one_that_was_priced_with(
    of: Options, volatility: float
) -> None:
    answer = implied_volatility(of, float(price(of, volatility)))
    scale = float(of.discounted_spot + of.discounted_strike)
    slope = moves_by(of, volatility)

    if isinstance(answer, Implied) and slope > 1e-4 * scale:
        assert abs(answer.volatility - volatility) <= 1e-12 * scale / slope + 1e-12


def test_it_is_the_volatility_quantlib_finds() -> None:
    of, paid = option(call=False, spot=585.98, strike=600.0, years=196 / 365), 52.3
    answer = implied_volatility(of, paid)
    forward, discount = 585.98 * math.exp(0.04 * of.years), math.exp(-0.04 * of.years)
    theirs = QuantLib.blackFormulaImpliedStdDev(
        QuantLib.Option.Put, 600.0, forward, paid, discount, 0.0, 0.2, 1e-14, 1000
    )

    assert isinstance(answer, Implied)
    assert abs(answer.volatility - theirs / math.sqrt(float(of.years))) <= 1e-9


@pytest.mark.parametrize("volatility", [0.01, 0.2, 3.0])
def test_at_the_money_it_is_the_quantile_of_the_price(volatility: float) -> None:
    at_the_money = Options(is_call=True, spot=100.0, strike=100.0, years=0.25, rate=0.0)
    quantile = NormalDist().inv_cdf  # the price is spot x (2 N(s / 2) - 1)
    paid = float(price(at_the_money, volatility))

    answer = implied_volatility(at_the_money, paid)

    assert isinstance(answer, Implied)
    assert answer.volatility == pytest.approx(4 * quantile((1 + paid / 100) / 2), rel=1e-9)
    assert answer.volatility == pytest.approx(volatility, rel=1e-9)


@pytest.mark.parametrize("call", [True, False])
@pytest.mark.parametrize("strike", [60.0, 95.0, 100.0, 110.0, 180.0])
@pytest.mark.parametrize("volatility", [0.1, 0.3, 0.9])
def test_an_ordinary_option_takes_few_prices(
    *, call: bool, strike: float, volatility: float
) -> None:
    ordinary = option(call=call, strike=strike, years=0.75)
    paid = float(price(ordinary, volatility))

    assert prices_taken(ordinary, paid) <= 10


def prices_taken(of: Options, paid: float) -> int:
    """How many prices are worked out: each takes two values of the normal distribution."""
    calls = 0

    def count(_: FrameType, event: str, called: object) -> None:
        nonlocal calls
        calls += event == "c_call" and called is math.erfc

    sys.setprofile(count)
    try:
        implied_volatility(of, paid)
    finally:
        sys.setprofile(None)
    return calls // 2


@pytest.mark.parametrize(
    ("of", "paid", "reason"),
    [
        (option(years=0.0), 5.0, Unsolvable.EXPIRED),
        (option(years=-1.0), 5.0, Unsolvable.EXPIRED),
        (option(strike=50.0), 51.0, Unsolvable.BELOW_INTRINSIC),
        (option(call=False, strike=200.0), 90.0, Unsolvable.BELOW_INTRINSIC),
        (option(strike=50.0), 100 - 50 * math.exp(-0.04), Unsolvable.NO_TIME_VALUE),
        (option(strike=200.0), 1e-10, Unsolvable.NO_TIME_VALUE),
        (option(), 100.0, Unsolvable.ABOVE_BOUND),
        (option(), 250.0, Unsolvable.ABOVE_BOUND),
        (option(call=False), 97.0, Unsolvable.ABOVE_BOUND),
        (option(), 0.0, Unsolvable.NOT_A_NUMBER),
        (option(), -3.0, Unsolvable.NOT_A_NUMBER),
        (option(), math.nan, Unsolvable.NOT_A_NUMBER),
        (option(spot=0.0), 5.0, Unsolvable.NOT_A_NUMBER),
        (option(spot=math.inf), 5.0, Unsolvable.NOT_A_NUMBER),
        (option(strike=-1.0), 5.0, Unsolvable.NOT_A_NUMBER),
    ],
)
def test_where_there_is_no_volatility_it_says_why(
    of: Options, paid: float, reason: Unsolvable
) -> None:
    assert implied_volatility(of, paid) == Unsolved(reason)


@given(
    call=st.booleans(), spot=ANY_FLOAT, strike=ANY_FLOAT, years=st.floats(-10, 100), paid=ANY_FLOAT
)
@example(call=True, spot=1e-320, strike=1.7e308, years=1.0, paid=1e-5)
@example(call=False, spot=1.7e308, strike=1e-320, years=1.0, paid=1e-5)
@example(call=True, spot=1.7e308, strike=1.7e308, years=1e-12, paid=1.0)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_it_always_answers(
    *, call: bool, spot: float, strike: float, years: float, paid: float
) -> None:
    answer = implied_volatility(option(call=call, spot=spot, strike=strike, years=years), paid)

    if isinstance(answer, Implied):
        assert 0 < answer.volatility < math.inf
    else:
        assert answer.reason in Unsolvable
