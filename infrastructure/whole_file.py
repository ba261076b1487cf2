"""Files that appear whole, on the disk, and private, or not at all."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path, *, replaces: bool = False) -> Iterator[BinaryIO]:
    """A file to write, mode 0600; it gets its name once the block has ended well.

    What is written until then lies beside it, under a name that nobody looks for.

    Raises:
        FileExistsError: there is one of that name, and it is not to be replaced.
        OSError: it cannot be written.
    """
    if not replaces and path.exists():
        raise FileExistsError(path)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".unfinished")
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _give_name(unfinished, path, replaces=replaces)
    finally:
        unfinished.unlink(missing_ok=True)
    if sys.platform != "win32":
        _make_names_last(path.parent)


def _give_name(unfinished: Path, path: Path, *, replaces: bool) -> None:
    if not replaces:
        try:
            os.link(unfinished, path)
        except FileExistsError:
            raise
        except OSError:  # a disk that knows no second names
            if path.exists():
                raise FileExistsError(path) from None
        else:
            return
    unfinished.replace(path)


def _make_names_last(folder: Path) -> None:
    with contextlib.suppress(OSError):  # where a folder cannot be written through, its disk does
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
