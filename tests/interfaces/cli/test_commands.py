"""Superusers and valuations at the terminal, and how refusals are told there."""

from datetime import date
from uuid import uuid4

from interfaces.bootstrap import Program
from tests.support.accounts import PASSWORD, calculate, open_sample, register, shares
from tests.support.terminal import Terminal

GOOG = [shares("GOOG", 100, "707.38", date(2012, 12, 31))]


def with_password(terminal: Terminal, password: str) -> Terminal:
    """The terminal with SUPERUSER_PASSWORD set."""
    return Terminal(terminal.folder, {**terminal.settings, "SUPERUSER_PASSWORD": password})


def test_a_superuser_is_created(connected: Terminal, program: Program) -> None:
    terminal = with_password(connected, PASSWORD)
    options = ("--email", "Root@Example.com", "--full-name", "Root")
    done = terminal.run("superuser", "create", *options)
    assert (done.status, done.told) == (0, "root@example.com is a superuser.")
    user = program.users.find("root@example.com")
    assert user is not None
    assert user.is_superuser


def test_a_user_is_promoted(connected: Terminal, program: Program) -> None:
    register(program, "ada@example.com")
    done = connected.run("superuser", "create", "--email", "ada@example.com", "--promote")
    assert done.status == 0
    user = program.users.find("ada@example.com")
    assert user is not None
    assert user.is_superuser


def test_a_refusal_is_its_code_and_its_sentence_on_standard_error(connected: Terminal) -> None:
    terminal = with_password(connected, "password")
    done = terminal.run("superuser", "create", "--email", "root@example.com", "--full-name", "R")
    assert (done.status, done.out) == (1, "")
    assert done.told.startswith("ERR_USER_003: Choose a password")


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
