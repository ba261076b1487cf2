"""Waiting for what another thread or process does, never for ever."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

_PAUSE_S = 0.01


def eventually(ask: Callable[[], Answer | None], within_s: float = 10, what: str = "it") -> Answer:
    """Ask again and again until the answer is true; returns that answer.

    Raises:
        AssertionError: it was not within the time; says of `what`.
    """
    deadline = time.monotonic() + within_s
    pause = threading.Event()
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        pause.wait(_PAUSE_S)
    return answer
