"""A lock file that many handles hold together or one holds alone, across processes.

The kernel gives the lock back when its holder dies, however it dies: unlike a list of process
ids there is nothing to prune, and a number given to another program, a clock that was set or a
container with its own numbers cannot mislead it.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    from fasteners import InterProcessReaderWriterLock
else:
    import fcntl


class SharedLock:
    """One holding of the lock file at `path`; readable by its owner alone, never removed.

    Two objects on one path exclude each other within a process as well as between processes. An
    object itself is not to be used by two threads at a time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        if sys.platform == "win32":
            self._windows_lock = InterProcessReaderWriterLock(path)
        else:
            self._descriptor = -1

    def acquire(self, *, exclusive: bool, wait: bool = True) -> bool:
        """Hold the lock, alone if `exclusive`; False only if that needs a wait and must not."""
        if sys.platform == "win32":
            if exclusive:
                return bool(self._windows_lock.acquire_write_lock(blocking=wait))
            return bool(self._windows_lock.acquire_read_lock(blocking=wait))
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            kind = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
            fcntl.flock(descriptor, kind if wait else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back. Unlocks before closing: a child just forked may hold a copy."""
        if sys.platform == "win32":
            self._windows_lock.release_write_lock()
            return
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        os.close(self._descriptor)
        self._descriptor = -1

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock alone for a while, waiting for it."""
        self.acquire(exclusive=True)
        try:
            yield
        finally:
            self.release()
