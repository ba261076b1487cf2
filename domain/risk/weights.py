"""How much of a portfolio each symbol is, and what figures of symbols add up to by that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from domain.risk.finding import Finding, Quality, ReasonCode, Skipped, not_found
from domain.risk.normal import Floats

Measured = TypeVar("Measured")
Figures = TypeVar("Figures")

_SENTENCES = {
    ReasonCode.NO_PRICES: "No prices are known of anything that is held.",
    ReasonCode.FACTOR_MISSING: "The funds to measure against lack prices in this window.",
    ReasonCode.CONSTANT_SERIES: "The prices of what is held never moved in this window.",
}


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares of NAV by symbol; those of options under their underlying.

    Attributes:
        by_symbol: signed; they need not add up to 1.
        lines: how many lines are held of a symbol, one where it is not named.
    """

    by_symbol: Mapping[str, float]
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def symbols(self) -> tuple[str, ...]:
        """In the order of `by_symbol`."""
        return tuple(self.by_symbol)

    def of(self, symbols: Iterable[str]) -> Floats:
        """[N] weights."""
        return np.array([self.by_symbol[symbol] for symbol in symbols], dtype=np.float64)

    def largest_first(self) -> list[str]:
        """Symbols by absolute weight, equal ones by name."""
        return sorted(self.by_symbol, key=lambda symbol: (-abs(self.by_symbol[symbol]), symbol))

    def quality(
        self, observations: int, skipped: Iterable[Skipped] = (), left_out: Iterable[str] = ()
    ) -> Quality:
        """What a measure rests on that lacks some symbols, and leaves others out by definition."""
        lacking = tuple(skipped)
        total = self._lines_of(self.by_symbol)
        absent = {*left_out, *(one.symbol for one in lacking)}
        return Quality(
            observations=observations,
            positions_analyzed=total - self._lines_of(absent),
            positions_total=total,
            skipped=lacking,
        )

    def _lines_of(self, symbols: Iterable[str]) -> int:
        return sum(self.lines.get(symbol, 1) for symbol in symbols)


def split(
    weights: Weights, measured: Mapping[str, Measured | ReasonCode]
) -> tuple[dict[str, Measured], tuple[Skipped, ...]]:
    """What could be measured of the symbols held, and the others with the reason."""
    figures: dict[str, Measured] = {}
    skipped: list[Skipped] = []
    for symbol in weights.by_symbol:
        figure = measured.get(symbol, ReasonCode.NO_PRICES)
        if isinstance(figure, ReasonCode):
            skipped.append(Skipped(symbol, figure))
        else:
            figures[symbol] = figure
    return figures, tuple(skipped)


def nothing_measured(
    weights: Weights, skipped: Sequence[Skipped], fewest: int
) -> "Finding[Figures]":
    """That there is no figure, by the reason of the largest symbol that was skipped."""
    quality = weights.quality(0, skipped)
    if not weights.by_symbol:
        return not_found(ReasonCode.NOTHING_HELD, "Nothing is held besides cash.", quality)
    reasons = {one.symbol: one.reason for one in skipped}
    largest = (reasons[symbol] for symbol in weights.largest_first() if symbol in reasons)
    code = next(largest, ReasonCode.TOO_FEW_OBSERVATIONS)
    too_few = f"Fewer than {fewest} daily returns are known of what is held in this window."
    return not_found(code, _SENTENCES.get(code, too_few), quality)
