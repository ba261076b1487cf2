"""The event log in memory: the promises of the real one, and its form of what is stored."""

from collections.abc import Callable, Collection, Sequence
from typing import cast
from uuid import UUID

from msgspec.structs import replace

from application.errors import VersionConflict
from application.ports import AnyAggregate, Cause, Clock, Recorded, Statement
from domain.kernel import Aggregate, Event
from infrastructure.event_store.mapper import EventMapper
from infrastructure.event_store.sealing import seal, sealed_topics, unseal
from tests.simulator.database import Database, StoredEvent, Transaction

_MAPPER = EventMapper()
_SEALED: Collection[str] = frozenset(sealed_topics())


class VersionTaken(Exception):
    """There is an event of this id and version."""


class InMemoryEventLog:
    """Implements `application.ports.EventLog`; `new_key` gives a key for somebody who has none.

    Events are kept as the real log keeps them: as typed JSON, personal fields sealed.
    """

    def __init__(self, database: Database, clock: Clock, new_key: Callable[[], bytes]) -> None:
        self._database = database
        self._clock = clock
        self._new_key = new_key

    def save(self, *aggregates: Aggregate, cause: Cause, also: Sequence[Statement] = ()) -> int:
        """See `EventLog.save`."""
        new = self._new_keys(aggregates)
        rows = self._pending(aggregates, cause, new)
        try:
            with self._database.transaction() as transaction:
                for stream, key in new.items():
                    transaction.put(self._database.keys, stream, key)
                for statement in also:
                    statement(transaction)
                position = self._insert(rows, transaction)
        except VersionTaken as taken:
            ours = self._ours(rows, cause)
            if ours is None:
                raise VersionConflict from taken
            position = ours
        for aggregate in aggregates:
            aggregate.mark_saved()
        return position

    def load(self, kind: type[AnyAggregate], aggregate_id: UUID) -> AnyAggregate | None:
        """See `EventLog.load`."""
        return self.load_many(kind, [aggregate_id]).get(aggregate_id)

    def load_many(
        self, kind: type[AnyAggregate], aggregate_ids: Sequence[UUID]
    ) -> dict[UUID, AnyAggregate]:
        """See `EventLog.load_many`."""
        found: dict[UUID, AnyAggregate] = {}
        for stream in dict.fromkeys(aggregate_ids):
            rows = self._database.streams.get(stream)
            if not rows or not rows[0].topic.startswith(f"{kind.TOPIC}."):
                continue
            aggregate = found[stream] = kind(stream)
            for row in rows:
                self._event(row).apply(aggregate)
                aggregate.version += 1
        return found

    def existing(self, aggregate_ids: Sequence[UUID]) -> set[UUID]:
        """See `EventLog.existing`."""
        return {stream for stream in aggregate_ids if stream in self._database.streams}

    def versions(self, aggregate_ids: Sequence[UUID]) -> dict[UUID, int]:
        """See `EventLog.versions`."""
        streams = self._database.streams
        return {stream: len(streams[stream]) for stream in aggregate_ids if stream in streams}

    def read(self, after: int, limit: int) -> Sequence[Recorded]:
        """See `EventLog.read`."""
        return [self._recorded(row) for row in self._database.events[after : after + limit]]

    def position(self) -> int:
        """See `EventLog.position`."""
        return len(self._database.events)

    def _event(self, row: StoredEvent) -> Event:
        return self._unsealed(_MAPPER.event(row.topic, row.state), row)

    def _recorded(self, row: StoredEvent) -> Recorded:
        recorded = _MAPPER.recorded_at(*row)
        if row.topic not in _SEALED:
            return recorded
        return replace(recorded, event=self._unsealed(recorded.event, row))

    def _unsealed(self, event: Event, row: StoredEvent) -> Event:
        if row.topic not in _SEALED:
            return event
        return unseal(event, row.stream, row.version, self._database.keys.get(row.stream))

    def _new_keys(self, aggregates: Sequence[Aggregate]) -> dict[UUID, bytes]:
        return {
            each.id: self._new_key()
            for each in aggregates
            if each.id not in self._database.keys and any(e.PERSONAL for e in each.pending)
        }

    def _pending(
        self, aggregates: Sequence[Aggregate], cause: Cause, new: dict[UUID, bytes]
    ) -> list[StoredEvent]:
        at, rows = self._clock.now(), []
        keys = {**self._database.keys, **new}
        for aggregate in aggregates:
            for version, event in enumerate(aggregate.pending, aggregate.saved_version + 1):
                kept = event
                if event.PERSONAL:
                    kept = seal(event, aggregate.id, version, keys[aggregate.id])
                stored = _MAPPER.to_stored(aggregate.id, version, kept, at, cause)
                rows.append(StoredEvent(0, aggregate.id, version, stored.topic, stored.state))
        return rows

    def _insert(self, rows: Sequence[StoredEvent], transaction: Transaction) -> int:
        """Append the rows, or none of them."""
        events, streams = self._database.events, self._database.streams
        held: dict[UUID, int] = {}
        for row in rows:
            reached = held.get(row.stream, len(streams.get(row.stream, ())))
            if row.version <= reached:
                raise VersionTaken(row.stream)
            held[row.stream] = row.version
        for row in rows:
            placed = row._replace(position=len(events) + 1)
            events.append(placed)
            streams.setdefault(row.stream, []).append(placed)
        return len(events)

    def _ours(self, rows: Sequence[StoredEvent], cause: Cause) -> int | None:
        """The position of the last row if the log holds all by the same command, else None."""
        position = 0
        for row in rows:
            stream = self._database.streams.get(row.stream, [])
            held = stream[row.version - 1] if row.version <= len(stream) else None
            if held is None or held.topic != row.topic:
                return None
            if _MAPPER.command_id(held.state) != cause.command_id:
                return None
            position = held.position
        return position


def statement(write: Callable[[Transaction], None]) -> Statement:
    """A write for `EventLog.save(also=...)`, which runs in the log's own transaction."""
    return lambda connection: write(cast("Transaction", connection))
