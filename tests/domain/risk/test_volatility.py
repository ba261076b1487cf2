"""Volatility: realised, its trend and percentile, and the forecast of the next month."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from domain.risk.finding import ReasonCode, Skipped
from domain.risk.normal import Floats
from domain.risk.returns import simple_returns
from domain.risk.volatility import (
    Trend,
    Volatility,
    forecast,
    symbol_volatilities,
    trend,
    volatility,
)
from domain.risk.weights import Weights
from tests.support.panels import bundled_panel, made_up_panel, panel_of, with_gaps

PANEL = bundled_panel()
HELD = Weights({"AAPL": 0.6, "IBM": -0.3, "GOOG": 0.5})
RETURNS = simple_returns(PANEL.of(HELD.symbols).closes) @ HELD.of(HELD.symbols)


def figures_of(weights: Weights = HELD) -> Volatility:
    figures = volatility(PANEL, weights).figures
    assert figures is not None
    return figures


def by_statsmodels(returns: Floats, targets: int) -> tuple[float, float, Floats]:
    """The forecast volatility, R2 and coefficients, target by target."""
    squares = np.log(1 + returns) ** 2
    last = len(squares) - 1
    days = range(last - 21 - targets + 1, last - 20)
    target = [squares[day + 1 : day + 22].mean() for day in days]
    rows = [[squares[day + 1 - span : day + 1].mean() for span in (1, 5, 22)] for day in days]
    fit = sm.OLS(target, sm.add_constant(np.array(rows))).fit()
    now = [1.0, *(squares[last + 1 - span :].mean() for span in (1, 5, 22))]
    return float(np.sqrt(max(fit.params @ now, 0) * 252)), float(fit.rsquared), fit.params


def test_it_is_that_of_the_holdings_returns_a_year() -> None:
    figures = figures_of()
    assert figures.realised_21 == pytest.approx(np.std(RETURNS[-21:], ddof=1) * np.sqrt(252))
    assert figures.realised_63 == pytest.approx(np.std(RETURNS[-63:], ddof=1) * np.sqrt(252))


def test_the_percentile_is_that_of_252_rolling_values() -> None:
    rolling = [np.std(RETURNS[end - 21 : end], ddof=1) for end in range(len(RETURNS) - 251, 315)]
    figures = figures_of()
    assert len(rolling) == figures.percentile_observations == 252
    expected = sum(value <= rolling[-1] for value in rolling) / 252 * 100
    assert figures.percentile == pytest.approx(expected)


def test_the_forecast_is_the_regression_of_statsmodels() -> None:
    made = figures_of().forecast
    expected, r_squared, slopes = by_statsmodels(RETURNS, 252)

    assert made is not None
    assert made.volatility == pytest.approx(expected, rel=1e-9)
    assert made.r_squared == pytest.approx(r_squared, rel=1e-9)
    assert (made.intercept, made.daily) == pytest.approx((slopes[0], slopes[1]), rel=1e-8)
    assert (made.weekly, made.monthly) == pytest.approx((slopes[2], slopes[3]), rel=1e-8)
    assert made.observations == 252


@pytest.mark.parametrize(("returns", "targets"), [(168, 126), (169, 127), (293, 251), (294, 252)])
def test_as_many_targets_enter_as_there_are(returns: int, targets: int) -> None:
    made = forecast(RETURNS[-returns:])
    assert made is not None
    assert made.observations == targets
    assert made.volatility == pytest.approx(by_statsmodels(RETURNS[-returns:], targets)[0])


def test_fewer_than_126_targets_give_no_forecast() -> None:
    assert forecast(RETURNS[-167:]) is None
    assert forecast(RETURNS[:0]) is None


def test_a_forecast_below_zero_is_zero() -> None:
    calm, storm = np.full(147, 0.001), np.full(21, 0.2)
    wild = np.concatenate([storm, calm * 0 + 0.0001 * np.arange(147) % 0.003, [0.5]])
    made = forecast(wild)
    assert made is not None
    variance = by_statsmodels(wild, len(wild) - 42)[0]
    assert made.volatility == pytest.approx(variance, abs=1e-9) == 0.0


def test_losing_everything_on_a_day_gives_no_forecast() -> None:
    assert forecast(np.append(RETURNS, -1.0)) is None


def test_what_never_moves_has_no_volatility_and_none_is_expected() -> None:
    panel = panel_of(["A"], np.full((315, 1), 10.0))
    figures = volatility(panel, Weights({"A": 1.0})).figures
    assert figures is not None
    assert (figures.realised_21, figures.realised_63, figures.trend) == (0.0, 0.0, "stable")
    assert figures.forecast is not None
    assert (figures.forecast.volatility, figures.forecast.r_squared) == (0.0, None)
    assert figures.percentile == 100.0


@pytest.mark.parametrize(
    ("month", "quarter", "expected"),
    [(0.23, 0.2, "rising"), (0.215, 0.2, "stable"), (0.185, 0.2, "stable"), (0.17, 0.2, "falling")],
)
def test_a_trend_is_a_difference_of_over_ten_percent(
    month: float, quarter: float, expected: Trend
) -> None:
    assert trend(month, quarter) == expected


def test_a_young_symbol_is_left_out_of_what_it_is_too_young_for() -> None:
    finding = volatility(PANEL, Weights({"AAPL": 0.5, "FB": 0.3, "HOUSE": 0.2}))

    closes = PANEL.of(["AAPL", "FB"]).closes[-64:]
    held = simple_returns(closes) @ np.array([0.5, 0.3])
    assert finding.figures is not None
    assert finding.figures.realised_63 == pytest.approx(np.std(held, ddof=1) * np.sqrt(252))
    assert finding.quality.skipped == (Skipped("HOUSE", ReasonCode.NO_PRICES),)
    assert finding.figures.forecast is not None
    assert finding.figures.forecast.observations == 195 - 42
    assert finding.figures.percentile_observations == 195 - 20
    assert finding.quality.flag == "partial"


@pytest.mark.parametrize(("returns", "is_measured"), [(41, False), (42, True)])
def test_a_quarter_is_of_at_least_42_returns(returns: int, *, is_measured: bool) -> None:
    young = panel_of(["NEW"], PANEL.of(["AAPL"]).closes[-returns - 1 :])

    assert (volatility(young, Weights({"NEW": 1.0})).figures is not None) is is_measured


@pytest.mark.parametrize("times", [1e-6, 3.0])
def test_a_forecast_of_returns_so_many_times_as_large_is_as_many_times_as_large(
    times: float,
) -> None:
    returns = np.append(RETURNS, 0.0)
    one, many = forecast(returns), forecast(np.expm1(times * np.log1p(returns)))

    assert one is not None
    assert many is not None
    assert many.volatility == pytest.approx(times * one.volatility, rel=1e-6)
    assert many.daily == pytest.approx(one.daily, rel=1e-6)


def test_no_forecast_and_no_percentile_of_what_is_too_young() -> None:
    closes = PANEL.of(["AAPL"]).closes[-100:]
    finding = volatility(panel_of(["NEW"], closes), Weights({"NEW": 1.0}))
    assert finding.figures is not None
    assert finding.figures.forecast is None
    assert finding.figures.percentile is None
    assert finding.figures.skipped_of_year == (Skipped("NEW", ReasonCode.TOO_FEW_OBSERVATIONS),)


@given(scale=st.floats(-0.9, 0.9).filter(lambda scale: abs(scale) > 1e-3))
def test_realised_volatility_scales_with_positions_and_has_no_sign(scale: float) -> None:
    scaled = figures_of(Weights({s: w * scale for s, w in HELD.by_symbol.items()}))
    assert scaled.realised_63 == pytest.approx(figures_of().realised_63 * abs(scale))
    assert scaled.trend == figures_of().trend
    assert scaled.percentile == pytest.approx(figures_of().percentile, abs=0.5)


@pytest.mark.parametrize(
    ("weights", "code"),
    [(Weights({}), ReasonCode.NOTHING_HELD), (Weights({"HOUSE": 1.0}), ReasonCode.NO_PRICES)],
)
def test_nothing_measurable_is_an_answer_with_a_reason(weights: Weights, code: ReasonCode) -> None:
    finding = volatility(PANEL, weights)
    assert finding.reason is not None
    assert finding.reason.code is code


def test_holes_here_and_there_leave_the_figure_near_what_it_was() -> None:
    names = [f"S{number}" for number in range(50)]
    whole, weights = made_up_panel(names), Weights(dict.fromkeys(names, 0.02))
    before, after = (volatility(one, weights) for one in (whole, with_gaps(whole, 0.02)))
    assert before.figures is not None
    assert after.figures is not None
    assert after.figures.realised_63 == pytest.approx(before.figures.realised_63, rel=0.05)
    assert after.quality.flag == "complete"


def test_symbols_have_their_own_of_at_least_twenty_returns() -> None:
    closes = PANEL.of(["AAPL", "IBM", "GOOG", "QQ"]).closes.copy()
    closes[:-20, 0], closes[:-21, 1], closes[-5, 2] = np.nan, np.nan, np.nan
    panel = panel_of(["A", "B", "C", "D"], closes)
    figures = symbol_volatilities(panel, 63)

    own = closes[-64:, 2]
    expected = np.std(simple_returns(own[np.isfinite(own)]), ddof=1) * np.sqrt(252)
    assert figures["C"] == pytest.approx(expected)
    assert figures["B"] is not None
    assert (figures["A"], figures["D"]) == (None, None)


def test_symbols_without_gaps_take_the_short_way_to_the_same() -> None:
    every = symbol_volatilities(PANEL.of(["AAPL", "IBM"]), 21)
    beside = symbol_volatilities(PANEL.of(["AAPL", "QQ", "IBM"]), 21)
    assert every == pytest.approx({symbol: beside[symbol] for symbol in every})
