"""The interpreter at ease, while millions of objects are made: until the last has left."""

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Generic, TypeVar

Value = TypeVar("Value")

_AT_EASE = (500_000, 20, 100)
_TURN_S = 0.000_5


class _Setting(Generic[Value]):
    """A setting of the process that is another one while somebody is within."""

    def __init__(self, get: Callable[[], Value], put: Callable[[Value], None]) -> None:
        self._get = get
        self._put = put
        self._turn = threading.Lock()
        self._usual: list[Value] = []  # from before, once for each who is within

    @contextmanager
    def at(self, value: Value) -> Iterator[None]:
        with self._turn:
            self._usual.append(self._usual[0] if self._usual else self._get())
            self._put(value)
        try:
            yield
        finally:
            with self._turn:
                before = self._usual.pop()
                if not self._usual:
                    self._put(before)


_thresholds = _Setting(gc.get_threshold, lambda thresholds: gc.set_threshold(*thresholds))
_interval = _Setting(sys.getswitchinterval, sys.setswitchinterval)


def collector_at_ease() -> AbstractContextManager[None]:
    """Let the collector of reference cycles look rarely: objects that form none take its time."""
    return _thresholds.at(_AT_EASE)


def quick_turns() -> AbstractContextManager[None]:
    """Let threads that wake with little to do, as an answer comes, have their turn at once."""
    return _interval.at(_TURN_S)
