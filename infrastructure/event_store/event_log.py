"""The EventLog port on PostgreSQL: append-only, all of one save or nothing.

An insert is never repeated blindly. On a conflict or a lost connection the store is asked what it
holds at our versions: the same command id means the save was ours and has happened.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar, cast
from uuid import UUID

import structlog
from eventsourcing.persistence import Notification, StoredEvent
from msgspec.structs import replace

from application.errors import StoreUnavailable, VersionConflict
from application.ports import AnyAggregate, Cause, Clock, Recorded, Statement, Stretch
from application.time_travel import Place
from domain.kernel import Aggregate, Event
from infrastructure.event_store.group_commit import GroupCommit
from infrastructure.event_store.mapper import EventMapper, UnreadableEvent, mapper_leaving
from infrastructure.event_store.personal_keys import keeping
from infrastructure.event_store.recent_saves import RecentSaves
from infrastructure.event_store.recorder import (
    PAGE_BYTES,
    POOL_SIZE,
    BoundedDatastore,
    ConnectionLost,
    EventRecorder,
    StoredRow,
    VersionTaken,
)
from infrastructure.event_store.sealing import new_key, seal, sealed_topics, unseal
from infrastructure.event_store.topics import stored_topic

Answer = TypeVar("Answer")

_ATTEMPTS = 3
_log = structlog.get_logger(__name__)


class PostgresEventLog:
    """Implements `application.ports.EventLog`."""

    def __init__(self, url: str, clock: Clock, *, pool_size: int = POOL_SIZE) -> None:
        self._sealed = sealed_topics()
        self._recent = RecentSaves(self._sealed)
        self._datastore = BoundedDatastore(url, pool_size=pool_size, in_doubt=self.forget_recent)
        self._recorder = EventRecorder(self._datastore, self._sealed)
        self._mapper = EventMapper()
        self._clock = clock
        self._group = GroupCommit(self._record_together, hopeless=StoreUnavailable)

    def close(self) -> None:
        """Give back the connections."""
        self._datastore.close()

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`. A save with `also` stays out of the group commit."""
        held, new = self._keys(aggregates)
        events = self._pending(aggregates, cause, {**held, **new})
        positions: list[int] = []
        if new:
            also = [keeping(new), *also]
        if also:
            positions = self._record_surely(events, also)
        elif events:
            positions = self._group.run(events)
        for aggregate in aggregates:
            aggregate.mark_saved()
        return positions[-1] if positions else self.position()

    def load(self, kind: type[AnyAggregate], aggregate_id: UUID) -> AnyAggregate | None:
        """See `EventLog.load`."""
        return self.load_many(kind, [aggregate_id]).get(aggregate_id)

    def load_many(
        self, kind: type[AnyAggregate], aggregate_ids: Sequence[UUID]
    ) -> dict[UUID, AnyAggregate]:
        """See `EventLog.load_many`. The id of an aggregate of another kind is unknown here."""
        found: dict[UUID, AnyAggregate] = {}
        for row, key in self._answered(lambda: self._recorder.streams(aggregate_ids)):
            if not row.topic.startswith(f"{kind.TOPIC}."):
                continue
            aggregate_id = cast("UUID", row.originator_id)
            aggregate = found.get(aggregate_id)
            if aggregate is None:
                aggregate = found[aggregate_id] = kind(aggregate_id)
            event = self._mapper.event(row.topic, row.state)
            if row.topic in self._sealed:
                event = unseal(event, aggregate_id, row.originator_version, key)
            event.apply(aggregate)
            aggregate.version += 1
        return found

    def existing(self, aggregate_ids: Sequence[UUID]) -> set[UUID]:
        """See `EventLog.existing`."""
        return self._answered(lambda: self._recorder.existing(aggregate_ids))

    def versions(self, aggregate_ids: Sequence[UUID]) -> dict[UUID, int]:
        """See `EventLog.versions`."""
        return self._answered(lambda: self._recorder.versions(aggregate_ids))

    def read(self, after: int, limit: int) -> Sequence[Recorded]:
        """See `EventLog.read`."""
        recent = self._recent.after(after)[:limit]
        if recent:
            return [self._recorded_at(row, self._mapper) for row in recent]
        rows = self._answered(lambda: self._recorder.page(after, limit))
        return [self._recorded(row, key) for row, key in rows]

    def forget_recent(self) -> None:
        """Remember no saves of this process: another database may answer, which never had them."""
        self._recent.forget()

    def next_at(self, after: int) -> datetime | None:
        """See `LogToFold.next_at`."""
        while row := self._next(after):
            if at := self._mapper.recorded_when(row.state):
                return at
            after = row.id
        return None

    def stretch(
        self,
        kinds: Collection[type[Event]],
        after: int,
        until: int,
        as_stored: Collection[str] = (),
    ) -> Stretch:
        """See `LogToFold.stretch`.

        Raises:
            UnreadableEvent: when an event is asked for that cannot be read.
        """
        topics = [
            stored_topic(kind, version) for kind in kinds for version in range(1, kind.VERSION + 1)
        ]
        rows = self._answered(lambda: self._recorder.stretch(topics, after, until))
        size = sum(len(state) for *_, state, _ in rows)
        reached = rows[-1][0] if size >= PAGE_BYTES else until
        mapper = mapper_leaving(frozenset(kinds), frozenset(as_stored))
        return Stretch(self._each(rows, mapper), reached, len(rows), size)

    def history(self, aggregate_ids: Sequence[UUID]) -> Sequence[Recorded]:
        """See `application.time_travel.History.history`."""
        rows = self._answered(lambda: self._recorder.history(aggregate_ids))
        return [self._recorded(row, key) for row, key in rows]

    def chosen(self, events: Sequence[tuple[UUID, int]]) -> Sequence[Recorded]:
        """See `application.time_travel.History.chosen`."""
        rows = self._answered(lambda: self._recorder.chosen(events))
        return [self._recorded(row, key) for row, key in rows]

    def places(self, aggregate_ids: Sequence[UUID]) -> Sequence[Place]:
        """See `application.time_travel.History.places`."""
        rows = self._answered(lambda: self._recorder.places(aggregate_ids))
        return [Place(*row) for row in rows]

    def position(self) -> int:
        """See `EventLog.position`."""
        return self._answered(self._recorder.max_notification_id) or 0

    @staticmethod
    def _answered(question: Callable[[], Answer]) -> Answer:
        """Ask the store, once more if the connection was lost: reading twice does no harm."""
        try:
            return question()
        except ConnectionLost:
            try:
                return question()
            except ConnectionLost as failure:
                raise StoreUnavailable from failure

    def _next(self, after: int) -> Notification | None:
        rows = self._answered(lambda: self._recorder.page(after, 1))
        return rows[0][0] if rows else None

    def _recorded(self, row: Notification, key: bytes | None) -> Recorded:
        return self._unsealed(self._mapper.recorded(row), row.topic, key)

    def _each(self, rows: Sequence[StoredRow], mapper: EventMapper) -> Iterator[Recorded]:
        for row in rows:
            try:
                yield self._recorded_at(row, mapper)
            except UnreadableEvent as defect:
                raise UnreadableEvent(f"position {row[0]}, {defect}") from defect

    def _recorded_at(self, row: StoredRow, mapper: EventMapper) -> Recorded:
        position, stream, version, topic, state, key = row
        recorded = mapper.recorded_at(position, stream, version, topic, state)
        return self._unsealed(recorded, topic, key)

    def _unsealed(self, recorded: Recorded, topic: str, key: bytes | None) -> Recorded:
        if topic not in self._sealed:
            return recorded
        event = unseal(recorded.event, recorded.aggregate_id, recorded.version, key)
        return replace(recorded, event=event)

    def _keys(
        self, aggregates: Sequence[Aggregate]
    ) -> tuple[Mapping[UUID, bytes], Mapping[UUID, bytes]]:
        """The keys that pending events are to be sealed with: those there are, and new ones."""
        ids = [each.id for each in aggregates if any(event.PERSONAL for event in each.pending)]
        held = self._answered(lambda: self._recorder.keys(ids)) if ids else {}
        return held, {each: new_key() for each in ids if each not in held}

    def _pending(
        self, aggregates: Sequence[Aggregate], cause: Cause, keys: Mapping[UUID, bytes]
    ) -> list[StoredEvent]:
        at = self._clock.now()
        stored = []
        for aggregate in aggregates:
            for version, event in enumerate(aggregate.pending, aggregate.saved_version + 1):
                kept = event
                if event.PERSONAL:
                    kept = seal(event, aggregate.id, version, keys[aggregate.id])
                stored.append(self._mapper.to_stored(aggregate.id, version, kept, at, cause))
        return stored

    def _record_together(self, saves: Sequence[list[StoredEvent]]) -> list[list[int]]:
        """Record several saves in one transaction: the body of the group commit."""
        if len(saves) == 1:
            return [self._record_surely(saves[0], ())]
        everything = [event for save in saves for event in save]
        positions = iter(self._record(everything))
        return [[next(positions) for _ in save] for save in saves]

    def _record_surely(self, events: Sequence[StoredEvent], also: Sequence[Statement]) -> list[int]:
        """Record, and where the outcome is in doubt find out what it was.

        After a lost connection the insert is made again: if the lost COMMIT went through, or
        still does while we wait for the lock, our own command id answers the conflict. Without
        events there is nothing that would answer, so that is not tried.
        """
        for attempt in range(1, _ATTEMPTS + 1 if events else 2):
            try:
                return self._record(events, also)
            except VersionTaken as taken:
                ours = self._answered(lambda: self._ours(events))
                if ours is None:
                    raise VersionConflict from taken
                return ours
            except ConnectionLost as failure:
                _log.warning("event_store_unreachable", attempt=attempt, error=str(failure))
        raise StoreUnavailable

    def _record(self, events: Sequence[StoredEvent], also: Sequence[Statement] = ()) -> list[int]:
        positions = self._recorder.record(events, also)
        self._recent.note(positions, events)
        return positions

    def _ours(self, events: Sequence[StoredEvent]) -> list[int] | None:
        """The positions of `events` if the store holds them by the same command, else None."""
        held = {
            (row.originator_id, row.originator_version): (row, position)
            for row, position in self._recorder.at_versions(events)
        }
        positions = []
        for event in events:
            row, position = held.get((event.originator_id, event.originator_version), (None, 0))
            if row is None or row.topic != event.topic or not self._same_command(row, event):
                return None
            positions.append(position)
        return positions

    def _same_command(self, one: StoredEvent, other: StoredEvent) -> bool:
        return self._mapper.command_id(one.state) == self._mapper.command_id(other.state)
