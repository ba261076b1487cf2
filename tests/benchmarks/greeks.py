"""Five Greeks of a million options: ours against loops over vollib and QuantLib.

Peers take options one at a time; they run a sample, and their time is scaled up to the million.
QuantLib runs twice: by its pricing engine, as one would use it, and by the bare calculator inside,
which knows no dates or curves. Run it by `python -m tests.benchmarks.greeks`.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from time import perf_counter

import numpy as np
import QuantLib
from vollib.black_scholes_merton.greeks import analytical as vollib

from domain.risk.black_scholes import Options
from domain.risk.greeks import ShareGreeks, share_greeks
from domain.risk.normal import Floats
from tests.benchmarks.row import Row, show

OPTIONS = 1_000_000
SAMPLE = 5_000
ROUNDS = 7
TOLERANCE = 1e-9
_TODAY = QuantLib.Date(6, 7, 2012)

Terms = tuple[bool, float, float, int, float, float, float]
"""Call, spot, strike, days, rate, dividend yield, volatility."""

Greeks = tuple[float, float, float, float, float]
Loop = Callable[[list[Terms]], list[Greeks]]


def measure() -> list[Row]:
    """A row for each peer.

    Raises:
        AssertionError: a peer's Greeks are further from ours than 1e-9.
    """
    options, volatility = _options()
    sample = list(_terms(options, volatility))
    ours = _columns(share_greeks(options, volatility))[:, :SAMPLE]
    peers: dict[str, Loop] = {
        "vollib, one by one": _vollib,
        "QuantLib's engine": _engine,
        "QuantLib's calculator": _calculator,
    }
    for name, loop in peers.items():
        apart = np.abs(ours - np.array(loop(sample)).T).max()
        assert apart <= TOLERANCE, (name, apart)
    seconds: dict[str, list[float]] = {name: [] for name in ("ours", *peers)}
    for _ in range(ROUNDS):
        seconds["ours"].append(_seconds(lambda: share_greeks(options, volatility)))
        for name, loop in peers.items():
            sampled = _seconds(lambda loop=loop: loop(sample))  # type: ignore[misc]  # binds the loop
            seconds[name].append(sampled * OPTIONS / SAMPLE)
    return [
        Row(
            what=f"Five Greeks of {OPTIONS:,} options",
            against=name,
            ours=tuple(seconds["ours"]),
            peer=tuple(seconds[name]),
            goal=10 if loop is _vollib else 50,
            note=f"equal within {TOLERANCE:g}; {SAMPLE:,} timed, scaled up",
        )
        for name, loop in peers.items()
    ]


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _options() -> tuple[Options, Floats]:
    dice = np.random.default_rng(20120706)
    spot = np.exp(dice.uniform(1, 6, OPTIONS))
    options = Options(
        is_call=dice.integers(0, 2, OPTIONS) == 1,
        spot=spot,
        strike=spot * np.exp(dice.normal(0, 0.3, OPTIONS)),
        years=dice.integers(5, 3 * 365, OPTIONS) / 365,
        rate=dice.uniform(0, 0.08, OPTIONS),
        dividend_yield=dice.uniform(0, 0.05, OPTIONS),
    )
    return options, dice.uniform(0.05, 1.2, OPTIONS)


def _terms(options: Options, volatility: Floats) -> Iterator[Terms]:
    """The sample, as a loop would have it."""
    first = {
        name.name: np.asarray(getattr(options, name.name))[:SAMPLE] for name in fields(Options)
    }
    some = replace(options, **first)
    days = np.rint(np.asarray(some.years) * 365).astype(np.int64)
    columns = (some.is_call, some.spot, some.strike, days, some.rate, some.dividend_yield)
    lists = (np.asarray(column).tolist() for column in (*columns, volatility[:SAMPLE]))
    return zip(*lists, strict=True)


def _columns(greeks: ShareGreeks) -> Floats:
    return np.stack([getattr(greeks, column.name) for column in fields(ShareGreeks)])


def _vollib(options: list[Terms]) -> list[Greeks]:
    greeks = []
    for is_call, spot, strike, days, rate, dividend_yield, sigma in options:
        terms = ("c" if is_call else "p", spot, strike, days / 365, rate, sigma, dividend_yield)
        greeks.append(
            (
                vollib.delta(*terms),
                vollib.gamma(*terms),
                vollib.vega(*terms),
                vollib.theta(*terms),
                vollib.rho(*terms) / 100,
            )
        )
    return greeks


def _calculator(options: list[Terms]) -> list[Greeks]:
    greeks = []
    for is_call, spot, strike, days, rate, dividend_yield, sigma in options:
        kind, years = QuantLib.Option.Call if is_call else QuantLib.Option.Put, days / 365
        black = QuantLib.BlackCalculator(
            QuantLib.PlainVanillaPayoff(kind, strike),
            spot * math.exp((rate - dividend_yield) * years),
            sigma * math.sqrt(years),
            math.exp(-rate * years),
        )
        greeks.append(
            (
                black.delta(spot),
                black.gamma(spot),
                black.vega(years) / 100,
                black.theta(spot, years) / 365,
                black.rho(years) / 10_000,
            )
        )
    return greeks


def _engine(options: list[Terms]) -> list[Greeks]:
    """One engine for all; quotes of it are set for each option."""
    QuantLib.Settings.instance().evaluationDate = _TODAY
    spot_quote, rate_quote, yield_quote, volatility_quote = (
        QuantLib.SimpleQuote(0.1) for _ in range(4)
    )
    handle, act_365 = QuantLib.QuoteHandle, QuantLib.Actual365Fixed()
    rates, yields = (
        QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(_TODAY, handle(quote), act_365))
        for quote in (rate_quote, yield_quote)
    )
    volatilities = QuantLib.BlackVolTermStructureHandle(
        QuantLib.BlackConstantVol(
            _TODAY, QuantLib.NullCalendar(), handle(volatility_quote), act_365
        )
    )
    process = QuantLib.BlackScholesMertonProcess(handle(spot_quote), yields, rates, volatilities)
    engine = QuantLib.AnalyticEuropeanEngine(process)
    greeks = []
    for is_call, spot, strike, days, rate, dividend_yield, sigma in options:
        spot_quote.setValue(spot)
        rate_quote.setValue(rate)
        yield_quote.setValue(dividend_yield)
        volatility_quote.setValue(sigma)
        kind = QuantLib.Option.Call if is_call else QuantLib.Option.Put
        option = QuantLib.VanillaOption(
            QuantLib.PlainVanillaPayoff(kind, strike), QuantLib.EuropeanExercise(_TODAY + days)
        )
        option.setPricingEngine(engine)
        greeks.append(
            (
                option.delta(),
                option.gamma(),
                option.vega() / 100,
                option.theta() / 365,
                option.rho() / 10_000,
            )
        )
    return greeks


if __name__ == "__main__":
    show(measure())
