"""Greeks: against QuantLib, finite differences, parity; of positions and of all."""

from collections.abc import Iterator
from dataclasses import asdict, fields, replace

import numpy as np
import pytest
import QuantLib
from hypothesis import given
from hypothesis import strategies as st

from domain.risk.black_scholes import Options, price
from domain.risk.book import HeldLine, RiskBook
from domain.risk.finding import ReasonCode
from domain.risk.greeks import Greeks, OptionGreeks, ShareGreeks, option_greeks, share_greeks
from tests.domain.risk.test_black_scholes import many_options
from tests.support.risk_books import book, figures, option, private, share, unmodelled, why

NAMES = [column.name for column in fields(ShareGreeks)]
SOME = (option("AAPL", 2), option("AAPL", -3, is_call=False), option("IBM", 1, strike=80.0))


def of(held: RiskBook) -> OptionGreeks:
    """The figures, which are there."""
    return figures(option_greeks(held))


def quantlibs(options: Options, volatility: np.ndarray) -> Iterator[tuple[float, ...]]:
    """Delta, gamma, vega, theta, rho of QuantLib, in our units."""
    columns = (options.is_call, options.spot, options.strike, options.years, options.rate)
    rows = zip(*(np.asarray(c).tolist() for c in (*columns, options.dividend_yield, volatility)),
               strict=True)  # fmt: skip
    for is_call, spot, strike, years, rate, dividend_yield, sigma in rows:
        kind = QuantLib.Option.Call if is_call else QuantLib.Option.Put
        black = QuantLib.BlackCalculator(
            QuantLib.PlainVanillaPayoff(kind, strike),
            spot * np.exp((rate - dividend_yield) * years),
            sigma * np.sqrt(years),
            np.exp(-rate * years),
        )
        yield (
            black.delta(spot),
            black.gamma(spot),
            black.vega(years) / 100,
            black.theta(spot, years) / 365,
            black.rho(years) / 10_000,
        )


def test_greeks_are_quantlibs_within_1e_9() -> None:
    options, volatility = many_options(1_000)
    ours = share_greeks(options, volatility)
    theirs = np.array(list(quantlibs(options, volatility))).T

    for name, column in zip(NAMES, theirs, strict=True):
        assert np.abs(getattr(ours, name) - column).max() <= 1e-9, name


@pytest.mark.parametrize(
    ("name", "moved", "step", "unit"),
    [
        ("delta", "spot", 1e-4, 1.0),
        ("theta", "years", -1e-6, 1 / 365),
        ("rho", "rate", 1e-6, 1e-4),
        ("vega", "volatility", 1e-6, 1e-2),
    ],
)
def test_greeks_are_what_prices_move_by(name: str, moved: str, step: float, unit: float) -> None:
    options, volatility = many_options(1_000)

    def moved_by(much: float) -> np.ndarray:
        if moved == "volatility":
            return price(options, volatility + much)
        return price(replace(options, **{moved: getattr(options, moved) + much}), volatility)

    differences = (moved_by(step) - moved_by(-step)) / (2 * abs(step)) * unit
    scale = np.maximum(np.asarray(options.spot), 1.0)
    ours = getattr(share_greeks(options, volatility), name)
    assert (np.abs(ours - differences) / scale).max() <= 1e-5


def test_gamma_is_what_delta_moves_by() -> None:
    options, volatility = many_options(1_000)
    step = np.asarray(options.spot) * 1e-6
    up, down = (
        share_greeks(replace(options, spot=options.spot + much), volatility).delta
        for much in (step, -step)
    )
    ours = share_greeks(options, volatility).gamma
    spot = np.asarray(options.spot)
    assert (np.abs(ours - (up - down) / (2 * step)) * spot).max() <= 1e-6


def test_a_call_and_a_put_differ_by_a_forward() -> None:
    options, volatility = many_options(1_000)
    call, put = (
        share_greeks(replace(options, is_call=is_call), volatility) for is_call in (True, False)
    )
    share_at_the_end = options.discounted_spot / np.asarray(options.spot)
    assert np.allclose(call.delta - put.delta, share_at_the_end, rtol=0, atol=1e-12)
    assert np.allclose(call.gamma, put.gamma, rtol=0, atol=1e-15)
    assert np.allclose(call.vega, put.vega, rtol=0, atol=1e-12)
    owed = options.discounted_strike
    assert np.allclose(call.rho - put.rho, owed * options.years * 1e-4, rtol=0, atol=1e-9)


