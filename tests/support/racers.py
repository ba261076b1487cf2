"""Processes that each have a program on one database and race for the same thing."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.synchronize import Barrier
from typing import Any

import msgspec

from domain.errors import DomainError
from interfaces.bootstrap import Parts, Program, build
from tests.support.forking import forking
from tests.support.programs import FAST, settings_for

RACERS = 16
_PATIENCE_S = 60


class Outcome(msgspec.Struct, frozen=True):
    """What a racer met: what it was answered, or the code and details it was refused with."""

    answer: Any = None
    refused: str | None = None
    details: Any = None


Move = Callable[..., Any]
"""What racers do: a function of a module, called with the program and the round's arguments."""


class Race:
    """Sixteen processes, kept for many rounds."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def run(self, move: Move, *arguments: Any) -> Sequence[Outcome]:
        """Let all racers make the move at once; each waits until all stand at the line.

        Raises:
            Exception: what a racer met that is no refusal.
        """
        return self.run_each([(move, *arguments)] * RACERS)

    def run_each(self, moves: Sequence[tuple[Any, ...]]) -> Sequence[Outcome]:
        """Let each racer make a move of its own, given with its arguments, all at once.

        Raises:
            Exception: what a racer met that is no refusal.
        """
        assert len(moves) == RACERS
        racing = [self._pool.submit(_make, move, arguments) for move, *arguments in moves]
        return [racer.result(_PATIENCE_S) for racer in racing]


@contextmanager
def racers(database: str, *, deterministic_ids: bool = True) -> Iterator[Race]:
    """Sixteen processes with a program each, forked from one that has imported it all."""
    context = forking()
    line = context.Barrier(RACERS, timeout=_PATIENCE_S)
    entering = (database, line, deterministic_ids)
    with ProcessPoolExecutor(RACERS, context, _enter, entering) as pool:
        yield Race(pool)


_entered: list[tuple[Program, Barrier]] = []
"""In a racer: its program, and the line where all wait for each other."""


def _enter(database: str, line: Barrier, deterministic_ids: bool) -> None:  # noqa: FBT001 - pickled
    settings = settings_for(database).model_copy(update={"deterministic_uuids": deterministic_ids})
    _entered.append((build(settings, Parts(live_sources=[], password_cost=FAST)), line))


def _make(move: Move, arguments: Sequence[Any]) -> Outcome:
    [(program, line)] = _entered
    line.wait()
    try:
        return Outcome(answer=move(program, *arguments))
    except DomainError as refusal:
        return Outcome(refused=refusal.code, details=refusal.details)
