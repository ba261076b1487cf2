"""Work that goes on in a thread for as long as something is open."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_STOP_WITHIN_S = 20


@contextmanager
def in_background(name: str, work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Let `work` go on in a thread until the context ends, which sets its event."""
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(stop,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_STOP_WITHIN_S)
