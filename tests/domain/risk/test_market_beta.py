"""Market beta: by symbol, by weights and of a portfolio's own returns."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from domain.risk.finding import ReasonCode, Skipped
from domain.risk.market_beta import beta_of_returns, symbol_market_betas, weighted_beta
from domain.risk.panel import Panel
from domain.risk.regression import Regression
from domain.risk.returns import simple_returns
from domain.risk.weights import Weights
from tests.support.panels import bundled_panel, panel_of, with_gaps

PANEL = bundled_panel()
BETAS = symbol_market_betas(PANEL)
HELD = Weights({"AAPL": 0.4, "IBM": -0.3, "FB": 0.2, "SPY": 0.1})


def line_of(symbol: str, panel: Panel = PANEL) -> Regression:
    line = symbol_market_betas(panel)[symbol]
    assert isinstance(line, Regression)
    return line


def beta(weights: Weights) -> float:
    figures = weighted_beta(BETAS, weights).figures
    assert figures is not None
    return figures.beta


@pytest.mark.parametrize("share_lacking", [0.0, 0.1])
@pytest.mark.parametrize("symbol", ["AAPL", "FB", "TLT"])
def test_a_symbols_line_is_that_of_statsmodels(symbol: str, share_lacking: float) -> None:
    panel = with_gaps(PANEL, share_lacking)
    closes = panel.of([symbol, "SPY"]).closes[-91:]
    returns = simple_returns(closes[np.isfinite(closes).all(axis=1)])
    fit = sm.OLS(returns[:, 0], sm.add_constant(returns[:, 1])).fit()

    line = line_of(symbol, panel)

    assert (line.alpha_daily, line.beta) == pytest.approx(tuple(fit.params), rel=1e-9)
    assert line.standard_error == pytest.approx(fit.bse[1], rel=1e-9)
    assert line.t_statistic == pytest.approx(fit.tvalues[1], rel=1e-9)
    assert line.p_value == pytest.approx(fit.pvalues[1], rel=1e-9)
    assert line.r_squared == pytest.approx(fit.rsquared, rel=1e-9)
    assert line.observations == fit.nobs == len(returns)


def test_without_the_benchmark_nobody_has_a_beta() -> None:
    betas = symbol_market_betas(PANEL.of(["AAPL", "SPX"]))
    assert betas == dict.fromkeys(["AAPL", "SPX"], ReasonCode.FACTOR_MISSING)


def test_a_young_a_dead_an_unknown_and_a_resting_symbol_have_reasons() -> None:
    closes = PANEL.of(["AAPL", "IBM", "QQ", "GOOG", "SPY"]).closes.copy()
    closes[:-30, 0] = closes[-60:, 1] = np.nan
    closes[:, 3] = 10.0
    betas = symbol_market_betas(panel_of(["NEW", "DEAD", "QQ", "FLAT", "SPY"], closes))

    assert betas["NEW"] is ReasonCode.TOO_FEW_OBSERVATIONS
    assert isinstance(betas["DEAD"], Regression)
    assert betas["DEAD"].observations == 30
    assert betas["QQ"] is ReasonCode.NO_PRICES
    assert betas["FLAT"] is ReasonCode.CONSTANT_SERIES


def test_a_portfolios_beta_is_the_sum_of_weight_times_beta() -> None:
    finding = weighted_beta(BETAS, HELD)

    figures = finding.figures
    assert figures is not None
    parts = {part.symbol: part for part in figures.contributions}
    assert parts["SPY"].contribution == pytest.approx(0.1)
    assert parts["IBM"].contribution == pytest.approx(-0.3 * line_of("IBM").beta)
    assert figures.beta == pytest.approx(sum(part.contribution for part in parts.values()))
    assert next(iter(parts)) == "AAPL"
    assert (finding.quality.observations, finding.quality.flag) == (90, "complete")


def test_it_is_the_beta_of_the_holdings_own_returns() -> None:
    closes = PANEL.of(HELD.symbols).closes[-91:]
    returns = simple_returns(closes) @ HELD.of(HELD.symbols)

    line = beta_of_returns(PANEL.sessions[-91:], returns.tolist(), PANEL).figures

    figures = weighted_beta(BETAS, HELD).figures
    assert line is not None
    assert figures is not None
    assert line.beta == pytest.approx(figures.beta, rel=1e-9)
    assert line.alpha_daily == pytest.approx(figures.alpha_daily, rel=1e-9)


def test_a_symbol_without_beta_contributes_nothing_and_is_named() -> None:
    finding = weighted_beta(BETAS, Weights({"AAPL": 0.4, "HOUSE": 0.6}))

    assert finding.figures is not None
    assert finding.figures.beta == pytest.approx(0.4 * line_of("AAPL").beta)
    assert finding.quality.skipped == (Skipped("HOUSE", ReasonCode.NO_PRICES),)
    assert finding.quality.flag == "partial"


def test_it_rests_on_as_many_returns_as_the_youngest_symbol_has() -> None:
    closes = PANEL.of(["AAPL", "IBM", "SPY"]).closes.copy()
    closes[:-41, 1] = np.nan
    betas = symbol_market_betas(panel_of(["AAPL", "NEW", "SPY"], closes))

    finding = weighted_beta(betas, Weights({"AAPL": 0.5, "NEW": 0.5}))

    assert finding.quality.observations == 40


@given(scale=st.floats(-5, 5))
def test_scaling_and_turning_all_positions_scales_and_turns_beta(scale: float) -> None:
    scaled = Weights({symbol: weight * scale for symbol, weight in HELD.by_symbol.items()})
    assert beta(scaled) == pytest.approx(beta(HELD) * scale, abs=1e-12)


@given(order=st.permutations(list(HELD.by_symbol)))
def test_the_order_of_positions_does_not_matter(order: Sequence[str]) -> None:
    shuffled = Weights({symbol: HELD.by_symbol[symbol] for symbol in order})
    assert beta(shuffled) == pytest.approx(beta(HELD), rel=1e-12)


@pytest.mark.parametrize("weights", [Weights({}), Weights({"HOUSE": 1.0})])
def test_nothing_measurable_is_an_answer_with_a_reason(weights: Weights) -> None:
    finding = weighted_beta(BETAS, weights)
    assert finding.figures is None
    assert finding.reason is not None


def test_a_session_without_the_benchmarks_close_is_spanned() -> None:
    closes = PANEL.of(["SPY"]).closes.copy()
    closes[-40] = np.nan
    panel = Panel(PANEL.sessions, ("SPY",), closes)
    own = PANEL.of(["AAPL"]).closes[-91:]

    line = beta_of_returns(PANEL.sessions[-91:], simple_returns(own)[:, 0].tolist(), panel).figures

    together = np.delete(np.hstack([own, closes[-91:]]), -40, axis=0)
    returns = simple_returns(together)
    fit = sm.OLS(returns[:, 0], sm.add_constant(returns[:, 1])).fit()
    assert line is not None
    assert line.beta == pytest.approx(fit.params[1])
    assert line.observations == 89


def test_older_returns_than_90_sessions_do_not_count() -> None:
    returns = simple_returns(PANEL.of(["AAPL"]).closes)[:, 0]
    line = beta_of_returns(PANEL.sessions, returns.tolist(), PANEL).figures
    assert line is not None
    assert line.beta == pytest.approx(line_of("AAPL").beta, rel=1e-10)
    assert line.observations == 90


def test_a_portfolio_is_one_position_with_the_returns_that_it_shares_with_the_benchmark() -> None:
    two = beta_of_returns(PANEL.sessions[-2:], [0.01], PANEL).quality

    assert (two.observations, two.positions_analyzed, two.positions_total) == (1, 1, 1)


@pytest.mark.parametrize(
    ("sessions", "returns", "code"),
    [
        ((), [], ReasonCode.TOO_FEW_OBSERVATIONS),
        (PANEL.sessions[-1:], [], ReasonCode.TOO_FEW_OBSERVATIONS),
        (PANEL.sessions[-30:], [0.01, -0.01] * 14 + [0.0], ReasonCode.TOO_FEW_OBSERVATIONS),
        (PANEL.sessions[-40:], [0.0] * 39, ReasonCode.CONSTANT_SERIES),
    ],
)
def test_a_young_or_resting_portfolio_is_told_why(
    sessions: tuple[date, ...], returns: list[float], code: ReasonCode
) -> None:
    finding = beta_of_returns(sessions, returns, PANEL)
    assert finding.reason is not None
    assert finding.reason.code is code


def test_a_broken_return_is_left_out() -> None:
    returns: list[float | None] = simple_returns(PANEL.of(["AAPL"]).closes[-91:])[:, 0].tolist()
    returns[7] = None
    line = beta_of_returns(PANEL.sessions[-91:], returns, PANEL).figures
    assert line is not None
    assert line.observations == 89


def test_without_the_benchmark_returns_have_no_beta() -> None:
    finding = beta_of_returns(PANEL.sessions[-91:], [0.01] * 90, PANEL.of(["AAPL"]))
    assert finding.reason is not None
    assert finding.reason.code is ReasonCode.FACTOR_MISSING


@pytest.mark.parametrize(
    ("market_closes", "code"),
    [(30, ReasonCode.FACTOR_MISSING), (31, ReasonCode.TOO_FEW_OBSERVATIONS)],
)
def test_the_benchmark_needs_thirty_returns_of_its_own(
    market_closes: int, code: ReasonCode
) -> None:
    closes = PANEL.of(["AAPL", "SPY"]).closes.copy()
    closes[:-market_closes, 1] = np.nan
    closes[:-20, 0] = np.nan
    panel = Panel(PANEL.sessions, ("AAPL", "SPY"), closes)

    finding = beta_of_returns(PANEL.sessions[-20:], [0.01, -0.02] * 9 + [0.0], panel)

    assert finding.reason is not None
    assert finding.reason.code is code
    assert symbol_market_betas(panel)["AAPL"] is code
