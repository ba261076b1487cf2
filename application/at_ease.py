"""The collector of reference cycles at ease, while millions of objects are made that form none."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_AT_EASE = (500_000, 20, 100)

_turn = threading.Lock()
_usual: list[tuple[int, int, int]] = []  # the thresholds from before, once for each who is within


@contextmanager
def collector_at_ease() -> Iterator[None]:
    """Let it look rarely until the last of those within has left: it takes most of their time."""
    with _turn:
        _usual.append(_usual[0] if _usual else gc.get_threshold())
        gc.set_threshold(*_AT_EASE)
    try:
        yield
    finally:
        with _turn:
            before = _usual.pop()
            if not _usual:
                gc.set_threshold(*before)
