"""The slowest of a hundred reads of an account's views, while something else goes on or nothing."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from statistics import quantiles
from time import perf_counter
from typing import Any
from uuid import UUID

from tests.benchmarks.reading import Side
from tests.support.accounts import Owner

IDLE_READS = 3_000


def views(connection: HTTPConnection, owner: Owner, portfolio_id: UUID) -> list[Side]:
    """Positions, overview and fifty valuations, each read once."""
    token = {"Authorization": f"Bearer {owner.token}"}
    paths = (
        f"/api/v1/portfolios/{portfolio_id}/positions",
        f"/api/v1/analytics/portfolio/{portfolio_id}/overview",
        f"/api/v1/analytics/portfolio/{portfolio_id}/valuations?limit=50",
    )
    sides = [Side(connection, path, token) for path in paths]
    for side in sides:
        side.read()
    return sides


def p99(sides: Sequence[Side], until: Callable[[int], bool]) -> float:
    """Seconds that one read in a hundred exceeds, of as many as there are `until` it is enough."""
    times: list[float] = []
    while not until(len(times)):
        began = perf_counter()
        sides[len(times) % len(sides)].read()
        times.append(perf_counter() - began)
    return quantiles(times, n=100)[98]


def idle(sides: Sequence[Side]) -> float:
    """The same while nothing else is done."""
    return p99(sides, until=lambda reads: reads >= IDLE_READS)


@contextmanager
def meanwhile(work: Callable[..., None], *given: Any) -> Iterator[Callable[[int], bool]]:
    """Something else that a process of its own does; whether it has ended.

    Raises:
        ValueError: it failed.
    """
    process = multiprocessing.get_context("spawn").Process(target=work, args=given)
    process.start()
    try:
        yield lambda _reads: not process.is_alive()
    finally:
        process.join()
    if process.exitcode:
        raise ValueError(f"{work.__name__} failed")
