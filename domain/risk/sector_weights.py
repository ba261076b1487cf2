"""What sectors weigh in an index: reference data with a version, a day and a source (spec 6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class SectorWeights:
    """An index by GICS sectors; a change of any figure is another `version`.

    Attributes:
        as_of: the day the weights are of.
        source: who published them, and how sure the figures are.
        percent: by sector as published; what is left to 100 is rounding, or a fund's cash.
    """

    index: str
    version: int
    as_of: date
    source: str
    percent: Mapping[str, float]

    @property
    def weights(self) -> dict[str, float]:
        """By sector, 0.1 is 10 %; they add up to 1 also where what was published is rounded."""
        total = sum(self.percent.values())
        return {sector: percent / total for sector, percent in self.percent.items()}


SP_500 = SectorWeights(
    "S&P 500",
    2,
    date(2025, 11, 20),
    "Holdings of the iShares Core S&P 500 ETF (IVV) by GICS sector, its cash left out; the file"
    " that was at hand names no day, and its prices are those of about 20 November 2025",
    MappingProxyType(
        {
            "Communication Services": 10.27,
            "Consumer Discretionary": 10.06,
            "Consumer Staples": 4.87,
            "Energy": 2.96,
            "Financials": 13.02,
            "Health Care": 9.79,
            "Industrials": 8.02,
            "Information Technology": 34.81,
            "Materials": 1.65,
            "Real Estate": 1.90,
            "Utilities": 2.42,
        }
    ),
)
