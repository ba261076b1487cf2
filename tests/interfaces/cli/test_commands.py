"""Superusers and valuations at the terminal, and how refusals are told there."""

from datetime import date
from uuid import NAMESPACE_DNS, uuid4, uuid5

import pytest

from application.commands import LogIn
from interfaces.bootstrap import Program
from tests.support.accounts import PASSWORD, calculate, cause, open_sample, register, shares
from tests.support.programs import connect_owner
from tests.support.terminal import Terminal

GOOG = [shares("GOOG", 100, "707.38", date(2012, 12, 31))]


def with_variables(terminal: Terminal, **variables: str) -> Terminal:
    """The terminal with variables of the environment set."""
    return Terminal(terminal.folder, {**terminal.settings, **variables})


def with_password(terminal: Terminal, password: str) -> Terminal:
    """The terminal with SUPERUSER_PASSWORD set."""
    return with_variables(terminal, SUPERUSER_PASSWORD=password)


def is_superuser(program: Program, email: str) -> bool:
    """Whether somebody is registered as a superuser, and can sign in."""
    access = program.users.log_in(LogIn(email=email, password=PASSWORD), cause())
    return access.is_superuser


def test_a_superuser_is_created(connected: Terminal, program: Program) -> None:
    terminal = with_password(connected, PASSWORD)
    options = ("--email", "Root@Example.com", "--full-name", "Root")
    done = terminal.run("superuser", "create", *options)
    assert (done.status, done.told) == (0, "root@example.com is a superuser.")
    assert is_superuser(program, "root@example.com")


def test_the_environment_says_all_that_is_needed(connected: Terminal, program: Program) -> None:
    said = {"SUPERUSER_EMAIL": "root@example.com", "SUPERUSER_NAME": "Root"}
    done = with_variables(connected, SUPERUSER_PASSWORD=PASSWORD, **said).run("superuser", "create")
    assert (done.status, done.told) == (0, "root@example.com is a superuser.")
    assert is_superuser(program, "root@example.com")


def test_what_is_not_said_is_asked(connected: Terminal, program: Program) -> None:
    typed = f"root@example.com\nRoot\n{PASSWORD}\n{PASSWORD}\n".encode()
    done = connected.run("superuser", "create", typed=typed)
    assert done.status == 0
    for question in ("E-mail address:", "Full name:", "Password:", "Repeat for confirmation:"):
        assert question in done.told
    assert PASSWORD not in done.told
    assert is_superuser(program, "root@example.com")


def test_without_anybody_to_ask_nothing_is_made(connected: Terminal, program: Program) -> None:
    assert connected.run("superuser", "create").status == 1
    assert program.users.find("root@example.com") is None


def test_a_demo_superuser_has_the_same_id_everywhere(connected: Terminal, program: Program) -> None:
    email = "demo_admin@sigmasight.com"
    random_ids = with_variables(connected, DETERMINISTIC_UUIDS="false", SUPERUSER_NAME="Demo")
    done = with_password(random_ids, PASSWORD).run("superuser", "create", "--email", email)
    user = program.users.find(email)
    assert done.status == 0
    assert user is not None
    assert user.id == uuid5(NAMESPACE_DNS, email)


def test_a_user_is_promoted_on_request(connected: Terminal, program: Program) -> None:
    register(program, "ada@example.com")
    options = ("--email", "Ada@example.com")
    refused = connected.run("superuser", "create", *options)
    assert (refused.status, refused.out) == (1, "")
    assert refused.told == (
        "ERR_USER_001: This e-mail address is registered already;"
        " give --promote to make that user a superuser."
    )
    assert not is_superuser(program, "ada@example.com")
    for _ in range(2):
        assert connected.run("superuser", "create", *options, "--promote").status == 0
    assert is_superuser(program, "ada@example.com")


@pytest.mark.parametrize(("answer", "expected"), [(b"y", True), (b"n", False)])
def test_who_types_the_address_of_a_user_is_asked(
    connected: Terminal, program: Program, answer: bytes, *, expected: bool
) -> None:
    register(program, "ada@example.com")
    done = connected.run("superuser", "create", typed=b"ada@example.com\n" + answer + b"\n")
    assert "Make this user a superuser? [y/N]" in done.told
    assert done.status == (0 if expected else 1)
    assert is_superuser(program, "ada@example.com") == expected


def test_a_refusal_is_its_code_and_its_sentence_on_standard_error(connected: Terminal) -> None:
    terminal = with_password(connected, "password")
    done = terminal.run("superuser", "create", "--email", "root@example.com", "--full-name", "R")
    assert (done.status, done.out) == (1, "")
    assert done.told.startswith("ERR_USER_003: Choose a password")


@pytest.mark.parametrize(
    ("command", "table"),
    [
        (["verify"], "audit.checkpoints"),
        (["forgotten"], "rooms.users"),
        (["invite", "list"], "rooms.invite_codes"),
    ],
)
def test_a_database_that_does_not_answer_is_told_whatever_was_asked(
    connected: Terminal, program: Program, database: str, command: list[str], table: str
) -> None:
    register(program)
    program.rooms.catch_up(program.log.position())
    with connect_owner(database) as owner, owner.transaction():
        owner.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        done = connected.run(*command)
    assert (done.status, done.out) == (1, "")
    assert "ERR_BUSY_001: " in done.told


def test_what_keeps_the_program_from_starting_is_told_as_it_is(connected: Terminal) -> None:
    nowhere = with_variables(connected, DATABASE_URL="postgresql://[/red]@127.0.0.1:1/nowhere")
    for command in (["projections"], ["backup", "a.backup"], ["restore", "a.backup"]):
        done = nowhere.run(*command)
        assert (done.status, done.out) == (1, "")
    malformed = with_variables(connected, PORT="[/red]").run("projections")
    assert (malformed.status, malformed.out) == (1, "")
    assert "PORT" in malformed.told


def test_the_last_valuations_are_a_table(connected: Terminal, program: Program) -> None:
    owner = register(program)
    portfolio_id = open_sample(program, owner, GOOG)
    calculate(program, owner, portfolio_id)
    shown = connected.run("valuations", "show", f"{portfolio_id}", "--last", "2")
    assert shown.lines[:2] == ["A sample portfolio (Sample, sample prices)", f"{portfolio_id}"]
    assert [line.split()[0] for line in shown.lines[-2:]] == ["2013-02-28", "2013-03-01"]


def test_names_with_brackets_are_shown_as_they_are(connected: Terminal, program: Program) -> None:
    portfolio_id = open_sample(program, register(program), GOOG, account_name="Mine [/red]")
    shown = connected.run("valuations", "show", f"{portfolio_id}")
    assert "(Mine [/red], sample prices)" in shown.told


def test_valuations_of_an_unknown_portfolio_are_refused(connected: Terminal) -> None:
    done = connected.run("valuations", "show", f"{uuid4()}")
    assert (done.status, done.out) == (1, "")
    assert done.told == "ERR_PORT_404: There is no portfolio with this id."
    assert connected.run("valuations", "show", "seven").status == 2
