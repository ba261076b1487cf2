"""One row of the benchmark table: ours, a limit or peer, the ratio of the two and its spread."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured, round by round, both sides interleaved on the same data.

    A ratio is peer time / our time: our speed as a multiple of the peer's. `goal` is the least
    that is aimed at; `note` says what a reader has to know.
    """

    what: str
    against: str
    ours_s: tuple[float, ...]
    peer_s: tuple[float, ...]
    goal: float
    note: str = ""

    @property
    def ratios(self) -> tuple[float, ...]:
        """One ratio a round."""
        return tuple(peer / ours for ours, peer in zip(self.ours_s, self.peer_s, strict=True))

    @property
    def ratio(self) -> float:
        """The median of the ratios."""
        return median(self.ratios)

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached."""
        return self.ratio >= self.goal

    def __str__(self) -> str:
        spread = f"{min(self.ratios):.3g}-{max(self.ratios):.3g} in {len(self.ratios)} rounds"
        return " | ".join(
            (
                self.what,
                f"{median(self.ours_s):.3f} s",
                f"{self.against}: {median(self.peer_s):.3f} s",
                f"{self.ratio:.3g}x ({spread})",
                f"goal {self.goal:g}x {'met' if self.is_met else 'MISSED'}",
                self.note,
            )
        )


def show(rows: Iterable[object]) -> None:
    """Print rows, each at once: some take minutes."""
    for row in rows:
        print(row, flush=True)  # noqa: T201 - whoever measures reads the terminal
