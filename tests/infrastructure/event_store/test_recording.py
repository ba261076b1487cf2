"""One save is one transaction: all of its events, and what goes with them, or nothing."""

from uuid import UUID, uuid4

import psycopg
import pytest

from application.errors import VersionConflict
from domain.calculation_run import CalculationRun
from domain.portfolio import Portfolio
from domain.run_slot import RunSlot
from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.event_store.mapper import UnstorableEvent
from tests.support.recording import cause, claimed, everything, queueing

Connection = psycopg.Connection[tuple[object, ...]]
_KEEP_HASH = "INSERT INTO credentials.passwords (user_id, hash) VALUES (%s, 'x')"


def test_what_was_saved_is_loaded_and_read_back_with_its_envelope(log: PostgresEventLog) -> None:
    slot, command = claimed(), cause()
    (event,) = slot.pending
    position = log.save(slot, cause=command)
    loaded = log.load(RunSlot, slot.id)
    assert loaded is not None
    assert (loaded.run_id, loaded.version, loaded.pending) == (slot.run_id, 1, ())
    (recorded,) = log.read(0, 10)
    assert recorded.event == event
    assert (recorded.position, recorded.aggregate_id, recorded.version) == (position, slot.id, 1)
    assert recorded.cause == command
    assert recorded.occurred_at.utcoffset() is not None


def test_a_saved_aggregate_can_go_on_and_be_saved_again(log: PostgresEventLog) -> None:
    slot = claimed()
    first = log.save(slot, cause=cause())
    assert slot.run_id is not None
    slot.release(slot.run_id)
    assert log.save(slot, cause=cause()) == first + 1
    assert [recorded.version for recorded in log.read(0, 10)] == [1, 2]


def test_nothing_to_record_answers_the_position_of_the_log(log: PostgresEventLog) -> None:
    assert log.save(RunSlot(uuid4()), cause=cause()) == 0
    position = log.save(claimed(), cause=cause())
    assert log.save(RunSlot(uuid4()), cause=cause()) == position == log.position()


def test_many_aggregates_in_one_save_keep_their_order(log: PostgresEventLog) -> None:
    slots = [claimed() for _ in range(50)]
    last = log.save(*slots, cause=cause())
    events = everything(log)
    assert [recorded.aggregate_id for recorded in events] == [slot.id for slot in slots]
    assert [recorded.position for recorded in events] == list(range(last - 49, last + 1))


def test_a_save_of_several_aggregates_is_all_or_nothing(log: PostgresEventLog) -> None:
    taken, free = claimed(), claimed()
    log.save(taken, cause=cause())
    with pytest.raises(VersionConflict):
        log.save(free, claimed(taken.id), cause=cause())
    assert log.existing([free.id, taken.id]) == {taken.id}


def test_a_page_ends_at_its_limit_and_the_next_begins_after_it(log: PostgresEventLog) -> None:
    log.save(*(claimed() for _ in range(7)), cause=cause())
    assert everything(log, page=3) == list(log.read(0, 100))


def test_the_id_of_another_kind_of_aggregate_is_unknown(log: PostgresEventLog) -> None:
    slot = claimed()
    log.save(slot, cause=cause())
    assert log.load(Portfolio, slot.id) is None
    assert log.load_many(CalculationRun, [slot.id]) == {}
    assert log.load_many(RunSlot, [slot.id, uuid4()]).keys() == {slot.id}


def test_a_text_that_postgresql_cannot_hold_never_reaches_the_log(log: PostgresEventLog) -> None:
    run = CalculationRun(uuid4())
    run.record(CalculationRun.Abandoned(reason="a\0b"))
    with pytest.raises(UnstorableEvent):
        log.save(run, cause=cause())
    assert log.position() == 0


def test_a_backslash_in_a_text_is_no_such_character(log: PostgresEventLog) -> None:
    run = CalculationRun(uuid4())
    run.record(CalculationRun.Abandoned(reason="a\\u0000b\\"))
    log.save(run, cause=cause())
    (recorded,) = log.read(0, 10)
    assert recorded.event == run.Abandoned(reason="a\\u0000b\\")


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


def test_another_command_at_the_same_version_conflicts(log: PostgresEventLog) -> None:
    slot_id = uuid4()
    log.save(claimed(slot_id), cause=cause())
    with pytest.raises(VersionConflict):
        log.save(claimed(slot_id), cause=cause())


def test_another_event_of_the_same_command_conflicts(log: PostgresEventLog) -> None:
    command, slot = cause(), claimed()
    log.save(slot, cause=command)
    other = RunSlot(slot.id)
    other.record(RunSlot.Released(run_id=uuid4()))
    with pytest.raises(VersionConflict):
        log.save(other, cause=command)


def count(connection: Connection, table: str) -> object:
    """How many rows a table has."""
    row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    return row[0] if row else None


def keep_hash(connection: Connection) -> None:
    """A statement like the one that registering adds."""
    connection.execute(_KEEP_HASH, [uuid4()])
