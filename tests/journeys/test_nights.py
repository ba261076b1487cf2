"""Nights and queues by real workers: found by them, and shared (5.6)."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from uuid import UUID

from application.commands import RequestRun
from domain.calculation_run import CalculationRun, RunStatus
from domain.identity import nightly_run_id
from interfaces.bootstrap import Program
from tests.support.accounts import cause, open_sample, register, shares
from tests.support.openings import ENTRY, recorded
from tests.support.programs import connect_owner
from tests.support.server import worker_process
from tests.support.streets import FRIDAY, street
from tests.support.waiting import eventually


@contextmanager
def at_work(program: Program, name: str) -> Iterator[None]:
    """A worker of the program in a thread, until the end of the context."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(
        target=loop.run_until_complete, args=(program.worker(name).run(stop),), daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=25)
    assert not thread.is_alive()
    loop.close()


def open_two_hours_ago(program: Program, database: str) -> None:
    """Let the accounts have been opened before owners are left alone with them."""
    program.rooms.catch_up(program.log.position())
    with connect_owner(database) as connection:
        connection.execute(
            "UPDATE rooms.portfolios SET created_at = created_at - interval '2 hours'"
        )


def status_of(program: Program, run_id: UUID) -> RunStatus | None:
    """Where a run stands, None where there is none."""
    run = program.log.load(CalculationRun, run_id)
    return run.status if run else None


def test_workers_value_the_night_that_lacks_without_anybody_asking(database: str) -> None:
    with street(database, accounts=3) as everyone:
        open_two_hours_ago(everyone.program, database)
        night = nightly_run_id("live", FRIDAY, 1)
        with ExitStack() as workers:
            for name in ("first", "second"):
                workers.enter_context(at_work(everyone.program, name))
            assert eventually(
                lambda: status_of(everyone.program, night) is RunStatus.COMPLETED, within_s=30
            )
        assert all(days == [FRIDAY] for days in everyone.valued().values())
        assert len(recorded(everyone.program, CalculationRun.FannedOut)) == 1


def test_two_worker_processes_share_a_queue(
    program: Program, database: str, tmp_path: Path
) -> None:
    owner = register(program)
    accounts = [
        open_sample(program, owner, [shares("GOOG", 1, "50.00", ENTRY)], account_name=f"No. {n}")
        for n in range(12)
    ]
    settings = {"DATABASE_URL": database}
    with worker_process(tmp_path, settings) as one, worker_process(tmp_path, settings) as other:
        eventually(partial(are_waiting, database, 2), 60, "two workers that wait for jobs")
        for account in accounts:
            program.runs.request(RequestRun(portfolio_id=account), cause())
        eventually(lambda: not program.runs.jobs.runs(), 60, "an empty queue")

    ended = recorded(program, CalculationRun.Completed)
    started = recorded(program, CalculationRun.Started)
    assert len({row.aggregate_id for row, _ in ended}) == len(started) == 12
    pids = {int(event.worker.rpartition("-")[2]) for _, event in started}
    assert pids == {one, other}


def are_waiting(database: str, workers: int) -> bool:
    """Whether that many workers listen for jobs."""
    with connect_owner(database) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND query LIKE 'LISTEN %procrastinate%'"
        ).fetchone()
    return row == (workers,)
