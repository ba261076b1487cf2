"""One row of the benchmark table: ours, a limit or peer, the ratio of the two and its spread."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Literal

Unit = Literal["s", "MB"]
HEADS = ("What", "Ours", "Against", "Ratio (spread)", "Goal", "Note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured, round by round, both sides interleaved on the same data.

    A ratio is the peer's figure / ours: our speed, or thrift, as a multiple of the peer's. `goal`
    is the least that is aimed at; `note` says what a reader has to know.
    """

    what: str
    against: str
    ours: tuple[float, ...]
    peer: tuple[float, ...]
    goal: float
    note: str = ""
    unit: Unit = "s"

    @property
    def ratios(self) -> tuple[float, ...]:
        """One ratio a round."""
        return tuple(peer / ours for ours, peer in zip(self.ours, self.peer, strict=True))

    @property
    def ratio(self) -> float:
        """The median of the ratios."""
        return median(self.ratios)

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached."""
        return self.ratio >= self.goal

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as it is shown, under `HEADS`."""
        rounds = f"{len(self.ratios)} rounds" if len(self.ratios) > 1 else "1 round"
        spread = f"{min(self.ratios):.3g}-{max(self.ratios):.3g}, {rounds}"
        return (
            self.what,
            figure(median(self.ours), self.unit),
            f"{self.against}: {figure(median(self.peer), self.unit)}",
            f"{self.ratio:.3g}x ({spread})",
            f"{self.goal:.3g}x, {'met' if self.is_met else 'MISSED'}",
            self.note,
        )

    def __str__(self) -> str:
        return " | ".join(self.cells)


def show(rows: Iterable[object]) -> None:
    """Print rows, each at once: some take minutes."""
    for row in rows:
        print(row, flush=True)  # noqa: T201 - whoever measures reads the terminal


def figure(amount: float, unit: Unit) -> str:
    """Two or three digits, in a unit that needs no zeros before them."""
    if unit == "MB":
        return f"{amount:,.0f} MB"
    for size, name in ((1.0, "s"), (1e-3, "ms")):
        if amount >= size:
            return f"{amount / size:,.3g} {name}" if amount < 1000 else f"{amount:,.0f} {name}"
    return f"{amount / 1e-6:.3g} us"
