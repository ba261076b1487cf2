"""Backups: of the database that the settings name, and into it; files that appear whole."""

from contextlib import ExitStack, closing
from pathlib import Path

from application.ports import Cause
from application.security_log import SecurityLog
from infrastructure.backing_up import BackingUp
from infrastructure.backup_file import BackupRefused, Contents
from infrastructure.checkpoint_keys import CheckpointKeys
from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.restoring import Restoring
from infrastructure.settings import Settings
from infrastructure.system_clock import SystemClock
from infrastructure.whole_file import whole_file
from interfaces.bootstrap.store import owners_url

__all__ = ["BackupRefused", "Contents", "back_up", "restore_backup", "whole_file"]


def back_up(settings: Settings, path: Path, cause: Cause, *, replaces: bool) -> Contents:
    """Write a backup of the database into a file, signed with the secret of the settings.

    It is noted in the security log first, so that the backup has the entry too; not in a database
    of an earlier version, which may be backed up before it is migrated.

    Raises:
        BackupRefused: with what to do.
        StoreUnavailable: ERR_BUSY_001; it cannot be noted, and nothing was written.
        One of START_REFUSALS.
    """
    keys = CheckpointKeys.of_secret(settings.secret())
    with ExitStack() as held:
        url, clock = owners_url(settings, held), SystemClock()
        source = BackingUp(url, keys, clock)
        if source.is_at_this_version():
            log = held.enter_context(closing(PostgresEventLog(url, clock, pool_size=1)))
            SecurityLog(log, clock).note_export(None, "backup", cause)
        return source.into(path, replaces=replaces)


def restore_backup(settings: Settings, path: Path) -> Contents:
    """Put a backup into the database, which has to be empty; what it says it holds.

    Raises:
        BackupRefused: with what to do; nothing was restored.
        One of START_REFUSALS.
    """
    secret = settings.secret()
    keys = CheckpointKeys.of_secret(secret, settings.trusted_keys)
    with ExitStack() as held:
        return Restoring(owners_url(settings, held), secret, keys).of(path)
