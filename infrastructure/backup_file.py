"""A backup in a file: the database's dump, and what it holds, signed. A zip without compression.

`contents.json` says what the dump is of, with its digest. `signature.json` has an Ed25519 signature
over that: restoring executes what the dump says, so it must come from an installation of one's own.
"""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from infrastructure.checkpoint_keys import CheckpointKeys

FORMAT = "sigmasight backup 1"
PIECE = 1024 * 1024
"""Bytes that are read and written at a time."""

_DUMP, _CONTENTS, _SIGNATURE = "database.dump", "contents.json", "signature.json"
_MOST_TOLD = 1024 * 1024
_DAMAGED = "The file is damaged, or is no backup: {}. Nothing was restored; take another one."


class BackupRefused(Exception):
    """A backup cannot be made or restored; the message says why and what to do."""


class Dumped(msgspec.Struct, frozen=True, kw_only=True):
    """What a dump is of, as it was seen at one moment.

    `position` is that of the last event, `head` its link in hexadecimal, blank where the log had
    none yet. `migrations` are the steps that were applied, `server` is 180004 for PostgreSQL 18.4.
    """

    taken_at: datetime
    program: str
    server: int
    migrations: tuple[str, ...]
    position: int
    head: str


class Contents(Dumped, frozen=True, kw_only=True):
    """The same with the dump's size in bytes and its digest."""

    format: str
    size: int
    sha256: str


class _Signature(msgspec.Struct, frozen=True):
    public_key: str
    signature: str


def write_backup(
    file: BinaryIO, dump: Iterable[bytes], dumped: Dumped, keys: CheckpointKeys
) -> Contents:
    """Write a dump with what it is of, signed."""
    digest, size = hashlib.sha256(), 0
    with zipfile.ZipFile(file, "w") as archive:
        with archive.open(_DUMP, "w", force_zip64=True) as member:
            for piece in dump:
                digest.update(piece)
                size += len(piece)
                member.write(piece)
        contents = Contents(
            format=FORMAT, size=size, sha256=digest.hexdigest(), **msgspec.structs.asdict(dumped)
        )
        told = msgspec.json.format(msgspec.json.encode(contents), indent=2)
        signature = _Signature(keys.public_key.hex(), keys.sign(_message(told)).hex())
        archive.writestr(_CONTENTS, told)
        archive.writestr(_SIGNATURE, msgspec.json.encode(signature))
    return contents


class Backup:
    """A backup whose every byte was found to be what was signed."""

    def __init__(self, archive: zipfile.ZipFile, contents: Contents) -> None:
        self.contents = contents
        self._archive = archive

    def dump(self) -> Iterator[bytes]:
        """The dump, piece by piece."""
        with self._archive.open(_DUMP) as member:
            while piece := member.read(PIECE):
                yield piece


@contextmanager
def opened_backup(path: Path, keys: CheckpointKeys) -> Iterator[Backup]:
    """A backup to restore, read from end to end before.

    Raises:
        BackupRefused: it is damaged, or signed by nobody who is trusted, or cannot be read.
    """
    with _file(path) as file, _archive(file) as archive:
        yield Backup(archive, _verified(archive, keys))


def _file(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise BackupRefused(f"{path} does not exist. Check its name.") from None
    except OSError:
        raise BackupRefused(f"{path} cannot be read. Check that it is a file of yours.") from None


def _archive(file: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError):
        raise BackupRefused(_DAMAGED.format("it does not end as one does")) from None


def _verified(archive: zipfile.ZipFile, keys: CheckpointKeys) -> Contents:
    try:
        told = _member(archive, _CONTENTS)
        contents = msgspec.json.decode(told, type=Contents)
        signature = msgspec.json.decode(_member(archive, _SIGNATURE), type=_Signature)
        _refuse_unsigned(told, signature, keys)
        digest = hashlib.sha256()
        for piece in Backup(archive, contents).dump():
            digest.update(piece)
    except (KeyError, ValueError, EOFError, NotImplementedError, OSError, RuntimeError) as defect:
        raise BackupRefused(_DAMAGED.format("not all of it is there")) from defect
    except zipfile.BadZipFile:
        raise BackupRefused(_DAMAGED.format("a part of it is not what was written")) from None
    if contents.format != FORMAT:
        raise BackupRefused("The backup is of a newer version of this program; install that one.")
    if digest.hexdigest() != contents.sha256:
        raise BackupRefused(_DAMAGED.format("the dump is not what was written"))
    return contents


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as member:
        return member.read(_MOST_TOLD)


def _refuse_unsigned(told: bytes, signature: _Signature, keys: CheckpointKeys) -> None:
    key = bytes.fromhex(signature.public_key)
    if not keys.trusts(key):
        raise BackupRefused(
            f"The backup was signed by the key {key.hex()}, which is not trusted here. If that is"
            " yours, set SECRET_KEY to the secret of then, or add the key to AUDIT_TRUSTED_KEYS."
        )
    if not keys.has_signed(key, _message(told), bytes.fromhex(signature.signature)):
        raise BackupRefused(_DAMAGED.format("its signature is not of what it says"))


def _message(told: bytes) -> bytes:
    return f"{FORMAT} {hashlib.sha256(told).hexdigest()}".encode()
