"""`make bench`: every row of the table, each as a ratio against a peer in the same run."""

import sys

from tests.benchmarks import commands, importing, reading, valuing
from tests.benchmarks.databases import silence_logs


def main() -> None:
    """Measure and print row by row; a missed goal is said, not failed."""
    silence_logs()
    print("What | ours | against | ratio (spread) | goal | note")  # noqa: T201 - its purpose
    for measure in (commands.measure, reading.measure, importing.measure, valuing.measure):
        for row in measure():
            print(row, flush=True)  # noqa: T201
            sys.stdout.flush()


if __name__ == "__main__":
    main()
