"""What is measured of a symbol alone, once a session, and shared by all portfolios (spec 6.2).

The betas of a portfolio are sums of weight x these.
"""

from dataclasses import dataclass
from datetime import date

from domain.risk.factor_exposures import FactorBetas, symbol_factor_betas
from domain.risk.factors import MACRO, STYLE
from domain.risk.finding import ReasonCode
from domain.risk.market_beta import symbol_market_betas
from domain.risk.panel import Panel
from domain.risk.regression import Regression
from domain.risk.spread_factors import SpreadBetas, symbol_spread_betas
from domain.risk.volatility import MONTH, QUARTER, symbol_volatilities

SESSIONS = 315
"""Closes that a panel needs so that no window of any measure is cut short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolMeasures:
    """The measures of one symbol at the close of a session; a reason where one is not to be had.

    Attributes:
        session: the last of every window.
        market_beta: the line on SPY of 90 sessions.
        style: betas to the style factors, of 252 sessions.
        macro: betas to the macro factors, of 252 sessions.
        spreads: lines on the spreads, of 180 sessions.
        volatility_21: realised, a year, of 21 sessions; None of under 20 returns.
        volatility_63: the same of 63 sessions.
    """

    symbol: str
    session: date
    market_beta: Regression | ReasonCode
    style: FactorBetas | ReasonCode
    macro: FactorBetas | ReasonCode
    spreads: SpreadBetas | ReasonCode
    volatility_21: float | None
    volatility_63: float | None


def symbol_measures(panel: Panel) -> dict[str, SymbolMeasures]:
    """All measures of all symbols of a panel, at its last session.

    The panel has the funds (`factors.FUNDS`) among its symbols, and 315 sessions.
    """
    market = symbol_market_betas(panel)
    style, macro = symbol_factor_betas(panel, STYLE), symbol_factor_betas(panel, MACRO)
    spreads = symbol_spread_betas(panel)
    month, quarter = symbol_volatilities(panel, MONTH), symbol_volatilities(panel, QUARTER)
    return {
        symbol: SymbolMeasures(
            symbol=symbol,
            session=panel.sessions[-1],
            market_beta=market[symbol],
            style=style[symbol],
            macro=macro[symbol],
            spreads=spreads[symbol],
            volatility_21=month[symbol],
            volatility_63=quarter[symbol],
        )
        for symbol in panel.symbols
    }
