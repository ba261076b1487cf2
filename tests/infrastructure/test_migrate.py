"""A database comes to this version once, whoever starts first; the program can work there."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import psycopg
import pytest

from infrastructure import migrate as module
from infrastructure.migrate import MigrationRefused, migrate, refuse_old_server
from infrastructure.postgres import APP_ROLE, app_url
from tests.support.postgres import fresh_database
from tests.support.programs import SECRET, build_program, connect_owner
from tests.support.recording import at_once, of_kind

FILES = sorted(path.name for path in (Path(module.__file__).parent / "migrations").glob("*.sql"))


def test_a_fresh_database_gets_every_file_once_and_in_order(postgres_server: str) -> None:
    with fresh_database(postgres_server) as url:
        assert migrate(url, SECRET) == FILES
        assert migrate(url, SECRET) == []
        with connect_owner(url) as connection:
            applied = connection.execute(
                "SELECT name FROM migrations.applied ORDER BY applied_at, name"
            ).fetchall()
    assert [name for (name,) in applied] == FILES


def test_files_are_numbered_without_gaps() -> None:
    assert [name[:4] for name in FILES] == [f"{n:04}" for n in range(1, len(FILES) + 1)]


def test_eight_threads_migrating_one_database_apply_each_file_once(postgres_server: str) -> None:
    with fresh_database(postgres_server) as url:
        answers = at_once(lambda _: migrate(url, SECRET), 8)
    assert sorted(answers, key=str) == sorted([FILES, *[[]] * 7], key=str)


def test_eight_processes_starting_together_on_a_fresh_database_all_succeed(
    postgres_server: str,
) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["interfaces.bootstrap"])
    with (
        fresh_database(postgres_server) as url,
        ProcessPoolExecutor(8, mp_context=context) as processes,
    ):
        assert list(processes.map(start, [url] * 8)) == [0] * 8


def test_two_databases_of_a_server_can_be_set_up_at_the_same_time(postgres_server: str) -> None:
    """The application's role belongs to the server, so they meet in it."""
    with fresh_database(postgres_server) as one, fresh_database(postgres_server) as other:
        for secret in ("a new secret, of thirty-two bytes", SECRET):
            answers = at_once(partial(migrate_one_of, (one, other), secret), 4)
            assert of_kind(answers, MigrationRefused) == []
            assert [answer for answer in answers if isinstance(answer, Exception)] == []
        psycopg.connect(app_url(other, SECRET)).close()


def test_a_changed_secret_lets_the_program_in_again(postgres_server: str) -> None:
    with fresh_database(postgres_server) as url:
        migrate(url, SECRET)
        for secret in ("another secret of thirty-two bytes", SECRET):
            assert migrate(url, secret) == []
            with psycopg.connect(app_url(url, secret)) as connection:
                assert connection.info.user == APP_ROLE


def test_a_database_of_a_newer_program_is_refused(database: str) -> None:
    with connect_owner(database) as connection:
        connection.execute("INSERT INTO migrations.applied (name) VALUES ('9999_later.sql')")
    with pytest.raises(MigrationRefused, match="newer version"):
        migrate(database, SECRET)


def test_a_server_before_17_is_refused() -> None:
    with pytest.raises(MigrationRefused, match="PostgreSQL 17"):
        refuse_old_server(160009)
    refuse_old_server(170000)


def test_a_step_cut_short_is_taken_again(postgres_server: str) -> None:
    with fresh_database(postgres_server) as url:
        migrate(url, SECRET)
        with connect_owner(url) as connection:
            connection.execute("DROP SCHEMA events, credentials CASCADE")
            connection.execute("CREATE SCHEMA events")
            connection.execute("DELETE FROM migrations.applied WHERE name IN (%s, %s)", FILES[:4:3])
        assert migrate(url, SECRET) == FILES[:4:3]
        with build_program(url) as program:
            assert program.log.position() == 0


def test_who_is_not_the_owner_is_refused_with_who_has_to_be(postgres_server: str) -> None:
    with fresh_database(postgres_server) as url:
        migrate(url, SECRET)
        with pytest.raises(MigrationRefused, match="has to name the owner"):
            migrate(app_url(url, SECRET), SECRET)


@pytest.mark.parametrize(
    ("table", "rights"),
    [
        ("events.stored_events", {"SELECT"}),
        ("book.sessions", {"SELECT", "INSERT"}),
        ("book.closes", {"SELECT"}),
        ("book.corporate_actions", {"SELECT"}),
        ("jobs.procrastinate_jobs", {"SELECT", "INSERT", "UPDATE", "DELETE"}),
        ("credentials.passwords", {"SELECT", "INSERT", "UPDATE", "DELETE"}),
        ("migrations.applied", {"SELECT"}),
        ("operations.tallies", {"SELECT", "INSERT", "UPDATE"}),
    ],
)
def test_the_program_has_the_rights_it_needs_and_no_other(
    database: str, table: str, rights: set[str]
) -> None:
    asked = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]
    with connect_owner(database) as connection:
        rows = connection.execute(
            "SELECT privilege FROM unnest(%s::text[]) AS asked (privilege)"
            " WHERE has_table_privilege(%s, %s, privilege)",
            [asked, APP_ROLE, table],
        ).fetchall()
    assert {privilege for (privilege,) in rows} == rights


def test_the_program_owns_its_rooms_and_no_other_schema(database: str) -> None:
    with connect_owner(database) as connection:
        owned = connection.execute(
            "SELECT nspname FROM pg_namespace WHERE pg_get_userbyid(nspowner) = %s", [APP_ROLE]
        ).fetchall()
        role = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolreplication"
            " FROM pg_roles WHERE rolname = %s",
            [APP_ROLE],
        ).fetchone()
    assert sorted(owned) == [("rooms",), ("rooms_anew",)]
    assert role == (False,) * 5


def migrate_one_of(urls: tuple[str, str], secret: str, number: int) -> list[str]:
    """Migrate the first or the second database."""
    return migrate(urls[number % 2], secret)


def start(url: str) -> int:
    """What a process does that starts: build the program, ask the log for its position."""
    with build_program(url) as program:
        return program.log.position()


def test_a_database_that_cannot_be_reached_is_refused_with_what_to_check() -> None:
    with pytest.raises(MigrationRefused, match="Check DATABASE_URL"):
        migrate("postgresql://nobody@127.0.0.1:1/nothing", "k" * 32)
