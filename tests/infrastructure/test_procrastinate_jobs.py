"""Queued runs are worked off one after the other, whatever becomes of the worker."""

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg
import pytest
from structlog.testing import capture_logs

from application.errors import StoreUnavailable
from infrastructure.postgres import app_url, open_pool
from infrastructure.procrastinate_jobs import (
    ATTEMPTS,
    ProcrastinateJobs,
    RunsToWork,
    Worker,
)
from tests.support.programs import SECRET, connect_owner
from tests.support.recording import end_sessions
from tests.support.waiting import eventually

Connection = psycopg.Connection[tuple[object, ...]]


class Runs:
    """What a worker is given to do: remembers what it was asked, and fails as it is told."""

    def __init__(self) -> None:
        self.executed: list[tuple[UUID, str]] = []
        self.abandoned: dict[UUID, str] = {}
        self.failed_for_store: list[UUID] = []
        self.failing: dict[UUID, Exception] = {}
        self.looks = 0

    def execute(self, run_id: UUID, worker: str) -> None:
        """Work a run off; one told to fail does so the first time."""
        self.executed.append((run_id, worker))
        if run_id in self.failing:
            raise self.failing.pop(run_id)

    def abandon(self, run_id: UUID, reason: str) -> None:
        """Give a run up."""
        self.abandoned[run_id] = reason

    def look(self) -> None:
        """Look what is due."""
        self.looks += 1

    @property
    def work(self) -> RunsToWork:
        """All of it, for a worker."""
        return RunsToWork(self.execute, self.abandon, self.failed_for_store.append, self.look)

    @property
    def order(self) -> list[UUID]:
        """The runs as they were executed."""
        return [run_id for run_id, _ in self.executed]


@pytest.fixture
def owner(database: str) -> Iterator[Connection]:
    """A connection with the owner's rights, among the queue's tables."""
    with connect_owner(database) as connection:
        connection.execute("SET search_path = jobs")
        yield connection


def test_a_queued_run_is_executed_by_the_named_worker_and_forgotten(
    database: str, owner: Connection
) -> None:
    run_id, runs = uuid4(), Runs()
    with working(database, runs):
        queue(database, run_id)
        assert eventually(lambda: runs.executed == [(run_id, "first")])
        assert eventually(lambda: statuses(owner) == [])


def test_runs_queued_before_the_worker_came_are_taken_in_order(database: str) -> None:
    run_ids, runs = [uuid4() for _ in range(5)], Runs()
    queue(database, *run_ids)
    with working(database, runs):
        assert eventually(lambda: runs.order == run_ids)


def test_a_run_that_fails_does_not_hold_up_the_next(database: str, owner: Connection) -> None:
    bad, good, runs = uuid4(), uuid4(), Runs()
    runs.failing[bad] = RuntimeError("a fault")
    queue(database, bad, good)
    with working(database, runs):
        assert eventually(lambda: runs.order == [bad, good])
        assert eventually(lambda: statuses(owner) == ["failed"])


def test_a_run_that_found_the_store_busy_is_tried_again(database: str, owner: Connection) -> None:
    busy, other, runs = uuid4(), uuid4(), Runs()
    runs.failing[busy] = StoreUnavailable()
    queue(database, busy, other)
    with working(database, runs):
        assert eventually(lambda: runs.order == [busy, other, busy])
        assert eventually(lambda: statuses(owner) == [])


def test_a_run_that_finds_the_store_busy_the_last_time_is_failed_for_that(
    database: str, owner: Connection
) -> None:
    early, last, runs = uuid4(), uuid4(), Runs()
    runs.failing = {early: StoreUnavailable(), last: StoreUnavailable()}
    queue(database, early, last)
    set_attempts = "UPDATE procrastinate_jobs SET attempts = %s WHERE args->>'run_id' = %s"
    owner.execute(set_attempts, [ATTEMPTS - 1, str(last)])
    with working(database, runs):
        assert eventually(lambda: runs.order == [early, last, early])
        assert eventually(lambda: statuses(owner) == [])
    assert runs.failed_for_store == [last]
    assert runs.abandoned == {}


def test_a_run_taken_up_too_often_is_abandoned(database: str, owner: Connection) -> None:
    lost, tough, runs = uuid4(), uuid4(), Runs()
    queue(database, lost, tough)
    set_attempts = "UPDATE procrastinate_jobs SET attempts = %s WHERE args->>'run_id' = %s"
    owner.execute(set_attempts, [ATTEMPTS, str(lost)])
    owner.execute(set_attempts, [ATTEMPTS - 1, str(tough)])
    with working(database, runs):
        assert eventually(lambda: runs.order == [tough])
    assert list(runs.abandoned) == [lost]
    assert f"{ATTEMPTS} times" in runs.abandoned[lost]


