"""Factor exposures: the joint ridge regression, by symbol and of what is held."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from domain.risk.factor_exposures import (
    FactorBetas,
    FactorExposures,
    factor_exposures,
    symbol_factor_betas,
)
from domain.risk.factors import MACRO, STYLE, FactorName
from domain.risk.finding import ReasonCode, Skipped
from domain.risk.panel import Panel
from domain.risk.returns import simple_returns
from domain.risk.weights import Weights
from tests.support.panels import bundled_panel, made_up_panel, panel_of, with_gaps

PANEL = bundled_panel()
BETAS = symbol_factor_betas(PANEL, MACRO)
FUNDS = [factor.symbol for factor in MACRO.factors]
HELD = Weights({"AAPL": 0.6, "IBM": -0.3, "GOOG": 0.5})


def betas_of(symbol: str, panel: Panel = PANEL) -> FactorBetas:
    betas = symbol_factor_betas(panel, MACRO)[symbol]
    assert isinstance(betas, FactorBetas)
    return betas


def exposures_of(weights: Weights, panel: Panel = PANEL) -> FactorExposures:
    betas = symbol_factor_betas(panel, MACRO)
    figures = factor_exposures(betas, weights, 1_000_000.0, panel, MACRO).figures
    assert figures is not None
    return figures


def slopes(figures: FactorExposures) -> dict[FactorName, float]:
    return {one.factor: one.beta for one in figures.exposures}


@pytest.mark.parametrize("share_lacking", [0.0, 0.01])
@pytest.mark.parametrize("symbol", ["AAPL", "FB", "DIA"])
def test_a_symbols_betas_are_those_of_scikit_learn(symbol: str, share_lacking: float) -> None:
    panel = with_gaps(PANEL, share_lacking)
    closes = panel.of([symbol, *FUNDS]).closes[-253:]
    returns = simple_returns(closes[np.isfinite(closes).all(axis=1)])
    scaler = StandardScaler()
    fit = Ridge(alpha=1.0).fit(scaler.fit_transform(returns[:, 1:]), returns[:, 0])

    betas = betas_of(symbol, panel)

    assert [one.beta for one in betas.betas] == pytest.approx(fit.coef_ / scaler.scale_, rel=1e-8)
    assert [one.factor for one in betas.betas] == [factor.name for factor in MACRO.factors]
    assert betas.r_squared == pytest.approx(
        fit.score(scaler.transform(returns[:, 1:]), returns[:, 0]), rel=1e-9
    )
    assert betas.condition_number == pytest.approx(np.linalg.cond(scaler.transform(returns[:, 1:])))
    assert betas.observations == len(returns)
    assert betas.missing == ()


def test_factors_without_history_are_named_and_the_others_measured() -> None:
    betas = symbol_factor_betas(PANEL, STYLE)["AAPL"]

    assert isinstance(betas, FactorBetas)
    assert [one.factor for one in betas.betas] == [FactorName.MARKET, FactorName.INTEREST_RATE]
    assert [one.symbol for one in betas.missing] == ["VTV", "VUG", "MTUM", "QUAL", "IWM", "USMV"]
    assert {one.reason for one in betas.missing} == {ReasonCode.NO_PRICES}


def test_a_young_and_a_resting_factor_are_missing() -> None:
    panel = made_up_panel()
    closes = panel.closes.copy()
    closes[:-60, panel.symbols.index("MTUM")] = np.nan
    closes[:, panel.symbols.index("QUAL")] = 5.0

    betas = symbol_factor_betas(panel_of(panel.symbols, closes), STYLE)["AAPL"]

    assert isinstance(betas, FactorBetas)
    assert {one.factor: one.reason for one in betas.missing} == {
        FactorName.MOMENTUM: ReasonCode.TOO_FEW_OBSERVATIONS,
        FactorName.QUALITY: ReasonCode.CONSTANT_SERIES,
    }
    assert betas.observations == 252


def test_without_any_factor_nobody_has_betas() -> None:
    assert symbol_factor_betas(PANEL.of(["AAPL"]), STYLE) == {"AAPL": ReasonCode.FACTOR_MISSING}


def test_a_young_an_unknown_and_a_resting_symbol_have_reasons() -> None:
    closes = PANEL.of(["AAPL", "QQ", "IBM", *FUNDS]).closes.copy()
    closes[:-60, 0], closes[:, 2] = np.nan, 7.0
    betas = symbol_factor_betas(panel_of(["NEW", "QQ", "FLAT", *FUNDS], closes), MACRO)

    assert betas["NEW"] is ReasonCode.TOO_FEW_OBSERVATIONS
    assert betas["QQ"] is ReasonCode.NO_PRICES
    assert betas["FLAT"] is ReasonCode.CONSTANT_SERIES


def test_sixty_returns_are_enough() -> None:
    closes = PANEL.of(["AAPL", *FUNDS]).closes.copy()
    closes[:-61, 0] = np.nan

    assert betas_of("NEW", panel_of(["NEW", *FUNDS], closes)).observations == 60


def test_a_portfolios_exposures_are_those_of_its_own_returns() -> None:
    closes = PANEL.of([*HELD.symbols, *FUNDS]).closes[-253:]
    returns = simple_returns(closes)
    held = returns[:, :3] @ HELD.of(HELD.symbols)
    scaler = StandardScaler()
    z = scaler.fit_transform(returns[:, 3:])
    fit = Ridge(alpha=1.0).fit(z, held)

    figures = exposures_of(HELD)

    assert [*slopes(figures).values()] == pytest.approx(fit.coef_ / scaler.scale_, rel=1e-8)
    assert figures.r_squared == pytest.approx(fit.score(z, held), rel=1e-9)
    assert figures.condition_number == pytest.approx(np.linalg.cond(z))


def test_a_factor_is_missing_that_nobody_held_has_a_beta_to() -> None:
    aapl = symbol_factor_betas(PANEL, STYLE)["AAPL"]
    assert isinstance(aapl, FactorBetas)
    finding = factor_exposures({"AAPL": aapl}, Weights({"AAPL": 1.0}), 1.0, PANEL, STYLE)

    assert finding.figures is not None
    assert finding.figures.missing == aapl.missing
    assert [one.factor for one in finding.figures.exposures] == [one.factor for one in aapl.betas]


@pytest.mark.parametrize(("returns", "is_told"), [(59, False), (60, True)])
def test_what_factors_explain_is_told_of_at_least_60_returns(
    returns: int, *, is_told: bool
) -> None:
    young = PANEL.of(["AAPL", *FUNDS])
    closes = young.closes.copy()
    closes[: -returns - 1, 0] = np.nan
    alone, panel = Weights({"AAPL": 1.0}), panel_of(young.symbols, closes)
    figures = factor_exposures(BETAS, alone, 100.0, panel, MACRO).figures

    assert figures is not None
    assert (figures.r_squared is not None) is is_told


def test_exposures_in_money_are_beta_times_nav() -> None:
    for one in exposures_of(HELD).exposures:
        assert one.exposure_usd == pytest.approx(one.beta * 1_000_000)


def test_a_young_symbol_counts_with_its_own_betas_and_is_said() -> None:
    finding = factor_exposures(
        BETAS, Weights({"AAPL": 0.5, "FB": 0.2, "HOUSE": 0.3}), 100.0, PANEL, MACRO
    )

    assert finding.figures is not None
    own = {one.factor: one.beta for one in betas_of("FB").betas}
    rest = {one.factor: one.beta for one in betas_of("AAPL").betas}
    expected = {name: 0.2 * own[name] + 0.5 * rest[name] for name in own}
    assert slopes(finding.figures) == pytest.approx(expected)
    assert finding.figures.condition_number == betas_of("AAPL").condition_number
    assert finding.quality.observations == betas_of("FB").observations < 252
    assert finding.quality.skipped == (Skipped("HOUSE", ReasonCode.NO_PRICES),)


def test_what_too_few_sessions_have_in_common_is_not_judged() -> None:
    closes = PANEL.of(["AAPL", "IBM", *FUNDS]).closes.copy()
    closes[:-70, 1] = closes[-40:-20, 2] = np.nan
    panel = panel_of(["OLD", "NEW", *FUNDS], closes)
    betas = {"OLD": betas_of("AAPL"), "NEW": betas_of("IBM")}
    weights = Weights({"OLD": 0.5, "NEW": 0.5})
    figures = factor_exposures(betas, weights, 1.0, panel, MACRO).figures
    assert figures is not None
    assert figures.r_squared is None
    assert len(figures.exposures) == 8


@given(scale=st.floats(-4, 4).filter(lambda scale: abs(scale) > 1e-3))
def test_scaling_and_turning_all_positions_does_so_to_every_exposure(scale: float) -> None:
    scaled = exposures_of(Weights({s: w * scale for s, w in HELD.by_symbol.items()}))
    before = exposures_of(HELD)
    assert slopes(scaled) == pytest.approx(
        {name: beta * scale for name, beta in slopes(before).items()}, abs=1e-12
    )
    assert scaled.r_squared == pytest.approx(before.r_squared)


@pytest.mark.parametrize("weights", [Weights({}), Weights({"HOUSE": 1.0})])
def test_nothing_measurable_is_an_answer_with_a_reason(weights: Weights) -> None:
    finding = factor_exposures(BETAS, weights, 100.0, PANEL, MACRO)
    assert finding.figures is None
    assert finding.reason is not None


def test_cancelled_holdings_have_no_r_squared() -> None:
    assert exposures_of(Weights({"AAPL": 0.0})).r_squared is None
