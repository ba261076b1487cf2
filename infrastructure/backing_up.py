"""Backs up a database into a file, while others go on with it.

All that the owner keeps for the application, as it was at one moment. Tables and rights are not in
it, they come from the migrations; nor are the rooms, which follow from the events.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from application.ports import Clock
from infrastructure.backup_file import BackupRefused, Contents, Dumped, write_backup
from infrastructure.checkpoint_keys import CheckpointKeys
from infrastructure.kept_schemas import kept_schemas
from infrastructure.migrate import UNFINISHED, known_migrations
from infrastructure.postgres import told
from infrastructure.postgres_programs import dumped_schemas
from infrastructure.whole_file import whole_file

_IS_SET_UP = (
    "SELECT to_regclass('migrations.applied') IS NOT NULL"
    " AND to_regclass('events.stored_events') IS NOT NULL"
)
_HAS_CHAIN = "SELECT to_regclass('audit.chain') IS NOT NULL"
_POSITION = "SELECT coalesce(max(notification_id), 0) FROM events.stored_events"
_SNAPSHOT = "SELECT pg_export_snapshot()"
_HEAD = "SELECT encode(audit.head(), 'hex')"


@dataclass(frozen=True, slots=True)
class BackingUp:
    """Backs up the database of an owner, of this version of the program or an earlier one."""

    owner_url: str
    keys: CheckpointKeys
    clock: Clock

    def into(self, path: Path, *, replaces: bool) -> Contents:
        """Write a backup; the file is there once all of it is.

        Raises:
            BackupRefused: with what to do.
        """
        try:
            with self._connected() as connection:
                return self._write(connection, path, replaces=replaces)
        except FileExistsError:
            raise BackupRefused(
                f"{path} is there already. Name another file, or give --force to replace it."
            ) from None
        except OSError as failure:
            raise BackupRefused(
                f"{path} cannot be written ({failure.strerror}). Name a folder that is there, is"
                " yours and has room."
            ) from None

    def is_at_this_version(self) -> bool:
        """Whether the database is set up, and at the version of this program.

        Raises:
            BackupRefused: with what to do.
        """
        with self._connected() as connection:
            return bool(_one(connection, _IS_SET_UP)) and (
                set(_applied(connection)) == known_migrations().keys()
            )

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection]:
        try:
            with psycopg.connect(self.owner_url, connect_timeout=10) as connection:
                yield connection
        except psycopg.errors.InsufficientPrivilege as failure:
            raise BackupRefused(
                f"The database may not be read: DATABASE_URL has to name the owner. {told(failure)}"
            ) from None
        except psycopg.Error as failure:
            raise BackupRefused(
                f"The database cannot be read. Check DATABASE_URL and the server. {told(failure)}"
            ) from None

    def _write(self, connection: psycopg.Connection, path: Path, *, replaces: bool) -> Contents:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        if not _one(connection, _IS_SET_UP):
            raise BackupRefused("The database is empty: there is nothing to back up yet.")
        dumped, snapshot = self._seen(connection), str(_one(connection, _SNAPSHOT))
        if UNFINISHED in dumped.migrations:
            raise BackupRefused(
                "A restore into the database did not come to its end yet: wait for it, or run"
                " `sigmasight restore` again."
            )
        schemas = kept_schemas(connection)
        dump = dumped_schemas(self.owner_url, schemas, snapshot, dumped.server)
        with closing(dump), whole_file(path, replaces=replaces) as file:
            return write_backup(file, dump, dumped, self.keys)

    def _seen(self, connection: psycopg.Connection) -> Dumped:
        return Dumped(
            taken_at=self.clock.now(),
            program=version("sigmasight"),
            server=connection.info.server_version,
            migrations=_applied(connection),
            position=int(_one(connection, _POSITION)),
            head=str(_one(connection, _HEAD)) if _one(connection, _HAS_CHAIN) else "",
        )


def _applied(connection: psycopg.Connection) -> tuple[str, ...]:
    rows = connection.execute("SELECT name FROM migrations.applied ORDER BY name").fetchall()
    return tuple(name for (name,) in rows)


def _one(connection: psycopg.Connection, query: LiteralString) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
