"""Concurrent saves of one process share a transaction.

The store's lock serialises commits, so many small ones queue. Here the first saver commits what
it finds waiting, the others find their outcome ready. There is no committing thread that could
die: whoever holds the turn serves the queue, and every saver of its batch gets an outcome,
whatever happens.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MAX_ITEMS = 500
"""Saves in one transaction at most, so that one giant commit does not hold up a small one."""


class GroupCommit(Generic[Item, Result]):
    """A turnstile before `commit`, which takes a batch of items and returns a result for each.

    If a batch fails, each of its items is committed alone, so that a save pays only for its own
    conflict. Not so after an exception of the class `hopeless`: it says that the next item would
    fare no better, and is the outcome of all that are left. Waiting one by one for a store that
    does not answer would take for ever.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Item]], Sequence[Result]],
        hopeless: type[Exception],
    ) -> None:
        self._commit = commit
        self._hopeless = hopeless
        self._turn = threading.Lock()
        self._queue: deque[tuple[Item, Future[Result]]] = deque()

    def run(self, item: Item) -> Result:
        """Commit `item`, together with whatever else is waiting.

        Raises:
            Whatever `commit` raises for this item alone, or `hopeless`.
        """
        outcome: Future[Result] = Future()
        self._queue.append((item, outcome))
        with self._turn:
            while not outcome.done():
                self._serve_next()
        return outcome.result()

    def _serve_next(self) -> None:
        size = min(len(self._queue), MAX_ITEMS)
        batch = [self._queue.popleft() for _ in range(size)]
        failure = self._hopeless()
        try:
            self._commit_together(batch)
        except self._hopeless as hopeless:
            failure = hopeless
        finally:  # also where this thread is being stopped: nobody else may wait for ever
            for _, outcome in batch:
                if not outcome.done():
                    outcome.set_exception(failure)

    def _commit_together(self, batch: Sequence[tuple[Item, Future[Result]]]) -> None:
        try:
            results = self._commit([item for item, _ in batch])
        except self._hopeless:
            raise
        except Exception as failure:  # noqa: BLE001 - handed to the saver, whatever it is
            if len(batch) == 1:
                batch[0][1].set_exception(failure)
            else:
                self._commit_one_by_one(batch)
        else:
            for (_, outcome), result in zip(batch, results, strict=True):
                outcome.set_result(result)

    def _commit_one_by_one(self, batch: Sequence[tuple[Item, Future[Result]]]) -> None:
        for waiting in batch:
            self._commit_together([waiting])
