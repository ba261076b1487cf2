"""Personal fields of events, sealed with a key of the user they are about (spec 2.5).

AES-256-GCM. The nonce is a digest, under the key, of where a text stands and of the text: an event
written again has the same bytes, and no nonce ever serves two texts. Where it stands is
authenticated, too, so that a sealed text opens in no other event.
"""

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec.structs import replace

from domain.kernel import FORGOTTEN, Event
from infrastructure.event_store.mapper import UnreadableEvent, UnstorableEvent
from infrastructure.event_store.topics import event_classes, stored_topic

AnyEvent = TypeVar("AnyEvent", bound=Event)

_KEY_BYTES = 32
_NONCE_BYTES = 12  # NIST SP 800-38D, 8.2
_NEVER_SEALED = frozenset({"user.registered"})
"""Stored topics of versions that hold their personal fields as they are."""


def new_key() -> bytes:
    """A key for somebody who has none."""
    return secrets.token_bytes(_KEY_BYTES)


def sealed_topics(classes: Iterable[type[Event]] | None = None) -> Collection[str]:
    """The stored topics, of every version, under which personal fields are sealed."""
    kinds = event_classes().values() if classes is None else classes
    personal = {
        stored_topic(kind, version)
        for kind in kinds
        if kind.PERSONAL
        for version in range(1, kind.VERSION + 1)
    }
    return personal - _NEVER_SEALED


def seal(event: AnyEvent, stream: UUID, version: int, key: bytes) -> AnyEvent:
    """The event with its personal fields sealed, as version `version` of a stream.

    Raises:
        UnstorableEvent: a text holds NUL, which the rooms could not keep.
    """
    nonce_key = hmac.digest(key, b"nonce", "sha256")
    cipher = AESGCM(key)

    def sealed(text: str, place: bytes) -> str:
        if "\0" in text:
            raise UnstorableEvent(f"{event.TOPIC} has the character NUL in a text")
        plain = text.encode()
        nonce = hmac.digest(nonce_key, place + b"/" + plain, "sha256")[:_NONCE_BYTES]
        return b64encode(nonce + cipher.encrypt(nonce, plain, place)).decode()

    return _changed(event, stream, version, sealed)


def unseal(event: AnyEvent, stream: UUID, version: int, key: bytes | None) -> AnyEvent:
    """The event as it was before `seal`; without its key, of somebody forgotten.

    Raises:
        UnreadableEvent: a field was not sealed with this key, or not in this place.
    """
    if key is None:
        return _changed(event, stream, version, lambda _text, _place: FORGOTTEN)
    cipher = AESGCM(key)

    def plain(text: str, place: bytes) -> str:
        sealed = b64decode(text, validate=True)
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        return cipher.decrypt(nonce, rest, place).decode()

    try:
        return _changed(event, stream, version, plain)
    except (InvalidTag, ValueError) as defect:
        raise UnreadableEvent(f"{event.TOPIC}: a personal field cannot be unsealed") from defect


def _changed(
    event: AnyEvent, stream: UUID, version: int, change: Callable[[str, bytes], str]
) -> AnyEvent:
    """The event with each personal field changed by its text and its place."""
    return replace(
        event,
        **{
            name: change(getattr(event, name), f"{stream}/{version}/{name}".encode())
            for name in event.PERSONAL
        },
    )
