"""One data directory of PostgreSQL and the server on it: initialised, launched, asked, shut down.

For one caller at a time: `embedded_postgres` keeps the lock. Drives initdb, postgres and pg_ctl
itself, since the wheel's own `get_server` opens every parent folder and gives up after 10 s.
"""

import hashlib
import logging
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from infrastructure.postgres_account import (
    SYSTEM_FOLDER,
    EmbeddedPostgresError,
    PostgresAccount,
    installed_binaries,
)

DATABASE = "sigmasight"
OWNER = "sigmasight"
"""The superuser, trusted without a password: only its own account and root reach the socket, which
is 0700 in a folder of 0700. (On Windows it is a port of 127.0.0.1, open to all on that machine.)"""

_MAJOR_VERSION = "18"
_LIMIT_S = 60
_POLL_S = 0.02
_RELAUNCH_S = 0.2
_SOCKET = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 100
"""Bytes; the systems' limits are 108 (Linux) and 104 (macOS)."""
_LOG_LIMIT = 1_000_000
"""Bytes beyond which a launch puts the log aside, in place of the one put aside before."""
_SETTINGS = {
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "unix_socket_permissions": "0700",
}

_log = logging.getLogger(__name__)


class PostgresCluster:
    """The cluster in the folder `data`, whose parent exists and can be passed by `account`."""

    def __init__(self, data: Path, account: PostgresAccount, settings: Mapping[str, str]) -> None:
        self._data = data
        self._account = account
        self._settings = {**_SETTINGS, **settings}
        self._binaries = installed_binaries(account)
        self._server: subprocess.Popen[bytes] | None = None

    def bring_up(self) -> str:
        """The owner's URL of a server that answers, launched if none runs.

        Raises:
            EmbeddedPostgresError: the data are not ours to run or of another version, the server
                ended at once, or none answered within 60 s.
        """
        self._refuse_foreign_data()
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        launches, crashed = 0, False
        deadline = time.monotonic() + _LIMIT_S
        while time.monotonic() < deadline:
            if not self.runs():
                crashed |= self._forget_dead_server()
                if launches and not crashed:
                    break
                # After a crash its last children may still hold the data: try until they ended.
                time.sleep(_RELAUNCH_S if launches else 0)
                self._launch()
                launches += 1
            if url := self._answer():
                return url
            time.sleep(_POLL_S)
        raise EmbeddedPostgresError(
            f"PostgreSQL {'does not answer yet' if self.runs() else 'ended at its start'}; "
            f"its log {self._log_file} ends: {self._last_words()}"
        )

    def shut_down(self) -> None:
        """End the server in good order, disconnecting who is still there; silent if none runs.

        Raises:
            EmbeddedPostgresError: it did not end within 60 s.
        """
        if self._postmaster() is not None:
            self._account.run(
                self._program("pg_ctl"), "stop", "-D", self._data, "-m", "fast", "--no-wait"
            )
        elif self._server is not None:
            self._server.terminate()  # launched, but interrupted before it wrote its pid
        deadline = time.monotonic() + _LIMIT_S
        while self.runs():  # not pg_ctl's own wait, which takes a child's remains for alive
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"PostgreSQL in {self._data} did not stop.")
            time.sleep(_POLL_S)

    def runs(self) -> bool:
        """Whether there is a server, be it one of ours that has not written its pid yet."""
        launched = self._server is not None and self._server.poll() is None
        return launched or self._postmaster() is not None

    @property
    def _log_file(self) -> Path:
        return self._data.with_name("postgres.log")

    def _program(self, name: str) -> Path:
        return self._binaries / (f"{name}.exe" if sys.platform == "win32" else name)

    def _refuse_foreign_data(self) -> None:
        if not self._data.exists():
            return
        owner = self._data.stat().st_uid
        if owner != self._account.uid:
            raise EmbeddedPostgresError(
                f"The data in {self._data} belong to uid {owner}, PostgreSQL would run as uid "
                f"{self._account.uid}: start as the user of before, or name another "
                "SIGMASIGHT_HOME."
            )
        version_file = self._data / "PG_VERSION"
        version = version_file.read_text().strip() if version_file.exists() else None
        if version is None and any(self._data.iterdir()):
            raise EmbeddedPostgresError(f"{self._data} holds something else than a database.")
        if version not in (None, _MAJOR_VERSION):
            raise EmbeddedPostgresError(
                f"The data in {self._data} are of PostgreSQL {version}, this program brings "
                f"{_MAJOR_VERSION}: upgrade them with pg_upgrade, or name another SIGMASIGHT_HOME."
            )

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there: whole or not at all."""
        unfinished = self._data.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        self._account.make_private(unfinished)
        code, said = self._account.run(
            self._program("initdb"),
            f"--pgdata={unfinished}",
            f"--username={OWNER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",  # the same order of texts on every system
            "--builtin-locale=C.UTF-8",
            *(["--no-sync"] if self._settings.get("fsync") == "off" else []),
        )
        if code:
            raise EmbeddedPostgresError(f"No database could be made in {self._data}: {said}")
        unfinished.rename(self._data)

    def _postmaster(self) -> int | None:
        """The server's process id, None if it is dead or its number is another program's now.

        Judged by its command line, which even a root without special rights may read.
        """
        try:
            process = psutil.Process(int(self._pid_file()[0]))
            ended = process.status() == psutil.STATUS_ZOMBIE
            return None if ended or str(self._data) not in process.cmdline() else process.pid
        except (IndexError, ValueError, psutil.Error):
            return None

    def _pid_file(self) -> list[str]:
        """Lines of postmaster.pid: pid, data, start, port, socket folder, host, memory, status."""
        try:
            return (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _forget_dead_server(self) -> bool:
        """Whether a server died here without shutting down; its pid, if so, no longer counts.

        PostgreSQL itself would take any living process of that number, or the remains of one, for
        a server. Its memory segment still keeps a second server off the data: that goes by the
        data directory.
        """
        if not self._pid_file():
            return False
        _log.warning("PostgreSQL in %s was not shut down; it recovers now", self._data)
        (self._data / "postmaster.pid").unlink()
        if sys.platform != "win32":
            (self._socket_folder() / f"{_SOCKET}.lock").unlink(missing_ok=True)
        return True

    def _launch(self) -> None:
        log = self._log_file
        if log.exists() and log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_suffix(".log.old"))
        settings = self._settings | self._listening()
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (
            os.fdopen(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)) as output,
            _signals_held_back(),
        ):
            self._server = self._account.launch(
                self._program("postgres"), "-D", self._data, *words, output=output.fileno()
            )

    def _listening(self) -> dict[str, str]:
        if sys.platform == "win32":
            with socket.create_server(("127.0.0.1", 0)) as free:
                return {"listen_addresses": "127.0.0.1", "port": str(free.getsockname()[1])}
        folder = str(self._socket_folder()).replace('"', '""')
        return {
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": f'"{folder}"',
        }

    def _socket_folder(self) -> Path:
        """The data folder, or a private one elsewhere if its path is too long for a socket.

        Or if it has a comma, which divides hosts in an address and cannot be escaped there.
        """
        path = bytes(self._data / _SOCKET)
        if len(path) <= _SOCKET_PATH_LIMIT and b"," not in path:
            return self._data
        parent = Path(tempfile.gettempdir())
        if self._account.switched:
            parent = SYSTEM_FOLDER / "sockets"
            self._account.make_passable(parent)
        folder = parent / f"sigmasight-{hashlib.sha256(bytes(self._data)).hexdigest()[:16]}"
        self._account.make_private(folder)
        status = folder.lstat()
        if status.st_uid != self._account.uid or stat.S_IMODE(status.st_mode) != stat.S_IRWXU:
            raise EmbeddedPostgresError(f"{folder} is not private: remove it and start again.")
        return folder

    def _url(self, database: str) -> str | None:
        """Where the running server says it listens, None while it does not say yet."""
        match self._pid_file():
            case [_, _, _, port, folder, *_] if folder:
                host = quote(folder, safe="/")
                return f"postgresql://{OWNER}@/{database}?host={host}&port={port}"
            case [_, _, _, port, "", host, *_] if host:
                return f"postgresql://{OWNER}@{host}:{port}/{database}"
            case _:
                return None

    def _answer(self) -> str | None:
        """The owner's URL if the server answers, with our database created if absent."""
        maintenance = self._url("postgres")
        if maintenance is None:
            return None
        try:
            with psycopg.connect(maintenance, autocommit=True, connect_timeout=5) as connection:
                known = "SELECT 1 FROM pg_database WHERE datname = %s"
                if connection.execute(known, [DATABASE]).fetchone() is None:
                    connection.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg.OperationalError:
            return None
        return self._url(DATABASE)

    def _last_words(self) -> str:
        try:
            lines = self._log_file.read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return "(nothing)"
        return " / ".join(lines[-3:])


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait: amid a launch they would lose the server just launched.

    Python handles signals in the main thread only, so no other thread needs this.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: came.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for missed in came:
            signal.raise_signal(missed)
