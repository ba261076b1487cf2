"""Events to stored JSON and back: typed, so that a missing or mistyped field is an error.

The stored state is one JSON object that an auditor can read with SQL:
`{"at": instant, "cause": {...}, "data": {the event's fields}}`.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

import msgspec
from eventsourcing.persistence import Notification, StoredEvent

from application.ports import Cause, Recorded
from domain.kernel import Event
from infrastructure.event_store.topics import event_classes, stored_topic
from infrastructure.event_store.upcasts import UPCASTS, Upcast

AnyEvent = TypeVar("AnyEvent", bound=Event)
AnyStruct = TypeVar("AnyStruct", bound=msgspec.Struct)

_UNFIT = (AttributeError, TypeError)  # what an upcast meets in data that never was its event's
_NUL = re.compile(rb"(?<!\\)(\\\\)*\\u0000")


class UnreadableEvent(Exception):
    """A stored event does not fit its class: a field is missing, mistyped or unknown."""


class UnstorableEvent(ValueError):
    """A text of the event holds the character NUL, which PostgreSQL's texts and JSON refuse.

    Kept out of the log, so that no auditor's query and no room ever stops at it.
    """


class _Stored(msgspec.Struct, Generic[AnyEvent], frozen=True, forbid_unknown_fields=True):
    at: datetime
    cause: Cause
    data: AnyEvent


class _Envelope(msgspec.Struct, frozen=True):
    at: datetime


class _Command(msgspec.Struct, frozen=True):
    command_id: UUID


class _Cause(msgspec.Struct, frozen=True):
    cause: _Command


class EventMapper:
    """Typed translation between events and stored events.

    Knows every event class of the domain, or `classes`.

    Raises:
        ValueError: an earlier version of a class has no upcast.
    """

    def __init__(
        self,
        classes: Iterable[type[Event]] | None = None,
        upcasts: Mapping[tuple[str, int], Upcast] = UPCASTS,
    ) -> None:
        self._encode = msgspec.json.Encoder().encode
        self._cause = msgspec.json.Decoder(_Cause)
        self._envelope = msgspec.json.Decoder(_Envelope)
        self._upcasts = upcasts
        self._current: dict[str, msgspec.json.Decoder[_Stored[Any]]] = {}
        self._earlier: dict[str, tuple[type[Event], int]] = {}
        for event_class in event_classes().values() if classes is None else classes:
            self._learn(event_class)

    def to_stored(
        self, aggregate_id: UUID, version: int, event: Event, at: datetime, cause: Cause
    ) -> StoredEvent:
        """`event` as the row that the store keeps.

        Raises:
            UnstorableEvent: a text holds NUL.
        """
        state = self._encode(_Stored(at, cause, event))
        if b"u0000" in state and _NUL.search(state):
            raise UnstorableEvent(f"{event.TOPIC} has the character NUL in a text")
        return StoredEvent(aggregate_id, version, stored_topic(type(event)), state)

    def event(self, topic: str, state: bytes) -> Event:
        """The event of a stored row, upcast to its class's version.

        Raises:
            UnreadableEvent: unknown topic, or the data does not fit the class.
        """
        event: Event = self._read(topic, state).data
        return event

    def recorded(self, row: Notification) -> Recorded:
        """The event of a stored row with its envelope.

        Raises:
            UnreadableEvent: unknown topic, or the data does not fit the class.
        """
        stream = as_uuid(row.originator_id)
        return self.recorded_at(row.id, stream, row.originator_version, row.topic, row.state)

    def recorded_at(
        self, position: int, stream: UUID, version: int, topic: str, state: bytes
    ) -> Recorded:
        """The same of the columns of a stored row."""
        stored = self._read(topic, state)
        return Recorded(
            position=position,
            aggregate_id=stream,
            version=version,
            event=stored.data,
            occurred_at=stored.at,
            cause=stored.cause,
        )

    def recorded_when(self, state: bytes) -> datetime | None:
        """When a stored row was recorded, whatever it says; None if that cannot be read."""
        try:
            return self._envelope.decode(state).at
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None

    def command_id(self, state: bytes) -> UUID:
        """The id of the command that recorded a stored row."""
        return self._cause.decode(state).cause.command_id

    def _learn(self, event_class: type[Event]) -> None:
        self._current[stored_topic(event_class)] = msgspec.json.Decoder(_stored_as(event_class))
        for version in range(1, event_class.VERSION):
            if (event_class.TOPIC, version) not in self._upcasts:
                raise ValueError(f"{event_class.TOPIC} has no upcast from version {version}")
            self._earlier[stored_topic(event_class, version)] = (event_class, version)

    def _read(self, topic: str, state: bytes) -> _Stored[Any]:
        try:
            if topic in self._earlier:
                topic, state = self._upcast(topic, state)
            return self._current[topic].decode(state)
        except KeyError as missing:
            raise UnreadableEvent(f"{topic}: no {missing}") from missing
        except (msgspec.MsgspecError, UnicodeDecodeError, *_UNFIT) as defect:
            raise UnreadableEvent(f"{topic}: {defect}") from defect

    def _upcast(self, topic: str, state: bytes) -> tuple[str, bytes]:
        event_class, version = self._earlier[topic]
        raw = msgspec.json.decode(state)
        for earlier in range(version, event_class.VERSION):
            raw["data"] = self._upcasts[event_class.TOPIC, earlier](raw["data"])
        return stored_topic(event_class), self._encode(raw)


@cache
def mapper_leaving(kinds: frozenset[type[Event]], fields: frozenset[str]) -> EventMapper:
    """A mapper of these kinds alone, which leaves `fields` as the JSON they are stored as.

    A field that is left must be there, but its type is not looked at; `lines.symbol` is a field
    of the field `lines`.
    """
    return EventMapper([_leaving(kind, fields) for kind in kinds])


def _leaving(kind: type[AnyStruct], fields: Collection[str]) -> type[AnyStruct]:
    left: list[tuple[str, type]] = []
    for field in msgspec.structs.fields(kind):
        inner = [name.removeprefix(f"{field.name}.") for name in fields]
        inner = [name for name in inner if name not in fields]
        if field.name in fields:
            left.append((field.name, msgspec.Raw))
        elif inner:
            left.append((field.name, _leaving(field.type, inner)))
    if not left:
        return kind
    leaving = msgspec.defstruct(kind.__name__, left, bases=(kind,), kw_only=True)
    return cast("type[AnyStruct]", leaving)


def _stored_as(event_class: type[Event]) -> Any:
    generic: Any = _Stored  # a type checker cannot follow a class held in a variable
    return generic[event_class]


def as_uuid(value: UUID | str) -> UUID:
    """An id as the library types it: a UUID all the same."""
    return value if isinstance(value, UUID) else UUID(value)
