"""The queue of runs in memory, and the worker that takes them up."""

from dataclasses import dataclass
from uuid import UUID

from application.errors import StoreUnavailable
from application.ports import Statement
from application.runs import Runs
from infrastructure.procrastinate_jobs import ATTEMPTS
from tests.simulator.database import Database, Job, Transaction
from tests.simulator.event_log import statement


@dataclass(frozen=True, slots=True)
class InMemoryJobs:
    """Implements `application.ports.Jobs`."""

    database: Database

    def execute_run(self, run_id: UUID, *, is_urgent: bool) -> Statement:
        """See `Jobs.execute_run`."""

        def queue(writes: Transaction) -> None:
            self.database.job_numbers += 1
            number = self.database.job_numbers
            writes.put(self.database.jobs, number, Job(number, run_id, is_urgent))

        return statement(queue)

    def runs(self) -> set[UUID]:
        """See `Jobs.runs`."""
        return {job.run_id for job in self.database.jobs.values()}

    def next(self) -> Job | None:
        """The job that is taken up next: none that a worker is at."""
        waiting = [job for job in self.database.jobs.values() if not job.is_taken]
        return min(waiting, key=lambda job: (not job.is_urgent, job.number), default=None)


def work_off(job: Job, runs: Runs, jobs: dict[int, Job]) -> None:
    """Do with a job what a worker of `infrastructure.procrastinate_jobs` does.

    It stays in the queue where the store keeps the run from its end, or the worker dies.

    Raises:
        Exception: whatever the run reports.
    """
    job.attempts, job.is_taken = job.attempts + 1, True
    try:
        _execute(job, runs)
    except StoreUnavailable:
        job.is_taken = False
        raise
    except Exception:
        del jobs[job.number]
        raise
    del jobs[job.number]


def take_over(jobs: dict[int, Job]) -> None:
    """Let the jobs of workers that died be taken up again."""
    for job in jobs.values():
        job.is_taken = False


def _execute(job: Job, runs: Runs) -> None:
    attempts = job.attempts - 1  # as Procrastinate counts while a job is at work
    if attempts >= ATTEMPTS:
        reason = f"It was taken up {attempts} times and never came to an end."
        runs.abandon(job.run_id, reason)
        return
    try:
        runs.execute(job.run_id, "worker")
    except StoreUnavailable:
        if attempts + 1 < ATTEMPTS:
            raise
        runs.fail_for_store(job.run_id)
