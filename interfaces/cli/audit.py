"""The commands of `sigmasight audit`."""

from pathlib import Path
from typing import Annotated

import typer

from application.audit import ChainBroken
from application.audit_export import exported
from interfaces.auditing import verified
from interfaces.cli.disk import written_whole
from interfaces.cli.terminal import (
    console,
    new_cause,
    opened_program,
    plain,
    tell_fault,
)

audit = typer.Typer(no_args_is_help=True, help="The log as evidence.")


@audit.command("verify")
def verify_log() -> None:
    """Make every link of the log's chain again and check every signature; 1 if one does not fit."""
    with opened_program() as program:
        found = verified(program, new_cause())
    if found.fault:
        tell_fault(found.fault)
        raise typer.Exit(1)
    console.print(
        plain(f"All {found.events:,} events fit, and all {found.checkpoints:,} checkpoints.")
    )
    console.print(plain(f"Head: position {found.position}, {found.hash.hex()}"), soft_wrap=True)


@audit.command("export", no_args_is_help=True)
def export_log(
    file: Annotated[Path, typer.Argument(help="Where to write it, as JSON Lines.")],
) -> None:
    """Write the log with its chain into a file, to be verified by verify_export.py elsewhere.

    What does not fit is in it as it is, for evidence; 1 then.
    """
    fault = None
    with opened_program() as program, written_whole(file) as lines:
        program.security_log.note_export(None, "audit log", new_cause())
        try:
            program.audit.certify()
        except ChainBroken as broken:
            fault = broken.fault
        lines.writelines(exported(program.audit.entries(), program.audit.signer.public_key))
        key = program.audit.signer.public_key.hex()
    console.print(plain(f"Written. It is signed by the key {key}"), soft_wrap=True)
    if fault:
        tell_fault(fault)
        raise typer.Exit(1)


@audit.command("key")
def show_key() -> None:
    """Print the public key whose private half signs checkpoints: for who verifies exports.

    AUDIT_TRUSTED_KEYS takes it when SECRET_KEY has become another.
    """
    with opened_program() as program:
        console.print(plain(program.audit.signer.public_key.hex()), soft_wrap=True)
