"""`make bench`: every row of the table, each as a ratio against a peer in the same run.

Prints rows as they come and writes docs/benchmarks.md. `ONLY="commands nights"` leaves the rest as
it was.
"""

import sys
from collections.abc import Sequence

from tests.benchmarks import document
from tests.benchmarks.measuring import measured_alone
from tests.benchmarks.row import HEADS, show

MODULES = (
    *("commands", "reading", "disturbed", "pages", "login", "importing", "valuing"),
    *("recording", "chaining", "rebuilding", "nights", "cold_history", "memory"),
    *("regressions", "greeks", "analysing"),
)


def main(only: Sequence[str]) -> None:
    """Measure, print and write module by module; a missed goal is said, not failed."""
    unknown = set(only) - set(MODULES)
    if unknown:
        sys.exit(f"There is no {', '.join(sorted(unknown))}. There are: {', '.join(MODULES)}.")
    show([" | ".join(HEADS)])
    for name in only or MODULES:
        load = document.share_in_use()
        rows = measured_alone(name)
        show(rows)
        document.write(name, rows, MODULES, load)


if __name__ == "__main__":
    main(sys.argv[1:])
