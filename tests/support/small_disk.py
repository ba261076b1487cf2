"""A disk that a test may fill: a file system of its own in memory, where mounting is allowed."""

import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.postgres import passable_folder

_PIECE = 64 * 1024


@dataclass(frozen=True)
class SmallDisk:
    """What lies in `folder` has no more room than the disk."""

    folder: Path

    def fill(self, spare: int) -> None:
        """Leave no more than `spare` bytes."""
        with self._ballast.open("ab", buffering=0) as file:
            for piece in (_PIECE, 4096):
                self._write_until_full(file.fileno(), piece)
            file.truncate(max(0, file.tell() - spare))

    def make_room(self) -> None:
        """Take away what fills it."""
        self._ballast.unlink(missing_ok=True)

    @staticmethod
    def _write_until_full(descriptor: int, piece: int) -> None:
        try:
            while os.write(descriptor, bytes(piece)):
                pass
        except OSError as failure:
            if failure.errno != errno.ENOSPC:
                raise

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


@contextmanager
def no_file_over(size: int) -> Iterator[None]:
    """No file of this process, or of one it starts, may grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """A disk of that size, gone at the end; skips the test where it cannot be had."""
    with passable_folder() as folder:
        mounting = [
            "mount",
            "-t",
            "tmpfs",
            "-o",
            f"size={megabytes}m,mode=755",
            "tmpfs",
            str(folder),
        ]
        mounted = subprocess.run(mounting, check=False, capture_output=True, text=True)
        if mounted.returncode:
            pytest.skip(f"no small disk can be had here: {mounted.stderr.strip()}")
        try:
            yield SmallDisk(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
