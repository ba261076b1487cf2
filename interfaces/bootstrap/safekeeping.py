"""Backups: of the database that the settings name, and into it."""

from contextlib import ExitStack
from pathlib import Path

from infrastructure.backing_up import BackingUp
from infrastructure.backup_file import BackupRefused, Contents
from infrastructure.checkpoint_keys import CheckpointKeys
from infrastructure.restoring import Restoring
from infrastructure.settings import Settings
from infrastructure.system_clock import SystemClock
from interfaces.bootstrap.store import owners_url

__all__ = ["BackupRefused", "Contents", "back_up", "restore_backup"]


def back_up(settings: Settings, path: Path, *, replaces: bool) -> Contents:
    """Write a backup of the database into a file, signed with the secret of the settings.

    Raises:
        BackupRefused: with what to do.
        One of START_REFUSALS.
    """
    keys = CheckpointKeys.of_secret(settings.secret())
    with ExitStack() as held:
        source = BackingUp(owners_url(settings, held), keys, SystemClock())
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
