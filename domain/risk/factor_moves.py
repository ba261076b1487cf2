"""What a scenario does to factors, and to symbols by their betas (spec 6.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Self

import numpy as np

from domain.risk.factors import INTEREST_RATE, MARKET, STYLE, Factor, FactorName, FactorSet
from domain.risk.finding import ReasonCode
from domain.risk.normal import Floats
from domain.risk.scenarios import Scenario

Method = Literal["market_beta", "factor_betas"]
_EVERYTHING = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivities:
    """How symbols and factors moved in the sessions before.

    Attributes:
        market_betas: by symbol, of the regression on the market alone.
        factor_betas: by symbol, then by the name of the factor, of the joint regression.
        slopes: by the name of a driver, then of a factor: what it moves by for 1 of the driver.
        measured: the names of the factors that have data.
        observations: returns in the window of the market betas.
        lacking: why a symbol has no betas, where it is not for want of prices.
        factors: the set of the scenarios.
    """

    market_betas: Mapping[str, float]
    factor_betas: Mapping[str, Mapping[FactorName, float]]
    slopes: Mapping[FactorName, Mapping[FactorName, float]]
    measured: frozenset[FactorName]
    observations: int
    lacking: Mapping[str, ReasonCode] = field(default_factory=dict)
    factors: FactorSet = STYLE

    def knows(self, symbol: str, method: Method) -> bool:
        """Whether there are betas for that method."""
        return symbol in (self.market_betas if method == "market_beta" else self.factor_betas)


@dataclass(frozen=True, slots=True)
class FactorMoves:
    """What a scenario does to factors, by name: what it says, and what goes along.

    Attributes:
        driver: moves the factors that are not shocked.
        shocks: what the scenario says.
        direct: the shocks of factors that have data.
        correlated: those, and what goes along with the driver.
        unmoved: factors that would go along but have no data.
    """

    driver: FactorName
    method: Method
    shocks: Mapping[FactorName, float]
    direct: Mapping[FactorName, float]
    correlated: Mapping[FactorName, float]
    unmoved: tuple[FactorName, ...]

    @property
    def missing(self) -> tuple[FactorName, ...]:
        """The shocked factors that have no data."""
        return tuple(name for name in self.shocks if name not in self.direct)


def driver_of(scenario: Scenario) -> Factor:
    """The factor that moves the others: Market, else Interest Rate, else the largest shock."""
    shocked = (factor for factor in (MARKET, INTEREST_RATE) if factor in scenario.shocks)
    return next(shocked, max(scenario.shocks, key=lambda factor: abs(scenario.shocks[factor])))


def factor_moves(scenario: Scenario, by: Sensitivities) -> FactorMoves:
    """The moves of all factors.

    A shock of the market alone acts by each symbol's beta to it, which holds what goes along: no
    other factor moves then. What goes along with a driver moves by -100 to 100 % at most.
    """
    driver = driver_of(scenario)
    shocks = {factor.name: shock for factor, shock in scenario.shocks.items()}
    direct = {name: shock for name, shock in shocks.items() if name in by.measured}
    if set(scenario.shocks) == {MARKET}:
        return FactorMoves(driver.name, "market_beta", shocks, direct, direct, ())
    slopes = by.slopes.get(driver.name, {}) if driver.name in by.measured else {}
    others = [factor.name for factor in by.factors.factors if factor.name not in shocks]
    along = {
        name: min(max(slopes[name] * scenario.shocks[driver], -_EVERYTHING), _EVERYTHING)
        for name in others
        if name in by.measured and name in slopes
    }
    unmoved = tuple(name for name in others if name not in along)
    return FactorMoves(driver.name, "factor_betas", shocks, direct, direct | along, unmoved)


@dataclass(frozen=True, slots=True)
class SymbolBetas:
    """Betas of symbols as arrays; 0 for those without.

    Attributes:
        market: [N] to the market alone.
        factors: [N, K] to the factors of the set.
    """

    market: Floats
    factors: Floats

    @classmethod
    def of(cls, symbols: tuple[str, ...], by: Sensitivities) -> Self:
        """Those of some symbols."""
        names = [factor.name for factor in by.factors.factors]
        rows = [by.factor_betas.get(symbol, {}) for symbol in symbols]
        factors = np.array([[row.get(name, 0.0) for name in names] for row in rows])
        market = np.array([by.market_betas.get(symbol, 0.0) for symbol in symbols])
        return cls(market, factors.reshape(len(symbols), len(names)))

    def returns(
        self, moves: Mapping[FactorName, float], method: Method, factors: FactorSet
    ) -> Floats:
        """[N] what each symbol returns, never below -1."""
        if method == "market_beta":
            sums = self.market * moves[MARKET.name]
        else:
            sums = self.factors @ np.array([moves.get(one.name, 0.0) for one in factors.factors])
        return np.asarray(np.maximum(sums, -_EVERYTHING))
