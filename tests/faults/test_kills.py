"""kill -9 at random moments: what was acknowledged is there once, and every run ends.

Of the 210 kills of a full run these are 190: of server, worker and both while customers register,
import and calculate, and of whoever rebuilds rooms. The other 20 are of a run over all accounts
(`test_killed_parts`). `sigmasight serve` itself is killed in the journeys, its watch over the
worker included.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event

import httpx
import pytest

from interfaces.bootstrap import Program
from tests.support.accounts import calculate, open_sample, register
from tests.support.client import ENDED, Client, body
from tests.support.crew import Crew, crew, kill, rebuild_for_ever, start
from tests.support.forking import forking
from tests.support.journal import (
    events_recorded,
    rooms_differing_from_the_log,
    rows_of_rooms,
)
from tests.support.openings import ENTRY, PAIR
from tests.support.programs import connect_owner
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds
from tests.support.waiting import eventually

ACCOUNTS = 3
NAMES = ("IRA", "Roth")
GOOG_AND_SPY = ("GOOG,100,707.38,2012-12-31", "SPY,-50,142.41,2012-12-31")
SESSIONS = 42  # from 2012-12-31 to the end of the sample market
ANSWERS_WITHIN_S = 5
RESUMED_WITHIN_S = 60
HANG_GUARD_S = 10 * ANSWERS_WITHIN_S
LOOKS_EVERY_S = 0.05
KILLS_BETWEEN_LOOKS = 10
"""Runs end seconds after a kill, so that they are waited for together."""


@pytest.fixture
def killed(database: str, tmp_path: Path) -> Iterator[Crew]:
    """A server and a worker on the test's database."""
    with crew(database, tmp_path) as killed:
        yield killed


@dataclass
class Customer:
    """Registers, opens accounts, calculates each, and notes what was acknowledged."""

    client: Client
    is_over: Event = field(default_factory=Event)
    is_registered: bool = False
    opened: dict[str, str] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)

    def do_everything(self) -> None:
        """Go through with it and look on until the runs end, something is killed, or `is_over`."""
        try:
            body(self.client.register())
            self.is_registered = True
            body(self.client.log_in())
            for name in NAMES:
                self.opened[name] = body(self.open(name))["portfolio_id"]
                self.runs[name] = body(self.client.calculate(self.opened[name]))["batch_run_id"]
            while not self.is_over.is_set() and self._is_waiting():
                self.is_over.wait(LOOKS_EVERY_S)
        except httpx.TransportError:
            return

    def _is_waiting(self) -> bool:
        runs = [self.client.run(self.opened[name], run_id) for name, run_id in self.runs.items()]
        return any(run["status"] not in ENDED for run in runs)

    def open(self, name: str) -> httpx.Response:
        """Open an account under a name."""
        return self.client.create_portfolio(*GOOG_AND_SPY, name=name)

    def find_it_kept(self) -> None:
        """What was acknowledged is there, once; nothing is there twice."""
        again = self.client.register().status_code
        assert again == 409 if self.is_registered else again in (201, 409)
        body(self.client.log_in())
        listed = {
            portfolio["account_name"]: portfolio["id"] for portfolio in self.client.portfolios()
        }
        assert len(listed) == len(self.client.portfolios())
        assert self.opened.items() <= listed.items()
        for name, run_id in self.runs.items():
            assert self.client.run(self.opened[name], run_id)["status"] != "failed"

    def find_runs_ended(self) -> None:
        """Every run came to an end and left each session valued."""
        for name, run_id in self.runs.items():
            run = self.client.wait_for_run(self.opened[name], run_id, RESUMED_WITHIN_S)
            assert run["status"] in ("completed", "partial")
            assert len(self.client.nav_path(self.opened[name])) == SESSIONS

    def go_on(self) -> list[dict[str, str]]:
        """Do what the kill prevented; the NAV path of each account."""
        for name in NAMES:
            assert self.open(name).status_code in (201, 409)
        portfolios = [portfolio["id"] for portfolio in self.client.portfolios()]
        assert len(portfolios) == len(NAMES)
        for portfolio_id in portfolios:
            asked = self.client.calculate(portfolio_id)
            told = asked.json() if asked.is_success else asked.json()["error"]["details"]
            self.client.wait_for_run(portfolio_id, told["batch_run_id"], RESUMED_WITHIN_S)
        return [self.client.nav_path(portfolio_id) for portfolio_id in portfolios]


def kill_one(killed: Crew, number: int) -> float:
    """Kill -9 both, the server or the worker, in turn, and start again what was killed.

    Returns the seconds until the server answers again.
    """
    victims = [[killed.server, killed.worker], [killed.server], [killed.worker]][number % 3]
    kill(*victims)
    began = time.monotonic()
    if killed.worker in victims:
        killed.start_worker()
    if killed.server in victims:
        killed.start_server()
        killed.wait_until_live(HANG_GUARD_S)
    return time.monotonic() - began


