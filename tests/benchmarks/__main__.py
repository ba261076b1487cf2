"""`make bench`: every row of the table, each as a ratio against a peer in the same run.

Prints rows as they come and writes docs/benchmarks.md. `ONLY="commands nights"` leaves the rest as
it was. Each module is measured in a process of its own, so that none finds another's memory.
"""

import importlib
import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.benchmarks import document
from tests.benchmarks.databases import silence_logs
from tests.benchmarks.row import HEADS, Row, show

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
        load = document.load_a_core()
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
            rows = alone.submit(measure, name).result()
        show(rows)
        document.write(name, rows, MODULES, load)


def measure(name: str) -> list[Row]:
    """The rows of one module."""
    silence_logs()
    rows: list[Row] = importlib.import_module(f"tests.benchmarks.{name}").measure()
    return rows


if __name__ == "__main__":
    main(sys.argv[1:])
