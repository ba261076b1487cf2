"""A table of numbers between -1 and 1 as coloured squares, drawn on the server as SVG (spec 8).

plotly.js draws heat maps as images that it styles inline, which our policy forbids.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from interfaces.web.page import number

SQUARE = 30
_INSIDE = SQUARE - 1
_LABELS = 90
_LONGEST_LABEL = 10
_STEPS = 10
_FAINTEST, _STRONGEST = 0.05, 0.55  # stronger, and the numbers on it could not be read
_MOST_WITH_NUMBERS = 20


@dataclass(frozen=True, slots=True)
class Layer:
    """The squares of one colour: those that move together or apart, and how opaque they are."""

    way: str
    opacity: str
    path: str


@dataclass(frozen=True, slots=True)
class Written:
    """A text and where its middle is; names beside rows end there."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Rows of numbers by the names of both sides, which are the same."""

    title: str
    names: Sequence[str]
    rows: Sequence[Sequence[float]]

    @property
    def size(self) -> int:
        """Of the drawing, either way, in units of its own."""
        return _LABELS + SQUARE * len(self.names)

    @property
    def width(self) -> int:
        """In pixels, where there is the room."""
        return self.size * 3 // 2

    @property
    def beside(self) -> list[Written]:
        """The names of the rows, cut where they are long."""
        return [Written(_LABELS - 6, _middle(place), name) for place, name in self._names()]

    @property
    def above(self) -> list[Written]:
        """The names of the columns, to be turned."""
        return [Written(_middle(place), _LABELS - 6, name) for place, name in self._names()]

    @property
    def layers(self) -> list[Layer]:
        """The squares, those of one colour in one path."""
        paths: dict[tuple[str, int], str] = defaultdict(str)
        for row, column, told in self._cells():
            left, top = _LABELS + SQUARE * column, _LABELS + SQUARE * row
            key = ("apart" if told < 0 else "together", round(_STEPS * min(abs(told), 1.0)))
            paths[key] += f"M{left} {top}h{_INSIDE}v{_INSIDE}h-{_INSIDE}z"
        slope = (_STRONGEST - _FAINTEST) / _STEPS
        return [
            Layer(way, f"{_FAINTEST + slope * step:.2f}", path)
            for (way, step), path in sorted(paths.items())
        ]

    @property
    def numbers(self) -> list[Written]:
        """What stands in the squares; nothing where there are too many of them."""
        if len(self.names) > _MOST_WITH_NUMBERS:
            return []
        return [
            Written(_middle(column), _middle(row), number(told))
            for row, column, told in self._cells()
        ]

    def _cells(self) -> Iterator[tuple[int, int, float]]:
        for row, told in enumerate(self.rows):
            for column, one in enumerate(told):
                yield row, column, one

    def _names(self) -> Iterator[tuple[int, str]]:
        for place, name in enumerate(self.names):
            is_long = len(name) > _LONGEST_LABEL
            yield place, f"{name[: _LONGEST_LABEL - 1]}\N{HORIZONTAL ELLIPSIS}" if is_long else name


def _middle(place: int) -> float:
    return _LABELS + SQUARE * (place + 0.5)
