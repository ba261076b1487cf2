"""Puts a backup into an empty database: tables by the migrations, rows by pg_restore.

So roles, rights and the one function that inserts events are those of a fresh database, whatever
the dump says. Nobody else migrates or starts meanwhile, and what is cut short can be begun again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from infrastructure.backup_file import Backup, BackupRefused, Contents, opened_backup
from infrastructure.checkpoint_keys import CheckpointKeys
from infrastructure.kept_schemas import derived_schemas, kept_schemas
from infrastructure.migrate import UNFINISHED, bring_up, known_migrations, turn_to_migrate
from infrastructure.postgres import APP_ROLE, told
from infrastructure.postgres_programs import load_dump

_MARK = "INSERT INTO migrations.applied (name) VALUES (%s)"
_UNMARK = "DELETE FROM migrations.applied WHERE name = %s"
_IS_MARKED = "SELECT 1 FROM migrations.applied WHERE name = %s"
_HAS_EVENTS = "SELECT 1 FROM events.stored_events LIMIT 1"
_IN_USE = (
    "SELECT 1 FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = %s AND pid <> pg_backend_pid()"
)
_TABLES = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s) ORDER BY 1, 2"


@dataclass(frozen=True, slots=True)
class Restoring:
    """Restores into the database of an owner, for the program of a secret."""

    owner_url: str
    secret_key: str
    keys: CheckpointKeys

    def of(self, path: Path) -> Contents:
        """Restore a backup and bring the database to this version; what the backup says it holds.

        Raises:
            BackupRefused: nothing was restored.
            MigrationRefused: the server does not answer or is too old, or is migrated right now.
        """
        with opened_backup(path, self.keys) as backup:
            _refuse_newer(backup.contents)
            try:
                self._put_in(backup)
            except psycopg.Error as failure:
                raise BackupRefused(
                    f"The database does not take the backup: {told(failure)} DATABASE_URL has to"
                    " name the owner. Restore again once that is mended."
                ) from None
            return backup.contents

    def _put_in(self, backup: Backup) -> None:
        url, secret, steps = self.owner_url, self.secret_key, backup.contents.migrations
        with turn_to_migrate(url) as connection:
            _make_room(connection)
            bring_up(connection, url, secret, steps)
            self._load(connection, backup)
            bring_up(connection, url, secret)

    def _load(self, connection: psycopg.Connection, backup: Backup) -> None:
        newer = max(backup.contents.server, connection.info.server_version)
        connection.execute(_MARK, [UNFINISHED])
        with _bare_tables(connection):
            load_dump(self.owner_url, backup.dump(), newer)
        connection.execute(_UNMARK, [UNFINISHED])


def _refuse_newer(contents: Contents) -> None:
    if not known_migrations().keys() >= set(contents.migrations):
        raise BackupRefused(
            f"The backup is of version {contents.program} of this program, which is newer; install"
            " that version."
        )


def _make_room(connection: psycopg.Connection) -> None:
    """Take away what a start or an earlier attempt has set up, where nothing was recorded yet."""
    if _found(connection, _IN_USE, [APP_ROLE]):
        raise BackupRefused(
            "The program runs on this database: stop every process of it, then restore."
        )
    if _holds_events(connection):
        raise BackupRefused(
            "The database holds events already. Restore into an empty one: name a new folder in"
            " SIGMASIGHT_HOME, or another database in DATABASE_URL."
        )
    schemas = [*kept_schemas(connection), *derived_schemas(connection), "migrations"]
    with connection.transaction():
        for name in schemas:
            drop = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name))
            connection.execute(drop)


def _holds_events(connection: psycopg.Connection) -> bool:
    tables = "SELECT 1 WHERE to_regclass(%s) IS NOT NULL"
    if not _found(connection, tables, ["events.stored_events"]):
        return False
    is_marked = _found(connection, tables, ["migrations.applied"]) and _found(
        connection, _IS_MARKED, [UNFINISHED]
    )
    return not is_marked and _found(connection, _HAS_EVENTS, [])


def _found(connection: psycopg.Connection, query: str, values: list[str]) -> bool:
    return connection.execute(query.encode(), values).fetchone() is not None


@contextmanager
def _bare_tables(connection: psycopg.Connection) -> Iterator[None]:
    """Tables without rows, and triggers that hold still: the rows have what those once did."""
    rows = connection.execute(_TABLES, [kept_schemas(connection)]).fetchall()
    tables = [sql.Identifier(*row) for row in rows]
    with connection.transaction():
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(tables)))
        for table in tables:
            connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
    yield
    with connection.transaction():
        for table in tables:
            connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))
