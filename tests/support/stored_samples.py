"""The kept samples of stored events, one of each version of each event class there ever was."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

SAMPLES = Path(__file__).parents[1] / "contracts" / "stored_events.json"
DIGESTS = SAMPLES.with_suffix(".sha256")


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the store held: the state, and the paths of all fields its event had then."""

    fields: list[str]
    state: dict[str, Any]

    @property
    def stored(self) -> bytes:
        """The state as the store's column holds it."""
        return msgspec.json.encode(self.state)

    @property
    def digest(self) -> str:
        """The SHA-256, in hex, of the sample in one spelling."""
        spelling = json.dumps(msgspec.to_builtins(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(spelling.encode()).hexdigest()


def parse_samples(text: str | bytes) -> dict[str, Sample]:
    """The samples of a file, by stored topic."""
    return msgspec.json.decode(text, type=dict[str, Sample])


def kept_samples() -> dict[str, Sample]:
    """The samples of this version of the program."""
    return parse_samples(SAMPLES.read_bytes())


def kept_digests() -> dict[str, str]:
    """The digest written down when each sample was added."""
    lines = DIGESTS.read_text("ascii").splitlines()
    return {topic: digest for digest, topic in (line.split("  ") for line in lines)}


def field_paths(event_class: type[Any]) -> list[str]:
    """The paths of all fields of a class, nested ones as `positions[].symbol`."""
    return sorted(_paths(inspect.type_info(event_class), ""))


def _paths(kind: inspect.Type, prefix: str) -> Iterator[str]:
    match kind:
        case inspect.StructType(fields=fields) | inspect.DataclassType(fields=fields):
            for field in fields:
                path = f"{prefix}.{field.encode_name}".lstrip(".")
                yield path
                yield from _paths(field.type, path)
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            yield from _paths(item, f"{prefix}[]")
        case inspect.UnionType(types=kinds):
            for one in kinds:
                yield from _paths(one, prefix)
        case _:
            return
