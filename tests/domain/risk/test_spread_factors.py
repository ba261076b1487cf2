"""Spread factors: a line on the difference of two funds' returns, each on its own."""

import numpy as np
import pytest
import statsmodels.api as sm

from domain.risk.factors import SPREADS, SpreadName
from domain.risk.finding import ReasonCode, Skipped
from domain.risk.panel import Panel
from domain.risk.returns import simple_returns
from domain.risk.spread_factors import SpreadBetas, spread_exposures, symbol_spread_betas
from domain.risk.weights import Weights
from tests.support.panels import bundled_panel, made_up_panel, panel_of, with_gaps

PANEL = made_up_panel()
BETAS = symbol_spread_betas(PANEL)


def betas_of(symbol: str, panel: Panel = PANEL) -> SpreadBetas:
    betas = symbol_spread_betas(panel)[symbol]
    assert isinstance(betas, SpreadBetas)
    return betas


@pytest.mark.parametrize("share_lacking", [0.0, 0.1])
def test_lines_are_those_of_statsmodels(share_lacking: float) -> None:
    panel = with_gaps(PANEL, share_lacking)
    betas = betas_of("AAPL", panel).betas

    assert [one.spread for one in betas] == [spread.name for spread in SPREADS]
    for one, spread in zip(betas, SPREADS, strict=True):
        closes = panel.of(["AAPL", spread.long.symbol, spread.short.symbol]).closes[-181:]
        own, held, sold = simple_returns(closes[np.isfinite(closes).all(axis=1)]).T
        fit = sm.OLS(own, sm.add_constant(held - sold)).fit()
        assert one.line.beta == pytest.approx(fit.params[1], rel=1e-9)
        assert one.line.standard_error == pytest.approx(fit.bse[1], rel=1e-9)
        assert one.line.p_value == pytest.approx(fit.pvalues[1], rel=1e-9)
        assert one.line.observations == fit.nobs


def test_a_spread_without_history_is_named() -> None:
    closes = PANEL.closes.copy()
    closes[:-60, PANEL.symbols.index("QUAL")] = np.nan

    betas = betas_of("AAPL", panel_of(PANEL.symbols, closes))

    assert len(betas.betas) == 3
    (missing,) = betas.missing
    assert (missing.spread, missing.reason) == (SpreadName.QUALITY, ReasonCode.FACTOR_MISSING)


def test_bundled_prices_have_no_spread_at_all() -> None:
    betas = symbol_spread_betas(bundled_panel())
    assert set(betas.values()) == {ReasonCode.FACTOR_MISSING}


def test_a_young_and_an_unknown_symbol_have_reasons() -> None:
    closes = PANEL.closes.copy()
    closes[:-60, 0], closes[:, 1], closes[:, 2] = np.nan, np.nan, 3.0
    betas = symbol_spread_betas(panel_of(PANEL.symbols, closes))
    assert betas[PANEL.symbols[0]] is ReasonCode.TOO_FEW_OBSERVATIONS
    assert betas[PANEL.symbols[1]] is ReasonCode.NO_PRICES
    assert betas[PANEL.symbols[2]] is ReasonCode.CONSTANT_SERIES


def test_a_portfolios_exposures_are_sums_of_weight_times_beta() -> None:
    weights = Weights({"AAPL": 0.5, "IBM": -0.2, "HOUSE": 0.1})
    finding = spread_exposures(BETAS, weights, 2_000.0)

    assert finding.figures is not None
    first = finding.figures.exposures[0]
    expected = 0.5 * betas_of("AAPL").betas[0].line.beta - 0.2 * betas_of("IBM").betas[0].line.beta
    assert (first.spread, first.long, first.short) == (SpreadName.GROWTH_VALUE, "VUG", "VTV")
    assert first.beta == pytest.approx(expected)
    assert first.exposure_usd == pytest.approx(expected * 2_000)
    assert first.observations == finding.quality.observations == 180
    assert finding.quality.skipped == (Skipped("HOUSE", ReasonCode.NO_PRICES),)


def test_they_rest_on_as_many_returns_as_the_youngest_spread_has() -> None:
    closes = PANEL.closes.copy()
    closes[:-101, PANEL.symbols.index("QUAL")] = np.nan
    betas = symbol_spread_betas(panel_of(PANEL.symbols, closes))

    finding = spread_exposures(betas, Weights({"AAPL": 1.0}), 1.0)

    assert finding.figures is not None
    assert {one.observations for one in finding.figures.exposures} == {100, 180}
    assert finding.quality.observations == 100


def test_it_is_the_line_of_the_holdings_own_returns() -> None:
    weights = Weights({"AAPL": 0.5, "IBM": -0.2})
    closes = PANEL.of(["AAPL", "IBM", "IWM", "SPY"]).closes[-181:]
    returns = simple_returns(closes)
    held = returns[:, :2] @ np.array([0.5, -0.2])
    fit = sm.OLS(held, sm.add_constant(returns[:, 2] - returns[:, 3])).fit()

    figures = spread_exposures(BETAS, weights, 1.0).figures

    assert figures is not None
    assert figures.exposures[2].beta == pytest.approx(fit.params[1], rel=1e-9)


def test_a_missing_spread_is_named_for_the_portfolio_too() -> None:
    closes = PANEL.closes.copy()
    closes[:, PANEL.symbols.index("MTUM")] = np.nan
    betas = symbol_spread_betas(panel_of(PANEL.symbols, closes))

    figures = spread_exposures(betas, Weights({"AAPL": 1.0}), 1.0).figures

    assert figures is not None
    assert [one.spread for one in figures.missing] == [SpreadName.MOMENTUM]
    assert len(figures.exposures) == 3


@pytest.mark.parametrize("weights", [Weights({}), Weights({"HOUSE": 1.0})])
def test_nothing_measurable_is_an_answer_with_a_reason(weights: Weights) -> None:
    finding = spread_exposures(BETAS, weights, 1.0)
    assert finding.figures is None
    assert finding.reason is not None
