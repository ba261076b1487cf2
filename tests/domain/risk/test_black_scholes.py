"""Black-Scholes-Merton prices: against QuantLib, parity, monotony, and the ends of time."""

from datetime import date

import numpy as np
import pytest
import QuantLib
from hypothesis import given
from hypothesis import strategies as st

from domain.risk.black_scholes import Options, intrinsic, price, years_between

SPOTS = st.floats(0.01, 10_000)
YEARS = st.floats(1 / 365, 5)
RATES = st.floats(-0.05, 0.2)
YIELDS = st.floats(0, 0.15)
VOLATILITIES = st.floats(0.001, 5)


@st.composite
def some_options(draw: st.DrawFn) -> Options:
    """One option, in or out of the money."""
    spot = draw(SPOTS)
    return Options(
        is_call=draw(st.booleans()),
        spot=spot,
        strike=spot * draw(st.floats(0.05, 20)),
        years=draw(YEARS),
        rate=draw(RATES),
        dividend_yield=draw(YIELDS),
    )


def many_options(n: int) -> tuple[Options, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Options of all kinds, and a volatility for each."""
    dice = np.random.default_rng(20120706)
    spot = np.exp(dice.uniform(-2, 8, n))
    options = Options(
        is_call=dice.integers(0, 2, n) == 1,
        spot=spot,
        strike=spot * np.exp(dice.normal(0, 0.6, n)),
        years=dice.integers(1, 3 * 365, n) / 365,
        rate=dice.uniform(-0.02, 0.15, n),
        dividend_yield=dice.uniform(0, 0.1, n),
    )
    return options, dice.uniform(0.01, 2.5, n)


def test_prices_are_quantlibs_within_1e_9() -> None:
    options, volatility = many_options(5_000)
    ours = price(options, volatility)

    theirs = np.array(
        [
            QuantLib.blackFormula(
                QuantLib.Option.Call if call else QuantLib.Option.Put,
                strike,
                spot * np.exp((rate - dividends) * years),
                sigma * np.sqrt(years),
                np.exp(-rate * years),
            )
            for call, spot, strike, years, rate, dividends, sigma in zip(
                np.broadcast_to(options.is_call, ours.shape).tolist(),
                *(
                    np.broadcast_to(column, ours.shape).tolist()
                    for column in (
                        options.spot,
                        options.strike,
                        options.years,
                        options.rate,
                        options.dividend_yield,
                        volatility,
                    )
                ),
                strict=True,
            )
        ]
    )
    assert np.abs(ours - theirs).max() <= 1e-9


@pytest.mark.parametrize("call", [True, False])
def test_a_dated_option_is_worth_what_quantlibs_engine_says(*, call: bool) -> None:
    day, expires_on = date(2012, 7, 6), date(2013, 1, 18)
    today = QuantLib.Date(6, 7, 2012)
    QuantLib.Settings.instance().evaluationDate = today
    act_365 = QuantLib.Actual365Fixed()
    process = QuantLib.BlackScholesMertonProcess(
        QuantLib.QuoteHandle(QuantLib.SimpleQuote(585.98)),
        QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(today, 0.01, act_365)),
        QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(today, 0.04, act_365)),
        QuantLib.BlackVolTermStructureHandle(
            QuantLib.BlackConstantVol(today, QuantLib.NullCalendar(), 0.27, act_365)
        ),
    )
    theirs = QuantLib.VanillaOption(
        QuantLib.PlainVanillaPayoff(QuantLib.Option.Call if call else QuantLib.Option.Put, 600.0),
        QuantLib.EuropeanExercise(QuantLib.Date(18, 1, 2013)),
    )
    theirs.setPricingEngine(QuantLib.AnalyticEuropeanEngine(process))
    ours = Options(
        is_call=call,
        spot=585.98,
        strike=600.0,
        years=years_between(day, expires_on),
        rate=0.04,
        dividend_yield=0.01,
    )

    assert abs(float(price(ours, 0.27)) - theirs.NPV()) <= 1e-9


@given(some_options(), VOLATILITIES)
def test_a_call_less_a_put_is_the_forward(option: Options, volatility: float) -> None:
    call, put = (
        price(
            Options(
                is_call=is_call,
                spot=option.spot,
                strike=option.strike,
                years=option.years,
                rate=option.rate,
                dividend_yield=option.dividend_yield,
            ),
            volatility,
        )
        for is_call in (True, False)
    )
    spot, strike = option.discounted_spot, option.discounted_strike
    assert abs(call - put - (spot - strike)) <= 1e-13 * (spot + strike)


@given(some_options(), VOLATILITIES, VOLATILITIES)
def test_more_volatility_is_never_worth_less(option: Options, one: float, other: float) -> None:
    low, high = sorted((one, other))
    noise = 1e-14 * (option.discounted_spot + option.discounted_strike)
    assert price(option, high) >= price(option, low) - noise


@given(some_options(), VOLATILITIES)
def test_a_price_is_between_what_no_volatility_and_any_could_give(
    option: Options, volatility: float
) -> None:
    spot, strike = option.discounted_spot, option.discounted_strike
    worth, noise = price(option, volatility), 1e-14 * (spot + strike)
    assert worth <= (spot if option.is_call else strike) + noise
    assert worth >= np.maximum(option.sign * (spot - strike), 0.0) - noise


@pytest.mark.parametrize("years", [0.0, -1 / 365, -3.0])
def test_once_it_has_expired_an_option_is_worth_its_intrinsic_value(years: float) -> None:
    options = Options(
        is_call=np.array([True, True, False, False]),
        spot=100.0,
        strike=np.array([90.0, 110.0, 90.0, 110.0]),
        years=years,
        rate=0.04,
    )
    assert price(options, 0.3).tolist() == intrinsic(options).tolist() == [10.0, 0.0, 0.0, 10.0]


def test_without_volatility_an_option_is_worth_its_discounted_intrinsic_value() -> None:
    options = Options(
        is_call=np.array([True, True, False]), spot=100.0, strike=100.0, years=1.0, rate=0.04
    )
    certain = 100 - 100 * np.exp(-0.04)
    assert np.allclose(price(options, 0.0), [certain, certain, 0.0], rtol=0, atol=1e-12)


def test_years_count_days_by_365() -> None:
    assert years_between(date(2012, 1, 1), date(2012, 12, 31)) == 1.0
    assert years_between(date(2013, 1, 19), date(2013, 1, 18)) == -1 / 365


def test_options_of_different_length_of_life_are_priced_together() -> None:
    options = Options(is_call=True, spot=100.0, strike=90.0, years=np.array([1.0, 0.0]), rate=0.0)
    apart = [price(Options(is_call=True, spot=100.0, strike=90.0, years=y, rate=0.0), 0.2)
             for y in (1.0, 0.0)]  # fmt: skip
    assert price(options, 0.2).tolist() == [float(worth) for worth in apart]
