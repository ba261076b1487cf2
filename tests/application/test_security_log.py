"""Specification of failed logins in the security log (7.4): alike, and not without end."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from application.commands import ChangePassword, LogIn
from application.errors import CredentialsRefused, StoreUnavailable, TooManyFailures
from application.security_log import SecurityLog
from domain.errors import DomainError
from domain.security_record import SecurityRecord
from domain.user import User
from interfaces.bootstrap import Parts, Program, build
from tests.support.accounts import PASSWORD, cause, register
from tests.support.clocks import SetClock
from tests.support.programs import FAST, settings_for

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
ADA, NOBODY, HOME = "ada@example.com", "nobody@example.com", "203.0.113.7"


@pytest.fixture
def limited(database: str) -> Iterator[Program]:
    """A program that limits rates, with Ada registered, at noon."""
    settings = settings_for(database).model_copy(update={"rate_limits": "on"})
    parts = Parts(live_sources=[], password_cost=FAST, benchmarks=(), clock=SetClock(NOON))
    with build(settings, parts) as program:
        register(program)
        yield program


def knock(program: Program, email: str, password: str = "Wrong1234", address: str = HOME) -> str:  # noqa: S107 - wrong
    """Try to sign in; the code of the refusal."""
    command = LogIn(email=email, password=password, address=address)
    with pytest.raises(DomainError) as caught:
        program.users.log_in(command, cause())
    return caught.value.code


def failures(program: Program) -> list[tuple[UUID | None, bool]]:
    """The failed logins that are recorded: of whom, and whether each was one too many."""
    events = (one.event for one in program.log.read(0, 1000))
    return [
        (event.user_id, event.locks_out)
        for event in events
        if isinstance(event, SecurityRecord.LoginFailed)
    ]


def id_of(program: Program, email: str) -> UUID:
    """Who has an address."""
    user = program.users.find(email)
    assert user is not None
    return user.id


def test_a_failed_login_is_recorded_whoever_it_was_and_says_whose_if_anybodys(
    program: Program,
) -> None:
    register(program)
    ada = id_of(program, ADA)
    assert knock(program, ADA) == knock(program, NOBODY) == knock(program, "no address")
    program.administration.change_rank(ada, User.deactivate, cause())
    knock(program, ADA, PASSWORD)
    assert failures(program) == [(ada, False), (None, False), (None, False), (ada, False)]


def test_known_and_unknown_are_recorded_alike_but_for_the_id(program: Program) -> None:
    register(program)
    before = program.log.position()
    knock(program, ADA)
    knock(program, NOBODY)
    known, unknown = program.log.read(before, 10)
    assert isinstance(known.event, SecurityRecord.LoginFailed)
    assert unknown.event == SecurityRecord.LoginFailed(user_id=None, locks_out=False)
    for one in (known, unknown):
        assert (one.version, one.cause.actor, one.cause.impersonator) == (1, None, None)


def test_who_is_locked_out_is_recorded_once_and_no_more(limited: Program) -> None:
    ada = id_of(limited, ADA)
    codes = [knock(limited, ADA) for _ in range(30)]
    assert codes == ["ERR_AUTH_001"] * 10 + ["ERR_AUTH_003"] * 20
    assert failures(limited) == [(ada, False)] * 9 + [(ada, True)]


def test_many_addresses_from_one_place_are_as_few_entries(limited: Program) -> None:
    for number in range(30):
        knock(limited, f"user{number}@example.com")
    assert failures(limited) == [(None, False)] * 9 + [(None, True)]


def test_where_nobody_is_locked_out_no_more_is_recorded_either(program: Program) -> None:
    register(program)
    ada = id_of(program, ADA)
    assert [knock(program, ADA) for _ in range(30)] == ["ERR_AUTH_001"] * 30
    for number in range(30):
        knock(program, f"user{number}@example.com")
    assert failures(program) == [(ada, False)] * 10


def test_when_there_is_a_try_again_it_is_recorded_again(limited: Program) -> None:
    clock = limited.users.clock
    assert isinstance(clock, SetClock)
    for _ in range(12):
        knock(limited, NOBODY)
    clock.time += timedelta(minutes=15)
    knock(limited, NOBODY)
    assert failures(limited) == [(None, False)] * 9 + [(None, True), (None, False)]


def test_guessing_the_present_password_is_recorded_too(program: Program) -> None:
    register(program)
    ada = id_of(program, ADA)
    command = ChangePassword(user_id=ada, current="Wrong1234", new="Difference1Engine")
    with pytest.raises(CredentialsRefused):
        program.sessions.change_password(command, cause())
    assert failures(program) == [(ada, False)]


def test_neither_addresses_nor_passwords_are_in_what_is_stored(
    limited: Program, database: str
) -> None:
    knock(limited, NOBODY, "Secret5678")
    with psycopg.connect(database) as connection:
        stored = connection.execute(
            "SELECT convert_from(state, 'UTF8') FROM events.stored_events"
            " WHERE topic LIKE 'security_record.%'"
        ).fetchall()
    assert len(stored) == 1
    assert not any(word in str(stored) for word in ("nobody", "example", HOME, "Secret5678"))


class OutOfReach:
    """A log that does not answer."""

    def save(self, *_: object, **__: object) -> int:
        """Fails."""
        raise StoreUnavailable


def test_the_refusal_stands_where_it_cannot_be_recorded(program: Program) -> None:
    log: Any = OutOfReach()
    security_log = SecurityLog(log, program.users.clock)
    throttle = replace(program.users.throttle, security_log=security_log)
    users = replace(program.users, throttle=throttle)
    assert knock(replace(program, users=users), NOBODY) == "ERR_AUTH_001"


def test_an_export_that_cannot_be_recorded_is_none(program: Program) -> None:
    log: Any = OutOfReach()
    with pytest.raises(StoreUnavailable):
        SecurityLog(log, program.users.clock).note_export(None, "audit log", cause())


def test_too_many_are_refused_before_anything_is_looked_at(limited: Program) -> None:
    for _ in range(10):
        knock(limited, ADA)
    with pytest.raises(TooManyFailures):
        limited.users.log_in(LogIn(email=ADA, password=PASSWORD, address=HOME), cause())
    assert len(failures(limited)) == 10
