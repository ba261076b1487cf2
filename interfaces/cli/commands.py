"""The commands of `sigmasight` that answer and end."""

from typing import Annotated, NoReturn
from uuid import UUID, uuid4

import typer
from rich.console import Console

from application.errors import PortfolioUnknown
from application.ports import Cause
from domain.email_address import EmailAddress
from domain.email_claim import EmailTaken
from domain.errors import DomainError
from interfaces.bootstrap import Program, build, configure_logs, read_settings
from interfaces.cli.tables import valuations_table
from interfaces.demo import seeding

app = typer.Typer(no_args_is_help=True, add_completion=False, help="SigmaSight on this machine.")
superuser = typer.Typer(no_args_is_help=True, help="Superusers.")
valuations = typer.Typer(no_args_is_help=True, help="Valuations.")
app.add_typer(superuser, name="superuser")
app.add_typer(valuations, name="valuations")

_console = Console()


@app.command()
def demo() -> None:
    """Seed the demo accounts on bundled real prices, value them and show the last days."""
    with _program() as program:
        show_demo(program)


def show_demo(program: Program, rows: int = 5) -> None:
    """Seed the demo where it is missing; print its login and the last `rows` valuations."""
    portfolio_ids = seeding.seed(program)
    _console.print(f"Demo login: [bold]{seeding.EMAIL}[/], password [bold]{seeding.PASSWORD}[/]")
    for portfolio_id in portfolio_ids:
        _show(program, portfolio_id, rows)


@superuser.command("create")
def create_superuser(
    email: Annotated[str, typer.Option(prompt=True, envvar="SUPERUSER_EMAIL")],
    full_name: Annotated[str, typer.Option(prompt=True, envvar="SUPERUSER_NAME")],
    password: Annotated[
        str,
        typer.Option(
            prompt=True, confirmation_prompt=True, hide_input=True, envvar="SUPERUSER_PASSWORD"
        ),
    ],
    promote: Annotated[
        bool, typer.Option(help="Promote the user if the address is taken.")
    ] = False,
) -> None:
    """Create a superuser, or promote a registered user."""
    cause = Cause(command_id=uuid4(), correlation_id=uuid4())
    with _program() as program:
        try:
            address = EmailAddress.parse(email)
            try:
                program.users.create_superuser(address, password, full_name, cause)
            except EmailTaken:
                if not promote:
                    raise
                program.users.promote(address, cause)
        except DomainError as refusal:
            _refuse(refusal)
    _console.print(f"{address.text} is a superuser.")


@valuations.command("show")
def show_valuations(
    portfolio: Annotated[UUID, typer.Argument(help="The portfolio's id.")],
    last: Annotated[int, typer.Option(min=1, max=200, help="How many sessions.")] = 20,
) -> None:
    """Show the last valuations of a portfolio."""
    with _program() as program:
        program.rooms.catch_up(program.log.position())
        _show(program, portfolio, last)


def _show(program: Program, portfolio_id: UUID, rows: int) -> None:
    row = program.portfolios_room.one(portfolio_id)
    if row is None:
        _refuse(PortfolioUnknown())
    _console.print(valuations_table(row, program.valuations_room.last(portfolio_id, rows)))


def _program() -> Program:
    settings = read_settings()
    configure_logs(settings)
    return build(settings)


def _refuse(refusal: DomainError) -> NoReturn:
    Console(stderr=True).print(f"{refusal.code}: {refusal.message}", style="red")
    raise typer.Exit(1)
