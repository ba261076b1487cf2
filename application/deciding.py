"""Optimistic concurrency: when another command was first, load again and decide again."""

import random
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from application.errors import StoreUnavailable, VersionConflict

Answer = TypeVar("Answer")

ATTEMPTS = 10
_FIRST_WAIT_S = 0.002
_LONGEST_WAIT_S = 0.1


def decide(load_decide_save: Callable[[], Answer]) -> Answer:
    """Run a use case that loads, decides and saves, again from the load if it lost a race.

    Raises:
        StoreUnavailable: ERR_BUSY_001, after ten lost races with jittered waits between them.
    """
    for pause_s in pauses():
        try:
            return load_decide_save()
        except VersionConflict:
            time.sleep(pause_s)
    raise StoreUnavailable


def pauses() -> Iterator[float]:
    """How long to wait after each lost race, in seconds and jittered; ends after ten."""
    for attempt in range(ATTEMPTS):
        longest = min(_FIRST_WAIT_S * 2**attempt, _LONGEST_WAIT_S)
        yield random.uniform(0, longest)  # noqa: S311 - jitter, not a secret
