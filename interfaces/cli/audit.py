"""The commands of `sigmasight audit`."""

from pathlib import Path
from typing import Annotated

import typer

from application.audit_export import exported
from interfaces.auditing import verified
from interfaces.cli.terminal import (
    console,
    errors_console,
    new_cause,
    opened_program,
    plain,
)

audit = typer.Typer(no_args_is_help=True, help="The log as evidence.")


@audit.command("verify")
def verify_log() -> None:
    """Make every link of the log's chain again and check every signature; 1 if one does not fit."""
    with opened_program() as program:
        found = verified(program, new_cause())
    if found.fault:
        errors_console.print(
            plain(f"BROKEN at position {found.fault.position}: {found.fault.text}")
        )
        raise typer.Exit(1)
    console.print(
        plain(f"All {found.events:,} events fit, and all {found.checkpoints:,} checkpoints.")
    )
    console.print(plain(f"Head: position {found.position}, {found.hash.hex()}"), soft_wrap=True)


@audit.command("export", no_args_is_help=True)
def export_log(
    file: Annotated[Path, typer.Argument(help="Where to write it, as JSON Lines.")],
) -> None:
    """Write the log with its chain into a file, to be verified by verify_export.py elsewhere."""
    with opened_program() as program, file.open("wb") as lines:
        program.security_log.note_export(None, "audit log", new_cause())
        program.audit.certify()
        lines.writelines(exported(program.audit.entries(), program.audit.signer.public_key))
        key = program.audit.signer.public_key.hex()
    console.print(plain(f"Written. It is signed by the key {key}"), soft_wrap=True)


@audit.command("key")
def show_key() -> None:
    """Print the public key whose private half signs checkpoints: for who verifies exports.

    AUDIT_TRUSTED_KEYS takes it when SECRET_KEY has become another.
    """
    with opened_program() as program:
        console.print(plain(program.audit.signer.public_key.hex()), soft_wrap=True)