def test_the_run_of_a_killed_worker_is_taken_up_by_another(
    database: str, owner: Connection
) -> None:
    run_id, runs = uuid4(), Runs()
    queue(database, run_id)
    with blocked_process(database) as victim:
        assert eventually(lambda: locks(owner) == 1)
        with working(database, runs, "second"):
            os.kill(victim, signal.SIGKILL)
            assert eventually(lambda: runs.executed == [(run_id, "second")], within_s=15)
            assert eventually(lambda: statuses(owner) == [])


def test_a_lock_in_another_database_does_not_hide_an_orphan(
    database: str, owner: Connection, postgres_server: str
) -> None:
    run_id, runs = uuid4(), Runs()
    queue(database, run_id)
    row = owner.execute("SELECT id FROM procrastinate_jobs").fetchone()
    owner.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    owner.execute("UPDATE procrastinate_events SET at = at - interval '1 minute'")
    with connect_owner(postgres_server) as elsewhere, working(database, runs):
        elsewhere.execute("SELECT pg_advisory_lock(%s, %s)", [0x6A6F62, row[0] if row else 0])
        assert eventually(lambda: runs.order == [run_id])


def test_two_workers_are_never_at_one_run_at_the_same_time(
    database: str, owner: Connection
) -> None:
    run_id, runs = uuid4(), Runs()
    queue(database, run_id)
    row = owner.execute("SELECT id FROM procrastinate_jobs").fetchone()
    with connect_owner(database) as first:
        first.execute("SELECT pg_advisory_lock(%s, %s)", [0x6A6F62, row[0] if row else 0])
        with working(database, runs):
            assert eventually(lambda: locks(owner, granted=False) == 1)
            assert runs.executed == []
            first.execute("SELECT pg_advisory_unlock_all()")
            assert eventually(lambda: runs.order == [run_id])


def test_a_worker_goes_on_after_its_sessions_were_ended(database: str) -> None:
    before, after, runs = uuid4(), uuid4(), Runs()
    with working(database, runs):
        queue(database, before)
        assert eventually(lambda: runs.order == [before])
        end_sessions(database)
        queue(database, after)
        assert eventually(lambda: runs.order == [before, after], within_s=20)


def test_a_worker_outlives_a_database_that_refuses_it(database: str, postgres_server: str) -> None:
    before, after, runs = uuid4(), uuid4(), Runs()
    with capture_logs() as said, working(database, runs):
        queue(database, before)
        assert eventually(lambda: runs.order == [before])
        with closed(database, postgres_server):
            assert eventually(lambda: any(line["event"] == "worker_disturbed" for line in said))
        queue(database, after)
        assert eventually(lambda: runs.order == [before, after])


def test_a_worker_that_is_stopped_finishes_the_run_in_hand(
    database: str, owner: Connection
) -> None:
    run_id = uuid4()
    entered, finish, finished = threading.Event(), threading.Event(), threading.Event()

    def execute(_run_id: UUID, _worker: str) -> None:
        entered.set()
        assert finish.wait(timeout=10)
        finished.set()

    queue(database, run_id)
    with working(database, replace(Runs().work, execute=execute)) as stop:
        assert entered.wait(timeout=10)
        stop()
        finish.set()
    assert finished.is_set()
    assert statuses(owner) == []


def test_a_worker_without_anything_to_do_stops_at_once(database: str) -> None:
    began = time.monotonic()
    with working(database, Runs()) as stop:
        stop()
    assert time.monotonic() - began < 30


def test_what_somebody_waits_for_is_taken_up_before_what_nobody_does(database: str) -> None:
    nightly, urgent, runs = uuid4(), uuid4(), Runs()
    queue(database, nightly, is_urgent=False)
    queue(database, urgent)
    with working(database, runs):
        assert eventually(lambda: runs.order == [urgent, nightly])


def test_the_runs_of_jobs_that_wait_or_are_worked_on_are_known_and_no_others(
    database: str, owner: Connection
) -> None:
    run_ids = [uuid4() for _ in range(4)]
    queue(database, *run_ids)
    for run_id, status in zip(run_ids, ["todo", "doing", "failed", "succeeded"], strict=True):
        owner.execute(
            "UPDATE procrastinate_jobs SET status = %s WHERE args->>'run_id' = %s",
            [status, str(run_id)],
        )
    assert queued(database) == set(run_ids[:2])


def test_a_worker_looks_what_is_due_as_soon_as_it_comes(database: str, owner: Connection) -> None:
    runs = Runs()
    with working(database, runs):
        assert eventually(lambda: runs.looks)
        assert eventually(lambda: looks_left(owner) == [])


def test_two_workers_share_a_queue_and_look_what_is_due_once(
    database: str, owner: Connection
) -> None:
    run_ids, first, second = [uuid4() for _ in range(20)], Runs(), Runs()
    both = threading.Barrier(2, timeout=10)

    def meet(run_id: UUID, worker: str, runs: Runs) -> None:
        if not runs.executed:
            both.wait()  # neither goes on before both have taken one up
        runs.execute(run_id, worker)

    queue(database, *run_ids)
    with (
        working(database, replace(first.work, execute=partial(meet, runs=first)), "first"),
        working(database, replace(second.work, execute=partial(meet, runs=second)), "second"),
    ):
        assert eventually(lambda: len(first.order) + len(second.order) == 20)
        assert eventually(lambda: statuses(owner) == [])
        assert eventually(lambda: looks_left(owner) == [])
    assert sorted(first.order + second.order) == sorted(run_ids)
    assert first.looks + second.looks == len(ticks(owner))


