"""`make bench`: every row of the table, each as a ratio against a peer in the same run."""

from tests.benchmarks import (
    analysing,
    chaining,
    cold_history,
    commands,
    greeks,
    importing,
    login,
    memory,
    nights,
    pages,
    reading,
    rebuilding,
    recording,
    regressions,
    valuing,
)
from tests.benchmarks.databases import silence_logs
from tests.benchmarks.row import show

MODULES = (
    *(commands, reading, pages, login, importing, valuing),
    *(
        recording,
        chaining,
        rebuilding,
        nights,
        cold_history,
        memory,
        regressions,
        greeks,
        analysing,
    ),
)


def main() -> None:
    """Measure and print row by row; a missed goal is said, not failed."""
    silence_logs()
    show(["What | ours | against | ratio (spread) | goal | note"])
    for module in MODULES:
        show(module.measure())


if __name__ == "__main__":
    main()
