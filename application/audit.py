"""Whether the log is what was recorded: each event a link of a chain, whose head is signed (7.4).

A link is the SHA-256 of the link before it and of the event as it is stored: its position, its
stream, its version, the length of its topic, its topic and its bytes; numbers as big-endian, of 8
bytes each and of 4 for the length. The first link follows on 32 zero bytes. The database makes
links where it records events; here they are made again and compared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Protocol
from uuid import UUID

import msgspec

from application.ports import Clock

GENESIS = bytes(32)
EVENTS_BETWEEN = 1_000
"""Events after which a checkpoint is due."""
TIME_BETWEEN = timedelta(hours=1)
"""Time after which one is due, if anything was recorded."""

_PAGE = 2_000


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored at a position: an event, its link, or but one of them.

    `state` is None where there is no event, `hash` where there is no link.
    """

    position: int
    stream: UUID | None
    version: int | None
    topic: str | None
    state: bytes | None
    hash: bytes | None


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A link that was signed: by whoever has the private half of `public_key` (Ed25519)."""

    position: int
    hash: bytes
    signed_at: datetime
    public_key: bytes
    signature: bytes

    @property
    def message(self) -> bytes:
        """What is signed."""
        return message_of(self.position, self.hash, self.signed_at)


class FaultKind(StrEnum):
    """In which way something does not fit."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    NOT_AS_SIGNED = "not_as_signed"
    FORGED = "forged"


