"""pg_dump and pg_restore: found, run, fed through pipes."""

import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from infrastructure.backup_file import PIECE, BackupRefused
from infrastructure.postgres_account import (
    EmbeddedPostgresError,
    PostgresAccount,
    installed_binaries,
)

_WHEEL_VERSION = 18
_VERSION = re.compile(rb"\(PostgreSQL\) (\d+)")
_AS_WE_ARE = PostgresAccount(uid=0, gid=0, switched=False)
"""Clients of a server run as whoever we are, root too."""


def dumped_schemas(
    url: str, schemas: Sequence[str], snapshot: str, server: int
) -> Generator[bytes]:
    """The rows of some schemas as a snapshot sees them, in pg_dump's own format.

    `server` is its version as 180004 for 18.4.

    Raises:
        BackupRefused: pg_dump is missing or fails.
    """
    words = ["--format=custom", "--data-only", f"--snapshot={snapshot}"]
    words += [f'--schema="{name}"' for name in schemas]
    with _running("pg_dump", server, url, words) as process:
        if process.stdout is not None:
            while piece := process.stdout.read(PIECE):
                yield piece


def load_dump(url: str, dump: Iterable[bytes], server: int) -> None:
    """Put the rows of a dump into their tables, in one transaction.

    `server` is the newer version of the two servers, the dump's and this one.

    Raises:
        BackupRefused: pg_restore is missing or fails; then there are no rows.
    """
    words = ["--data-only", "--single-transaction", "--exit-on-error"]
    with _running("pg_restore", server, url, words) as process:
        _feed(process, dump)


def _feed(process: "subprocess.Popen[bytes]", pieces: Iterable[bytes]) -> None:
    if process.stdin is None:
        return
    with contextlib.suppress(BrokenPipeError), process.stdin as pipe:  # broken: it says why
        pipe.writelines(pieces)


@contextmanager
def _running(
    name: str, server: int, url: str, words: Sequence[str]
) -> Iterator["subprocess.Popen[bytes]"]:
    """A program on a database, ended with the block.

    Raises:
        BackupRefused: it is missing or fails, with what it said last.
    """
    program = client_program(name, server // 10_000)
    with tempfile.TemporaryFile() as said, password_aside(url) as address:
        process = subprocess.Popen(  # noqa: S603 - fixed programs, arguments without a shell
            [program, *words, "--no-password", f"--dbname={address}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
        )
        with process:
            try:
                yield process
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            said.seek(0)
            lines = said.read().decode(errors="replace").strip().splitlines()
            raise BackupRefused(f"{name} did not do it. It says: {' / '.join(lines[:3])}")


@contextmanager
def password_aside(url: str) -> Iterator[str]:
    """The address for a command line, which others can read: its password lies in a file."""
    given = conninfo_to_dict(url)
    password = given.pop("password", None)
    if password is None:
        yield make_conninfo("", **given)
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "password"
        file.touch(mode=0o600)
        escaped = str(password).replace("\\", "\\\\").replace(":", "\\:")
        file.write_text(f"*:*:*:*:{escaped}\n", encoding="utf-8")
        yield make_conninfo("", **given, passfile=str(file))


def client_program(name: str, version: int) -> str:
    """A program that can talk to a server of this version: the wheel's, else one of the PATH.

    Raises:
        BackupRefused: there is none.
    """
    with contextlib.suppress(EmbeddedPostgresError):
        if version <= _WHEEL_VERSION:
            suffix = ".exe" if sys.platform == "win32" else ""
            return str(installed_binaries(_AS_WE_ARE) / f"{name}{suffix}")
    found = shutil.which(name)
    if found is None or _version_of(found) < version:
        raise BackupRefused(
            f"PostgreSQL {version} needs {name} {version} or newer: install the client programs"
            f" of PostgreSQL {version}, and let the PATH lead to them."
        )
    return found


def _version_of(program: str) -> int:
    told = subprocess.run(  # noqa: S603 - what the PATH has
        [program, "--version"], capture_output=True, check=False
    ).stdout
    found = _VERSION.search(told)
    return int(found[1]) if found else 0
