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
        percent: by sector as published, one decimal.
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
    1,
    date(2024, 12, 31),
    "S&P Dow Jones Indices, S&P 500 factsheet; entered by hand to one decimal, not compared"
    " with the document since: a figure may be off by a tenth of a percent",
    MappingProxyType(
        {
            "Communication Services": 9.4,
            "Consumer Discretionary": 11.3,
            "Consumer Staples": 5.5,
            "Energy": 3.2,
            "Financials": 13.6,
            "Health Care": 10.1,
            "Industrials": 8.2,
            "Information Technology": 32.5,
            "Materials": 1.9,
            "Real Estate": 2.1,
            "Utilities": 2.3,
        }
    ),
)
