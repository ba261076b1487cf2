"""Working off what is queued, here and now and in the order a worker would."""

from uuid import UUID

from interfaces.bootstrap import Program
from tests.support.programs import connect_owner

_NEXT = """
    DELETE FROM jobs.procrastinate_jobs WHERE id = (
        SELECT id FROM jobs.procrastinate_jobs WHERE task_name = 'execute_run'
        ORDER BY priority DESC, id LIMIT 1
    ) RETURNING (args->>'run_id')::uuid
"""


def next_queued(database: str) -> UUID | None:
    """Take the next run from the queue, None where it is empty."""
    with connect_owner(database) as connection:
        connection.execute("SET search_path = jobs")  # where the queue's triggers look
        row = connection.execute(_NEXT).fetchone()
    run_id = row[0] if row else None
    assert run_id is None or isinstance(run_id, UUID)
    return run_id


def work_off_queue(program: Program, database: str) -> list[UUID]:
    """Execute every queued run, those that come along too; returns them in order."""
    done = []
    while run_id := next_queued(database):
        program.runs.execute(run_id, "test")
        done.append(run_id)
    program.rooms.catch_up(program.log.position())
    return done