def test_a_worker_waits_for_nothing_for_ever(database: str, owner: Connection) -> None:
    owner.execute("CREATE TABLE bounds AS SELECT '' AS name, '' AS bound WHERE false")
    owner.execute(
        "CREATE FUNCTION note_bounds() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$"
        " BEGIN INSERT INTO jobs.bounds SELECT name, current_setting(name) FROM pg_settings"
        " WHERE name IN ('lock_timeout', 'statement_timeout',"
        " 'idle_in_transaction_session_timeout'); RETURN NULL; END $$"
    )
    owner.execute(
        "CREATE TRIGGER noting AFTER UPDATE ON procrastinate_jobs"
        " FOR EACH ROW WHEN (NEW.status = 'doing') EXECUTE FUNCTION note_bounds()"
    )
    runs = Runs()
    with working(database, runs):
        queue(database, uuid4())
        assert eventually(lambda: runs.executed)
    found = owner.execute("SELECT DISTINCT name, bound FROM bounds ORDER BY name").fetchall()
    assert found == [
        ("idle_in_transaction_session_timeout", "30s"),
        ("lock_timeout", "5s"),
        ("statement_timeout", "1min"),
    ]


@contextmanager
def working(
    database: str, runs: Runs | RunsToWork, name: str = "first"
) -> Iterator[Callable[[], object]]:
    """A worker in a thread, with what stops it; stopped at the end in any case."""
    work = runs if isinstance(runs, RunsToWork) else runs.work
    stop: list[Callable[[], object]] = []

    async def run() -> None:
        asked = asyncio.Event()
        loop = asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(asked.set))
        await Worker(app_url(database, SECRET), name, work).run(asked)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    assert eventually(lambda: stop)
    try:
        yield stop[0]
    finally:
        if thread.is_alive():
            stop[0]()
        thread.join(timeout=15)
    assert not thread.is_alive()


@contextmanager
def closed(database: str, server: str) -> Iterator[None]:
    """Nobody gets into the database, and whoever was in it is out."""
    name = urlsplit(database).path.lstrip("/")
    with connect_owner(server) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        try:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            yield
        finally:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


@contextmanager
def blocked_process(database: str) -> Iterator[int]:
    """A process with a worker that never comes to an end of a run; yields its id."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["interfaces.bootstrap"])
    process = context.Process(target=block, args=(database,))
    process.start()
    try:
        assert process.pid is not None
        yield process.pid
    finally:
        process.kill()
        process.join(timeout=10)


def block(database: str) -> None:
    """Take up a run and stay at it for ever."""

    def execute(_run_id: UUID, _worker: str) -> None:
        threading.Event().wait()

    worker = Worker(app_url(database, SECRET), "victim", replace(Runs().work, execute=execute))
    asyncio.run(worker.run(asyncio.Event()))


def queue(database: str, *run_ids: UUID, is_urgent: bool = True) -> None:
    """Queue runs as requesting them does, with the application's rights."""
    with open_pool(app_url(database, SECRET), size=1) as pool, pool.connection() as connection:
        for run_id in run_ids:
            ProcrastinateJobs(pool).execute_run(run_id, is_urgent=is_urgent)(connection)


def queued(database: str) -> set[UUID]:
    """The runs that a job is at or will take up."""
    with open_pool(app_url(database, SECRET), size=1) as pool:
        return ProcrastinateJobs(pool).runs()


def statuses(connection: Connection) -> list[object]:
    """Where the jobs of runs that are left stand, oldest first."""
    rows = connection.execute(
        "SELECT status FROM procrastinate_jobs WHERE task_name = 'execute_run' ORDER BY id"
    ).fetchall()
    return [status for (status,) in rows]


def looks_left(connection: Connection) -> list[object]:
    """Where the jobs of looking what is due stand that are not done."""
    rows = connection.execute("SELECT status FROM procrastinate_jobs WHERE task_name = 'look'")
    return [status for (status,) in rows]


def ticks(connection: Connection) -> list[object]:
    """The ten minutes' ticks of which somebody made a job."""
    rows = connection.execute("SELECT defer_timestamp FROM procrastinate_periodic_defers")
    return [tick for (tick,) in rows]


def locks(connection: Connection, *, granted: bool = True) -> object:
    """How many jobs of this database are locked, or waited for."""
    row = connection.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s"
        " AND granted = %s AND database ="
        " (SELECT oid FROM pg_database WHERE datname = current_database())",
        [0x6A6F62, granted],
    ).fetchone()
    return row[0] if row else None
