"""Two versions of a day beside each other, figure by figure and line by line (spec 7.4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self

from domain.restatement import LineFigures, lines_by_position
from domain.snapshot import Snapshot

MOST_LINES = 500
_FIGURES = {
    "nav": "Net asset value",
    "cash": "Cash",
    "long_value": "Long",
    "short_value": "Short",
    "pnl": "P&L of the day",
    "realized_pnl": "of it realised",
    "income": "of it dividends",
    "flows": "Flows",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure of both, USD; None where there is no such version."""

    name: str
    before: Decimal | None
    after: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """How much more the second is; None where one is lacking."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class LinePair:
    """A line of both; None where a version has no such line."""

    symbol: str
    before: LineFigures | None
    after: LineFigures | None

    @property
    def differs(self) -> bool:
        """Whether the two say something else."""
        return self.before != self.after

    @property
    def difference(self) -> Decimal:
        """How much more it is worth in the second, USD."""
        values = [line.market_value if line else Decimal(0) for line in (self.before, self.after)]
        return values[1] - values[0]


@dataclass(frozen=True, slots=True)
class TwoVersions:
    """Two versions of a session; lines that differ stand first."""

    session: date
    figures: Sequence[Pair]
    lines: Sequence[LinePair]

    @classmethod
    def of(cls, session: date, before: Snapshot | None, after: Snapshot | None) -> Self:
        """What both say; either may be lacking."""
        figures = [
            Pair(title, getattr(before, name, None), getattr(after, name, None))
            for name, title in _FIGURES.items()
        ]
        lines = sorted(_lines(before, after), key=lambda line: not line.differs)
        return cls(session, figures, lines)

    @property
    def differing(self) -> int:
        """How many lines differ."""
        return sum(line.differs for line in self.lines)

    @property
    def shown(self) -> Sequence[LinePair]:
        """The first of the lines."""
        return self.lines[:MOST_LINES]


def _lines(before: Snapshot | None, after: Snapshot | None) -> Iterator[LinePair]:
    first, second = lines_by_position(before), lines_by_position(after)
    for position_id, (symbol, _) in {**first, **second}.items():
        was, is_ = first.get(position_id), second.get(position_id)
        yield LinePair(symbol, was and was[1], is_ and is_[1])
