"""What a database would hold, in memory: all that outlives a process."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from application.repeating import FirstAnswer, LastEvent
from projections.row_table import Key

K = TypeVar("K")
V = TypeVar("V")


class StoredEvent(NamedTuple):
    """A row of the log, as the real one keeps it."""

    position: int
    stream: UUID
    version: int
    topic: str
    state: bytes


@dataclass(slots=True)
class Job:
    """A queued run; `attempts` counts how often it was taken up."""

    number: int
    run_id: UUID
    is_urgent: bool
    attempts: int = 0
    is_taken: bool = False


class KeptAnswer(NamedTuple):
    """A first answer, with the event it belongs to, how far the log was, and when it was given."""

    answer: FirstAnswer
    last_event: LastEvent | None
    log_position: int
    at: datetime


@dataclass(slots=True)
class Transaction:
    """Writes to tables; what was written is undone where it fails."""

    _undo: list[tuple[dict[Any, Any], Any, Any]] = field(default_factory=list)

    def put(self, table: dict[K, V], key: K, value: V) -> None:
        """Write a row, or replace it."""
        self._undo.append((table, key, table.get(key, _NOTHING)))
        table[key] = value

    def delete(self, table: dict[K, V], key: K) -> None:
        """Take a row out, if it is there."""
        if key in table:
            self._undo.append((table, key, table.pop(key)))

    def roll_back(self) -> None:
        """Leave the tables as they were before."""
        while self._undo:
            table, key, value = self._undo.pop()
            if value is _NOTHING:
                del table[key]
            else:
                table[key] = value


_NOTHING = object()


@dataclass(slots=True)
class Database:
    """Tables by name. A crash of a process leaves them as its last commit did."""

    events: list[StoredEvent] = field(default_factory=list)
    streams: dict[UUID, list[StoredEvent]] = field(default_factory=dict)
    keys: dict[UUID, bytes] = field(default_factory=dict)
    passwords: dict[UUID, str] = field(default_factory=dict)
    answers: dict[tuple[UUID, str], KeptAnswer] = field(default_factory=dict)
    rejected_rows: dict[UUID, str] = field(default_factory=dict)
    failures: dict[str, tuple[datetime, ...]] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    job_numbers: int = 0
    room_positions: dict[str, int] = field(default_factory=dict)
    room_rows: dict[str, dict[Key, Any]] = field(default_factory=dict)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Writes that are made together or not at all."""
        transaction = Transaction()
        try:
            yield transaction
        except BaseException:
            transaction.roll_back()
            raise
