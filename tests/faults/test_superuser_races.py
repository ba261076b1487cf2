"""Sixteen processes promote and demote at once: there always is a superuser, and one change."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest

from domain import identity
from domain.superusers import Superusers
from domain.user import User
from interfaces.bootstrap import Program
from tests.support.accounts import cause, register
from tests.support.journal import events_recorded, rooms_differing_from_the_log
from tests.support.postgres import fresh_database
from tests.support.programs import build_program
from tests.support.racers import RACERS, Race, racers
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds

HALF = RACERS // 2
LAST = "ERR_ADMIN_006"


@dataclass(frozen=True)
class Arena:
    """A database, sixteen processes that race on it, a program that looks on, two users."""

    database: str
    program: Program
    race: Race
    one: UUID
    other: UUID

    def superusers(self) -> set[UUID]:
        """Those who can sign in, as the log has them; each of them is one by oneself, too."""
        counted = self.program.log.load(Superusers, identity.superusers_id())
        users = self.program.log.load_many(User, [self.one, self.other])
        alone = {user.id for user in users.values() if user.administrates}
        assert counted is not None
        assert counted.members == alone
        return alone

    def count(self, topic: str) -> int:
        """How many events of a topic there are."""
        return events_recorded(self.database, topic)


@pytest.fixture
def arena(postgres_server: str, template_database: str) -> Iterator[Arena]:
    """An arena with two users, neither of them a superuser."""
    with (
        fresh_database(postgres_server, template_database) as database,
        build_program(database) as program,
        racers(database) as race,
    ):
        one, other = (register(program, f"{name}@example.com").user_id for name in ("a", "b"))
        yield Arena(database, program, race, one, other)


def promote(program: Program, user_id: UUID) -> None:
    """A move: make a user a superuser."""
    program.administration.change_rank(user_id, User.promote, cause())


def demote(program: Program, user_id: UUID) -> None:
    """A move: make a superuser a user."""
    program.administration.change_rank(user_id, User.demote, cause())


@rounds(200)
def test_of_two_superusers_who_are_both_demoted_at_once_one_stays(
    arena: Arena, rounds: int, note: Note
) -> None:
    for number in range(1, rounds + 1):
        for user_id in (arena.one, arena.other):
            promote(arena.program, user_id)
        outcomes = arena.race.run_each([(demote, arena.one), (demote, arena.other)] * HALF)
        refused = {n % 2 for n, outcome in enumerate(outcomes) if outcome.refused}
        assert [outcome.refused for outcome in outcomes].count(LAST) == HALF
        assert [outcome.refused for outcome in outcomes].count(None) == HALF
        assert arena.superusers() == {(arena.one, arena.other)[stays] for stays in refused}
        assert len(refused) == 1
        assert arena.count("user.demoted_from_superuser") == number
    assert rooms_differing_from_the_log(arena.program, arena.database) == []
    note(
        Asked.BESIDES,
        "16 processes demote the last two superusers",
        rounds,
        "one stays; who comes late is told ERR_ADMIN_006",
    )


@rounds(500)
def test_of_promoting_one_and_demoting_the_last_superuser_at_once_one_is_left(
    arena: Arena, rounds: int, note: Note
) -> None:
    last, next_one = arena.one, arena.other
    promote(arena.program, last)
    for number in range(1, rounds + 1):
        outcomes = arena.race.run_each([(promote, next_one), (demote, last)] * HALF)
        refused = [outcome.refused for outcome in outcomes]
        assert refused[::2] == [None] * HALF
        assert set(refused[1::2]) <= {LAST, None}
        is_demoted = None in refused[1::2]
        assert arena.superusers() == ({next_one} if is_demoted else {last, next_one})
        assert arena.count("user.promoted_to_superuser") == number + 1
        demote(arena.program, last)
        assert arena.count("user.demoted_from_superuser") == number
        last, next_one = next_one, last
    assert rooms_differing_from_the_log(arena.program, arena.database) == []
    note(
        Asked.BESIDES,
        "16 processes promote a user and demote the last superuser",
        rounds,
        "there always is a superuser",
    )
