"""The commands of `sigmasight` that answer and end."""

from typing import Annotated
from uuid import UUID

import typer

from application.errors import PortfolioUnknown
from domain.email_address import EmailAddress
from interfaces.bootstrap import Program, read_settings
from interfaces.cli import importing
from interfaces.cli.prices import prices
from interfaces.cli.runs import runs
from interfaces.cli.tables import valuations_table
from interfaces.cli.terminal import (
    console,
    never_fail_to_print,
    new_cause,
    opened_program,
    parse_portfolio_id,
    plain,
    refusals_told,
)
from interfaces.demo import seeding

app = typer.Typer(
    callback=never_fail_to_print,
    no_args_is_help=True,
    add_completion=False,
    help="SigmaSight on this machine.",
)
superuser = typer.Typer(no_args_is_help=True, help="Superusers.")
valuations = typer.Typer(no_args_is_help=True, help="Valuations.")
app.add_typer(superuser, name="superuser")
app.add_typer(valuations, name="valuations")
app.add_typer(runs, name="runs")
app.add_typer(prices, name="prices")
app.command("import", no_args_is_help=True)(importing.import_file)
app.command("formats")(importing.show_formats)


@app.command()
def demo() -> None:
    """Seed the demo accounts on bundled real prices, value them and show the last days."""
    with opened_program() as program:
        show_demo(program)


def show_demo(program: Program, rows: int = 5) -> None:
    """Seed the demo where it is missing; print its login and the last `rows` valuations."""
    portfolio_ids = seeding.seed(program)
    console.print(f"Demo login: [bold]{seeding.EMAIL}[/], password [bold]{seeding.PASSWORD}[/]")
    for portfolio_id in portfolio_ids:
        _show(program, portfolio_id, rows)


@superuser.command("create")
def create_superuser(
    email: Annotated[str, typer.Option(help="Default: SUPERUSER_EMAIL, else asked.")] = "",
    full_name: Annotated[str, typer.Option(help="Default: SUPERUSER_NAME, else asked.")] = "",
    promote: Annotated[bool, typer.Option(help="Promote the user if registered.")] = False,
) -> None:
    """Create a superuser with the password of SUPERUSER_PASSWORD, else asked; or promote a user."""
    settings = read_settings()
    given = settings.superuser_password
    email = email or settings.superuser_email or typer.prompt("E-mail address")
    with opened_program() as program, refusals_told():
        address = EmailAddress.parse(email)
        if promote and program.users.find(address.text):
            program.users.promote(address, new_cause())
        else:
            name = full_name or settings.superuser_name or typer.prompt("Full name")
            password = given.get_secret_value() if given else _ask_password()
            program.users.create_superuser(address, password, name, new_cause())
    console.print(plain(f"{address.text} is a superuser."))


@valuations.command("show")
def show_valuations(
    portfolio: Annotated[UUID, typer.Argument(parser=parse_portfolio_id, help="Its id.")],
    last: Annotated[int, typer.Option(min=1, max=200, help="How many sessions.")] = 20,
) -> None:
    """Show the last valuations of a portfolio."""
    with opened_program() as program:
        program.rooms.catch_up(program.log.position())
        _show(program, portfolio, last)


def _show(program: Program, portfolio_id: UUID, rows: int) -> None:
    with refusals_told():
        portfolio = program.portfolios_room.one(portfolio_id)
        if portfolio is None:
            raise PortfolioUnknown
    console.print(valuations_table(portfolio, program.valuations_room.last(portfolio_id, rows)))


def _ask_password() -> str:
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
