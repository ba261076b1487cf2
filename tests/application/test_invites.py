"""Registering with an invite code: checked first, spent in the registration's own save."""

from datetime import UTC, datetime, timedelta

import pytest

from application.commands import IssueInvite, RegisterUser
from application.errors import InviteRefused, InviteUnknown
from domain.email_claim import EmailTaken
from domain.errors import DomainError
from domain.invite_code import InviteCode, InviteExpired, InviteRevoked, InviteUsedUp
from domain.user import User
from interfaces.bootstrap import Parts, Program, build
from tests.support.accounts import PASSWORD, cause
from tests.support.clocks import SetClock
from tests.support.events import number
from tests.support.openings import recorded
from tests.support.programs import FAST, settings_for
from tests.support.racing import at_once

MORNING = datetime(2024, 1, 2, 9, tzinfo=UTC)


def issue(program: Program, max_uses: int | None = 1) -> str:
    """A fresh code for friends."""
    return program.invites.issue(IssueInvite(cohort="Friends", max_uses=max_uses), cause()).code


def join(program: Program, code: str, email: str = "ann@example.com") -> None:
    """Register with a code."""
    command = RegisterUser(email=email, password=PASSWORD, full_name="Ann", invite_code=code)
    program.users.register(command, cause())


def test_a_use_is_saved_with_the_registration(program: Program) -> None:
    join(program, issue(program))
    [(registered, user)] = recorded(program, User.Registered)
    [(used, use)] = recorded(program, InviteCode.Used)
    assert use.user_id == registered.aggregate_id
    assert (used.cause, user.invite) == (registered.cause, f"{used.aggregate_id}")


def test_codes_are_long_and_all_different(program: Program) -> None:
    codes = {issue(program) for _ in range(20)}
    assert len(codes) == 20
    assert all(len(code.replace("-", "")) == 20 for code in codes)


def test_a_code_is_compared_trimmed_without_regard_to_case(program: Program) -> None:
    join(program, f" {issue(program).lower()}\n")
    assert len(recorded(program, InviteCode.Used)) == 1


def test_a_registration_that_is_refused_spends_no_use(program: Program) -> None:
    code = issue(program)
    join(program, program.invites.master_code, "ann@example.com")
    with pytest.raises(EmailTaken):
        join(program, code, "ann@example.com")
    join(program, code, "bob@example.com")


def test_the_master_code_is_counted_nowhere(program: Program) -> None:
    join(program, program.invites.master_code)
    assert recorded(program, InviteCode.Used) == []


def test_a_code_that_admits_nobody_is_refused_before_all_else(program: Program) -> None:
    used_up, revoked = issue(program), issue(program)
    join(program, used_up, "ann@example.com")
    [*_, (issued, _)] = recorded(program, InviteCode.Issued)
    program.invites.revoke(issued.aggregate_id, cause())
    for code, refusal in ((used_up, InviteUsedUp), (revoked, InviteRevoked), ("?", InviteRefused)):
        for email in ("ann@example.com", "bob@example.com", "nobody"):
            with pytest.raises(refusal):
                join(program, code, email)


def test_a_code_expires_at_its_instant(database: str) -> None:
    clock = SetClock(MORNING)
    parts = Parts(live_sources=[], password_cost=FAST, benchmarks=(), clock=clock)
    with build(settings_for(database), parts) as program:
        expiring = IssueInvite(cohort="Friends", expires_at=MORNING + timedelta(hours=1))
        code = program.invites.issue(expiring, cause()).code
        join(program, code, "ann@example.com")
        clock.time = MORNING + timedelta(hours=1)
        with pytest.raises(InviteExpired):
            join(program, code, "bob@example.com")


def test_an_unknown_code_cannot_be_revoked(program: Program) -> None:
    with pytest.raises(InviteUnknown):
        program.invites.revoke(number("nothing"), cause())


def test_of_many_at_once_the_last_use_admits_one(program: Program) -> None:
    code = issue(program)
    tasks = [lambda n=n: join(program, code, f"user{n}@example.com") for n in range(8)]
    answers, refusals = at_once(tasks)
    kinds: list[type[DomainError]] = [type(refusal) for refusal in refusals]
    assert (len(answers), kinds) == (1, [InviteUsedUp] * 7)
    assert len(recorded(program, User.Registered)) == 1
