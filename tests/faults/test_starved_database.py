"""No connection left, or a statement that takes too long: busy for a moment, nothing is lost."""

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, cast

import psycopg
import pytest
from psycopg import sql
from psycopg_pool import ConnectionPool

from application.repeating import DeferringLog
from infrastructure.event_store.event_log import PostgresEventLog
from interfaces.bootstrap import Program
from tests.support.client import Client, body
from tests.support.journal import rooms_differing_from_the_log
from tests.support.programs import connect_owner
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds
from tests.support.served import served
from tests.support.waiting import eventually
from tests.support.wishes import GOOG, HANG_GUARD_S, Customer

PATIENCE_S = 0.2
"""How long who waits for a connection waits here, so that a round need not take five seconds."""

STATEMENT_TIMEOUT = "100ms"
PORTFOLIOS, EVENTS, JOBS = "rooms.portfolios", "events.stored_events", "jobs.procrastinate_jobs"
LOCKED = [(PORTFOLIOS, EVENTS, JOBS), (EVENTS,), (JOBS,), (PORTFOLIOS,), (EVENTS, JOBS)]
"""What somebody else has locked, one after the other; each keeps someone from an answer."""

AnyPool = ConnectionPool[psycopg.Connection[Any]]


@pytest.fixture
def customer(program: Program) -> Iterator[Customer]:
    """A customer with an account; nobody takes up the runs."""
    program.follow_log()
    with served(program) as server, Client(server.url, timeout_s=HANG_GUARD_S) as client:
        client.arrive()
        portfolio_id = body(client.create_portfolio(GOOG))["portfolio_id"]
        yield Customer(client, program, portfolio_id)


def pools_of(program: Program) -> list[AnyPool]:
    """Where the program has its connections: to the log, and to read rooms."""
    log = cast("PostgresEventLog", cast("DeferringLog", program.log)._log)
    return [log._datastore.pool, cast("AnyPool", program.users_room.pool)]


@contextmanager
def held(pool: AnyPool) -> Iterator[list[psycopg.Connection[Any]]]:
    """All connections a pool may have."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(pool.connection(timeout=HANG_GUARD_S)) for _ in range(pool.max_size)
        ]


@contextmanager
def all_held(pools: Sequence[AnyPool]) -> Iterator[None]:
    """No connection left in any of the pools."""
    with ExitStack() as stack:
        for pool in pools:
            stack.enter_context(held(pool))
        yield


@contextmanager
def too_slow(database: str, pools: Sequence[AnyPool], tables: Sequence[str]) -> Iterator[None]:
    """Tables that nobody can use, so that every statement that wants to runs into its timeout."""
    bound(pools, STATEMENT_TIMEOUT)
    with connect_owner(database) as other, other.transaction():
        for table in tables:
            name = sql.Identifier(*table.split("."))
            other.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(name))
        yield
    bound(pools, "60s")


def bound(pools: Sequence[AnyPool], timeout: str) -> None:
    """Let no statement of these pools take longer."""
    for pool in pools:
        with held(pool) as connections:
            for connection in connections:
                connection.execute("SELECT set_config('statement_timeout', %s, false)", [timeout])


def starve(customer: Customer, number: int, cause: AbstractContextManager[None]) -> float:
    """Something keeps the database from answering; soon after it is gone, all is well.

    Returns how soon, in seconds.
    """
    with cause:
        statuses = [answer.status_code for answer in customer.want_everything(number)]
    assert 503 in statuses
    gone = time.monotonic()
    eventually(lambda: customer.is_well_served(number), HANG_GUARD_S, "answers to all")
    took_s = time.monotonic() - gone
    customer.turn_to(number)
    return took_s


@rounds(50)
def test_an_exhausted_pool_is_a_moment_of_503_and_nothing_is_lost(
    customer: Customer, database: str, rounds: int, note: Note
) -> None:
    log_pool, rooms_pool = pools = pools_of(customer.program)
    for pool in pools:
        pool.timeout = PATIENCE_S
    exhausted = [pools, [log_pool], [rooms_pool]]
    worst_s = max(
        starve(customer, number, all_held(exhausted[number % len(exhausted)]))
        for number in range(rounds)
    )
    customer.find_it_kept(database, rounds)
    assert rooms_differing_from_the_log(customer.program, database) == []
    note(
        Asked.EXHAUSTED,
        "all connections to the log, the rooms or both in use",
        rounds,
        "503 with Retry-After, never 500; the promise; everything is answered again",
        worst_s,
    )


@rounds(50)
def test_a_statement_timeout_is_a_moment_of_503_and_nothing_is_lost(
    customer: Customer, database: str, rounds: int, note: Note
) -> None:
    pools = pools_of(customer.program)
    worst_s = max(
        starve(customer, number, too_slow(database, pools, LOCKED[number % len(LOCKED)]))
        for number in range(rounds)
    )
    customer.find_it_kept(database, rounds)
    assert rooms_differing_from_the_log(customer.program, database) == []
    note(
        Asked.TOO_SLOW,
        "tables locked by somebody else until statements time out",
        rounds,
        "503 with Retry-After, never 500; the promise; everything is answered again",
        worst_s,
    )
