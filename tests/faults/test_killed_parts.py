"""kill -9 in the middle of a run over all accounts: it ends, each day valued once (9.2)."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from application.commands import RequestRunOfAny
from domain.calculation_run import CalculationRun, RunStatus
from domain.identity import run_slot_id
from domain.run_slot import RunSlot
from interfaces.bootstrap import Program
from tests.support.accounts import SAMPLE_SYMBOLS, Owner, cause, open_sample, register, shares
from tests.support.journal import events_recorded, rooms_differing_from_the_log
from tests.support.openings import ENTRY, recorded
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds
from tests.support.server import RunningServer, running_server
from tests.support.waiting import eventually

NEW_ACCOUNTS = 2
SESSIONS = 167  # from 2012-06-29 to the end of the sample market
RESUMED_WITHIN_S = 60


@pytest.fixture
def server(database: str, tmp_path: Path) -> Iterator[RunningServer]:
    """A server on the test's database."""
    with running_server(tmp_path, {"DATABASE_URL": database}) as server:
        yield server


@rounds(20)
def test_a_run_over_all_goes_on_where_a_killed_worker_left_it(
    server: RunningServer, program: Program, database: str, rounds: int, note: Note
) -> None:
    owner = register(program)
    opened: list[UUID] = []
    worst_s = 0.0
    for number in range(rounds):
        opened += [open_account(program, owner, f"No. {number}.{n}") for n in range(NEW_ACCOUNTS)]
        program.rooms.catch_up(program.log.position())
        done = events_recorded(database, "daily_valuation")
        whole = program.runs.request_of_any(RequestRunOfAny(), cause(uuid4())).run_id
        eventually(partial(has_valued, database, done + 60), RESUMED_WITHIN_S, "some days valued")
        server.kill_worker()
        began = time.monotonic()
        eventually(partial(has_completed, program, whole), RESUMED_WITHIN_S, "the run's end")
        worst_s = max(worst_s, time.monotonic() - began)

    assert events_recorded(database, "daily_valuation") == len(opened) * SESSIONS
    ended = [event for _, event in recorded(program, CalculationRun.PartEnded)]
    assert [event.valued for event in ended] == [NEW_ACCOUNTS * SESSIONS] * rounds
    assert len(recorded(program, CalculationRun.Started)) == 3 * rounds  # whole, part, part again
    slots = program.log.load_many(RunSlot, [run_slot_id(account) for account in opened])
    assert {slot.run_id for slot in slots.values()} == {None}
    server.kill_all()
    assert rooms_differing_from_the_log(program, database) == []
    note(
        Asked.KILLS,
        "kill -9 of the worker in a run over all accounts",
        rounds,
        "it goes on where it was, to its end; each day is valued once",
        worst_s,
    )


def open_account(program: Program, owner: Owner, name: str) -> UUID:
    """Open an account that takes a while to be valued."""
    terms = [shares(symbol, 10, "50.00", ENTRY) for symbol in SAMPLE_SYMBOLS]
    return open_sample(program, owner, terms, equity_as_of=ENTRY.isoformat(), account_name=name)


def has_valued(database: str, sessions: int) -> bool:
    """Whether that many sessions are valued."""
    return events_recorded(database, "daily_valuation") >= sessions


def has_completed(program: Program, run_id: UUID) -> bool:
    """Whether a run came to a good end."""
    run = program.log.load(CalculationRun, run_id)
    return run is not None and run.status is RunStatus.COMPLETED
