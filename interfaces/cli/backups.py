"""`sigmasight backup`, `restore` and `forgotten`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from application.audit import Verification
from application.errors import UserUnknown
from domain.errors import DomainError
from interfaces.bootstrap import Program, build, configure_logs, read_settings
from interfaces.bootstrap.safekeeping import (
    Contents,
    back_up,
    restore_backup,
)
from interfaces.cli.terminal import (
    await_room,
    console,
    errors_console,
    new_cause,
    opened_program,
    plain,
    tell_refusal,
)
from interfaces.files.parsed_file import quoted
from projections.users.postgres import ROOM
from projections.users.view import UserFilter

_ROOMS_WITHIN_S = 3_600.0
_USERS_AT_A_TIME = 500

BackupPath = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]


def backup(
    file: BackupPath,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it is there.")] = False,
) -> None:
    """Write all that is kept into FILE, while the program may go on; sign what it holds."""
    settings = read_settings()
    configure_logs(settings)
    contents = back_up(settings, file, new_cause(), replaces=force)
    _tell(f"Written: {file}, a dump of {contents.size:,} bytes.")
    _tell_contents(contents)
    _tell(
        "Who has the file can read what users gave: keep it as safe as the database. SECRET_KEY is"
        " not in it: keep that elsewhere."
    )


def restore(
    file: BackupPath,
    forgotten: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Users to forget again, as `forgotten` prints them."),
    ] = None,
) -> None:
    """Put the backup FILE into the empty database and verify the log; 1 if it does not fit.

    Users are forgotten again whether it does or not; 1 if one is not, or a room is not built.
    """
    settings = read_settings()
    configure_logs(settings)
    to_forget = _user_ids(forgotten)
    contents = restore_backup(settings, file)
    _tell(f"Restored: {file}")
    _tell_contents(contents)
    with build(settings) as program:
        fits = _verified(program, contents)
        again, kept = _forget_again(program, to_forget)
        rooms = program.rooms.positions()  # those that no command waits for, too
        current = program.rooms.catch_up(program.log.position(), rooms, _ROOMS_WITHIN_S)
    _tell("The rooms are built." if current else "Rooms stand still: look at /health/ready.")
    if forgotten is None:
        _tell(
            f"Whoever was forgotten since {_instant(contents)} is back: forget them again, or"
            " restore with --forgotten."
        )
    else:
        _tell(f"Users forgotten again: {again}.")
    if kept or not fits or not current:
        raise typer.Exit(1)


def show_forgotten() -> None:
    """Print the ids of users who were forgotten, for `restore --forgotten`: they name nobody."""
    with opened_program() as program:
        await_room(program, ROOM.name)
        user_ids = list(_forgotten(program))
    for user_id in user_ids:
        console.print(plain(str(user_id)))


def _verified(program: Program, contents: Contents) -> bool:
    """Whether the log fits, as it is and as the backup says; where it does not is told."""
    try:
        found = program.audit.verify()
    except DomainError as refusal:
        tell_refusal(refusal)
        return False
    if found.fault:
        where = f"BROKEN at position {found.fault.position}: {found.fault.text}"
    elif not _is_as_told(found, contents):
        where = f"BROKEN: the log ends at position {found.position}, {found.hash.hex()}."
    else:
        _tell(f"All {found.events:,} events fit, and all {found.checkpoints:,} checkpoints.")
        return True
    errors_console.print(plain(where), soft_wrap=True)
    return False


def _is_as_told(found: Verification, contents: Contents) -> bool:
    return found.position == contents.position and contents.head in ("", found.hash.hex())


def _forget_again(program: Program, user_ids: Sequence[UUID]) -> tuple[int, int]:
    """How many of the users were there and are forgotten now, and how many are not; who is told."""
    again = kept = 0
    for user_id in user_ids:
        try:
            program.forgetting.forget(user_id, new_cause())
        except UserUnknown:  # who registered after the backup
            continue
        except Exception as failure:  # noqa: BLE001 - an event of a broken log, whatever is wrong
            told = f"{failure.code}: {failure}" if isinstance(failure, DomainError) else failure
            errors_console.print(plain(f"{user_id} is NOT forgotten. {told}"), soft_wrap=True)
            kept += 1
        else:
            again += 1
    return again, kept


def _forgotten(program: Program) -> Iterator[UUID]:
    offset = 0
    while True:
        rows, _ = program.users_room.page(UserFilter(), _USERS_AT_A_TIME, offset)
        yield from (row.user_id for row in rows if row.is_forgotten)
        if len(rows) < _USERS_AT_A_TIME:
            return
        offset += len(rows)


def _user_ids(file: Path | None) -> list[UUID]:
    """The ids in a file, one a line.

    Raises:
        typer.BadParameter: it cannot be read, or a line is no id.
    """
    if file is None:
        return []
    try:
        return [UUID(line) for line in file.read_text("ascii").split()]
    except OSError:
        said = f"{quoted(str(file))} cannot be read. Check its name."
    except ValueError:
        said = f"{quoted(str(file))} has more than ids, one a line."
    raise typer.BadParameter(said, param_hint="--forgotten")


def _tell_contents(contents: Contents) -> None:
    _tell(
        f"It holds the log up to position {contents.position:,} and head {contents.head or 'none'},"
        f" as of {_instant(contents)}, by version {contents.program} of the program after"
        f" {len(contents.migrations)} migrations. SHA-256 of the dump: {contents.sha256}"
    )


def _instant(contents: Contents) -> str:
    return f"{contents.taken_at:%Y-%m-%d %H:%M:%S} UTC"


def _tell(text: str) -> None:
    console.print(plain(text), soft_wrap=True)
