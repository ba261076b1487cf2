"""Somebody is forgotten while signing in, prolonging a session, changing the password."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from uuid import UUID

import pytest

from application.access import give_access
from application.commands import ChangePassword, LogIn, RegisterUser
from application.errors import CredentialsRefused, TokenRefused
from domain.user import User
from interfaces.authentication import caller_of
from interfaces.bootstrap import Program
from tests.support.accounts import PASSWORD, Owner, cause
from tests.support.journal import count_of, rooms_differing_from_the_log
from tests.support.postgres import fresh_database
from tests.support.programs import build_program
from tests.support.racers import Outcome, Race, racers
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds

OTHER_PASSWORD = "Analytical1844"
_LEFT = (
    "SELECT (SELECT count(*) FROM credentials.personal_keys WHERE user_id = %s)"
    " + (SELECT count(*) FROM credentials.passwords WHERE user_id = %s)"
)
_AFTER = (
    "SELECT count(*) FROM events.stored_events AS later JOIN events.stored_events AS forgotten"
    " USING (originator_id) WHERE forgotten.topic = 'user.forgotten'"
    " AND later.originator_version > forgotten.originator_version"
)


@pytest.fixture(scope="module")
def arena(postgres_server: str, template_database: str) -> Iterator[tuple[str, Program, Race]]:
    """A database, a program that looks on, and sixteen processes that race."""
    with ExitStack() as held:
        database = held.enter_context(fresh_database(postgres_server, template_database))
        program = held.enter_context(build_program(database))
        yield database, program, held.enter_context(racers(database))


def newcomer(program: Program, email: str) -> Owner:
    """A user with a token who never signed in: the first to do so records it."""
    code = program.invites.master_code
    command = RegisterUser(email=email, password=PASSWORD, full_name="Ann", invite_code=code)
    registered = program.users.register(command, cause())
    user = program.log.load(User, registered.user_id)
    assert user is not None
    return Owner(user.id, email, give_access(program.tokens, user, registered.position).token)


def forget(program: Program, user_id: UUID) -> None:
    """A move: forget the user."""
    program.forgetting.forget(user_id, cause())


def log_in(program: Program, email: str) -> str:
    """A move: sign in; answers with the token."""
    return program.users.log_in(LogIn(email=email, password=PASSWORD), cause()).token


def prolong(program: Program, token: str) -> str:
    """A move: prolong the session."""
    return program.sessions.refresh(program.tokens.read(token)).token


def change_password(program: Program, user_id: UUID) -> str:
    """A move: take another password."""
    command = ChangePassword(user_id=user_id, current=PASSWORD, new=OTHER_PASSWORD)
    return program.sessions.change_password(command, cause()).token


@rounds(500)
def test_nobody_forgotten_signs_in_whatever_else_happens_at_that_moment(
    arena: tuple[str, Program, Race], rounds: int, note: Note
) -> None:
    database, program, race = arena
    for number in range(rounds):
        ann = newcomer(program, f"ann{number}of{rounds}@example.com")
        outcomes = race.run_each(
            [
                *[(forget, ann.user_id)] * 4,
                *[(log_in, ann.email)] * 4,
                *[(prolong, ann.token)] * 4,
                *[(change_password, ann.user_id)] * 4,
            ]
        )
        assert [outcome.refused for outcome in outcomes[:4]] == [None] * 4
        assert {o.refused for o in outcomes} <= {None, "ERR_AUTH_001", "ERR_AUTH_002"}
        assert_shut_out(program, ann, outcomes[4:])
        assert count_of(database, _LEFT, ann.user_id, ann.user_id) == 0
    assert count_of(database, _AFTER) == 0
    assert rooms_differing_from_the_log(program, database) == []
    note(
        Asked.BESIDES,
        "16 processes forget one user, sign in as that user, prolong, change the password",
        rounds,
        "forgotten once; no token, old or new, counts afterwards",
    )


def assert_shut_out(program: Program, ann: Owner, outcomes: Sequence[Outcome]) -> None:
    """No token of any racer counts, no password signs in, nothing of the person is left."""
    program.rooms.catch_up(program.log.position())
    given = [outcome.answer for outcome in outcomes if outcome.refused is None]
    for token in (ann.token, *given):
        with pytest.raises(TokenRefused):
            caller_of(program, program.tokens.read(token))
        with pytest.raises(TokenRefused):
            prolong(program, token)
    for password in (PASSWORD, OTHER_PASSWORD):
        with pytest.raises(CredentialsRefused):
            program.users.log_in(LogIn(email=ann.email, password=password), cause())
    user = program.log.load(User, ann.user_id)
    assert user is not None
    assert user.is_forgotten
