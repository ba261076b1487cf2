"""One save is one transaction: all of its events, and what goes with them, or nothing."""

from uuid import UUID, uuid4

import psycopg
import pytest

from application.errors import VersionConflict
from domain.run_slot import RunSlot
from infrastructure.event_store.event_log import PostgresEventLog
from tests.support.recording import cause, claimed, queueing

Connection = psycopg.Connection[tuple[object, ...]]
_KEEP_HASH = "INSERT INTO credentials.passwords (user_id, hash) VALUES (%s, 'x')"


def test_the_job_is_queued_with_the_events(log: PostgresEventLog, owner: Connection) -> None:
    run_id = uuid4()
    log.save(claimed(), cause=cause(), also=[queueing(run_id)])
    rows = owner.execute("SELECT args->>'run_id', status FROM jobs.procrastinate_jobs").fetchall()
    assert rows == [(str(run_id), "todo")]


def test_a_statement_that_fails_takes_the_events_with_it(
    log: PostgresEventLog, owner: Connection
) -> None:
    def fail(connection: Connection) -> None:
        connection.execute("SELECT 1 / 0")

    slot = claimed()
    with pytest.raises(psycopg.errors.DivisionByZero):
        log.save(slot, cause=cause(), also=[queueing(uuid4()), fail])
    assert log.position() == 0
    assert count(owner, "jobs.procrastinate_jobs") == 0
    assert len(slot.pending) == 1


def test_a_conflict_of_a_statement_is_not_taken_for_one_of_the_events(
    log: PostgresEventLog, owner: Connection
) -> None:
    def insert_twice(connection: Connection) -> None:
        for _ in range(2):
            connection.execute(_KEEP_HASH, [UUID(int=1)])

    with pytest.raises(psycopg.errors.UniqueViolation):
        log.save(claimed(), cause=cause(), also=[insert_twice])
    assert (log.position(), count(owner, "credentials.passwords")) == (0, 0)


def test_a_conflict_of_the_events_takes_the_statement_with_it(
    log: PostgresEventLog, owner: Connection
) -> None:
    taken = claimed()
    log.save(taken, cause=cause())
    with pytest.raises(VersionConflict):
        log.save(claimed(taken.id), cause=cause(), also=[queueing(uuid4())])
    assert count(owner, "jobs.procrastinate_jobs") == 0


def test_a_statement_runs_even_where_there_is_no_event(
    log: PostgresEventLog, owner: Connection
) -> None:
    assert log.save(RunSlot(uuid4()), cause=cause(), also=[keep_hash]) == 0
    assert count(owner, "credentials.passwords") == 1


def test_a_save_of_the_same_command_is_recognised_and_answers_its_position(
    log: PostgresEventLog, owner: Connection
) -> None:
    command, slot_id = cause(), uuid4()
    position = log.save(claimed(slot_id), cause=command)
    queue = queueing(uuid4())
    assert log.save(claimed(slot_id), cause=command) == position
    assert log.save(claimed(slot_id), cause=command, also=[queue]) == position
    assert (log.position(), count(owner, "jobs.procrastinate_jobs")) == (position, 0)


def count(connection: Connection, table: str) -> object:
    """How many rows a table has."""
    row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    return row[0] if row else None


def keep_hash(connection: Connection) -> None:
    """A statement like the one that registering adds."""
    connection.execute(_KEEP_HASH, [uuid4()])
