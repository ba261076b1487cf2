"""The PostgreSQL the application brings along: started, shared, found again, stopped (spec 1.9).

Any number of processes start it on one home; the first launches the server, the last to stop
shuts it down. Who is left is known by a lock each of them holds, which dies with its holder.
The server outlives a killed process and is found by the next; a killed server is recovered.
"""

import hashlib
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import structlog

from infrastructure.postgres_account import (
    SYSTEM_FOLDER,
    SYSTEM_USER,
    EmbeddedPostgresError,
    PostgresAccount,
)
from infrastructure.postgres_cluster import PostgresCluster
from infrastructure.shared_lock import SharedLock

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "data_home"]

_LOOK_EVERY_S = 0.5
_log = structlog.get_logger(__name__)


def data_home(project_folder: Path, sigmasight_home: str | None, *, is_root: bool) -> Path:
    """Where the application keeps its data (spec 1.9).

    `sigmasight_home` (relative to the project folder) if given, else `.sigmasight` in the project
    folder. Root's project folder may be closed to the account of PostgreSQL, so for root it is a
    folder of /var/lib/sigmasight named by the first 16 hex digits of the SHA-256 of the resolved
    project folder: two checkouts never share a database.
    """
    if sigmasight_home:
        return project_folder / sigmasight_home
    if is_root:
        digest = hashlib.sha256(bytes(project_folder.resolve())).hexdigest()
        return SYSTEM_FOLDER / digest[:16]
    return project_folder / ".sigmasight"


class EmbeddedPostgres:
    """A server on the data in `home`/postgres, with the database `sigmasight`.

    `settings` are PostgreSQL's own (`{"fsync": "off"}` for tests); those of the process that
    launches the server hold for all. Each `start` wants its `stop`, from whatever thread.
    """

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        self._home = home.resolve()
        self._settings = dict(settings or {})
        self._starting = SharedLock(self._home / "postgres.starting.lock")
        self._in_use = SharedLock(self._home / "postgres.in-use.lock")
        self._guard = threading.Lock()
        self._starts = 0

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> str:
        """Launch the server or join it; the owner's URL of the database `sigmasight`.

        Relaunches a server that died meanwhile; waits up to 60 s for one that recovers.

        Raises:
            EmbeddedPostgresError: it cannot run here, or does not answer in time. One that is
                still recovering goes on: a later start finds it.
        """
        with self._guard:
            if not self._starts:
                self._cluster = self._open_home()
            with self._starting.alone():
                url = self._cluster.bring_up() if self._starts else self._join()
            self._starts += 1
            return url

    def stop(self) -> None:
        """Undo one `start`, silent without one. The last of all handles shuts the server down.

        Raises:
            EmbeddedPostgresError: the server did not shut down within 60 s.
        """
        with self._guard:
            if not self._starts:
                return
            self._starts -= 1
            if not self._starts:
                with self._starting.alone():
                    self._leave()

    def keep_up(self, stop: threading.Event) -> None:
        """Relaunch the server whenever it died, until `stop`: for a thread of a holder's own."""
        while not stop.wait(_LOOK_EVERY_S):
            if not self._cluster.runs():
                try:
                    with self:
                        pass
                except EmbeddedPostgresError as failure:
                    _log.error("postgres_not_relaunched", error=str(failure))

    def _open_home(self) -> PostgresCluster:
        """The cluster in our home, which is created if absent.

        Never opens a folder that was there: other people may rely on its being closed.
        """
        account = PostgresAccount.of_this_process()
        try:
            existing = next(path for path in (self._home, *self._home.parents) if path.exists())
            if not account.passes(existing):
                raise EmbeddedPostgresError(
                    f"{existing} is closed to the user {SYSTEM_USER}, as whom PostgreSQL runs "
                    "under root: name an open folder in SIGMASIGHT_HOME, or leave it out."
                )
            account.make_passable(self._home)
            self._home.mkdir(exist_ok=True)  # refuses what is there and no folder
        except OSError as error:
            raise EmbeddedPostgresError(
                f"{self._home} cannot be used ({error.strerror}): "
                "name a folder of your own in SIGMASIGHT_HOME."
            ) from error
        return PostgresCluster(self._home / "postgres", account, self._settings)

    def _join(self) -> str:
        self._in_use.acquire(exclusive=False)
        try:
            return self._cluster.bring_up()
        except EmbeddedPostgresError:
            self._in_use.release()
            raise
        except BaseException:  # Ctrl-C: leave no server behind that nobody would stop
            self._leave()
            raise

    def _leave(self) -> None:
        self._in_use.release()
        if self._in_use.acquire(exclusive=True, wait=False):
            try:
                self._cluster.shut_down()
            finally:
                self._in_use.release()
