"""Event logs that fail in a chosen way, before a real one or before none."""

from collections.abc import Callable, Sequence
from typing import NoReturn
from uuid import UUID

from application.errors import VersionConflict
from application.ports import AnyAggregate, Cause, EventLog, Recorded, Statement
from domain.kernel import Aggregate


class WorkerKilled(BaseException):
    """What a process that is being killed meets: nothing catches it."""


class ForwardingLog:
    """The log of another."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`."""
        return self._log.save(*aggregates, cause=cause, also=also)

    def load(self, kind: type[AnyAggregate], aggregate_id: UUID) -> AnyAggregate | None:
        """See `EventLog.load`."""
        return self._log.load(kind, aggregate_id)

    def load_many(
        self, kind: type[AnyAggregate], aggregate_ids: Sequence[UUID]
    ) -> dict[UUID, AnyAggregate]:
        """See `EventLog.load_many`."""
        return self._log.load_many(kind, aggregate_ids)

    def existing(self, aggregate_ids: Sequence[UUID]) -> set[UUID]:
        """See `EventLog.existing`."""
        return self._log.existing(aggregate_ids)

    def versions(self, aggregate_ids: Sequence[UUID]) -> dict[UUID, int]:
        """See `EventLog.versions`."""
        return self._log.versions(aggregate_ids)

    def read(self, after: int, limit: int) -> Sequence[Recorded]:
        """See `EventLog.read`."""
        return self._log.read(after, limit)

    def position(self) -> int:
        """See `EventLog.position`."""
        return self._log.position()


class InterruptedLog(ForwardingLog):
    """The log of another until `saves` saves are made; the next one meets `fault`."""

    def __init__(self, log: EventLog, saves: int, fault: BaseException) -> None:
        super().__init__(log)
        self._saves_left = saves
        self._fault = fault

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`."""
        if self._saves_left == 0:
            raise self._fault
        self._saves_left -= 1
        return super().save(*aggregates, cause=cause, also=also)


class OvertakenLog(ForwardingLog):
    """The log of another; just before the first save somebody else is quicker."""

    def __init__(self, log: EventLog, overtake: Callable[[], object]) -> None:
        super().__init__(log)
        self._overtaking = [overtake]

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`."""
        while self._overtaking:
            self._overtaking.pop()()
        return super().save(*aggregates, cause=cause, also=also)


class ContestedLog:
    """A log on which another command is first, `losses` times; counts loads and saves."""

    def __init__(self, losses: int) -> None:
        self._losses_left = losses
        self.loads = 0
        self.saves = 0

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`."""
        self.saves += 1
        if self._losses_left:
            self._losses_left -= 1
            raise VersionConflict
        return 7

    def load(self, kind: type[AnyAggregate], aggregate_id: UUID) -> AnyAggregate | None:
        """Nothing was ever recorded."""
        self.loads += 1
        return None

    def load_many(
        self, kind: type[AnyAggregate], aggregate_ids: Sequence[UUID]
    ) -> dict[UUID, AnyAggregate]:
        """Nothing was ever recorded."""
        return {}

    def existing(self, aggregate_ids: Sequence[UUID]) -> set[UUID]:
        """Nothing was ever recorded."""
        return set()

    def versions(self, aggregate_ids: Sequence[UUID]) -> dict[UUID, int]:
        """Nothing was ever recorded."""
        return {}

    def read(self, after: int, limit: int) -> NoReturn:
        """Not asked here."""
        raise NotImplementedError

    def position(self) -> int:
        """The position that a save would have."""
        return 7
