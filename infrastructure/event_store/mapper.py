"""Events to stored JSON and back: typed, so that a missing or mistyped field is an error.

The stored state is one JSON object that an auditor can read with SQL:
`{"at": instant, "cause": {...}, "data": {the event's fields}}`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from eventsourcing.persistence import Notification, StoredEvent

from application.ports import Cause, Recorded
from domain.kernel import Event
from infrastructure.event_store.topics import event_classes, stored_topic

AnyEvent = TypeVar("AnyEvent", bound=Event)
Upcast = Callable[[dict[str, Any]], dict[str, Any]]


class _Stored(msgspec.Struct, Generic[AnyEvent], frozen=True):
    at: datetime
    cause: Cause
    data: AnyEvent


class _Cause(msgspec.Struct, frozen=True):
    cause: Cause


class UnreadableEvent(Exception):
    """A stored event does not fit its class: a field is missing, mistyped or unknown."""


class EventMapper:
    """Typed translation between events and stored events.

    `upcasts` maps (topic, version) to the function that turns the data of that version into
    the data of the next one.
    """

    def __init__(self, upcasts: Mapping[tuple[str, int], Upcast] | None = None) -> None:
        self._encode = msgspec.json.Encoder().encode
        self._upcasts = dict(upcasts or {})
        self._current: dict[str, msgspec.json.Decoder[_Stored[Any]]] = {}
        self._earlier: dict[str, tuple[type[Event], int]] = {}
        for event_class in event_classes().values():
            self._current[stored_topic(event_class)] = msgspec.json.Decoder(_stored_as(event_class))
            for version in range(1, event_class.VERSION):
                self._earlier[stored_topic(event_class, version)] = (event_class, version)
        self._cause = msgspec.json.Decoder(_Cause)

    def to_stored(
        self, aggregate_id: UUID, version: int, event: Event, at: datetime, cause: Cause
    ) -> StoredEvent:
        """`event` as the row that the store keeps."""
        state = self._encode(_Stored(at, cause, event))
        return StoredEvent(aggregate_id, version, stored_topic(type(event)), state)

    def event(self, topic: str, state: bytes) -> Event:
        """The event of a stored row, upcast to its class's version.

        Raises:
            UnreadableEvent: unknown topic, or the data does not fit the class.
        """
        event: Event = self._read(topic, state).data
        return event

    def recorded(self, row: Notification) -> Recorded:
        """The event of a stored row with its envelope."""
        stored = self._read(row.topic, row.state)
        return Recorded(
            position=row.id,
            aggregate_id=_uuid(row.originator_id),
            version=row.originator_version,
            event=stored.data,
            occurred_at=stored.at,
            cause=stored.cause,
        )

    def command_id(self, state: bytes) -> UUID:
        """The id of the command that recorded a stored row."""
        return self._cause.decode(state).cause.command_id

    def _read(self, topic: str, state: bytes) -> _Stored[Any]:
        try:
            decoder = self._current.get(topic)
            if decoder is not None:
                return decoder.decode(state)
            return self._upcast(topic, state)
        except (msgspec.MsgspecError, KeyError, UnicodeDecodeError) as defect:
            raise UnreadableEvent(f"{topic}: {defect}") from defect

    def _upcast(self, topic: str, state: bytes) -> _Stored[Any]:
        event_class, version = self._earlier[topic]
        raw = msgspec.json.decode(state)
        for earlier in range(version, event_class.VERSION):
            raw["data"] = self._upcasts[event_class.TOPIC, earlier](raw["data"])
        upcast: _Stored[Any] = msgspec.convert(raw, _stored_as(event_class))
        return upcast


def _stored_as(event_class: type[Event]) -> Any:
    generic: Any = _Stored  # a type checker cannot follow a class held in a variable
    return generic[event_class]


def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
