"""What became of each kept sample: the state of its aggregate, and the rows that rooms made of it.

The samples are told as one story, one stream for each kind of aggregate, in the order of the lines
of `folded_states.sha256`. A line has the digest of an aggregate, or of the rows of a room of one
version, after one stored topic. Lines are only ever added: `python -m tests.support.folded_states`
adds those of new samples and of rooms of a new version.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec
from msgspec.structs import replace

from application.ports import Recorded
from domain.kernel import Aggregate, Event
from domain.portfolio import Portfolio
from infrastructure.event_store.mapper import EventMapper
from interfaces.rooms import ROOMS
from projections.room import Room
from tests.support.stored_samples import SAMPLES, kept_samples

STATES = SAMPLES.with_name("folded_states.sha256")
_OF_SAMPLES = {
    "user": UUID("0a496ca2-634e-56dc-85cd-efe13d861822"),
    "portfolio": UUID("aa9ed87e-d9ba-53d7-bd32-106d70cb93d1"),
    "calculation_run": UUID("5f0c1f6e-8a35-4f6e-9d0b-0d1e7f3b2a10"),
}
"""Streams that samples of others speak of."""

_BEFORE = {
    "portfolio.cash_flow_reverted": Portfolio.CapitalContributed(
        flow_id=UUID("0fd1a5a8-6a5b-4a78-8f0e-6d4f2c8b3e90"),
        contributed_on=date(2024, 1, 10),
        amount=Decimal("2500.00"),
        note="",
    )
}
"""What must have happened before a sample, and is none."""


def kept_states() -> dict[str, str]:
    """The digests written down when each was added, by what they are of."""
    lines = STATES.read_text("ascii").splitlines() if STATES.exists() else []
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def states() -> dict[str, str]:
    """The digests as this version of the program folds the samples."""
    told = Story()
    return dict(
        line for topic in in_order(kept_states(), list(kept_samples())) for line in told.tell(topic)
    )


def in_order(kept: Mapping[str, str], topics: Sequence[str]) -> list[str]:
    """The stored topics in the order of the lines, new ones at the end."""
    written = dict.fromkeys(name.partition(" > ")[0] for name in kept)
    return [*written, *(topic for topic in topics if topic not in written)]


class Story:
    """Aggregates and rows as they stand after what was told so far."""

    def __init__(self) -> None:
        self._samples = kept_samples()
        self._mapper = EventMapper()
        self._kinds = {kind.TOPIC: kind for kind in _kinds()}
        self._aggregates: dict[str, Aggregate] = {}
        self._rows: dict[str, dict[Any, Any]] = {room.name: {} for room in ROOMS}
        self._position = 0

    def tell(self, topic: str) -> Iterator[tuple[str, str]]:
        """What has changed when one more sample has happened, by name, as digests."""
        kind = topic.partition(".")[0]
        stream = _OF_SAMPLES.get(kind) or uuid5(NAMESPACE_OID, kind)
        aggregate = self._aggregates.setdefault(kind, self._kinds[kind](stream))
        stored = self._mapper.recorded_at(0, stream, 0, topic, self._samples[topic].stored)
        for event in filter(None, (_BEFORE.get(topic), stored.event)):
            self._happened(aggregate, replace(stored, event=event))
        yield f"{topic} > {kind}", digest(_state(aggregate))
        for room in _fed_by(stored.event):
            rows = self._rows[room.name]
            yield f"{topic} > room {room.name}/{room.version}", digest(rows)

    def _happened(self, aggregate: Aggregate, stored: Recorded) -> None:
        stored.event.apply(aggregate)
        aggregate.version += 1
        self._position += 1
        recorded = replace(stored, position=self._position, version=aggregate.version)
        for room in _fed_by(recorded.event):
            rows = self._rows[room.name]
            touched = {key: rows[key] for key in room.keys(recorded) if key in rows}
            room.fold(touched, recorded)
            rows.update(touched)


def _fed_by(event: Event) -> Sequence[Room[Any]]:
    return [room for room in ROOMS if type(event) in room.fed_by]


def _kinds() -> Sequence[type[Aggregate]]:
    return Aggregate.__subclasses__()


def _state(aggregate: Aggregate) -> dict[str, Any]:
    """What is not as in the beginning, so that a new attribute leaves what was before it alone."""
    began = _plain(vars(type(aggregate)(aggregate.id)))
    now = {name: _plain(value) for name, value in vars(aggregate).items()}
    at_first = dict(began) if isinstance(began, dict) else {}
    return {name: value for name, value in now.items() if at_first.get(name) != value}


def digest(state: Any) -> str:
    """The SHA-256, in hex, of a state in one spelling."""
    return hashlib.sha256(json.dumps(_plain(state), sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """A value as JSON has it, alike in every process."""
    match value:
        case Enum():
            plain: Any = value.value
        case None | bool() | int() | float() | str():
            plain = value
        case Decimal() | date() | UUID() | bytes():
            plain = str(value)
        case list() | tuple():
            plain = [_plain(one) for one in value]
        case set() | frozenset():
            plain = sorted((_plain(one) for one in value), key=str)
        case Mapping():
            plain = {_name(key): _plain(one) for key, one in value.items()}
        case _:
            plain = {name: _plain(getattr(value, name)) for name in _names(value)}
    return plain


def _name(key: Any) -> str:
    plain = _plain(key)
    return plain if isinstance(plain, str) else json.dumps(plain)


def _names(value: Any) -> list[str]:
    if isinstance(value, msgspec.Struct):
        return list(value.__struct_fields__)
    return [f.name for f in fields(value)] if is_dataclass(value) else list(vars(value))


def main() -> None:
    """Add the lines that are not there yet."""
    kept = kept_states()
    made = {name: one for name, one in states().items() if name not in kept}
    lines = [f"{digest}  {name}\n" for name, digest in {**kept, **made}.items()]
    STATES.write_text("".join(lines), "ascii")


if __name__ == "__main__":
    main()
