"""Optimistic concurrency: when another command was first, load again and decide again."""

import random
import time
from collections.abc import Callable
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
    for attempt in range(ATTEMPTS):
        try:
            return load_decide_save()
        except VersionConflict:
            longest = min(_FIRST_WAIT_S * 2**attempt, _LONGEST_WAIT_S)
            time.sleep(random.uniform(0, longest))  # noqa: S311 - jitter, not a secret
    raise StoreUnavailable