@pytest.mark.parametrize("years", [0.0, -0.1])
def test_what_has_expired_has_none(years: float) -> None:
    spent = share_greeks(
        Options(is_call=True, spot=100.0, strike=90.0, years=years, rate=0.04), 0.3
    )
    assert [float(getattr(spent, name)) for name in NAMES] == [0.0] * 5


@pytest.mark.parametrize("strike", [90.0, 100.0, 110.0])
def test_without_volatility_they_are_those_of_what_is_certain(strike: float) -> None:
    certain = share_greeks(
        Options(is_call=True, spot=100.0, strike=strike, years=1.0, rate=0.0), 0.0
    )
    assert all(np.isfinite(getattr(certain, name)) for name in NAMES)
    assert certain.delta == {90.0: 1.0, 100.0: 0.5, 110.0: 0.0}[strike]
    assert certain.gamma == certain.vega == certain.theta == 0.0


def test_columns_of_any_shape_are_computed_together_and_apart_alike() -> None:
    options, volatility = many_options(20_000)
    together = share_greeks(options, volatility)
    last = slice(-3, None)
    apart = share_greeks(
        replace(options, **{f.name: getattr(options, f.name)[last] for f in fields(Options)}),
        volatility[last],
    )
    for name in NAMES:
        assert getattr(together, name)[last].tolist() == getattr(apart, name).tolist()


def test_a_position_has_those_of_its_shares_and_says_what_they_are_computed_from() -> None:
    (position,) = of(book(option("AAPL", -3, is_call=False))).positions
    one = share_greeks(Options(is_call=False, spot=100.0, strike=105.0, years=0.5, rate=0.04), 0.3)

    assert position.greeks.delta == pytest.approx(-300 * float(one.delta))
    assert position.greeks.theta == pytest.approx(-300 * float(one.theta))
    assert position.greeks.delta_value == pytest.approx(-300 * float(one.delta) * 100.0)
    assert position.greeks.gamma_value == pytest.approx(-300 * float(one.gamma) * 100.0)
    assert (position.underlying, position.shares, position.spot) == ("AAPL", -300.0, 100.0)
    assert (position.volatility, position.volatility_source) == (0.3, "implied")


def test_positions_add_up_to_their_underlying_and_those_to_the_total() -> None:
    greeks = of(book(*SOME, share("MSFT", 5_000.0)))

    assert [one.underlying for one in greeks.underlyings] == ["AAPL", "IBM"]
    for name in (column.name for column in fields(Greeks)):
        whole = getattr(greeks.total, name)
        for parts in (greeks.positions, greeks.underlyings):
            assert sum(getattr(part.greeks, name) for part in parts) == pytest.approx(whole)


@given(st.permutations(SOME))
def test_the_order_of_positions_is_of_no_account(some: list[HeldLine]) -> None:
    ours, theirs = (asdict(of(book(*lines)).total) for lines in (SOME, some))
    assert ours == pytest.approx(theirs)


@given(times=st.floats(0.01, 100), is_call=st.booleans())
def test_twice_the_contracts_have_twice_of_each_and_shorts_the_opposite(
    *, times: float, is_call: bool
) -> None:
    one = asdict(of(book(option("AAPL", 1, is_call=is_call))).total)
    for sign in (1, -1):
        many = asdict(of(book(option("AAPL", sign * times, is_call=is_call))).total)
        assert many == pytest.approx({name: sign * times * figure for name, figure in one.items()})


def test_a_position_in_two_halves_has_the_same() -> None:
    whole, halves = of(book(option("AAPL", 4))), of(book(option("AAPL", 2), option("AAPL", 2)))
    assert asdict(whole.total) == pytest.approx(asdict(halves.total))


def test_a_portfolio_without_options_has_none() -> None:
    assert why(option_greeks(book(share("MSFT", 5_000.0)))) is ReasonCode.NO_OPTIONS


def test_options_without_a_model_are_skipped() -> None:
    finding = option_greeks(book(*SOME, unmodelled("FB", 1), private("ART", 100.0)))
    assert (finding.quality.positions_analyzed, finding.quality.positions_total) == (3, 4)
    assert [one.symbol for one in finding.quality.skipped] == ["FB C999"]
    assert finding.quality.flag == "partial"


def test_options_without_any_model_have_none() -> None:
    assert why(option_greeks(book(unmodelled("FB", 1)))) is ReasonCode.NO_PRICES
