"""Brings a database to this version: one authority, under one lock, each step once.

Numbered SQL files in `migrations/`, applied in order as the owner. Three schemas come from
libraries or processes of their own: the event tables (eventsourcing), the queue (procrastinate)
and the rooms, which the application itself builds and rebuilds.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from importlib import resources

import psycopg
from procrastinate.schema import SchemaManager
from psycopg import sql

from infrastructure.event_store.recorder import owner_recorder
from infrastructure.postgres import APP_ROLE, app_password, app_url, told

_LOCK = 0x5165_6D61  # any number that only this program uses
_LOWEST_SERVER = 170000
_LONGEST_WAIT = "60s"

_MAY_ACT_AS = "SELECT 1 WHERE pg_has_role(current_user, %s, 'SET')"
"""Whether the owner can give it a schema; who makes a role may not do so by that alone."""

UNFINISHED = "restoring"
"""Stands among the steps applied while a backup is put in."""

Prepare = Callable[[psycopg.Connection, str], None]


class MigrationRefused(Exception):
    """The database cannot be brought to this version; the message says what to do."""


def migrate(owner_url: str, secret_key: str) -> list[str]:
    """Apply what is missing; returns the names applied. Any number of processes may call it.

    Raises:
        MigrationRefused: the server does not answer or is too old, the schema is newer than
            this program, or another process has been migrating for a minute; or the URL is not
            the owner's.
    """
    with turn_to_migrate(owner_url) as connection:
        try:
            return bring_up(connection, owner_url, secret_key)
        except psycopg.errors.InsufficientPrivilege as failure:
            reason = " ".join(str(failure).split())
            raise MigrationRefused(
                "The database may not be brought to this version: DATABASE_URL has to name the"
                f" owner, who may create roles. {reason}"
            ) from None


@contextmanager
def turn_to_migrate(owner_url: str) -> Iterator[psycopg.Connection]:
    """The owner's connection, while nobody else migrates this database.

    Raises:
        MigrationRefused: the server does not answer or is too old, or another process has been
            migrating for a minute.
    """
    with _connect(owner_url) as connection:
        refuse_old_server(connection.info.server_version)
        connection.execute("SET timezone = 'UTC'")
        _wait_for_turn(connection)
        yield connection


def bring_up(
    connection: psycopg.Connection,
    owner_url: str,
    secret_key: str,
    steps: Collection[str] | None = None,
) -> list[str]:
    """Apply what is missing of `steps`, or of all that lead to this version; the names applied.

    Raises:
        MigrationRefused: the schema is newer than this program, or half restored.
    """
    _ensure_role(connection, app_password(secret_key), app_url(owner_url, secret_key))
    connection.execute("CREATE SCHEMA IF NOT EXISTS migrations")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migrations.applied"
        " (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    return _apply_missing(connection, owner_url, steps)


def known_migrations() -> Mapping[str, str]:
    """The steps that lead to this version, by name."""
    folder = resources.files("infrastructure").joinpath("migrations")
    files = [file for file in folder.iterdir() if file.name.endswith(".sql")]
    return {file.name: file.read_text(encoding="utf-8") for file in files}


def _connect(owner_url: str) -> psycopg.Connection:
    try:
        return psycopg.connect(owner_url, autocommit=True, connect_timeout=10)
    except psycopg.Error as failure:
        raise MigrationRefused(
            f"The database cannot be reached. Check DATABASE_URL and the server. {told(failure)}"
        ) from None


def refuse_old_server(version: int) -> None:
    """Refuse a server before 17, given its version as 170000 for 17.0.

    Raises:
        MigrationRefused: with what to do.
    """
    if version < _LOWEST_SERVER:
        raise MigrationRefused("PostgreSQL 17 or later is needed; upgrade the server.")


def _wait_for_turn(connection: psycopg.Connection) -> None:
    connection.execute(sql.SQL("SET lock_timeout = {}").format(sql.Literal(_LONGEST_WAIT)))
    try:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
    except psycopg.errors.LockNotAvailable:
        raise MigrationRefused(
            "Another process has been migrating this database for a minute; start again later."
        ) from None


def _apply_missing(
    connection: psycopg.Connection, owner_url: str, steps: Collection[str] | None
) -> list[str]:
    files = known_migrations()
    rows = connection.execute("SELECT name FROM migrations.applied").fetchall()
    applied = {name for (name,) in rows}
    if UNFINISHED in applied:
        raise MigrationRefused(
            "A restore into this database did not come to its end: run `sigmasight restore` again."
        )
    if applied - files.keys():
        raise MigrationRefused(
            "The database was set up by a newer version of this program; install that version."
        )
    missing = sorted((files.keys() if steps is None else set(steps)) - applied)
    for name in missing:
        if name in _BEFORE:
            _BEFORE[name](connection, owner_url)
        with connection.transaction():
            connection.execute(files[name].encode())
            connection.execute("INSERT INTO migrations.applied (name) VALUES (%s)", (name,))
    return missing


def _ensure_role(connection: psycopg.Connection, password: str, url: str) -> None:
    """Let the application in. Roles belong to the whole server, so only what is needed is done."""
    if _admits(url):
        return
    role = sql.Identifier(APP_ROLE)
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (APP_ROLE,)).fetchone()
    verb = sql.SQL("ALTER" if found else "CREATE")
    statement = sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, role, sql.Literal(password))
    try:
        connection.execute(statement)
        if not connection.execute(_MAY_ACT_AS, (APP_ROLE,)).fetchone():
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
    except psycopg.DatabaseError:  # another database of the server is set up at this moment
        if not _admits(url):
            raise


def _admits(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


def _create_event_tables(connection: psycopg.Connection, owner_url: str) -> None:
    connection.execute("CREATE SCHEMA IF NOT EXISTS events")
    with owner_recorder(owner_url) as recorder:
        recorder.create_table()


def _create_queue(connection: psycopg.Connection, _owner_url: str) -> None:
    with connection.transaction():
        connection.execute("DROP SCHEMA IF EXISTS jobs CASCADE")  # left by a step cut short
        connection.execute("CREATE SCHEMA jobs")
        connection.execute("SET LOCAL search_path = jobs")
        connection.execute(SchemaManager.get_schema().encode())


_BEFORE: Mapping[str, Prepare] = {
    "0001_events.sql": _create_event_tables,
    "0003_jobs.sql": _create_queue,
}
"""What a library must have created before a file runs."""
