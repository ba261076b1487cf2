"""The stress scenarios: what happens to factors at once, as reference data (spec 6.3)."""

from collections.abc import Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Scenario:
    """What each shocked factor returns: 0.1 is +10 %."""

    id: str
    title: str
    shocks: Mapping[Factor, float]


def bond_return(yield_change: float) -> float:
    """What the Interest Rate factor returns where yields change: 0.01 is a hundred basis points.

    -D dy + C dy^2 / 2 by the fund's duration and convexity.
    """
    return -_DURATION * yield_change + _CONVEXITY * yield_change**2 / 2


def _market(scenario_id: str, title: str, shock: float) -> Scenario:
    return Scenario(scenario_id, title, {MARKET: shock})


def _rates(scenario_id: str, title: str, basis_points: int) -> Scenario:
    return Scenario(scenario_id, title, {INTEREST_RATE: bond_return(basis_points / 10_000)})


SCENARIOS = (
    _market("market_up_10", "Market +10 %", 0.10),
    _market("market_down_10", "Market -10 %", -0.10),
    _market("market_crash_35", "Market crash of 35 %", -0.35),
    _market("market_rally_25", "Market rally of 25 %", 0.25),
    _rates("rates_up_25bp", "Yields +25 basis points", 25),
    _rates("rates_down_25bp", "Yields -25 basis points", -25),
    _rates("rates_up_100bp", "Yields +100 basis points", 100),
    _rates("rates_down_100bp", "Yields -100 basis points", -100),
    _rates("rate_spike_300bp", "Yields +300 basis points", 300),
    Scenario("value_rotation_20", "Rotation into value", {VALUE: 0.20, GROWTH: -0.10}),
    Scenario("growth_rally_15", "Rally of growth", {GROWTH: 0.15, MOMENTUM: 0.10}),
    Scenario("small_cap_outperformance_10", "Small companies ahead", {SIZE: 0.10}),
    Scenario("quality_flight_12", "Flight to quality", {QUALITY: 0.12, MARKET: -0.05}),
    Scenario("vix_spike_150", "Spike of volatility", {LOW_VOLATILITY: -0.25, MARKET: -0.15}),
    Scenario(
        "liquidity_crisis",
        "Liquidity crisis",
        {MARKET: -0.20, LOW_VOLATILITY: -0.30, QUALITY: 0.15, SIZE: -0.10},
    ),
    Scenario(
        "financial_crisis_2008",
        "Financial crisis of 2008",
        {MARKET: -0.45, VALUE: -0.30, SIZE: -0.25, QUALITY: 0.20, LOW_VOLATILITY: -0.35},
    ),
    Scenario(
        "covid_crash_2020",
        "Covid crash of 2020",
        {MARKET: -0.35, GROWTH: 0.15, VALUE: -0.40, SIZE: -0.30, QUALITY: 0.10},
    ),
    Scenario(
        "dotcom_crash_2000",
        "Dotcom crash of 2000",
        {MARKET: -0.45, GROWTH: -0.60, VALUE: 0.20, MOMENTUM: -0.50, QUALITY: 0.15},
    ),
)
"""The eighteen that every installation brings along."""
