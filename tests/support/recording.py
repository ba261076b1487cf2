"""What tests of the store record: streams of small events, many at a time, by many threads."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID, uuid4

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from application.ports import Cause, EventLog, Recorded, Statement
from domain.run_slot import RunSlot
from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.postgres import app_url
from infrastructure.procrastinate_jobs import ProcrastinateJobs
from infrastructure.system_clock import SystemClock
from tests.support.programs import SECRET, connect_owner

Answer = TypeVar("Answer")


def cause() -> Cause:
    """A command of its own."""
    return Cause(command_id=uuid4(), correlation_id=uuid4())


@contextmanager
def open_log(database_url: str, *, pool_size: int = 10) -> Iterator[PostgresEventLog]:
    """The log of a database, reached as the program reaches it."""
    log = PostgresEventLog(app_url(database_url, SECRET), SystemClock(), pool_size=pool_size)
    try:
        yield log
    finally:
        log.close()


def claimed(slot_id: UUID | None = None) -> RunSlot:
    """A slot with one pending event: the shortest there is."""
    slot = RunSlot(slot_id or uuid4())
    slot.claim(uuid4())
    return slot


def queueing(run_id: UUID) -> Statement:
    """The write that queues a run; nobody asks for what is queued."""
    no_pool: Any = None
    return ProcrastinateJobs(no_pool).execute_run(run_id, is_urgent=True)


def everything(log: EventLog, page: int = 1000) -> list[Recorded]:
    """The whole log, read as a reader that tails it does."""
    found: list[Recorded] = []
    while events := log.read(found[-1].position if found else 0, page):
        found.extend(events)
    return found


def at_once(work: Callable[[int], Answer], threads: int) -> list[Answer | Exception]:
    """What `work` answers or raises in each of the threads, started as one."""
    gate = threading.Barrier(threads)

    def run(number: int) -> Answer | Exception:
        gate.wait(timeout=10)
        try:
            return work(number)
        except Exception as failure:  # noqa: BLE001 - what it was is what the test asks
            return failure

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def of_kind(answers: Sequence[Answer | Exception], kind: type[Exception]) -> list[Exception]:
    """Those of the answers that are refusals of this very class."""
    return [answer for answer in answers if type(answer) is kind]


def end_sessions(database: str) -> None:
    """End every session of the database but our own, and wait until they are gone."""
    with connect_owner(database) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@contextmanager
def only_reading(database: str) -> Iterator[None]:
    """A database that takes no writes of new sessions, as one whose disk fills, or demoted."""
    name = sql.Identifier(str(conninfo_to_dict(database)["dbname"]))
    mode = sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}")
    with connect_owner(database) as connection:
        connection.execute(mode.format(name, sql.SQL("on")))
        try:
            yield
        finally:
            connection.execute(mode.format(name, sql.SQL("off")))
