"""The durable queue: Procrastinate on the same PostgreSQL (spec 5.6).

A worker holds an advisory lock for the job it works on. The database frees it the moment the
worker's connection dies, so that any other worker sees at once which jobs were orphaned.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import structlog
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy, SyncPsycopgConnector

from application.errors import StoreUnavailable
from application.ports import Statement

EXECUTE_RUN = "execute_run"
ATTEMPTS = 5
"""A run whose worker died this often is given up: the run itself may be what kills."""

_SEARCH_PATH = "-c search_path=jobs"
_LOCK_CLASS = 0x6A6F62  # namespace of the advisory locks, second key the job's id
_RECOVER_EVERY_S = 5.0
_ORPHANS = """
    SELECT id FROM jobs.procrastinate_jobs AS job
    WHERE status = 'doing' AND NOT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND classid = %s AND objid = job.id AND granted
    ) AND NOT EXISTS (
        SELECT FROM jobs.procrastinate_events AS event
        WHERE event.job_id = job.id AND event.type = 'started' AND event.at > now() - interval '2s'
    )
"""
_log = structlog.get_logger(__name__)


class ProcrastinateJobs:
    """Implements `application.ports.Jobs`: deferring on the caller's connection."""

    def __init__(self) -> None:
        self._app = App(connector=SyncPsycopgConnector())

    def execute_run(self, run_id: UUID) -> Statement:
        """See `Jobs.execute_run`."""

        def defer(connection: Any) -> None:
            connection.execute("SET LOCAL search_path = jobs")
            task = self._app.configure_task(EXECUTE_RUN, connection=connection)
            task.defer(run_id=str(run_id))

        return defer


@dataclass(frozen=True, slots=True)
class RunsToWork:
    """What a worker does with runs: `execute` one as a named worker, or `abandon` it."""

    execute: Callable[[UUID, str], None]
    abandon: Callable[[UUID, str], None]


class Worker:
    """Takes up queued runs, one at a time, and those whose worker died."""

    def __init__(self, url: str, name: str, runs: RunsToWork) -> None:
        self._url = url
        self._name = name
        self._runs = runs
        connector = PsycopgConnector(conninfo=url, kwargs={"options": _SEARCH_PATH})
        self._app = App(connector=connector)
        retry = RetryStrategy(wait=2, retry_exceptions=[StoreUnavailable])
        self._app.task(name=EXECUTE_RUN, pass_context=True, retry=retry)(self._execute_run)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; a job in progress is finished first, for at most 20 s."""
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
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for task in (working, recovering, stopping):
                task.cancel()
            await asyncio.gather(working, recovering, stopping, return_exceptions=True)

    def _execute_run(self, context: JobContext, run_id: str) -> None:
        job = context.job
        with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as connection:
            connection.execute("SET lock_timeout = '10s'")
            connection.execute("SELECT pg_advisory_lock(%s, %s)", (_LOCK_CLASS, job.id))
            if job.attempts >= ATTEMPTS:
                self._runs.abandon(UUID(run_id), f"Its worker died {job.attempts} times.")
            else:
                self._runs.execute(UUID(run_id), self._name)

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
        with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as connection:
            return [job_id for (job_id,) in connection.execute(_ORPHANS, (_LOCK_CLASS,))]
