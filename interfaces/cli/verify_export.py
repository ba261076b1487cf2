"""Verify an exported audit log on any machine, with nothing but Python (spec 7.4).

    python verify_export.py EXPORT.jsonl --key PUBLIC_KEY [--key EARLIER_KEY ...]

Each event is a link of a chain: SHA-256 over the link before and the event as it was stored. Some
links are signed (Ed25519, RFC 8032). This makes every link again and checks every signature by the
key that you were given by another way than the file. It prints the first position that does not
fit, and ends with 1 then. Of the project it imports nothing: it may be copied and read alone.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

FORMAT = "sigmasight audit 1"

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
_Point = tuple[int, int, int, int]


class Broken(Exception):
    """What does not fit; the text says at which position and how."""


def _added(one: _Point, other: _Point) -> _Point:
    """The sum of two points in extended coordinates (RFC 8032, 5.1.4)."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c, d = 2 * one[3] * other[3] * _D % _P, 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(factor: int, point: _Point) -> _Point:
    total: _Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            total = _added(total, point)
        point, factor = _added(point, point), factor >> 1
    return total


def _point(told: bytes) -> _Point | None:
    """A point as 32 bytes tell it (RFC 8032, 5.1.3)."""
    number = int.from_bytes(told, "little")
    y, is_odd = number & (2**255 - 1), number >> 255
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and is_odd):
        return None
    if x & 1 != is_odd:
        x = _P - x
    return x, y, 1, x * y % _P


_BASE = _point(bytes([0x58, *[0x66] * 31]))


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the owner of a public key has signed a message (RFC 8032, 5.1.7)."""
    if len(key) != 32 or len(signature) != 64 or _BASE is None:
        return False
    whose, said = _point(key), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if whose is None or said is None or s >= _ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    left = _times(s, _BASE)
    right = _added(said, _times(int.from_bytes(digest, "little") % _ORDER, whose))
    return not (
        (left[0] * right[2] - right[0] * left[2]) % _P
        or (left[1] * right[2] - right[1] * left[2]) % _P
    )


def link(before: bytes, event: dict[str, Any]) -> bytes:
    """The link of an event that follows on another."""
    topic = event["topic"].encode()
    state = event.get("state_hex")
    told = (
        *(
            before,
            event["position"].to_bytes(8, "big"),
            bytes.fromhex(event["stream"].replace("-", "")),
        ),
        *(event["version"].to_bytes(8, "big"), len(topic).to_bytes(4, "big"), topic),
        bytes.fromhex(state) if state is not None else event["state"].encode(),
    )
    return hashlib.sha256(b"".join(told)).digest()


def verify(lines: Iterable[str], keys: Sequence[bytes]) -> tuple[int, int]:
    """How many events and checkpoints there are, if all of them fit.

    Raises:
        Broken: one does not.
    """
    last, position, events, checkpoints = bytes(32), 0, 0, 0
    for line in lines:
        told = json.loads(line)
        if "checkpoint" in told:
            _check(told, position, last, keys)
            checkpoints += 1
        elif "position" in told:
            position = told["position"]
            if told.get("hash") is None:
                raise Broken(f"position {position}: there is an event that was never recorded")
            if told.get("topic") is None:
                raise Broken(f"position {position}: an event was recorded here, and is not there")
            last = link(last, told)
            if last.hex() != told["hash"]:
                raise Broken(f"position {position}: the event is not the one that was recorded")
            events += 1
        elif told.get("format") != FORMAT:
            raise Broken(f"the file is no {FORMAT}")
    return events, checkpoints


def _check(told: dict[str, Any], position: int, last: bytes, keys: Sequence[bytes]) -> None:
    at = told["checkpoint"]
    if at != position:
        raise Broken(f"position {at}: an event was signed here, and is not there any more")
    if told["hash"] != last.hex():
        raise Broken(f"position {at}: a checkpoint was signed here of another history")
    message = f"sigmasight checkpoint {at} {told['hash']} {told['signed_at']}".encode()
    signature = bytes.fromhex(told["signature"])
    if not any(is_signed(key, message, signature) for key in keys):
        raise Broken(f"position {at}: a checkpoint bears no signature of a key that was named")


def _key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise argparse.ArgumentTypeError(f"{text!r} is no public key of 64 hexadecimal digits")
    return key


def main() -> int:
    """Verify the file that is named."""
    asked = argparse.ArgumentParser(description="Verify an exported audit log.")
    asked.add_argument("file", help="as `sigmasight audit export` writes it")
    what = "public key, 64 hex digits; once for each key that has signed"
    asked.add_argument("--key", action="append", required=True, type=_key, help=what)
    told = asked.parse_args()
    try:
        with Path(told.file).open(encoding="utf-8") as lines:
            events, checkpoints = verify(lines, told.key)
    except Broken as broken:
        sys.stdout.write(f"BROKEN at {broken}.\n")
        return 1
    except (ValueError, KeyError, TypeError, OverflowError) as defect:
        sys.stdout.write(f"BROKEN: a line is not as it was exported ({defect}).\n")
        return 1
    sys.stdout.write(f"All {events} events fit, and all {checkpoints} checkpoints.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
