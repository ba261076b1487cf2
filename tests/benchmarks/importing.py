"""Importing files: large ones against the same rules row by row; accounts against their limits.

Run it by `python -m tests.benchmarks.importing`.
"""

import tempfile
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from time import perf_counter

from tests.benchmarks.databases import durable_database
from tests.benchmarks.row import Row, show
from tests.support.client import Client, body
from tests.support.large_files import BY_COLUMNS, ROW_BY_ROW, large_file, read
from tests.support.server import running_server

ROUNDS = 7
ROWS = 100_000
LIMITS_S = {25: 0.1, 1_000: 1.0}
"""Positions of an account, and how long opening it may take at the client (spec 4.4)."""


def measure() -> list[Row]:
    """A row for a large file, and one for each size of account."""
    return [_large_file(), *_accounts()]


def _large_file() -> Row:
    content = large_file(ROWS)
    plain, columns = read(content, ROW_BY_ROW), read(content, BY_COLUMNS)
    if plain != columns:
        raise ValueError("The two ways read the file differently.")
    rounds = [
        (
            _seconds(lambda: read(content, BY_COLUMNS)),
            _seconds(lambda: read(content, ROW_BY_ROW)),
        )
        for _ in range(ROUNDS)
    ]
    return Row(
        what=f"reading {ROWS:,} rows, 5 % with errors",
        against="the same rules row by row",
        ours=tuple(ours for ours, _ in rounds),
        peer=tuple(peer for _, peer in rounds),
        goal=5,
        note=f"identical: {columns.total_errors:,} errors, {len(columns.positions):,} positions",
    )


def _accounts() -> list[Row]:
    with (
        redirect_stdout(StringIO()),  # the server's last words are no row of the table
        durable_database() as url,
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder), {"DATABASE_URL": url}) as server,
        Client(server.url, timeout_s=60).arrive() as client,
    ):
        return [_account(client, positions, limit) for positions, limit in LIMITS_S.items()]


def _account(client: Client, positions: int, limit_s: float) -> Row:
    rows = [f"S{number:04},{number + 1},10.25,2012-06-29" for number in range(positions)]

    def create(number: int) -> None:
        opened = body(client.create_portfolio(*rows, name=f"{positions} of {number}"))
        if opened["positions_imported"] != positions:
            raise ValueError(f"{opened['positions_imported']} of {positions} were imported.")

    create(0)
    ours = tuple(_seconds(lambda n=number: create(n)) for number in range(1, ROUNDS + 1))  # type: ignore[misc]  # a default binds the loop's number
    return Row(
        what=f"opening an account of {positions:,} positions, by HTTP",
        against="the limit",
        ours=ours,
        peer=(limit_s,) * ROUNDS,
        goal=1,
    )


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


if __name__ == "__main__":
    show(measure())
