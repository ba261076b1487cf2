"""14,400 positions, 250 symbols, 12 years as arithmetic: in less than 1 GB (spec 9.5).

Nothing is stored. The years are gone through a year at a time in a process of its own, whose peak
of memory is printed, Python and libraries included. Run it by `python -m tests.benchmarks.memory`.
"""

from dataclasses import dataclass

from tests.benchmarks.row import show
from tests.support.long_histories import LIMIT_BYTES, Weighed, weigh

POSITIONS, SYMBOLS, YEARS = 14_400, 250, 12


@dataclass(frozen=True, slots=True)
class Peak:
    """What a history took, in the columns of the table."""

    weighed: Weighed

    def __str__(self) -> str:
        peak, ratio = self.weighed.peak_bytes, LIMIT_BYTES / self.weighed.peak_bytes
        return " | ".join(
            (
                f"{POSITIONS:,} positions, {SYMBOLS} symbols, {YEARS} years as arithmetic",
                f"{peak / 1e6:.0f} MB",
                f"the limit: {LIMIT_BYTES / 1e6:.0f} MB",
                f"{ratio:.3g}x (one process)",
                f"goal 1x {'met' if ratio >= 1 else 'MISSED'}",
                f"{self.weighed.cells:,} lines and days in {self.weighed.seconds:.1f} s",
            )
        )


def measure() -> list[Peak]:
    """One row."""
    return [Peak(weigh(POSITIONS, SYMBOLS, YEARS))]


if __name__ == "__main__":
    show(measure())
