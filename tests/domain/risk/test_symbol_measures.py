"""What is measured of symbols once, stored, and shared by all portfolios."""

import msgspec
import pytest
from pydantic import TypeAdapter

from domain.risk.factor_exposures import symbol_factor_betas
from domain.risk.factors import MACRO
from domain.risk.finding import ReasonCode
from domain.risk.market_beta import symbol_market_betas
from domain.risk.panel import Panel
from domain.risk.symbol_measures import SESSIONS, SymbolMeasures, symbol_measures
from tests.support.panels import bundled_panel, made_up_panel, with_gaps

PANELS = [
    bundled_panel(),
    made_up_panel(),
    with_gaps(made_up_panel(), 0.02),
    made_up_panel(sessions=5),
]


@pytest.mark.parametrize("panel", PANELS, ids=["bundled", "whole", "gappy", "young"])
def test_measures_survive_being_stored(panel: Panel) -> None:
    """So nothing is NaN or infinite, which JSON has no words for."""
    measures = symbol_measures(panel)
    stored = msgspec.json.encode(measures)
    assert msgspec.json.decode(stored, type=dict[str, SymbolMeasures]) == measures
    assert TypeAdapter(dict[str, SymbolMeasures]).validate_json(stored) == measures


def test_everybody_has_all_measures_at_the_last_session() -> None:
    panel = bundled_panel()
    measures = symbol_measures(panel)
    assert set(measures) == set(panel.symbols)
    assert {one.session for one in measures.values()} == {panel.sessions[-1]}
    assert measures["AAPL"].market_beta == symbol_market_betas(panel)["AAPL"]
    assert measures["AAPL"].macro == symbol_factor_betas(panel, MACRO)["AAPL"]
    assert measures["AAPL"].spreads is ReasonCode.FACTOR_MISSING
    assert measures["AAPL"].volatility_21 is not None


def test_more_history_than_asked_for_changes_nothing() -> None:
    longer = bundled_panel(sessions=SESSIONS + 60)
    assert symbol_measures(longer) == symbol_measures(bundled_panel())


def test_other_symbols_beside_it_change_nothing() -> None:
    panel = bundled_panel()
    alone = symbol_measures(panel.of(["AAPL", *(factor.symbol for factor in MACRO.factors)]))
    assert alone["AAPL"].market_beta == symbol_measures(panel)["AAPL"].market_beta
    assert alone["AAPL"].volatility_63 == symbol_measures(panel)["AAPL"].volatility_63
