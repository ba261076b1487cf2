"""Files of this machine: the one to import, those that rows and exports go to."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import typer

from domain.errors import DomainError
from interfaces.bootstrap.safekeeping import whole_file
from interfaces.files.parsed_file import quoted
from interfaces.files.reading import SIZE_LIMIT_BYTES

_STANDARD_INPUT = "-"
_NAME_OF_STANDARD_INPUT = "stdin.csv"


class FileUnreadable(DomainError):
    """There is no file of this name, or it cannot be opened."""

    code = "ERR_PORT_007"


def name_of(path: str) -> str:
    """What a file is called; `stdin.csv` where `path` is `-`."""
    return _NAME_OF_STANDARD_INPUT if path == _STANDARD_INPUT else path


def content_of(path: str) -> bytes:
    """The bytes of a file, of standard input for `-`; of one too large only enough to tell.

    Raises:
        FileUnreadable: ERR_PORT_007.
    """
    most = SIZE_LIMIT_BYTES + 1
    if path == _STANDARD_INPUT:
        return sys.stdin.buffer.read(most)
    try:
        with Path(path).open("rb") as file:
            return file.read(most)
    except FileNotFoundError:
        said = "does not exist. Check its name, and the folder you are in."
    except IsADirectoryError:
        said = "is a folder. Name the CSV file in it."
    except (OSError, ValueError):  # a name that no file can have is a ValueError
        said = "cannot be read. Check that it is a file and that you may open it."
    raise FileUnreadable(f"{quoted(path)} {said}")


def path_of_rejected_rows(path: str) -> Path:
    """Where rejected rows go unless told otherwise: `a-rejected.csv` beside `a.csv`."""
    file = Path(name_of(path))
    return file.with_name(f"{file.stem}-rejected.csv")


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write; the one of that name stays as it was unless the block ends well.

    What is no file, as a pipe, takes what is written at once.

    Raises:
        typer.BadParameter: it cannot be written.
    """
    try:
        is_file = path.is_file() or not path.exists()
        with whole_file(path.resolve(), replaces=True) if is_file else path.open("wb") as file:
            yield file
    except OSError as failure:
        raise typer.BadParameter(
            f"{quoted(str(path))} cannot be written ({failure.strerror}). Name a file in a folder"
            " that is there, is yours and has room."
        ) from None


@contextmanager
def kept_aside(rows: str | None, path: Path) -> Iterator[None]:
    """Write rejected rows to a new file, which stays only if what follows succeeds.

    Raises:
        typer.BadParameter: the file is there already, or cannot be written.
    """
    if rows is None:
        yield
        return
    _write_new(path, rows)
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write_new(path: Path, rows: str) -> None:
    try:
        file = path.open("x", encoding="utf-8", newline="")
    except FileExistsError:
        raise _refused(path, "is there already, and is not overwritten") from None
    except OSError:
        raise _refused(path, "cannot be written") from None
    try:
        with file:
            file.write(rows)
    except OSError:
        path.unlink(missing_ok=True)
        raise _refused(path, "cannot be written: the disk may be full") from None


def _refused(path: Path, why: str) -> typer.BadParameter:
    said = f"The rejected rows go to {quoted(str(path))}, which {why}. Name another file."
    return typer.BadParameter(said, param_hint="--rejected")
