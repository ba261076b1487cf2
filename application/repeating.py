"""Commands that may be sent again: each is answered once, and that answer is given again.

Whoever asks under a key of his own (spec 4.2) gets his first answer again, for a day. The answer is
kept in the transaction of what the command records, or not at all: so the command is decided first,
its save is held back until the answer is there, and both are committed together. Use cases know
nothing of it: they save to a log that does so while a `Deferral` is open.
"""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import msgspec

from application.errors import VersionConflict
from application.ports import AnyAggregate, Cause, EventLog, Recorded, Statement
from domain.errors import DomainError
from domain.kernel import Aggregate

KEPT_FOR = timedelta(hours=24)
"""How long an answer is given again."""

NOT_YET = 0
"""The position of a save that is held back."""

LastEvent = tuple[UUID, int]
"""The stream and the version of an event."""

_Save = Callable[[Sequence[Statement]], int]


class KeyUsedOtherwise(DomainError):
    """The key was sent before with another request."""

    code = "ERR_IDEM_001"

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key was sent before with another request. Send each command with a"
            " new key, and the same key only to repeat the same request."
        )


class KeyTaken(Exception):
    """Another request under this key was answered first. Not a refusal: give that answer."""


class Overtaken(Exception):
    """What was held back met a version conflict after all. Not a refusal: ask from the start."""


class FirstAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to give again.

    `request_digest` tells whether the request is the same. `position` is that of the command's
    last event, or of the log where it recorded nothing.
    """

    request_digest: bytes
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes
    position: int = NOT_YET


class FirstAnswers(Protocol):
    """The answers given under keys, kept beside the log for a day."""

    def keep(
        self, user_id: UUID, key: str, answer: FirstAnswer, last_event: LastEvent | None
    ) -> Statement:
        """The write that keeps an answer, for `EventLog.save(also=...)`; again, the same one.

        Raises:
            KeyTaken: when it runs, where there is an answer to this key that is not a day old.
        """
        ...

    def keep_alone(self, user_id: UUID, key: str, answer: FirstAnswer) -> None:
        """Keep the answer to a command that saved nothing.

        Raises:
            KeyTaken: there is an answer to this key that is not a day old.
        """
        ...

    def find(self, user_id: UUID, key: str) -> FirstAnswer | None:
        """The answer given to that user under that key within the last day."""
        ...


class Deferral:
    """Holds the save of a command back until its answer can be kept with it.

    A command that saves several times, or reads what it saved, is saved up to there at once: its
    last save carries the answer.
    """

    def __init__(self) -> None:
        self._held: tuple[_Save, LastEvent | None] | None = None

    def hold(self, save: _Save, last_event: LastEvent | None) -> None:
        """Take over a save, whose last event is that."""
        self.settle()
        self._held = save, last_event

    def settle(self) -> None:
        """Make the save that is held back, without an answer.

        Raises:
            Overtaken: another command was first.
        """
        if self._held is None:
            return
        (save, _), self._held = self._held, None
        try:
            save(())
        except VersionConflict as conflict:
            raise Overtaken from conflict

    def commit(self, answers: FirstAnswers, user_id: UUID, key: str, answer: FirstAnswer) -> None:
        """Make the save that is held back, if any, and keep the answer with it.

        Raises:
            VersionConflict: another command was first. KeyTaken: another request was.
        """
        if self._held is None:
            answers.keep_alone(user_id, key, answer)
            return
        save, last_event = self._held
        save([answers.keep(user_id, key, answer, last_event)])


deferral: ContextVar[Deferral | None] = ContextVar("deferral", default=None)
"""What holds back the saves of the request that is being answered; None for all others."""


class DeferringLog:
    """Implements `EventLog` upon another, which it saves to at once unless a deferral is open."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`. `NOT_YET` where it is held back."""
        held = deferral.get()
        if held is None:
            return self._log.save(*aggregates, cause=cause, also=also)
        pending = [(each.id, each.version) for each in aggregates if each.pending]
        held.hold(
            lambda more: self._log.save(*aggregates, cause=cause, also=[*more, *also]),
            pending[-1] if pending else None,
        )
        return NOT_YET

    def load(self, kind: type[AnyAggregate], aggregate_id: UUID) -> AnyAggregate | None:
        """See `EventLog.load`."""
        return self._settled.load(kind, aggregate_id)

    def load_many(
        self, kind: type[AnyAggregate], aggregate_ids: Sequence[UUID]
    ) -> dict[UUID, AnyAggregate]:
        """See `EventLog.load_many`."""
        return self._settled.load_many(kind, aggregate_ids)

    def existing(self, aggregate_ids: Sequence[UUID]) -> set[UUID]:
        """See `EventLog.existing`."""
        return self._settled.existing(aggregate_ids)

    def versions(self, aggregate_ids: Sequence[UUID]) -> dict[UUID, int]:
        """See `EventLog.versions`."""
        return self._settled.versions(aggregate_ids)

    def read(self, after: int, limit: int) -> Sequence[Recorded]:
        """See `EventLog.read`."""
        return self._settled.read(after, limit)

    def position(self) -> int:
        """See `EventLog.position`."""
        return self._settled.position()

    @property
    def _settled(self) -> EventLog:
        """The log with all that this request has saved."""
        held = deferral.get()
        if held is not None:
            held.settle()
        return self._log
