"""What scaling is measured on: databases that differ in one size and are alike in the others."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count
from time import perf_counter
from uuid import UUID

import psycopg

from interfaces.bootstrap import Program
from tests.benchmarks import commands
from tests.benchmarks.city import SESSIONS, City
from tests.benchmarks.databases import durable_database
from tests.benchmarks.million import Life, live
from tests.benchmarks.nights import at_night, night
from tests.support.accounts import (
    SAMPLE_SYMBOLS,
    Owner,
    calculate,
    open_sample,
    register,
    shares,
)
from tests.support.programs import build_program

_LAST = date(2013, 3, 1)
_DAYS_OF_POSITIONS, _POSITIONS_OF_DAYS = 16, 25
_POSITIONS_OF_EVENTS, _DAYS_OF_EVENTS = 5, 16
_ALL_READ = "UPDATE rooms.progress SET position = %s"


@dataclass(frozen=True, slots=True)
class Ground:
    """A database, the program on it, and whom to ask.

    Attributes:
        users: who may command.
        portfolio_id: the account whose views are read.
        run: values accounts that were not valued so far; seconds for an account and day.
    """

    url: str
    program: Program
    users: Sequence[UUID]
    portfolio_id: UUID
    run: Callable[[], float]


@contextmanager
def of_users(accounts: int) -> Iterator[Ground]:
    """So many users, each with an account of 50 positions; a run is a night of them all."""
    sessions = iter(SESSIONS)
    with durable_database() as url, at_night(url, next(sessions)) as program:
        city = City.build(program, accounts)
        night(program, url, accounts)

        def run() -> float:
            with at_night(url, next(sessions)) as tonight:
                return _seconds(lambda: night(tonight, url, accounts)) / accounts

        users = commands.registered(program)
        yield Ground(url, program, users, city.accounts[0], run)


@contextmanager
def of_positions(positions: int) -> Iterator[Ground]:
    """An account of so many positions, valued for 16 sessions."""
    with _of_one(positions, _DAYS_OF_POSITIONS) as ground:
        yield ground


@contextmanager
def of_days(days: int) -> Iterator[Ground]:
    """An account of 25 positions, valued for so many sessions."""
    with _of_one(_POSITIONS_OF_DAYS, days) as ground:
        yield ground


@dataclass(frozen=True, slots=True)
class GrowingLog:
    """A log of copies of an account of five positions as it was lived for a year."""

    ground: Ground
    _life: Life

    def grow(self, events: int) -> None:
        """Let it have at least so many events; rooms are said to have read the copies."""
        program = self.ground.program
        program.rooms.catch_up(program.log.position(), program.rooms.rooms, timeout_s=60)
        missing = events - program.log.position()
        with psycopg.connect(self.ground.url, autocommit=True) as owner:
            owner.execute(_ALL_READ, [self._life.record_copies(owner, missing)])


@contextmanager
def of_events() -> Iterator[GrowingLog]:
    """A log as it was lived, to be grown."""
    with durable_database() as url, build_program(url) as program:
        owner, portfolio_id = live(program)
        with psycopg.connect(url, autocommit=True) as connection:
            life = Life.read(connection, with_logins=False)
        users = commands.registered(program)
        opening = _Opening(program, owner, _POSITIONS_OF_EVENTS, _DAYS_OF_EVENTS)
        yield GrowingLog(Ground(url, program, users, portfolio_id, opening.run), life)


@contextmanager
def _of_one(positions: int, days: int) -> Iterator[Ground]:
    with durable_database() as url, build_program(url) as program:
        opening = _Opening(program, register(program), positions, days)
        portfolio_id, _ = opening.valued()
        users = commands.registered(program)
        yield Ground(url, program, users, portfolio_id, opening.run)


class _Opening:
    """Opens accounts of one size, each a new one."""

    def __init__(self, program: Program, owner: Owner, positions: int, days: int) -> None:
        self._program = program
        self._owner = owner
        self._days = days
        self._names = count()
        sessions = program.markets["sample"].calendar.sessions(date(2011, 1, 3), _LAST)
        self._equity_as_of = sessions[-days].isoformat()
        lots = range(-(-positions // len(SAMPLE_SYMBOLS)))
        self._held = [
            shares(symbol, 10 + lot, "50.00", date(2010, 1, 4 + lot))
            for lot in lots
            for symbol in SAMPLE_SYMBOLS
        ][:positions]

    def run(self) -> float:
        """Open one and value it; seconds for an account and day."""
        return self.valued()[1]

    def valued(self) -> tuple[UUID, float]:
        """Open one and value it: its id, and the seconds for a day."""
        portfolio_id = open_sample(
            self._program,
            self._owner,
            self._held,
            equity_as_of=self._equity_as_of,
            account_name=f"Account {next(self._names)}",
        )
        took = _seconds(lambda: calculate(self._program, self._owner, portfolio_id))
        return portfolio_id, took / self._days


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began
