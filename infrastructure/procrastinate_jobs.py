"""The durable queue: Procrastinate on the same PostgreSQL (spec 5.6).

A worker holds an advisory lock for the job it works on. The database frees it the moment the
worker's connection dies, so that any other worker sees at once which jobs were orphaned.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import structlog
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from structlog.contextvars import bound_contextvars

from application.errors import StoreUnavailable
from application.ports import Statement
from infrastructure.postgres import Pool
from infrastructure.postgres_pool import BOUNDED

EXECUTE_RUN = "execute_run"
LOOK = "look"
EVERY_TEN_MINUTES = "*/10 * * * *"
ATTEMPTS = 5
"""A run taken up this often without an end is given up: the run itself may be what kills."""

_URGENT, _FIRST = 10, 20  # of priorities, the highest is taken up first; 0 by default
_QUEUED = """
    SELECT (args->>'run_id')::uuid FROM jobs.procrastinate_jobs
    WHERE task_name = %s AND status IN ('todo', 'doing')
"""
_OPTIONS = f"{BOUNDED['options']} -c search_path=jobs"
_LOCK_CLASS = 0x6A6F62  # namespace of the advisory locks, second key the job's id
_RECOVER_EVERY_S = 2.0
_RESTART_AFTER_S = 1.0
_ORPHANS = """
    SELECT id FROM jobs.procrastinate_jobs AS job
    WHERE status = 'doing' AND NOT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND classid = %s AND objid = job.id AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) AND NOT EXISTS (
        SELECT FROM jobs.procrastinate_events AS event
        WHERE event.job_id = job.id AND event.type = 'started' AND event.at > now() - interval '5s'
    )
"""
_SOON_FOUND_DEAD = {
    **BOUNDED,
    "options": f"{BOUNDED['options']} -c tcp_keepalives_idle=10"
    " -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3",
}
"""A machine that vanishes closes no connection; the server finds out within half a minute."""

_log = structlog.get_logger(__name__)


class ProcrastinateJobs:
    """Implements `application.ports.Jobs`: deferring on the caller's connection."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._app = App(connector=SyncPsycopgConnector())

    def execute_run(self, run_id: UUID, *, is_urgent: bool) -> Statement:
        """See `Jobs.execute_run`."""

        def defer(connection: Any) -> None:
            connection.execute("SET LOCAL search_path = jobs")
            task = self._app.configure_task(
                EXECUTE_RUN, connection=connection, priority=_URGENT if is_urgent else 0
            )
            try:
                task.defer(run_id=str(run_id))
            except ConnectorException as failure:  # the store tells by the cause what it means
                raise failure.__cause__ or failure from None

        return defer

    def runs(self) -> set[UUID]:
        """See `Jobs.runs`."""
        with self._pool.reading() as connection:
            return {run_id for (run_id,) in connection.execute(_QUEUED, [EXECUTE_RUN])}


@dataclass(frozen=True, slots=True)
class RunsToWork:
    """What a worker does with runs: `execute` one as a named worker, or `abandon` it.

    `fail_for_store` ends one that the store kept from its end, the last time it is tried. Every
    ten minutes one of the workers is to `look` what is due.
    """

    execute: Callable[[UUID, str], None]
    abandon: Callable[[UUID, str], None]
    fail_for_store: Callable[[UUID], None]
    look: Callable[[], object]


class Worker:
    """Takes up queued runs, one at a time, and those whose worker died."""

    def __init__(self, url: str, name: str, runs: RunsToWork) -> None:
        self._url = url
        self._name = name
        self._runs = runs
        connector = PsycopgConnector(
            conninfo=url, kwargs={**BOUNDED, "options": _OPTIONS}, min_size=1, timeout=2
        )
        self._app = App(connector=connector)
        retry = RetryStrategy(exponential_wait=2, retry_exceptions=[StoreUnavailable])
        self._app.task(name=EXECUTE_RUN, pass_context=True, retry=retry)(self._execute_run)
        look = self._app.task(name=LOOK, pass_context=True, queueing_lock=LOOK, priority=_FIRST)
        self._app.periodic(cron=EVERY_TEN_MINUTES)(look(self._look))

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, through every loss of the database.

        A job in progress is finished first, for at most 20 s.
        """
        stopping = asyncio.create_task(stop.wait())
        while not stop.is_set():
            try:
                await self._work(stopping)
            except Exception as failure:  # noqa: BLE001 - whatever it was, work goes on
                _log.warning("worker_disturbed", worker=self._name, error=str(failure))
            await asyncio.wait({stopping}, timeout=_RESTART_AFTER_S)

    async def _work(self, stopping: asyncio.Task[bool]) -> None:
        async with self._app.open_async():
            working = asyncio.create_task(
                self._app.run_worker_async(
                    name=self._name,
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=20,
                    fetch_job_polling_interval=1.0,
                    delete_jobs="successful",
                )
            )
            recovering = asyncio.create_task(self._recover_for_ever())
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            working.cancel()
            recovering.cancel()
            ended, _ = await asyncio.gather(working, recovering, return_exceptions=True)
        if isinstance(ended, Exception):
            raise ended

    def _execute_run(self, context: JobContext, run_id: str) -> None:
        job = context.job
        with self._lock(job.id), bound_contextvars(run_id=run_id, worker=self._name):
            if job.attempts >= ATTEMPTS:
                reason = f"It was taken up {job.attempts} times and never came to an end."
                self._runs.abandon(UUID(run_id), reason)
                return
            try:
                self._runs.execute(UUID(run_id), self._name)
            except StoreUnavailable:
                if job.attempts + 1 < ATTEMPTS:
                    raise
                self._runs.fail_for_store(UUID(run_id))

    def _look(self, context: JobContext, timestamp: int) -> None:
        """Look what is due; `timestamp` is the tick, which is the same for all workers."""
        with self._lock(context.job.id):
            self._runs.look()
            _log.info("looked_what_is_due", worker=self._name, tick=timestamp)

    @contextmanager
    def _lock(self, job_id: int | None) -> Iterator[None]:
        """Hold the job's lock, which says that it is being worked on.

        Raises:
            StoreUnavailable: ERR_BUSY_001, also where another worker holds it.
        """
        try:
            connection = psycopg.connect(self._url, autocommit=True, **_SOON_FOUND_DEAD)
        except psycopg.OperationalError as failure:
            raise StoreUnavailable from failure
        with connection:
            try:
                connection.execute("SELECT pg_advisory_lock(%s, %s)", (_LOCK_CLASS, job_id))
            except psycopg.OperationalError as failure:
                raise StoreUnavailable from failure
            yield

    async def _recover_for_ever(self) -> None:
        while True:
            try:
                for job_id in await asyncio.to_thread(self._orphans):
                    _log.warning("job_orphaned", job=job_id)
                    await self._app.job_manager.retry_job_by_id_async(job_id, datetime.now(UTC))
            except Exception as failure:  # noqa: BLE001 - recovery goes on whatever one look met
                _log.warning("job_recovery_disturbed", error=str(failure))
            await asyncio.sleep(_RECOVER_EVERY_S)

    def _orphans(self) -> list[int]:
        with psycopg.connect(self._url, autocommit=True, **BOUNDED) as connection:
            return [job_id for (job_id,) in connection.execute(_ORPHANS, (_LOCK_CLASS,))]
