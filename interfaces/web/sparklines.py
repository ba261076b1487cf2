"""How a holding's mark went of late, as a line in a few characters of SVG (spec 8).

Drawn on the server, since our policy forbids inline styles and a line needs no script.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interfaces.bootstrap import Program
from interfaces.web.worth import Worth

SESSIONS = 20
_STEP, _TOP, _TALL = 3, 1, 18


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A series of two values or more as the path of an SVG of `SESSIONS` * 3 by 20.

    `change` is that from the first to the last, a fraction.
    """

    path: str
    change: float
    sessions: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Sparkline":
        """The line through the values, to the latest at the right, the largest at the top."""
        low, high = min(values), max(values)
        begin, scale = (SESSIONS - len(values)) * _STEP, _TALL / (high - low or 1.0)
        points = [
            f"{x} {_TOP + round((high - value) * scale)}"
            for x, value in zip(range(begin, SESSIONS * _STEP, _STEP), values, strict=True)
        ]
        return cls("M" + "L".join(points), values[-1] / values[0] - 1, len(values))


def sparklines_of(program: Program, worth: Worth | None) -> Mapping[str, Sparkline]:
    """By id, the lines of the positions that were valued on two sessions or more."""
    series: dict[str, list[float]] = defaultdict(list)
    for valued in worth.accounts if worth else ():
        for day in program.valuations_room.last_marks(valued.portfolio.portfolio_id, SESSIONS):
            marks, entries = map(float, day.lines.mark_price), map(float, day.lines.entry_price)
            for position_id, mark, entry in zip(day.lines.position_id, marks, entries, strict=True):
                # A split divides both, so that their ratio goes on as if there had been none.
                series[position_id].append(mark / (entry or 1.0))
    return {
        position_id: Sparkline.of(values)
        for position_id, values in series.items()
        if len(values) > 1 and values[0]
    }
