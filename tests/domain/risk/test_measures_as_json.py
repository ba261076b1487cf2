"""Findings as JSON: stored, read back as they were, described to clients; never NaN."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
import pytest
from pydantic import TypeAdapter

from domain.risk.concentration import Concentration, concentration
from domain.risk.conditional import conditional_betas
from domain.risk.exposures import Exposures, exposures
from domain.risk.factor_exposures import FactorBetas, symbol_factor_betas
from domain.risk.factor_moves import Sensitivities, driver_of
from domain.risk.factors import FUNDS, MARKET, STYLE
from domain.risk.finding import Finding
from domain.risk.greeks import OptionGreeks, option_greeks
from domain.risk.market_beta import symbol_market_betas
from domain.risk.panel import Panel
from domain.risk.performance import performance
from domain.risk.performance_figures import DailyFigures, Performance
from domain.risk.regression import Regression
from domain.risk.scenarios import SCENARIOS
from domain.risk.sector_exposure import SectorExposure, sector_exposure
from domain.risk.stress import StressTest, stress_test
from domain.risk.value_at_risk import ValueAtRisk, value_at_risk
from tests.support.panels import SHARES, bundled_panel, made_up_panel
from tests.support.risk_books import book, figures, option, private, share, unmodelled

REAL = bundled_panel((*SHARES, *FUNDS))
LINES = (
    *(share("AAPL", 50_000.0, sector="Information Technology"), share("IBM", -20_000.0)),
    *(share("FB", 4_000.0), share("NEW", 3_000.0), share("SPY", 9_000.0, subtype="ETF")),
    *(option("AAPL", -2), option("MSFT", 3, is_call=False)),
    *(private("ART", 5_000.0), unmodelled("NEW", 1)),
)
BOOKS = {
    "many": book(*LINES, cash=20_000.0),
    "one position": book(share("AAPL", 100.0)),
    "all cash": book(cash=1_000.0),
    "nothing at all": book(),
    "all short": book(share("AAPL", -100.0), share("IBM", -50.0), cash=1_000.0),
    "without NAV": book(share("AAPL", 100.0), cash=-100.0),
    "below zero": book(share("AAPL", 100.0), option("IBM", 1), cash=-90_000.0),
    "worthless": book(share("AAPL", 0.0), cash=5.0),
    "private alone": book(private("ART", 5_000.0)),
    "unknown": book(share("NEW", 5_000.0)),
}


def sensitivities(panel: Panel) -> Sensitivities:
    """As they are measured on real closes, which lack some of the funds of style."""
    betas = symbol_factor_betas(panel, STYLE)
    drivers = {driver_of(scenario) for scenario in SCENARIOS}
    closes = panel.of(factor.symbol for factor in STYLE.factors)
    measured = np.flatnonzero(np.isfinite(closes.closes).any(axis=0))
    return Sensitivities(
        market_betas={
            symbol: one.beta
            for symbol, one in symbol_market_betas(panel).items()
            if isinstance(one, Regression)
        },
        factor_betas={
            symbol: {each.factor: each.beta for each in one.betas}
            for symbol, one in betas.items()
            if isinstance(one, FactorBetas)
        },
        slopes={
            driver.name: {
                factor.name: slope
                for factor, slope in conditional_betas(panel, STYLE.factors, driver).items()
            }
            for driver in drivers
        },
        measured=frozenset(STYLE.factors[place].name for place in measured.tolist()),
        observations=90,
    )


BY = sensitivities(REAL)
KINDS: dict[str, tuple[Any, Callable[..., Finding[Any]]]] = {
    "greeks": (Finding[OptionGreeks], option_greeks),
    "exposures": (Finding[Exposures], exposures),
    "concentration": (Finding[Concentration], concentration),
    "sectors": (Finding[SectorExposure], sector_exposure),
    "stress": (Finding[StressTest], lambda held: stress_test(held, BY)),
    "value at risk": (Finding[ValueAtRisk], lambda held: value_at_risk(held, REAL)),
}


def readings(finding: Finding[Any], kind: Any) -> list[Finding[Any]]:
    """What msgspec and pydantic read of what is stored; JSON has no NaN: it is null."""
    stored = msgspec.json.encode(finding)
    adapter = TypeAdapter(kind)
    assert adapter.json_schema()["properties"].keys() == {"figures", "reason", "quality"}
    return [msgspec.json.decode(stored, type=kind), adapter.validate_json(stored)]


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize("measure", KINDS)
def test_a_finding_is_read_back_as_it_was(measure: str, name: str) -> None:
    kind, taken = KINDS[measure]
    finding = taken(BOOKS[name])
    assert readings(finding, kind) == [finding, finding]


@pytest.mark.parametrize("returns", [[0.01, -0.02] * 20, [None] * 3, [0.0] * 40, []])
def test_so_is_a_performance(returns: Sequence[float | None]) -> None:
    n = len(returns) + 1
    days = DailyFigures(
        sessions=REAL.sessions[-n:],
        nav=[100.0] * n,
        pnl=[0.0] * n,
        flows=[0.0] * n,
        returns=[None, *returns],
    )
    finding = performance(days, REAL, "SPY", 0.04)
    assert readings(finding, Finding[Performance]) == [finding, finding]


def test_real_betas_move_the_market_by_what_it_is_shocked_by() -> None:
    test = figures(stress_test(book(share("SPY", 1_000.0)), BY))
    pnl = {str(one.scenario_id): one.direct.pnl for one in test.scenarios if one.direct}
    assert pnl["market_down_10"] == pytest.approx(-100.0)
    assert pnl["market_crash_35"] == pytest.approx(-350.0)
    assert {one.status for one in test.scenarios} == {"complete", "partial", "unavailable"}


def test_with_all_funds_every_scenario_is_complete() -> None:
    made_up = made_up_panel()
    by = sensitivities(made_up)
    test = figures(stress_test(book(share("AAPL", 1_000.0), share(MARKET.symbol, 500.0)), by))
    assert {one.status for one in test.scenarios} == {"complete"}
    assert all(one.factors_unmoved == () for one in test.scenarios)
