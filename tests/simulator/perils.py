"""What goes wrong with the store: it, its answer, the process, or somebody who is quicker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from application.errors import StoreUnavailable
from application.ports import AnyAggregate, Cause, EventLog, Statement
from domain.kernel import Aggregate
from tests.support.faulty_logs import ForwardingLog, WorkerKilled
from tests.support.specification import state_of


class Peril(StrEnum):
    """What happens at a save, or to a question."""

    UNANSWERED = "the store does not answer a question"
    UNAVAILABLE = "the store is not there"
    ANSWER_LOST = "the save is committed and its answer lost"
    KILLED_BEFORE = "the process is killed before the commit"
    KILLED_AFTER = "the process is killed after the commit"
    OVERTAKEN = "somebody else is quicker"


@dataclass(slots=True)
class Ambush:
    """Waits for the `nth` save or question from now on, from 0; `rival` is who is quicker then."""

    peril: Peril
    nth: int
    rival: Callable[[], None] = lambda: None
    is_sprung: bool = False


@dataclass(slots=True)
class Witness:
    """What a log was seen to promise: each save that was made, and what contradicted it."""

    saves: list["Made"] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Made:
    """A save that was made: of which command, and how many events up to which position."""

    cause: Cause
    position: int
    events: int


class PerilousLog(ForwardingLog):
    """The log of another, on which an ambush may be laid; a witness sees what is saved."""

    def __init__(self, log: EventLog, witness: Witness) -> None:
        super().__init__(log)
        self.witness = witness
        self.ambush: Ambush | None = None

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`."""
        peril = self._sprung(is_save=True)
        if peril is Peril.UNAVAILABLE:
            raise StoreUnavailable
        if peril is Peril.KILLED_BEFORE:
            raise WorkerKilled
        position = self._witnessed(aggregates, cause, also)
        if peril is Peril.ANSWER_LOST:
            raise StoreUnavailable
        if peril is Peril.KILLED_AFTER:
            raise WorkerKilled
        return position

    def load_many(
        self, kind: type[AnyAggregate], aggregate_ids: Sequence[UUID]
    ) -> dict[UUID, AnyAggregate]:
        """See `EventLog.load_many`."""
        self._ask()
        return super().load_many(kind, aggregate_ids)

    def load(self, kind: type[AnyAggregate], aggregate_id: UUID) -> AnyAggregate | None:
        """See `EventLog.load`."""
        self._ask()
        return super().load(kind, aggregate_id)

    def existing(self, aggregate_ids: Sequence[UUID]) -> set[UUID]:
        """See `EventLog.existing`."""
        self._ask()
        return super().existing(aggregate_ids)

    def versions(self, aggregate_ids: Sequence[UUID]) -> dict[UUID, int]:
        """See `EventLog.versions`."""
        self._ask()
        return super().versions(aggregate_ids)

    def position(self) -> int:
        """See `EventLog.position`."""
        self._ask()
        return super().position()

    def _ask(self) -> None:
        if self._sprung(is_save=False):
            raise StoreUnavailable

    def _sprung(self, *, is_save: bool) -> Peril | None:
        """The peril of this save or question; a rival has been quicker already."""
        ambush = self.ambush
        if ambush is None or is_save == (ambush.peril is Peril.UNANSWERED):
            return None
        if ambush.nth > 0:
            ambush.nth -= 1
            return None
        self.ambush, ambush.is_sprung = None, True
        if ambush.peril is Peril.OVERTAKEN:
            ambush.rival()
            return None
        return ambush.peril

    def _witnessed(
        self, aggregates: Sequence[Aggregate], cause: Cause, also: Sequence[Statement]
    ) -> int:
        """Save; what was decided has to be what is loaded afterwards."""
        changed = [each for each in aggregates if each.pending]
        pending = sum(len(each.pending) for each in changed)
        position = super().save(*aggregates, cause=cause, also=also)
        if pending:
            self.witness.saves.append(Made(cause, position, pending))
        for each in changed:
            loaded = self._log.load(type(each), each.id)
            if loaded is None or state_of(loaded) != state_of(each):
                self.witness.contradictions.append(f"{type(each).__name__} {each.id}")
        return position