_WORDS = {
    FaultKind.CHANGED: "The event is not the one that was recorded, or its link was changed.",
    FaultKind.MISSING: "An event was recorded here, and is not there any more.",
    FaultKind.INSERTED: "There is an event that was never recorded.",
    FaultKind.NOT_AS_SIGNED: "A checkpoint was signed here of another history.",
    FaultKind.FORGED: "A checkpoint bears no signature of a key that is trusted.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """The first position that does not fit, and how."""

    position: int
    kind: FaultKind

    @property
    def text(self) -> str:
        """The same in a sentence."""
        return _WORDS[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found.

    Attributes:
        events: how many fit, one after the other from the first.
        position: of the last one that does; 0 where none.
        hash: its link.
        checkpoints: how many fit.
        fault: None where everything does.
    """

    events: int
    position: int
    hash: bytes
    checkpoints: int
    fault: Fault | None


class Chain(Protocol):
    """The log as it is stored, with its links and its checkpoints."""

    def page(self, after: int, limit: int) -> Sequence[Entry]:
        """What is stored above a position, in order: up to so many events, and links without one.

        Empty only where there is nothing more.
        """
        ...

    def checkpoints(self, after: int = 0) -> Sequence[Checkpoint]:
        """Those above a position, in order."""
        ...

    def keep(self, checkpoint: Checkpoint) -> None:
        """Append a checkpoint, unless there is one of its position."""
        ...


class Signer(Protocol):
    """Signs checkpoints, and knows which signatures are its own or trusted."""

    @property
    def public_key(self) -> bytes:
        """32 bytes of Ed25519."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes."""
        ...

    def is_signed(self, checkpoint: Checkpoint) -> bool:
        """Whether a key that is trusted has signed it."""
        ...


class ChainBroken(Exception):
    """Something does not fit; `fault` says what."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"position {fault.position}: {fault.text}")
        self.fault = fault


def link(before: bytes, entry: Entry) -> bytes:
    """The link of an event that follows on another; 32 bytes each."""
    if entry.stream is None or entry.version is None or entry.topic is None or entry.state is None:
        raise ValueError("a link is of an event")
    topic = entry.topic.encode()
    told = (
        *(before, entry.position.to_bytes(8, signed=True), entry.stream.bytes),
        *(entry.version.to_bytes(8, signed=True), len(topic).to_bytes(4, signed=True)),
        *(topic, entry.state),
    )
    return sha256(b"".join(told)).digest()


def message_of(position: int, link_hash: bytes, signed_at: datetime) -> bytes:
    """What a checkpoint's signature is of, as text; the instant is in UTC."""
    at = signed_at.astimezone(UTC).isoformat()
    return f"sigmasight checkpoint {position} {link_hash.hex()} {at}".encode()


@dataclass(frozen=True, slots=True)
class Audit:
    """Verifies the chain, and signs what it has verified."""

    chain: Chain
    signer: Signer
    clock: Clock

    def verify(self) -> Verification:
        """Make every link and check every signature again, from the first event to the last.

        What is recorded meanwhile is verified too. Raises StoreUnavailable: ERR_BUSY_001.
        """
        found = _Found(list(self.chain.checkpoints()))
        fault = None
        try:
            for last in self._links(_Link(0, GENESIS)):
                found.take(last, self.signer)
            found.end()
        except ChainBroken as broken:
            fault = broken.fault
        return Verification(
            events=found.events,
            position=found.last.position,
            hash=found.last.hash,
            checkpoints=found.checkpoints,
            fault=fault,
        )

    def certify(self) -> Sequence[Checkpoint]:
        """Sign what is due, each link made again since the last checkpoint before.

        Raises:
            ChainBroken: what was recorded since does not fit; nothing beyond is signed.
            StoreUnavailable: ERR_BUSY_001.
        """
        known = self.chain.checkpoints()
        before = known[-1] if known else None
        if before and not self.signer.is_signed(before):
            raise ChainBroken(Fault(before.position, FaultKind.FORGED))
        start = _Link(before.position, before.hash) if before else _Link(0, GENESIS)
        kept, since, last = [], 0, start
        for last in self._links(start):
            since += 1
            if since == EVENTS_BETWEEN:
                kept.append(self._sign(last))
                since = 0
        latest = kept[-1] if kept else before
        now = self.clock.now()
        if since and (latest is None or now - latest.signed_at >= TIME_BETWEEN):
            kept.append(self._sign(last))
        return kept

    def entries(self) -> Iterator[Entry | Checkpoint]:
        """All that is stored, in order, each checkpoint after what it is of."""
        signed, after = list(self.chain.checkpoints()), 0
        while page := self.chain.page(after, _PAGE):
            for entry in page:
                yield entry
                while signed and signed[0].position <= entry.position:
                    yield signed.pop(0)
            after = page[-1].position
        yield from signed

    def _links(self, start: "_Link") -> "Iterator[_Link]":
        """The links above a position, made again and equal to the stored ones."""
        last = start
        while page := self.chain.page(last.position, _PAGE):
            for entry in page:
                if entry.state is None:
                    raise ChainBroken(Fault(entry.position, FaultKind.MISSING))
                if entry.hash is None:
                    raise ChainBroken(Fault(entry.position, FaultKind.INSERTED))
                last = _Link(entry.position, link(last.hash, entry))
                if last.hash != entry.hash:
                    raise ChainBroken(Fault(entry.position, FaultKind.CHANGED))
                yield last

    def _sign(self, last: "_Link") -> Checkpoint:
        now = self.clock.now()
        checkpoint = Checkpoint(
            position=last.position,
            hash=last.hash,
            signed_at=now,
            public_key=self.signer.public_key,
            signature=self.signer.sign(message_of(last.position, last.hash, now)),
        )
        self.chain.keep(checkpoint)
        return checkpoint


@dataclass(frozen=True, slots=True)
class _Link:
    """Where the chain has been made again up to."""

    position: int
    hash: bytes


@dataclass(slots=True)
class _Found:
    """What fits so far; `signed` are the checkpoints still to come."""

    signed: list[Checkpoint]
    events: int = 0
    checkpoints: int = 0
    last: _Link = _Link(0, GENESIS)

    def take(self, last: _Link, signer: Signer) -> None:
        """Go one link on.

        Raises:
            ChainBroken: a checkpoint is not of it, or of what was left out.
        """
        while self.signed and self.signed[0].position <= last.position:
            if fault := _difference(self.signed[0], last, signer):
                raise ChainBroken(Fault(self.signed[0].position, fault))
            self.signed.pop(0)
            self.checkpoints += 1
        self.last = last
        self.events += 1

    def end(self) -> None:
        """There are no more links.

        Raises:
            ChainBroken: there are checkpoints of some.
        """
        if self.signed:
            raise ChainBroken(Fault(self.signed[0].position, FaultKind.MISSING))


def _difference(checkpoint: Checkpoint, last: _Link, signer: Signer) -> FaultKind | None:
    if checkpoint.position < last.position:
        return FaultKind.MISSING
    if checkpoint.hash != last.hash:
        return FaultKind.NOT_AS_SIGNED
    return None if signer.is_signed(checkpoint) else FaultKind.FORGED
