"""What the commands share: the terminal, the program behind them, how a refusal is told."""

import io
import sys
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import typer
from rich.console import Console
from rich.text import Text
from typer.core import TyperGroup

from application.audit import Fault
from application.errors import PortfolioUnknown, ReadModelBehind, RoomStopped
from application.ports import Cause
from domain.errors import DomainError
from interfaces.bootstrap import START_REFUSALS, Program, build, configure_logs, read_settings
from interfaces.bootstrap.safekeeping import BackupRefused
from interfaces.files.parsed_file import quoted
from interfaces.starting import PrerequisitesMissing
from projections.portfolios.view import PortfolioRow

console = Console()
errors_console = Console(stderr=True)

INSTANTS = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]
"""How an instant (UTC) may be written; a day is the first of its instants."""

_OPTIONS: Mapping[str, str] = {
    "default_entry_date=": "--entry-date ",
    "default_entry_date": "--entry-date",
    "default_entry_price=": "--entry-price ",
    "source_account": "--account",
    "mode=": "--mode ",
    "force=true": "--force",
    "GET /admin/projections lists": "`sigmasight projections` lists",
    "sign in instead": "give --promote to make that user a superuser",
}
"""What a request's fields, and its way out, are called here."""

_VERBS: Mapping[str, str] = {"Send ": "Give ", " send ": " give "}


def never_fail_to_print() -> None:
    """Print a question mark where the terminal's encoding lacks a character."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def plain(text: str) -> Text:
    """`text` from outside, to be printed as it is: no markup, nothing that steers a terminal."""
    return Text("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text))


def in_options(message: str) -> str:
    """A sentence that tells what to send, in words of this command line."""
    told = message
    for field, option in _OPTIONS.items():
        told = told.replace(field, option)
    if told != message:
        for verb, here in _VERBS.items():
            told = told.replace(verb, here)
    return told


def parse_portfolio_id(text: str) -> UUID:
    """A portfolio's id as typed.

    Raises:
        typer.BadParameter: it is none.
    """
    try:
        return UUID(text)
    except ValueError:
        raise typer.BadParameter(
            f"{quoted(text)} is not a portfolio's id. Write all 36 characters of it."
        ) from None


def opened_program() -> Program:
    """The program that the environment asks for, on its database."""
    settings = read_settings()
    configure_logs(settings)
    return build(settings)


def portfolio_of(program: Program, portfolio_id: UUID) -> PortfolioRow:
    """The portfolio of that id, whoever owns it.

    Raises:
        PortfolioUnknown: ERR_PORT_404.
    """
    found = program.portfolios_room.one(portfolio_id)
    if found is None:
        raise PortfolioUnknown
    return found


def await_room(program: Program, name: str) -> None:
    """Wait until a room knows all that is recorded by now.

    Raises:
        RoomStopped: ERR_ROOM_002. ReadModelBehind: ERR_READ_001, it gets no further now.
    """
    position, reached = program.log.position(), -1
    while not program.rooms.catch_up(position, [name]):
        if failure := program.rooms.failures.get(name):
            place, _, error = failure.partition(": ")
            raise RoomStopped(name, place if error else "what is recorded", error or failure)
        before, reached = reached, program.rooms.positions().get(name, -1)
        if reached <= before:
            raise ReadModelBehind(position)
        errors_console.print("Reading what was recorded ...")


def new_cause() -> Cause:
    """A command of the system's: who sits at this terminal may do all."""
    return Cause(command_id=uuid4(), correlation_id=uuid4())


def tell_fault(fault: Fault) -> None:
    """Print on stderr where the log's chain does not fit."""
    errors_console.print(plain(f"BROKEN at position {fault.position}: {fault.text}"))


def tell_refusal(refusal: Exception) -> None:
    """Print a refusal's sentence on stderr, after its code where it has one."""
    if isinstance(refusal, DomainError):
        told = f"{refusal.code}: {in_options(refusal.message)}"
    else:
        told = str(refusal)
    errors_console.print(plain(told), style="red", soft_wrap=True)
    if isinstance(refusal, RoomStopped):
        errors_console.print(plain(f"It says: {refusal.error}"), soft_wrap=True)


class Commands(TyperGroup):
    """Commands of which each may be refused: that is told, and the status is 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was typed."""
        try:
            return super().invoke(ctx)
        except (DomainError, BackupRefused, PrerequisitesMissing, *START_REFUSALS) as refusal:
            tell_refusal(refusal)
            raise typer.Exit(1) from None
