"""The factors that exposures are measured to: reference data with a version (spec 6.2)."""

from dataclasses import dataclass
from enum import StrEnum


class FactorName(StrEnum):
    """Which factor it is, the same in every set that has it."""

    MARKET = "Market"
    VALUE = "Value"
    GROWTH = "Growth"
    MOMENTUM = "Momentum"
    QUALITY = "Quality"
    SIZE = "Size"
    LOW_VOLATILITY = "Low Volatility"
    INTEREST_RATE = "Interest Rate"
    CREDIT = "Credit"
    INFLATION = "Inflation"
    DEVELOPED_EX_US = "Developed ex-US"
    EMERGING = "Emerging"
    ENERGY = "Energy"
    TECHNOLOGY = "Technology"


class FactorSetName(StrEnum):
    """Which factors are regressed on together."""

    STYLE = "style"
    MACRO = "macro"


class SpreadName(StrEnum):
    """Which difference of two factors it is."""

    GROWTH_VALUE = "Growth-Value"
    MOMENTUM = "Momentum"
    SIZE = "Size"
    QUALITY = "Quality"


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor, and the fund whose returns stand for it."""

    name: FactorName
    symbol: str


@dataclass(frozen=True, slots=True)
class FactorSet:
    """Factors that are regressed on together; a change of any of them is another `version`."""

    name: FactorSetName
    version: int
    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """What one fund returns over another: the first held, the second sold short."""

    name: SpreadName
    long: Factor
    short: Factor


MARKET = Factor(FactorName.MARKET, "SPY")
INTEREST_RATE = Factor(FactorName.INTEREST_RATE, "TLT")
VALUE, GROWTH = Factor(FactorName.VALUE, "VTV"), Factor(FactorName.GROWTH, "VUG")
MOMENTUM, QUALITY = Factor(FactorName.MOMENTUM, "MTUM"), Factor(FactorName.QUALITY, "QUAL")
SIZE, LOW_VOLATILITY = Factor(FactorName.SIZE, "IWM"), Factor(FactorName.LOW_VOLATILITY, "USMV")
CREDIT, INFLATION = Factor(FactorName.CREDIT, "LQD"), Factor(FactorName.INFLATION, "TIP")
DEVELOPED_EX_US = Factor(FactorName.DEVELOPED_EX_US, "EFA")
EMERGING = Factor(FactorName.EMERGING, "EEM")
ENERGY, TECHNOLOGY = Factor(FactorName.ENERGY, "XLE"), Factor(FactorName.TECHNOLOGY, "XLK")

STYLE = FactorSet(
    FactorSetName.STYLE,
    1,
    (MARKET, VALUE, GROWTH, MOMENTUM, QUALITY, SIZE, LOW_VOLATILITY, INTEREST_RATE),
)
"""The eight that the scenarios speak of; some of their funds are younger than bundled prices."""

MACRO = FactorSet(
    FactorSetName.MACRO,
    1,
    (MARKET, INTEREST_RATE, CREDIT, INFLATION, DEVELOPED_EX_US, EMERGING, ENERGY, TECHNOLOGY),
)
"""Eight whose funds the bundled prices have, so that one set is complete with them."""

SPREADS_VERSION = 1
SPREADS = (
    Spread(SpreadName.GROWTH_VALUE, GROWTH, VALUE),
    Spread(SpreadName.MOMENTUM, MOMENTUM, MARKET),
    Spread(SpreadName.SIZE, SIZE, MARKET),
    Spread(SpreadName.QUALITY, QUALITY, MARKET),
)

FUNDS = tuple(dict.fromkeys(factor.symbol for factor in (*STYLE.factors, *MACRO.factors)))
"""The symbols whose closes measures are taken against, each once."""
