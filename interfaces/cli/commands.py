"""The commands of `sigmasight` that answer and end."""

from typing import Annotated

import typer

from domain.email_address import EmailAddress
from domain.email_claim import EmailTaken
from domain.user import User
from interfaces.bootstrap import Program, read_settings
from interfaces.cli import importing, projections
from interfaces.cli.audit import audit
from interfaces.cli.backups import backup, restore, show_forgotten
from interfaces.cli.explain import explain
from interfaces.cli.invites import invite
from interfaces.cli.prices import prices
from interfaces.cli.replay import replay
from interfaces.cli.restatements import restatements
from interfaces.cli.runs import runs
from interfaces.cli.terminal import (
    Commands,
    console,
    never_fail_to_print,
    new_cause,
    opened_program,
    plain,
)
from interfaces.cli.valuations import show_last, valuations
from interfaces.demo import seeding

app = typer.Typer(
    cls=Commands,
    callback=never_fail_to_print,
    no_args_is_help=True,
    add_completion=False,
    help="SigmaSight on this machine.",
)
superuser = typer.Typer(no_args_is_help=True, help="Superusers.")
app.add_typer(superuser, name="superuser")
app.add_typer(audit, name="audit")
app.add_typer(invite, name="invite")
app.add_typer(valuations, name="valuations")
app.add_typer(runs, name="runs")
app.add_typer(prices, name="prices")
app.command("import", no_args_is_help=True)(importing.import_file)
app.command("formats")(importing.show_formats)
app.command("replay")(replay)
app.command("restatements", no_args_is_help=True)(restatements)
app.command("projections")(projections.list_projections)
app.command("rebuild", no_args_is_help=True)(projections.rebuild)
app.command("verify")(projections.verify)
app.command("explain", no_args_is_help=True)(explain)
app.command("backup", no_args_is_help=True)(backup)
app.command("restore", no_args_is_help=True)(restore)
app.command("forgotten")(show_forgotten)


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
        show_last(program, portfolio_id, rows)


@superuser.command("create")
def create_superuser(
    email: Annotated[str, typer.Option(help="Default: SUPERUSER_EMAIL, else asked.")] = "",
    full_name: Annotated[str, typer.Option(help="Default: SUPERUSER_NAME, else asked.")] = "",
    promote: Annotated[bool, typer.Option(help="Promote the user if registered.")] = False,
) -> None:
    """Create a superuser with the password of SUPERUSER_PASSWORD, else asked; or promote a user."""
    settings = read_settings()
    given = settings.superuser_password
    known = email or settings.superuser_email
    with opened_program() as program:
        address = EmailAddress.parse(known or typer.prompt("E-mail address"))
        user = program.users.find(address.text)
        if user is None:
            name = full_name or settings.superuser_name or typer.prompt("Full name")
            password = given.get_secret_value() if given else _ask_password()
            program.users.create_superuser(address, password, name, new_cause())
        elif promote or (not known and _agrees_to_promote(user)):
            program.administration.change_rank(user.id, User.promote, new_cause())
        else:
            raise EmailTaken
    console.print(plain(f"{address.text} is a superuser."))


def _agrees_to_promote(user: User) -> bool:
    return typer.confirm(f"{user.email} is registered. Make this user a superuser?")


def _ask_password() -> str:
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
