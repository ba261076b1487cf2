"""Events and aggregates: how the domain remembers, with no library behind it.

A decision method refuses, or falls silent if there is nothing to do, or records what happened.
An event's `apply` only assigns. Replaying recorded events gives the same aggregate again.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Self
from uuid import UUID

import msgspec

FORGOTTEN = "forgotten"
"""What the personal fields of somebody read as who was forgotten."""


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that happened, as plain data.

    `TOPIC` names the event in the store for ever, whatever becomes of the class. `VERSION`
    counts changes of its fields; earlier versions are upcast on reading. `PERSONAL` names the
    texts that say who somebody is: the store seals them with a key of the aggregate, and once
    that is destroyed they read as `FORGOTTEN`.
    """

    TOPIC: ClassVar[str]
    VERSION: ClassVar[int] = 1
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    def apply(self, aggregate: Any) -> None:
        """Assign to `aggregate` what this event changed; never raise, never decide."""
        raise NotImplementedError


class Aggregate:
    """A consistency boundary: state folded from its events, decisions that record more.

    `version` counts recorded events; the store refuses a second event of one version.
    """

    TOPIC: ClassVar[str]

    def __init__(self, aggregate_id: UUID) -> None:
        self.id = aggregate_id
        self.version = 0
        self._pending: list[Event] = []

    def record(self, event: Event) -> None:
        """Apply `event` and keep it for the next save."""
        event.apply(self)
        self.version += 1
        self._pending.append(event)

    @property
    def pending(self) -> tuple[Event, ...]:
        """Events recorded since the aggregate was loaded or saved, oldest first."""
        return tuple(self._pending)

    @property
    def saved_version(self) -> int:
        """The version the store is known to hold: the last event before the pending ones."""
        return self.version - len(self._pending)

    def mark_saved(self) -> None:
        """Forget the pending events: the store has them."""
        self._pending.clear()

    @classmethod
    def replay(cls, aggregate_id: UUID, events: Iterable[Event]) -> Self:
        """Fold `events` (version 1 first) into the aggregate they describe."""
        aggregate = cls(aggregate_id)
        for event in events:
            event.apply(aggregate)
            aggregate.version += 1
        return aggregate
