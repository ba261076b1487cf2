"""pg_dump and pg_restore: which one is taken, and that no password is on its command line."""

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from infrastructure.backup_file import BackupRefused
from infrastructure.postgres_programs import client_program, password_aside


def program_of(folder: Path, version: str) -> Path:
    """A pg_dump that says it is of a version."""
    program = folder / "pg_dump"
    program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}'\n")
    program.chmod(0o755)
    return program


def test_our_own_program_is_taken_for_servers_up_to_its_version() -> None:
    for version in (17, 18):
        assert "pginstall18" in client_program("pg_dump", version)


def test_that_of_the_path_is_taken_for_a_later_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    program = program_of(tmp_path, "19.2 (Debian 19.2-1)")
    assert client_program("pg_dump", 19) == str(program)
    with pytest.raises(BackupRefused, match=r"PostgreSQL 20 needs pg_dump 20 or newer: install"):
        client_program("pg_dump", 20)


@pytest.mark.parametrize("says", [None, "nothing of versions"])
def test_without_one_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str | None
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if says is not None:
        program_of(tmp_path, says)
    with pytest.raises(BackupRefused, match="let the PATH lead to them"):
        client_program("pg_dump", 19)


def test_a_password_lies_in_a_private_file_and_not_in_the_address() -> None:
    with password_aside("postgresql://owner:p%3Aw%5Crd@host:5433/base?sslmode=require") as address:
        given = conninfo_to_dict(address)
        file = Path(str(given.pop("passfile")))
        assert file.read_text() == "*:*:*:*:p\\:w\\\\rd\n"
        assert file.stat().st_mode & 0o777 == 0o600
        assert given == {
            "user": "owner",
            "host": "host",
            "port": "5433",
            "dbname": "base",
            "sslmode": "require",
        }
    assert not file.exists()


def test_an_address_without_a_password_stays_as_it_is() -> None:
    url = "postgresql://sigmasight@/sigmasight?host=/a/folder&port=5432"
    with password_aside(url) as address:
        assert conninfo_to_dict(address) == conninfo_to_dict(url)
