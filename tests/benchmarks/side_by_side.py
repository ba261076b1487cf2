"""Two processes against one PostgreSQL: workers on a night, servers on reads, by ratio to one.

Run it by `python -m tests.benchmarks.side_by_side`.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection

from application.run_parts import PORTFOLIOS_IN_A_PART
from tests.benchmarks.city import SESSIONS, City
from tests.benchmarks.databases import durable_database, silence_logs
from tests.benchmarks.nights import at_night, by_workers, night
from tests.benchmarks.reading import Side, account_of_fifty, serve_program
from tests.benchmarks.recording import seconds
from tests.benchmarks.row import Row, show
from tests.benchmarks.serving import served

ROUNDS = 3
ACCOUNTS = 4 * PORTFOLIOS_IN_A_PART
"""A part is worked off by one worker: fewer would leave the second without work."""
READERS, READS = 8, 50
_NOTE = f"one PostgreSQL beside them, on {os.cpu_count()} cores"


def compare() -> list[Row]:
    """Two workers against one, two servers against one."""
    return [of_workers(), of_servers()]


def of_workers() -> Row:
    """A night's run of accounts of 50 positions."""
    sessions = iter(SESSIONS)
    with durable_database() as url:
        with at_night(url, next(sessions)) as program:
            City.build(program, ACCOUNTS)
            night(program, url, ACCOUNTS)
        rounds = [
            [by_workers(url, workers, next(sessions), ACCOUNTS) for workers in (2, 1)]
            for _ in range(ROUNDS)
        ]
    return Row(
        what=f"Nightly run of {ACCOUNTS} accounts of 50 positions by two workers",
        against="one worker",
        ours=tuple(two for two, _ in rounds),
        peer=tuple(one for _, one in rounds),
        goal=1.3,
        note=_NOTE,
    )


def of_servers() -> Row:
    """Reads of a view, made by its route, by eight readers at once."""
    with durable_database() as url, ExitStack() as held:
        owner, portfolio_id = account_of_fifty(url)
        token = {"Authorization": f"Bearer {owner.token}"}
        path = f"/api/v1/portfolios/{portfolio_id}/positions?limit=50"
        ports = [held.enter_context(served(serve_program, url)).port for _ in range(2)]
        sides = [
            [Side(HTTPConnection("127.0.0.1", port), path, token) for _ in range(READERS)]
            for port in ports
        ]
        one, two = sides[0], [*sides[0][::2], *sides[1][::2]]
        rounds = [(_read(two), _read(one)) for _ in range(ROUNDS + 1)][1:]
    return Row(
        what=f"{READS} reads of a view of 50 positions by each of {READERS}, two servers",
        against="one server",
        ours=tuple(of_two for of_two, _ in rounds),
        peer=tuple(of_one for _, of_one in rounds),
        goal=1.3,
        note=_NOTE,
    )


def _read(sides: Sequence[Side]) -> float:
    """Seconds for all, over connections of their own: a server closes what was idle for long."""
    for side in sides:
        side.connection.close()
    with ThreadPoolExecutor(len(sides)) as threads:
        return seconds(lambda: list(threads.map(_read_often, sides)))


def _read_often(side: Side) -> None:
    for _ in range(READS):
        side.read()


if __name__ == "__main__":
    silence_logs()
    show(compare())
