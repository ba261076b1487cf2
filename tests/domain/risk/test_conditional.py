"""What other factors did when one moved: exponentially weighted slopes."""

import numpy as np
import pytest
import statsmodels.api as sm

from domain.risk.conditional import conditional_betas
from domain.risk.factors import CREDIT, INTEREST_RATE, MACRO, MARKET, MOMENTUM, STYLE, Factor
from domain.risk.panel import Panel
from domain.risk.returns import simple_returns
from tests.support.panels import bundled_panel, made_up_panel, panel_of, with_gaps

PANEL = bundled_panel()


@pytest.mark.parametrize("driver", [MARKET, INTEREST_RATE, CREDIT])
def test_slopes_are_those_of_statsmodels(driver: Factor) -> None:
    betas = conditional_betas(PANEL, MACRO.factors, driver)

    weights = np.power(0.97, np.arange(252.0)[::-1])
    assert set(betas) == set(MACRO.factors) - {driver}
    for factor, beta in betas.items():
        returns = simple_returns(PANEL.of([factor.symbol, driver.symbol]).closes[-253:])
        fit = sm.WLS(returns[:, 0], sm.add_constant(returns[:, 1]), weights=weights).fit()
        assert beta == pytest.approx(fit.params[1], rel=1e-9)


def test_a_lacking_session_keeps_the_weight_of_the_others() -> None:
    panel = with_gaps(made_up_panel(), 0.1)
    betas = conditional_betas(panel, [MOMENTUM], MARKET)

    closes = panel.of(["MTUM", "SPY"]).closes[-253:]
    there = np.isfinite(closes).all(axis=1)
    returns = simple_returns(closes[there])
    ages = (252 - np.flatnonzero(there)[1:]).astype(np.float64)
    fit = sm.WLS(returns[:, 0], sm.add_constant(returns[:, 1]), weights=np.power(0.97, ages)).fit()
    assert betas[MOMENTUM] == pytest.approx(fit.params[1], rel=1e-9)


def test_factors_without_history_are_left_out() -> None:
    assert set(conditional_betas(PANEL, STYLE.factors, MARKET)) == {INTEREST_RATE}


def test_sixty_returns_are_enough() -> None:
    panel = made_up_panel()
    closes = panel.closes.copy()
    closes[:-61, panel.symbols.index("MTUM")] = np.nan
    closes[:-60, panel.symbols.index("LQD")] = np.nan
    betas = conditional_betas(panel_of(panel.symbols, closes), [MOMENTUM, CREDIT], MARKET)
    assert set(betas) == {MOMENTUM}


@pytest.mark.parametrize("close", [np.nan, 10.0])
def test_a_driver_that_is_lacking_or_rests_drives_nothing(close: float) -> None:
    closes = PANEL.closes.copy()
    closes[:, PANEL.symbols.index("SPY")] = close
    panel = Panel(PANEL.sessions, PANEL.symbols, closes)
    assert conditional_betas(panel, MACRO.factors, MARKET) == {}