def rooms_differing_when_all_is_quiet(
    killed: Crew, program: Program, database: str
) -> Sequence[str]:
    """As its namesake says; nobody waits for a room meanwhile, or makes others wait for it."""
    kill(killed.server, killed.worker)
    differing = rooms_differing_from_the_log(program, database)
    killed.start_server()
    killed.start_worker()
    killed.wait_until_live(HANG_GUARD_S)
    return differing


@rounds(150)
def test_nothing_acknowledged_is_lost_or_done_twice(
    killed: Crew, program: Program, database: str, rounds: int, note: Note
) -> None:
    chance = Random(rounds)  # noqa: S311 - moments to kill at, the same each time
    beside = ThreadPoolExecutor(1)
    began = time.monotonic()
    undisturbed = Customer(Client(killed.url, "undisturbed@example.com"))
    undisturbed.do_everything()
    takes_s = time.monotonic() - began
    undisturbed.find_runs_ended()
    [path, *_] = paths = undisturbed.go_on()
    disturbed: list[Customer] = []
    worst_s = 0.0
    for number in range(rounds):
        customer = Customer(Client(killed.url, f"ada{number}@example.com", timeout_s=HANG_GUARD_S))
        doing = beside.submit(customer.do_everything)
        wait([doing], chance.uniform(0, takes_s))
        worst_s = max(worst_s, kill_one(killed, number))
        customer.is_over.set()
        doing.result(HANG_GUARD_S)
        customer.find_it_kept()
        disturbed.append(customer)
        if len(disturbed) == KILLS_BETWEEN_LOOKS or number == rounds - 1:
            for customer in disturbed:
                customer.find_runs_ended()
                paths += customer.go_on()
            disturbed.clear()
            assert rooms_differing_when_all_is_quiet(killed, program, database) == []
    assert all(other == path for other in paths)
    assert events_recorded(database, "user.registered") == rounds + 1
    assert events_recorded(database, "daily_valuation") == SESSIONS * len(paths)
    assert len(paths) == len(NAMES) * (rounds + 1)
    note(
        Asked.KILLS,
        "kill -9 of server, worker or both while users register, import and calculate",
        rounds,
        "the promise; each run ends within 60 s; it answers again",
        worst_s,
    )


@pytest.fixture
def valued(program: Program) -> Program:
    """A program with accounts in its log, whose rooms it keeps current as a server does."""
    owner = register(program)
    for number in range(ACCOUNTS):
        account = open_sample(
            program, owner, PAIR, equity_as_of=ENTRY.isoformat(), account_name=f"No. {number}"
        )
        calculate(program, owner, account)
    program.follow_log()
    last = program.log.position()
    eventually(lambda: set(program.rooms.positions().values()) == {last}, HANG_GUARD_S)
    return program


@rounds(30)
def test_a_rebuild_that_is_killed_leaves_the_live_rows_whole(
    valued: Program, database: str, tmp_path: Path, rounds: int, note: Note
) -> None:
    chance = Random(rounds)  # noqa: S311 - as above
    began = time.monotonic()
    assert rooms_differing_from_the_log(valued, database) == []
    takes_s = time.monotonic() - began
    last = valued.log.position()
    for _ in range(rounds):
        begun = forking().Event()
        rebuilder = start(rebuild_for_ever, database, tmp_path / "rebuilder.log", begun)
        assert begun.wait(HANG_GUARD_S)
        rebuilder.join(chance.uniform(0, takes_s))
        kill(rebuilder)
        assert set(valued.rooms.positions().values()) == {last}
        assert rooms_differing_from_the_log(valued, database) == []
    assert tables_anew(database) == []
    note(Asked.KILLS, "kill -9 of whoever rebuilds rooms", rounds, "the live rows stay whole")


@rounds(10)
def test_a_rebuild_that_is_killed_is_taken_up_by_another_worker(
    valued: Program, database: str, tmp_path: Path, rounds: int, note: Note
) -> None:
    chance = Random(rounds)  # noqa: S311 - as above
    kept = dict(rows_of_rooms(database))
    for _ in range(rounds):
        begun = forking().Event()
        rebuilder = start(rebuild_for_ever, database, tmp_path / "rebuilder.log", begun)
        assert begun.wait(HANG_GUARD_S)
        rebuilder.join(chance.uniform(0, 1))
        kill(rebuilder)
        eventually(lambda: nothing_is_left_to_rebuild(valued), HANG_GUARD_S)
        assert dict(rows_of_rooms(database)) == kept
    note(
        Asked.KILLS,
        "kill -9 of whoever rebuilds rooms that somebody asked for",
        rounds,
        "another worker takes it up, to the same rows",
    )


def nothing_is_left_to_rebuild(program: Program) -> bool:
    """Take up what was left; whether none is any more."""
    program.upkeep.work_off(Event())
    standings = program.upkeep.standings(program.users.clock.now())
    return all(one.state == "current" for one in standings)


def tables_anew(database: str) -> list[str]:
    """The tables beside the live ones."""
    with connect_owner(database) as connection:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'rooms_anew'"
        return [str(name) for (name,) in connection.execute(query)]
