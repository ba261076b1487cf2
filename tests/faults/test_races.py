"""Sixteen processes want the same thing at once: one gets it, the others a clean answer.

In both arenas together a full run has 2,000 rounds for a day, a name and an address (spec 9.2),
500 for an invite's last use, and 200 for a portfolio's run.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import pytest

from application.commands import IssueInvite, RegisterUser, RequestRun
from domain.portfolio import Portfolio
from domain.user import User
from interfaces.bootstrap import Program
from tests.support.accounts import (
    PASSWORD,
    Owner,
    calculate,
    cause,
    open_sample,
    register,
    shares,
)
from tests.support.journal import (
    events_recorded,
    nav_path,
    rooms_differing_from_the_log,
    versions,
)
from tests.support.postgres import fresh_database
from tests.support.programs import build_program
from tests.support.racers import RACERS, Outcome, Race, racers
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds

OPENING = date(2010, 12, 31)
LONG_SHORT = [shares("AAPL", 100, "322.56", OPENING), shares("DIA", -50, "115.63", OPENING)]


@dataclass(frozen=True)
class Arena:
    """A database, sixteen processes that race on it, and a program that looks on."""

    database: str
    program: Program
    race: Race


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(False, id="random-ids"),
        pytest.param(True, id="ids-by-name", marks=pytest.mark.faults),
    ],
)
def arena(
    postgres_server: str, template_database: str, request: pytest.FixtureRequest
) -> Iterator[Arena]:
    """An arena where new things get their ids by chance: nothing but the rule stops a second one.

    And one where ids follow from names, so that racers want the same streams.
    """
    with (
        fresh_database(postgres_server, template_database) as database,
        build_program(database) as program,
        racers(database, deterministic_ids=request.param) as race,
    ):
        yield Arena(database, program, race)


def value_up_to(program: Program, portfolio_id: UUID, session: date) -> int:
    """A move: value the sessions missing up to `session`; returns how many it valued."""
    portfolio = program.log.load(Portfolio, portfolio_id)
    assert portfolio is not None
    return program.valuations.catch_up(portfolio, session, cause()).valued


def open_account(program: Program, owner: Owner, name: str) -> UUID:
    """A move: open an account under a name."""
    return open_sample(program, owner, LONG_SHORT, account_name=name)


def register_address(program: Program, email: str) -> UUID:
    """A move: register an address."""
    code = program.invites.master_code
    command = RegisterUser(email=email, password=PASSWORD, full_name="Ada", invite_code=code)
    return program.users.register(command, cause()).user_id


def register_with(program: Program, code: str, number: int) -> UUID:
    """A move: register with an invite code, every racer an address of its own."""
    email = f"{number}-{uuid4().hex}@example.com"
    command = RegisterUser(email=email, password=PASSWORD, full_name="Ada", invite_code=code)
    return program.users.register(command, cause()).user_id


def request_run(program: Program, portfolio_id: UUID) -> UUID:
    """A move: request a calculation."""
    return program.runs.request(RequestRun(portfolio_id=portfolio_id), cause()).run_id


def the_one_that_won(outcomes: Sequence[Outcome], code: str) -> Any:
    """What the only winner was answered, when all others were refused with `code`."""
    [won] = [outcome for outcome in outcomes if outcome.refused is None]
    assert [o.refused for o in outcomes if o is not won] == [code] * (RACERS - 1)
    return won.answer


def ada_of(program: Program, request: pytest.FixtureRequest) -> Owner:
    """A user of this very test."""
    return register(program, f"{uuid5(NAMESPACE_URL, request.node.name)}@example.com")


@rounds(300, most=500)
def test_a_day_is_valued_once_by_whoever_of_sixteen(
    arena: Arena, request: pytest.FixtureRequest, rounds: int, note: Note
) -> None:
    program, ada = arena.program, ada_of(arena.program, request)
    raced, undisturbed = (
        open_sample(program, ada, LONG_SHORT, equity_as_of="2010-12-31", account_name=name)
        for name in ("Raced", "Undisturbed")
    )
    calculate(program, ada, undisturbed)
    path = nav_path(program, undisturbed)
    days = list(path)[:rounds]
    before = events_recorded(arena.database, "daily_valuation")
    for day in days:
        outcomes = arena.race.run(value_up_to, raced, day)
        assert [o.refused for o in outcomes] == [None] * RACERS
        assert sum(o.answer for o in outcomes) == 1
    assert nav_path(program, raced) == {day: path[day] for day in days}
    assert set(versions(program, raced).values()) == {1}
    assert events_recorded(arena.database, "daily_valuation") == before + rounds
    note(Asked.RACES, "16 processes want one day valued", rounds, "one event; the others find it")


@rounds(350)
def test_an_account_name_is_taken_once(
    arena: Arena, request: pytest.FixtureRequest, rounds: int, note: Note
) -> None:
    ada = ada_of(arena.program, request)
    before = events_recorded(arena.database, "portfolio.opened")
    for number in range(rounds):
        won = the_one_that_won(arena.race.run(open_account, ada, f"IRA {number}"), "ERR_PORT_001")
        assert arena.program.log.load(Portfolio, won) is not None
    assert events_recorded(arena.database, "portfolio.opened") == before + rounds
    assert rooms_differing_from_the_log(arena.program, arena.database) == []
    note(Asked.RACES, "16 processes want one account name", rounds, "one has it; 15 are told")


@rounds(350)
def test_an_address_is_registered_once(arena: Arena, rounds: int, note: Note) -> None:
    before = events_recorded(arena.database, "user.registered")
    for number in range(rounds):
        email = f"ada{number}of{rounds}@example.com"
        won = the_one_that_won(arena.race.run(register_address, email), "ERR_USER_001")
        user = arena.program.users.find(email)
        assert user is not None
        assert user.id == won
    assert events_recorded(arena.database, "user.registered") == before + rounds
    assert rooms_differing_from_the_log(arena.program, arena.database) == []
    note(Asked.RACES, "16 processes register one address", rounds, "one user; 15 are told")


@rounds(250)
def test_the_last_use_of_an_invite_admits_one(arena: Arena, rounds: int, note: Note) -> None:
    before = events_recorded(arena.database, "user.registered")
    used = events_recorded(arena.database, "invite_code.used")
    for number in range(rounds):
        issued = arena.program.invites.issue(IssueInvite(cohort="Race", max_uses=1), cause())
        outcomes = arena.race.run(register_with, issued.code, number)
        won = the_one_that_won(outcomes, "ERR_INVITE_003")
        assert arena.program.log.load(User, won) is not None
    assert events_recorded(arena.database, "user.registered") == before + rounds
    assert events_recorded(arena.database, "invite_code.used") == used + rounds
    assert rooms_differing_from_the_log(arena.program, arena.database) == []
    note(
        Asked.RACES,
        "16 processes want the last use of an invite code",
        rounds,
        "one user registers; 15 are told that it is used up",
    )


@rounds(100)
def test_a_portfolio_has_one_live_run(
    arena: Arena, request: pytest.FixtureRequest, rounds: int, note: Note
) -> None:
    program = arena.program
    portfolio_id = open_sample(program, ada_of(program, request), LONG_SHORT)
    before = events_recorded(arena.database, "calculation_run.requested")
    for _ in range(rounds):
        outcomes = arena.race.run(request_run, portfolio_id)
        won = the_one_that_won(outcomes, "ERR_BATCH_005")
        named = {o.details["batch_run_id"] for o in outcomes if o.refused}
        assert named == {str(won)}
        program.runs.abandon(won, "The next round begins.")
    assert events_recorded(arena.database, "calculation_run.requested") == before + rounds
    assert rooms_differing_from_the_log(program, arena.database) == []
    note(
        Asked.BESIDES,
        "16 processes want a run of one portfolio",
        rounds,
        "one live run, named to the other 15",
    )
