"""Specification of all measures taken at once: which rests on what, and what is said instead."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np
import pytest

from domain.risk.book import RiskBook
from domain.risk.factors import MACRO, STYLE
from domain.risk.finding import ReasonCode
from domain.risk.market_beta import beta_of_returns
from domain.risk.market_view import MarketView
from domain.risk.measures import DailyReturns, MarketBeta, measure, trailing_returns
from domain.risk.panel import Panel
from domain.risk.position_exposures import PositionBeta, position_exposures
from domain.risk.regression import Regression
from domain.risk.scenarios import SCENARIOS
from domain.risk.symbol_measures import symbol_measures
from tests.support.panels import made_up_panel
from tests.support.risk_books import book, figures, private, share, why

PANEL = made_up_panel()
VIEW = MarketView(PANEL, symbol_measures(PANEL))
HELD = book(share("IBM", -20_000.0), share("AAPL", 50_000.0), share("NEW", 3_000.0), cash=7_000.0)


def returns_of(panel: Panel, times: float) -> DailyReturns:
    """Those of a portfolio that moves that many times as much as the market."""
    closes = panel.of(["SPY"]).closes[:, 0]
    moved: Sequence[float] = (times * (closes[1:] / closes[:-1] - 1.0)).tolist()
    return DailyReturns(panel.sessions, moved)


def market_beta(of: RiskBook, own: DailyReturns) -> MarketBeta:
    """The market beta of a book whose account has returned that."""
    return figures(measure(of, VIEW, own).market_beta)


def test_the_market_beta_is_by_weights_where_something_held_has_one() -> None:
    told = market_beta(HELD, returns_of(PANEL, 2.0))

    by_weights = told.by_weights
    assert by_weights is not None
    assert (told.beta, told.method, told.by_weights_reason) == (by_weights.beta, "weights", None)
    assert told.by_returns == figures(
        beta_of_returns(PANEL.sessions, returns_of(PANEL, 2.0).returns, PANEL)
    )
    assert told.by_returns_reason is None


def test_it_is_by_the_returns_there_were_where_nothing_held_has_one() -> None:
    told = market_beta(book(private("ART", 5_000.0)), returns_of(PANEL, 2.0))

    assert (told.method, told.by_weights) == ("returns", None)
    assert told.beta == pytest.approx(2.0)
    assert told.by_weights_reason is not None


def test_without_either_the_reason_is_that_of_the_weights() -> None:
    nothing = measure(book(private("ART", 5_000.0)), VIEW)
    without_nav = measure(book(share("AAPL", 100.0), cash=-100.0), VIEW)

    assert why(nothing.market_beta) is not ReasonCode.NAV_TOO_SMALL
    assert nothing.market_beta.quality.positions_total == 1
    assert why(without_nav.market_beta) is ReasonCode.NAV_TOO_SMALL


def test_where_nav_says_nothing_every_measure_of_weights_says_so() -> None:
    taken = measure(book(share("AAPL", 100.0), cash=-100.0), VIEW)
    of_weights = ("factor_exposures", "macro_exposures", "spread_factors", "volatility")

    for name in (*of_weights, "correlation_matrix", "diversification_score"):
        assert why(getattr(taken, name)) is ReasonCode.NAV_TOO_SMALL


def test_every_measure_has_figures_of_a_book_with_history() -> None:
    held = replace(HELD, session=PANEL.sessions[-1])
    taken = measure(held, VIEW, returns_of(PANEL, 1.0))
    found = {one.name: getattr(taken, one.name).figures is not None for one in fields(taken)}

    assert [name for name, has_figures in found.items() if not has_figures] == ["greeks"]
    assert figures(taken.factor_exposures).factor_set is STYLE.name
    assert figures(taken.macro_exposures).factor_set is MACRO.name


def test_a_view_tells_how_symbols_and_factors_move_together() -> None:
    told = VIEW.sensitivities

    assert told == VIEW.sensitivities_to(SCENARIOS)
    aapl = VIEW.symbols["AAPL"]
    assert isinstance(aapl.market_beta, Regression)
    assert told.market_betas["AAPL"] == aapl.market_beta.beta
    assert not isinstance(aapl.style, ReasonCode)
    assert told.factor_betas["AAPL"] == {one.factor: one.beta for one in aapl.style.betas}
    assert told.measured == {factor.name for factor in STYLE.factors}
    assert (told.lacking, told.observations) == ({}, 90)


def test_what_a_view_cannot_measure_it_names() -> None:
    young = np.where(np.arange(len(PANEL.sessions)) < len(PANEL.sessions) - 5, np.nan, 1.0)
    closes = PANEL.closes.copy()
    closes[:, PANEL.symbols.index("AAPL")] *= young
    panel = replace(PANEL, closes=closes)
    told = MarketView(panel, symbol_measures(panel)).sensitivities

    assert told.lacking == {"AAPL": ReasonCode.TOO_FEW_OBSERVATIONS}
    assert "AAPL" not in told.market_betas
    assert "AAPL" not in told.factor_betas


def test_without_the_market_no_factor_is_measured() -> None:
    symbols = {symbol: one for symbol, one in VIEW.symbols.items() if symbol != "SPY"}

    assert MarketView(PANEL, symbols).sensitivities.measured == frozenset()


def test_lines_are_told_the_largest_first_each_with_the_betas_of_its_symbol() -> None:
    told = position_exposures(HELD, VIEW.symbols, STYLE)
    lines = figures(told).positions

    assert [line.symbol for line in lines] == ["AAPL", "IBM", "NEW"]
    assert (figures(told).factor_set, figures(told).set_version) == (STYLE.name, STYLE.version)
    ibm, known = lines[1], VIEW.symbols["IBM"]
    assert not isinstance(known.style, ReasonCode)
    assert isinstance(known.market_beta, Regression)
    assert (ibm.market_value, ibm.exposed_value, ibm.weight) == (-20_000.0, -20_000.0, -0.5)
    assert (ibm.market_beta, ibm.volatility_63) == (known.market_beta.beta, known.volatility_63)
    assert ibm.factors == tuple(
        PositionBeta(factor=one.factor, beta=one.beta, exposure_usd=one.beta * -20_000.0)
        for one in known.style.betas
    )
    assert told.quality.observations == known.style.observations


def test_lines_rest_on_as_many_returns_as_the_youngest_symbol_has() -> None:
    closes = PANEL.closes.copy()
    closes[:-101, PANEL.symbols.index("IBM")] = np.nan
    young = Panel(PANEL.sessions, PANEL.symbols, closes)

    told = position_exposures(HELD, symbol_measures(young), STYLE)

    assert told.quality.observations == 100


def test_a_line_whose_symbol_is_not_measured_says_why_and_has_no_factors() -> None:
    told = position_exposures(HELD, VIEW.symbols, MACRO)
    new = figures(told).positions[2]

    assert (new.reason, new.factors) == (ReasonCode.NO_PRICES, ())
    assert (new.market_beta, new.volatility_63) == (None, None)
    assert {one.symbol: one.reason for one in told.quality.skipped} == {"NEW": ReasonCode.NO_PRICES}


def test_lines_of_macro_factors_have_those_betas() -> None:
    aapl, known = figures(position_exposures(HELD, VIEW.symbols, MACRO)).positions[0], VIEW.macro

    assert not isinstance(known["AAPL"], ReasonCode)
    assert [(one.factor, one.beta) for one in aapl.factors] == [
        (one.factor, one.beta) for one in known["AAPL"].betas
    ]


def test_where_nothing_but_cash_is_held_there_are_no_lines() -> None:
    told = position_exposures(book(cash=100.0), VIEW.symbols, STYLE)

    assert why(told) is ReasonCode.NOTHING_HELD
    assert told.quality.observations == 0


@dataclass(frozen=True)
class Day:
    """A session and what it returned."""

    session: date
    daily_return: float | None


def trailing(*returns: float | None) -> DailyReturns:
    """Those of days one after another."""
    return trailing_returns(Day(date(2024, 1, day), one) for day, one in enumerate(returns, 1))


def test_returns_go_back_to_the_last_day_that_has_none() -> None:
    assert trailing(0.5, None, 0.1, -0.2) == DailyReturns(
        [date(2024, 1, day) for day in (2, 3, 4)], [0.1, -0.2]
    )
    assert trailing(0.1, None) == DailyReturns([date(2024, 1, 2)], [])


def test_the_first_day_is_where_returns_start_from() -> None:
    assert trailing(0.5, 0.1).returns == trailing(None, 0.1).returns == [0.1]
    assert trailing() == DailyReturns([], [])
