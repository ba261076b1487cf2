"""Parts of one work, two at a time: one computes while the other waits for the store."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import TypeVar

Part = TypeVar("Part")
Done = TypeVar("Done")

AT_A_TIME = 2

at_a_time: ContextVar[int] = ContextVar("at_a_time", default=AT_A_TIME)
"""How many parts are worked on at the same time; with 1 they are done one after the other.

Ambient, so that no run has to carry it.
"""


def side_by_side(work: Callable[[Part], Done], parts: Iterable[Part], name: str) -> list[Done]:
    """What becomes of each part, in their order; threads carry the `name`.

    One part alone is done by whoever asks.

    Raises:
        Exception: what the first of those that failed raised.
    """
    waiting, threads = list(parts), at_a_time.get()
    if threads == 1 or len(waiting) == 1:
        return [work(part) for part in waiting]
    with ThreadPoolExecutor(threads, name) as pool:
        return list(pool.map(work, waiting))
