"""What a session's closes say of symbols and factors, shared by all portfolios (spec 6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from domain.risk.conditional import conditional_betas
from domain.risk.factor_exposures import FactorBetas
from domain.risk.factor_moves import Sensitivities, driver_of
from domain.risk.factors import MARKET, STYLE, FactorName
from domain.risk.finding import ReasonCode
from domain.risk.market_beta import SESSIONS
from domain.risk.panel import Panel
from domain.risk.regression import Regression
from domain.risk.scenarios import SCENARIOS, Scenario
from domain.risk.spread_factors import SpreadBetas
from domain.risk.symbol_measures import SymbolMeasures

Measured = TypeVar("Measured")


@dataclass(frozen=True)
class MarketView:
    """Closes up to a session, and what was measured of their symbols.

    Attributes:
        panel: with the funds that factors are measured by.
        symbols: the measures of those that portfolios hold, at the panel's last session.
    """

    panel: Panel
    symbols: Mapping[str, SymbolMeasures]

    @cached_property
    def market_betas(self) -> Mapping[str, Regression | ReasonCode]:
        """The line of each symbol on the market."""
        return {symbol: one.market_beta for symbol, one in self.symbols.items()}

    @cached_property
    def style(self) -> Mapping[str, FactorBetas | ReasonCode]:
        """Each symbol's betas to the style factors."""
        return {symbol: one.style for symbol, one in self.symbols.items()}

    @cached_property
    def macro(self) -> Mapping[str, FactorBetas | ReasonCode]:
        """Each symbol's betas to the macro factors."""
        return {symbol: one.macro for symbol, one in self.symbols.items()}

    @cached_property
    def spreads(self) -> Mapping[str, SpreadBetas | ReasonCode]:
        """Each symbol's lines on the spreads."""
        return {symbol: one.spreads for symbol, one in self.symbols.items()}

    @cached_property
    def sensitivities(self) -> Sensitivities:
        """How symbols and factors move together, for the scenarios that come along."""
        return self.sensitivities_to(SCENARIOS)

    def sensitivities_to(self, scenarios: Sequence[Scenario]) -> Sensitivities:
        """How symbols and factors move together, as far as these scenarios ask."""
        drivers = {driver_of(scenario): None for scenario in scenarios}
        slopes: dict[FactorName, dict[FactorName, float]] = {
            driver.name: {
                factor.name: slope
                for factor, slope in conditional_betas(self.panel, STYLE.factors, driver).items()
            }
            for driver in drivers
        }
        return Sensitivities(
            market_betas={symbol: one.beta for symbol, one in _known(self.market_betas).items()},
            factor_betas={
                symbol: {beta.factor: beta.beta for beta in one.betas}
                for symbol, one in _known(self.style).items()
            },
            slopes=slopes,
            measured=self._measured,
            observations=SESSIONS,
            lacking={s: one for s, one in self.style.items() if isinstance(one, ReasonCode)},
        )

    @property
    def _measured(self) -> frozenset[FactorName]:
        """The style factors that have enough closes: those of the market's own regression."""
        own = self.symbols.get(MARKET.symbol)
        if own is None or isinstance(own.style, ReasonCode):
            return frozenset()
        return frozenset(beta.factor for beta in own.style.betas)


def _known(by_symbol: Mapping[str, Measured | ReasonCode]) -> dict[str, Measured]:
    return {symbol: one for symbol, one in by_symbol.items() if not isinstance(one, ReasonCode)}
