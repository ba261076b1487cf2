"""The log with its chain as JSON Lines, to be kept and verified elsewhere (spec 7.4).

The first line names the format and the key that signs now. Each event is a line, with `state` as
the text that is stored (`state_hex` where its bytes are no text); a checkpoint follows on the event
that it is of. What is sealed stays sealed.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any

import msgspec

from application.audit import Checkpoint, Entry

FORMAT = "sigmasight audit 1"


def exported(stored: Iterable[Entry | Checkpoint], public_key: bytes) -> Iterator[bytes]:
    """The lines, each with its end."""
    yield _line({"format": FORMAT, "public_key": public_key.hex()})
    for one in stored:
        yield _line(_checkpoint(one) if isinstance(one, Checkpoint) else _event(one))


def _line(told: dict[str, Any]) -> bytes:
    return msgspec.json.encode(told) + b"\n"


def _event(entry: Entry) -> dict[str, Any]:
    return {
        "position": entry.position,
        "stream": entry.stream,
        "version": entry.version,
        "topic": entry.topic,
        **_state(entry.state),
        "hash": None if entry.hash is None else entry.hash.hex(),
    }


def _state(state: bytes | None) -> dict[str, str | None]:
    if state is None:
        return {"state": None}
    try:
        return {"state": state.decode()}
    except UnicodeDecodeError:
        return {"state_hex": state.hex()}


def _checkpoint(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "checkpoint": checkpoint.position,
        "hash": checkpoint.hash.hex(),
        "signed_at": checkpoint.signed_at.astimezone(UTC).isoformat(),
        "public_key": checkpoint.public_key.hex(),
        "signature": checkpoint.signature.hex(),
    }
