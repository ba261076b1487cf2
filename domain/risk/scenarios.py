"""The stress scenarios: what happens to factors at once, as reference data (spec 6.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.risk.factors import (
    GROWTH,
    INTEREST_RATE,
    LOW_VOLATILITY,
    MARKET,
    MOMENTUM,
    QUALITY,
    SIZE,
    VALUE,
    Factor,
)

_DURATION, _CONVEXITY = 16.5, 360.0  # of TLT


class ScenarioId(StrEnum):
    """Which scenario it is; `own` is one that a reader made up."""

    MARKET_UP_10 = "market_up_10"
    MARKET_DOWN_10 = "market_down_10"
    MARKET_CRASH_35 = "market_crash_35"
    MARKET_RALLY_25 = "market_rally_25"
    RATES_UP_25BP = "rates_up_25bp"
    RATES_DOWN_25BP = "rates_down_25bp"
    RATES_UP_100BP = "rates_up_100bp"
    RATES_DOWN_100BP = "rates_down_100bp"
    RATE_SPIKE_300BP = "rate_spike_300bp"
    VALUE_ROTATION_20 = "value_rotation_20"
    GROWTH_RALLY_15 = "growth_rally_15"
    SMALL_CAP_OUTPERFORMANCE_10 = "small_cap_outperformance_10"
    QUALITY_FLIGHT_12 = "quality_flight_12"
    VIX_SPIKE_150 = "vix_spike_150"
    LIQUIDITY_CRISIS = "liquidity_crisis"
    FINANCIAL_CRISIS_2008 = "financial_crisis_2008"
    COVID_CRASH_2020 = "covid_crash_2020"
    DOTCOM_CRASH_2000 = "dotcom_crash_2000"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Scenario:
    """What each shocked factor returns: 0.1 is +10 %."""

    id: ScenarioId
    title: str
    shocks: Mapping[Factor, float]


def bond_return(yield_change: float) -> float:
    """What the Interest Rate factor returns where yields change: 0.01 is a hundred basis points.

    -D dy + C dy^2 / 2 by the fund's duration and convexity.
    """
    return -_DURATION * yield_change + _CONVEXITY * yield_change**2 / 2


SCENARIOS = (
    Scenario(ScenarioId.MARKET_UP_10, "Market +10 %", {MARKET: 0.10}),
    Scenario(ScenarioId.MARKET_DOWN_10, "Market -10 %", {MARKET: -0.10}),
    Scenario(ScenarioId.MARKET_CRASH_35, "Market crash of 35 %", {MARKET: -0.35}),
    Scenario(ScenarioId.MARKET_RALLY_25, "Market rally of 25 %", {MARKET: 0.25}),
    Scenario(
        ScenarioId.RATES_UP_25BP, "Yields +25 basis points", {INTEREST_RATE: bond_return(0.0025)}
    ),
    Scenario(
        ScenarioId.RATES_DOWN_25BP, "Yields -25 basis points", {INTEREST_RATE: bond_return(-0.0025)}
    ),
    Scenario(
        ScenarioId.RATES_UP_100BP, "Yields +100 basis points", {INTEREST_RATE: bond_return(0.01)}
    ),
    Scenario(
        ScenarioId.RATES_DOWN_100BP, "Yields -100 basis points", {INTEREST_RATE: bond_return(-0.01)}
    ),
    Scenario(
        ScenarioId.RATE_SPIKE_300BP, "Yields +300 basis points", {INTEREST_RATE: bond_return(0.03)}
    ),
    Scenario(ScenarioId.VALUE_ROTATION_20, "Rotation into value", {VALUE: 0.20, GROWTH: -0.10}),
    Scenario(ScenarioId.GROWTH_RALLY_15, "Rally of growth", {GROWTH: 0.15, MOMENTUM: 0.10}),
    Scenario(ScenarioId.SMALL_CAP_OUTPERFORMANCE_10, "Small companies ahead", {SIZE: 0.10}),
    Scenario(ScenarioId.QUALITY_FLIGHT_12, "Flight to quality", {QUALITY: 0.12, MARKET: -0.05}),
    Scenario(
        ScenarioId.VIX_SPIKE_150, "Spike of volatility", {LOW_VOLATILITY: -0.25, MARKET: -0.15}
    ),
    Scenario(
        ScenarioId.LIQUIDITY_CRISIS,
        "Liquidity crisis",
        {MARKET: -0.20, LOW_VOLATILITY: -0.30, QUALITY: 0.15, SIZE: -0.10},
    ),
    Scenario(
        ScenarioId.FINANCIAL_CRISIS_2008,
        "Financial crisis of 2008",
        {MARKET: -0.45, VALUE: -0.30, SIZE: -0.25, QUALITY: 0.20, LOW_VOLATILITY: -0.35},
    ),
    Scenario(
        ScenarioId.COVID_CRASH_2020,
        "Covid crash of 2020",
        {MARKET: -0.35, GROWTH: 0.15, VALUE: -0.40, SIZE: -0.30, QUALITY: 0.10},
    ),
    Scenario(
        ScenarioId.DOTCOM_CRASH_2000,
        "Dotcom crash of 2000",
        {MARKET: -0.45, GROWTH: -0.60, VALUE: 0.20, MOMENTUM: -0.50, QUALITY: 0.15},
    ),
)
"""The eighteen that every installation brings along."""
