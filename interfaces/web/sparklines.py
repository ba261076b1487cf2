"""How a holding's mark went of late, as a line in a few characters of SVG (spec 8).

Drawn on the server, since our policy forbids inline styles and a line needs no script.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from interfaces.bootstrap import Program
from interfaces.web.worth import Worth

SESSIONS = 30
WIDTH, HEIGHT = 60, 16
_EDGE = 1


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A series of two values or more as the path of an SVG of `WIDTH` x `HEIGHT`.

    `change` is that from the first to the last, a fraction.
    """

    path: str
    change: float
    sessions: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Sparkline":
        """The line through the values, from left to right, the largest at the top."""
        low, high = min(values), max(values)
        tall, wide = HEIGHT - 2 * _EDGE, WIDTH / (len(values) - 1)
        heights = [(high - value) / (high - low) if high > low else 0.5 for value in values]
        points = [
            f"{place * wide:.0f} {_EDGE + tall * height:.1f}".removesuffix(".0")
            for place, height in enumerate(heights)
        ]
        return cls("M" + "L".join(points), values[-1] / values[0] - 1, len(values))


def sparklines_of(program: Program, worth: Worth | None) -> Mapping[UUID, Sparkline]:
    """The lines of the positions of accounts that were valued on two sessions or more."""
    series: dict[UUID, list[float]] = defaultdict(list)
    for valued in worth.accounts if worth else ():
        for day in program.valuations_room.last_marks(valued.portfolio.portfolio_id, SESSIONS):
            told = day.lines
            lines = zip(told.position_id, told.mark_price, told.entry_price, strict=True)
            for position_id, mark, entry in lines:
                # A split divides both, so that their ratio goes on as if there had been none.
                series[position_id].append(float(mark) / (float(entry) or 1.0))
    return {
        position_id: Sparkline.of(values)
        for position_id, values in series.items()
        if len(values) > 1 and values[0]
    }
