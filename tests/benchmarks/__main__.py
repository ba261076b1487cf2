"""`make bench`: every row of the table, each as a ratio against a peer in the same run."""

import sys

from tests.benchmarks import (
    analysing,
    cold_history,
    commands,
    greeks,
    importing,
    login,
    memory,
    nights,
    pages,
    reading,
    recording,
    regressions,
    valuing,
)
from tests.benchmarks.databases import silence_logs

MODULES = (
    *(commands, reading, pages, login, importing, valuing),
    *(recording, nights, cold_history, memory, regressions, greeks, analysing),
)


def main() -> None:
    """Measure and print row by row; a missed goal is said, not failed."""
    silence_logs()
    print("What | ours | against | ratio (spread) | goal | note")  # noqa: T201 - its purpose
    for module in MODULES:
        for row in module.measure():
            print(row, flush=True)  # noqa: T201
            sys.stdout.flush()


if __name__ == "__main__":
    main()
