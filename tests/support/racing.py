"""Threads that all start at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from domain.errors import DomainError

Answer = TypeVar("Answer")
_PATIENCE_S = 30


def at_once(tasks: Sequence[Callable[[], Answer]]) -> tuple[list[Answer], list[DomainError]]:
    """Start each task in a thread of its own at one moment; what they answered, and refusals.

    Raises:
        Exception: what a task met that is no refusal.
    """
    line = Barrier(len(tasks))
    answers: list[Answer] = []
    refusals: list[DomainError] = []

    def run(task: Callable[[], Answer]) -> None:
        line.wait(_PATIENCE_S)
        try:
            answers.append(task())
        except DomainError as refusal:
            refusals.append(refusal)

    with ThreadPoolExecutor(len(tasks)) as pool:
        for racer in [pool.submit(run, task) for task in tasks]:
            racer.result(_PATIENCE_S)
    return answers, refusals
