"""The factors that exposures are measured to: reference data with a version (spec 6.2)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor, and the fund whose returns stand for it."""

    name: str
    symbol: str


@dataclass(frozen=True, slots=True)
class FactorSet:
    """Factors that are regressed on together; a change of any of them is another `version`."""

    name: str
    version: int
    factors: tuple[Factor, ...]


MARKET = Factor("Market", "SPY")
INTEREST_RATE = Factor("Interest Rate", "TLT")
VALUE, GROWTH = Factor("Value", "VTV"), Factor("Growth", "VUG")
MOMENTUM, QUALITY = Factor("Momentum", "MTUM"), Factor("Quality", "QUAL")
SIZE, LOW_VOLATILITY = Factor("Size", "IWM"), Factor("Low Volatility", "USMV")

STYLE = FactorSet(
    "style",
    1,
    (MARKET, VALUE, GROWTH, MOMENTUM, QUALITY, SIZE, LOW_VOLATILITY, INTEREST_RATE),
)
"""The eight that the scenarios speak of; some of their funds are younger than bundled prices."""
