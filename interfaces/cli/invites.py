"""The commands of `sigmasight invite`."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from application.commands import IssueInvite
from interfaces.cli.terminal import console, new_cause, opened_program, plain

invite = typer.Typer(no_args_is_help=True, help="Invite codes beside BETA_INVITE_CODE.")

_MOST_SHOWN = 1000


@invite.command("create", no_args_is_help=True)
def create_invite(
    cohort: Annotated[str, typer.Option(help="For whom the code is.")],
    max_uses: Annotated[int | None, typer.Option(help="Default: any number.")] = None,
    expires: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="First day (UTC) it is void. Default: never."),
    ] = None,
) -> None:
    """Issue an invite code and print it, this once."""
    expires_at = expires.replace(tzinfo=UTC) if expires else None
    command = IssueInvite(cohort=cohort, max_uses=max_uses, expires_at=expires_at)
    with opened_program() as program:
        issued = program.invites.issue(command, new_cause())
    console.print(plain(issued.code))
    console.print(plain(f"Pass it on now: it cannot be shown again. Its id: {issued.invite_id}"))


@invite.command("list")
def list_invites() -> None:
    """List the invite codes, newest first; never the codes themselves."""
    with opened_program() as program:
        program.rooms.catch_up(program.log.position())
        rows, total = program.invite_codes_room.page(_MOST_SHOWN, 0)
        now = program.invites.clock.now()
    for row in rows:
        state = row.state_at(now).replace("_", " ")
        used = f"{row.uses} of {row.max_uses or 'any number'}"
        until = f"{row.expires_at:%Y-%m-%d %H:%M}" if row.expires_at else "for ever"
        line = f"{row.invite_id}  {state}, used {used}, until {until}: {row.cohort}"
        console.print(plain(line), soft_wrap=True)
    console.print(plain(f"Invite codes: {total}."))


@invite.command("revoke", no_args_is_help=True)
def revoke_invite(
    invite_id: Annotated[UUID, typer.Argument(help="As `sigmasight invite list` shows it.")],
) -> None:
    """Let nobody register with a code any more."""
    with opened_program() as program:
        program.invites.revoke(invite_id, new_cause())
    console.print(plain(f"Revoked {invite_id}."))
