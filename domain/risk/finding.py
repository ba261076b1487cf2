"""What a measure comes to: figures with what they rest on, or the reason why there are none."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Literal, TypeVar

Figures = TypeVar("Figures")

Flag = Literal["complete", "partial", "none"]


class ReasonCode(StrEnum):
    """Why there is no figure."""

    NOT_VALUED = "not_valued"
    NOTHING_HELD = "nothing_held"
    NAV_TOO_SMALL = "nav_too_small"
    TOO_FEW_OBSERVATIONS = "too_few_observations"
    CONSTANT_SERIES = "constant_series"
    NO_PRICES = "no_prices"
    NO_OPTIONS = "no_options"
    NO_SOLUTION = "no_solution"
    FACTOR_MISSING = "factor_missing"
    MARKETS_DIFFER = "markets_differ"
    NO_SECTOR = "no_sector"
    PRIVATE_ASSET = "private_asset"
    CHAIN_BROKEN = "chain_broken"
    UNDER_A_YEAR = "under_a_year"
    NO_LOSSES = "no_losses"
    NO_BENCHMARK = "no_benchmark"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there is no figure: a code for programs, a sentence for people."""

    code: ReasonCode
    text: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A symbol that contributes 0 to a measure, and why."""

    symbol: str
    reason: ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What a measure rests on.

    Attributes:
        observations: sessions, or returns between them, that entered; 1 where a single valuation.
        positions_analyzed: lines held that entered.
        positions_total: lines held.
        skipped: the symbols of the others.
    """

    observations: int
    positions_analyzed: int
    positions_total: int
    skipped: tuple[Skipped, ...] = ()

    @property
    def flag(self) -> Flag:
        """Complete where every line entered, none where there is no figure to speak of."""
        if self.observations == 0 or 0 == self.positions_analyzed < self.positions_total:
            return "none"
        return "complete" if self.positions_analyzed >= self.positions_total else "partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Generic[Figures]):
    """Figures, or a reason; never both, never neither."""

    figures: Figures | None
    reason: Reason | None
    quality: Quality

    def __post_init__(self) -> None:
        if (self.figures is None) == (self.reason is None):
            raise ValueError("a finding has either figures or a reason")


def found(figures: Figures, quality: Quality) -> Finding[Figures]:
    """A measure that could be taken."""
    return Finding(figures=figures, reason=None, quality=quality)


def not_found(code: ReasonCode, text: str, quality: Quality) -> "Finding[Figures]":
    """A measure that could not be taken, and why, in a sentence that says what would help."""
    return Finding(figures=None, reason=Reason(code, text), quality=quality)
