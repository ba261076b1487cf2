"""14,400 positions, 250 symbols, 12 years as arithmetic: in less than 1 GB (spec 9.5).

Nothing is stored. The years are gone through a year at a time in a process of its own, whose peak
of memory is printed, Python and libraries included. Run it by `python -m tests.benchmarks.memory`.
"""

from tests.benchmarks.row import Row, show
from tests.support.long_histories import LIMIT_BYTES, weigh

POSITIONS, SYMBOLS, YEARS = 14_400, 250, 12


def measure() -> list[Row]:
    """One row."""
    weighed = weigh(POSITIONS, SYMBOLS, YEARS)
    return [
        Row(
            what=f"{POSITIONS:,} positions, {SYMBOLS} symbols, {YEARS} years as arithmetic",
            against="the limit",
            ours=(weighed.peak_bytes / 1e6,),
            peer=(LIMIT_BYTES / 1e6,),
            goal=1,
            note=f"{weighed.cells:,} lines and days in {weighed.seconds:.1f} s, one process",
            unit="MB",
        )
    ]


if __name__ == "__main__":
    show(measure())
