"""Specification of how guessing passwords is slowed down, for all processes together (4.3)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from application.commands import ChangePassword, LogIn
from application.errors import CredentialsRefused, TooManyFailures
from application.login_throttle import MOST_FAILURES
from domain.user import User
from interfaces.bootstrap import Parts, Program, build
from tests.support.accounts import PASSWORD, cause, register
from tests.support.clocks import SetClock
from tests.support.programs import FAST, settings_for
from tests.support.watched_passwords import WatchedPasswords

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
HOME, AWAY = "203.0.113.7", "203.0.113.8"


@dataclass
class Door:
    """Where people sign in, by a clock that a test sets."""

    program: Program
    clock: SetClock

    def knock(self, email: str, password: str = "Wrong1234", address: str = HOME) -> str:  # noqa: S107 - wrong
        """Try to sign in; `in`, or the code of the refusal."""
        command = LogIn(email=email, password=password, address=address)
        try:
            self.program.users.log_in(command, cause())
        except (CredentialsRefused, TooManyFailures) as refusal:
            return refusal.code
        return "in"

    def wait(self, minutes: float) -> None:
        """Let time pass."""
        self.clock.time += timedelta(minutes=minutes)


@pytest.fixture
def door(database: str) -> Iterator[Door]:
    """The door of a program that limits rates, with Ada registered."""
    with open_door(database) as program:
        clock = SetClock(NOON)
        register(program)
        yield Door(timed(program, clock), clock)


def open_door(database: str) -> Program:
    """A program that limits rates."""
    settings = settings_for(database).model_copy(update={"rate_limits": "on"})
    return build(settings, Parts(live_sources=[], password_cost=FAST, benchmarks=()))


def timed(program: Program, clock: SetClock) -> Program:
    """The program, with a clock of its own where people sign in."""
    throttle = replace(program.users.throttle, clock=clock)
    return replace(program, users=replace(program.users, throttle=throttle, clock=clock))


ADA = "ada@example.com"


def test_after_ten_failures_the_right_password_is_refused_too(door: Door) -> None:
    assert [door.knock(ADA) for _ in range(10)] == ["ERR_AUTH_001"] * 10
    assert door.knock(ADA, PASSWORD, AWAY) == "ERR_AUTH_003"
    assert door.knock(ADA, address=AWAY) == "ERR_AUTH_003"


def test_nine_failures_are_forgiven(door: Door) -> None:
    for _ in range(9):
        door.knock(ADA)
    assert door.knock(ADA, PASSWORD) == "in"


def test_guesses_made_while_a_password_is_verified_count_too(door: Door) -> None:
    def guess() -> None:
        for _ in range(10):
            door.knock(ADA)

    watched = WatchedPasswords(door.program.users.passwords, meanwhile=guess)
    slow = replace(door.program, users=replace(door.program.users, passwords=watched))

    assert Door(slow, door.clock).knock(ADA, PASSWORD) == "ERR_AUTH_003"


def test_unknown_accounts_are_counted_alike_in_any_spelling(door: Door) -> None:
    for email in ("nobody@example.com", "no address", "\ud800"):
        spelled = [f" {email.upper()} " if "@" in email else email for _ in range(9)]
        codes = [door.knock(one, address="") for one in [*spelled, email, email]]
        assert codes == ["ERR_AUTH_001"] * 10 + ["ERR_AUTH_003"]


def test_deactivated_users_are_counted_alike(door: Door) -> None:
    user = door.program.users.find(ADA)
    assert user is not None
    door.program.administration.change_rank(user.id, User.deactivate, cause())
    codes = [door.knock(ADA, PASSWORD) for _ in range(11)]
    assert codes == ["ERR_AUTH_001"] * 10 + ["ERR_AUTH_003"]


def test_failures_for_many_accounts_count_for_the_address(door: Door) -> None:
    for n in range(10):
        assert door.knock(f"user{n}@example.com") == "ERR_AUTH_001"
    assert door.knock(ADA, PASSWORD) == "ERR_AUTH_003"
    assert door.knock(ADA, PASSWORD, AWAY) == "in"


def test_the_wait_ends_when_the_tenth_last_failure_is_fifteen_minutes_ago(door: Door) -> None:
    for _ in range(10):
        door.knock(ADA)
        door.wait(1)
    with pytest.raises(TooManyFailures) as caught:
        door.program.users.throttle.refuse_hasty(ADA, HOME)
    assert caught.value.details == {"retry_after_s": 5 * 60}
    assert "300 seconds" in caught.value.message
    door.wait(0.005)
    with pytest.raises(TooManyFailures) as begun:
        door.program.users.throttle.refuse_hasty(ADA, HOME)
    assert begun.value.details == {"retry_after_s": 300}  # a second that has begun counts
    door.wait(4.985)
    with pytest.raises(TooManyFailures) as last:
        door.program.users.throttle.refuse_hasty(ADA, HOME)
    assert last.value.details == {"retry_after_s": 1}  # of its last second too
    assert door.knock(ADA, PASSWORD) == "ERR_AUTH_003"
    door.wait(0.01)
    assert door.knock(ADA) == "ERR_AUTH_001"
    assert door.knock(ADA, PASSWORD) == "ERR_AUTH_003"
    door.wait(1)
    assert door.knock(ADA, PASSWORD) == "in"


def test_another_program_on_the_database_counts_along(door: Door, database: str) -> None:
    with open_door(database) as program:
        other = Door(timed(program, door.clock), door.clock)
        codes = [one.knock(ADA, address="") for one in [door, other] * 5]
        assert codes == ["ERR_AUTH_001"] * 10
        assert [one.knock(ADA, PASSWORD) for one in (door, other)] == ["ERR_AUTH_003"] * 2


def test_guessing_the_present_password_counts_too(door: Door) -> None:
    user = door.program.users.find(ADA)
    assert user is not None
    sessions = door.program.sessions

    def change(current: str) -> None:
        command = ChangePassword(user_id=user.id, current=current, new="Difference1Engine")
        sessions.change_password(command, cause())

    for _ in range(MOST_FAILURES):
        with pytest.raises(CredentialsRefused):
            change("Wrong1234")
    with pytest.raises(TooManyFailures):
        change(PASSWORD)


def test_neither_accounts_nor_addresses_are_kept(door: Door, database: str) -> None:
    door.knock(ADA)
    door.wait(16)
    door.knock("bob@example.com")
    with psycopg.connect(database) as connection:
        kept = connection.execute("SELECT f::text FROM credentials.failed_logins f").fetchall()
    assert len(kept) == 2  # the account and the address of the last one; others are forgotten
    assert not any(word in str(kept) for word in ("bob", "example", HOME))


def test_where_limits_are_off_nobody_is_refused(program: Program) -> None:
    register(program)
    door = Door(program, SetClock(NOON))
    for _ in range(12):
        assert door.knock(ADA) == "ERR_AUTH_001"
    assert door.knock(ADA, PASSWORD) == "in"
