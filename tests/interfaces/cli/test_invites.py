"""Invite codes at the terminal."""

import pytest

from application.commands import RegisterUser
from domain.errors import DomainError
from interfaces.bootstrap import Program
from tests.support.accounts import PASSWORD, cause
from tests.support.terminal import Terminal

FOR_FRIENDS = ("invite", "create", "--cohort", "Friends", "--max-uses", "2")


def join(program: Program, code: str, email: str) -> None:
    """Register with a code."""
    command = RegisterUser(email=email, password=PASSWORD, full_name="Ann", invite_code=code)
    program.users.register(command, cause())


def test_a_code_is_issued_used_listed_and_revoked(connected: Terminal, program: Program) -> None:
    created = connected.run(*FOR_FRIENDS, "--expires", "2099-12-31")
    code, invite_id = created.lines[0], created.told.split()[-1]
    join(program, code, "ann@example.com")

    assert connected.run("invite", "list").lines == [
        f"{invite_id}  active, used 1 of 2, until 2099-12-31 00:00: Friends",
        "Invite codes: 1.",
    ]

    assert connected.run("invite", "revoke", invite_id).lines == [f"Revoked {invite_id}."]
    with pytest.raises(DomainError) as refused:
        join(program, code, "bob@example.com")
    assert refused.value.code == "ERR_INVITE_004"


def test_terms_that_make_no_sense_are_refused_in_words(connected: Terminal) -> None:
    for done in (
        connected.run(*FOR_FRIENDS[:-1], "0"),
        connected.run(*FOR_FRIENDS, "--expires", "0001-01-01"),
    ):
        assert (done.status, done.out) == (1, "")
        assert done.told.startswith("ERR_INVITE_005: Name the cohort")


def test_an_unknown_code_is_not_revoked(connected: Terminal) -> None:
    done = connected.run("invite", "revoke", "00000000-0000-4000-8000-000000000000")
    assert done.status == 1
    assert done.told.startswith("ERR_INVITE_404")
