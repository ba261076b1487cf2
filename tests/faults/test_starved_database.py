"""No connection left, or a statement that takes too long: busy for a moment, nothing is lost."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import httpx
import psycopg
import pytest
from psycopg import sql
from psycopg_pool import ConnectionPool

from application.repeating import DeferringLog
from infrastructure.event_store.event_log import PostgresEventLog
from interfaces.bootstrap import Program
from tests.support.client import Client, body
from tests.support.journal import events_recorded, rooms_differing_from_the_log
from tests.support.programs import connect_owner
from tests.support.rounds import rounds
from tests.support.served import served
from tests.support.waiting import eventually

GOOG = "GOOG,100,707.38,2012-12-31"
PATIENCE_S = 0.2
"""How long who waits for a connection waits here, so that a round need not take five seconds."""

STATEMENT_TIMEOUT = "100ms"
WELL_WITHIN_S = 5
HANG_GUARD_S = 10 * WELL_WITHIN_S
PORTFOLIOS, EVENTS, JOBS = "rooms.portfolios", "events.stored_events", "jobs.procrastinate_jobs"
LOCKED = [(PORTFOLIOS, EVENTS, JOBS), (EVENTS,), (JOBS,), (PORTFOLIOS,), (EVENTS, JOBS)]
"""What somebody else has locked, one after the other; each keeps someone from an answer."""

AnyPool = ConnectionPool[psycopg.Connection[Any]]


@dataclass
class Customer:
    """Somebody who wants several things at once; `opened` and `registered` were acknowledged."""

    client: Client
    program: Program
    portfolio_id: str = ""
    opened: set[str] = field(default_factory=lambda: {"Sample"})
    registered: set[str] = field(default_factory=set)

    def want_everything(self, number: int) -> list[httpx.Response]:
        """Look, register, open an account and calculate, all at the same time."""
        email = f"friend{number}@example.com"
        wishes: Sequence[Callable[[], httpx.Response]] = [
            partial(self.client.http.get, "/portfolios"),
            Client(str(self.client.http.base_url).removesuffix("/api/v1/"), email).register,
            partial(self.client.create_portfolio, GOOG, name=f"IRA {number}"),
            partial(self.client.calculate, self.portfolio_id),
        ]
        with ThreadPoolExecutor(len(wishes)) as threads:
            answers = [asked.result() for asked in [threads.submit(wish) for wish in wishes]]
        _, registered, opened, _ = answers
        if registered.is_success:
            self.registered.add(email)
        if opened.is_success:
            self.opened.add(f"IRA {number}")
        for answer in answers:  # a refusal is for what has happened though it was not acknowledged
            assert answer.is_success or answer.status_code in (409, 503), answer.text
            assert (answer.status_code == 503) == ("Retry-After" in answer.headers)
        return answers

    def is_well_served(self, number: int) -> bool:
        """Whether all is answered, and what was wanted in that round has happened."""
        return 503 not in {answer.status_code for answer in self.want_everything(number)}

    def turn_to(self, number: int) -> None:
        """Calculate the account of that round from now on, which has no run yet."""
        self.portfolio_id = eventually(partial(self._id_of, f"IRA {number}"), HANG_GUARD_S)

    def _id_of(self, name: str) -> str | None:
        """The account of that name, once the list shows it."""
        listed = self.client.portfolios()
        return {portfolio["account_name"]: portfolio["id"] for portfolio in listed}.get(name)

    def find_it_kept(self, database: str, rounds: int) -> None:
        """Every account, friend and run is there, once."""
        names = [portfolio["account_name"] for portfolio in self.client.portfolios()]
        assert sorted(names) == sorted({"Sample", *(f"IRA {n}" for n in range(rounds))})
        assert self.opened <= set(names)
        assert all(self.program.users.find(email) for email in self.registered)
        assert events_recorded(database, "portfolio.opened") == rounds + 1
        assert events_recorded(database, "user.registered") == rounds + 1
        assert events_recorded(database, "calculation_run.requested") == rounds


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


def starve(customer: Customer, number: int, cause: AbstractContextManager[None]) -> None:
    """Something keeps the database from answering; soon after it is gone, all is well."""
    with cause:
        statuses = [answer.status_code for answer in customer.want_everything(number)]
    assert 503 in statuses
    eventually(lambda: customer.is_well_served(number), HANG_GUARD_S, "answers to all")
    customer.turn_to(number)


@rounds(50)
def test_an_exhausted_pool_is_a_moment_of_503_and_nothing_is_lost(
    customer: Customer, database: str, rounds: int
) -> None:
    log_pool, rooms_pool = pools = pools_of(customer.program)
    for pool in pools:
        pool.timeout = PATIENCE_S
    exhausted = [pools, [log_pool], [rooms_pool]]
    for number in range(rounds):
        starve(customer, number, all_held(exhausted[number % len(exhausted)]))
    customer.find_it_kept(database, rounds)
    assert rooms_differing_from_the_log(customer.program, database) == []


@rounds(50)
def test_a_statement_timeout_is_a_moment_of_503_and_nothing_is_lost(
    customer: Customer, database: str, rounds: int
) -> None:
    pools = pools_of(customer.program)
    for number in range(rounds):
        starve(customer, number, too_slow(database, pools, LOCKED[number % len(LOCKED)]))
    customer.find_it_kept(database, rounds)
    assert rooms_differing_from_the_log(customer.program, database) == []
