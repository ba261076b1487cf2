"""Concurrent saves of one process share a transaction.

The store's lock serialises commits, so many small ones queue. Here the first saver commits what
it finds waiting, the others find their outcome ready. There is no committing thread that could
die: whoever holds the turn serves the queue, and an exception of any kind is handed to every
saver of that batch before it leaves.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

MAX_ITEMS = 500
"""Saves in one transaction at most, so that one giant commit does not hold up a small one."""


class _Waiting:
    __slots__ = ("answered", "error", "item", "result")

    def __init__(self, item: Any) -> None:
        self.item = item
        self.answered = False
        self.result: Any = None
        self.error: BaseException | None = None


class GroupCommit:
    """A turnstile before `commit`, which takes a batch of items and returns a result for each.

    If a batch fails, each of its items is committed alone, so that a save pays only for its own
    conflict.
    """

    def __init__(self, commit: Callable[[Sequence[Any]], Sequence[Any]]) -> None:
        self._commit = commit
        self._turn = threading.Lock()
        self._queue: deque[_Waiting] = deque()

    def run(self, item: Any) -> Any:
        """Commit `item`, together with whatever else is waiting.

        Raises:
            Whatever `commit` raises for this item alone.
        """
        waiting = _Waiting(item)
        self._queue.append(waiting)
        with self._turn:
            while not waiting.answered:
                self._serve(self._next_batch())
        if waiting.error is not None:
            raise waiting.error
        return waiting.result

    def _next_batch(self) -> list[_Waiting]:
        size = min(len(self._queue), MAX_ITEMS)
        return [self._queue.popleft() for _ in range(size)]

    def _serve(self, batch: list[_Waiting]) -> None:
        try:
            self._answer(batch)
        except Exception as failure:  # noqa: BLE001 - handed to the saver, whatever it is
            if len(batch) == 1:
                batch[0].error = failure
            else:
                for alone in batch:
                    self._serve([alone])
        except BaseException as stop:  # the process is being stopped: nobody may wait for ever
            for waiting in batch:
                waiting.error = waiting.error or stop
            raise
        finally:
            for waiting in batch:
                waiting.answered = True

    def _answer(self, batch: list[_Waiting]) -> None:
        results = self._commit([waiting.item for waiting in batch])
        for waiting, result in zip(batch, results, strict=True):
            waiting.result = result
