"""A connection that breaks leaves no doubt behind: what was acknowledged is there, and once."""

import threading
import time
from collections import Counter
from typing import Literal
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg_pool import PoolTimeout, TooManyRequests

from application.errors import StoreUnavailable
from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.event_store.recorder import ConnectionLost
from tests.support.cutting_proxy import cutting_proxy
from tests.support.programs import connect_owner
from tests.support.recording import (
    at_once,
    cause,
    claimed,
    end_sessions,
    everything,
    only_reading,
    open_log,
    queueing,
)

_RECORDING = (
    "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
    " AND datname = current_database() AND query LIKE '%events.record_events%'"
)
INSERT = b"run_slot.claimed"
"""What a client says in the message that inserts the event; without `also` it commits, too."""


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_cut_around_the_commit_records_once_and_is_answered(
    database: str, where: Literal["before", "after"]
) -> None:
    with cutting_proxy(database) as proxy, open_log(proxy.url) as log:
        log.save(claimed(), cause=cause())
        proxy.cut(where, INSERT)
        slot = claimed()
        position = log.save(slot, cause=cause())
        assert proxy.cuts == 1
        (recorded,) = log.read(position - 1, 10)
        assert (recorded.aggregate_id, recorded.position) == (slot.id, position)
        assert slot.pending == ()


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("message", [b"procrastinate_defer_job", INSERT, b"COMMIT"])
def test_a_cut_in_a_save_with_a_job_records_both_once(
    database: str, where: Literal["before", "after"], message: bytes
) -> None:
    with cutting_proxy(database) as proxy, open_log(proxy.url) as log:
        proxy.cut(where, message)
        slot, run_id = claimed(), uuid4()
        position = log.save(slot, cause=cause(), also=[queueing(run_id)])
        assert proxy.cuts == 1
        assert [r.aggregate_id for r in everything(log)] == [slot.id]
        assert log.position() == position
    assert queued(database) == [str(run_id)]


def test_a_cut_after_the_commit_of_a_group_answers_each_of_its_savers(database: str) -> None:
    slots = [claimed() for _ in range(10)]
    with cutting_proxy(database) as proxy, open_log(proxy.url) as log:
        log.position()
        proxy.cut("after", INSERT)
        answers = at_once(lambda n: log.save(slots[n], cause=cause()), 10)
        assert proxy.cuts == 1
        held = {recorded.aggregate_id: recorded.position for recorded in everything(log)}
        assert answers == [held[slot.id] for slot in slots]
        assert len(held) == 10


def test_a_read_that_is_cut_off_is_asked_again(database: str) -> None:
    with open_log(database) as another:
        another.save(claimed(), cause=cause())
    with cutting_proxy(database) as proxy, open_log(proxy.url) as log:
        proxy.cut("after", b"notification_id > ")
        assert len(log.read(0, 10)) == 1
        proxy.cut("before", b"originator_version = 1")
        assert log.existing([uuid4()]) == set()
        assert proxy.cuts == 2


@pytest.mark.parametrize(
    ("failure", "meaning"),
    [
        (PoolTimeout(), StoreUnavailable),
        (TooManyRequests(), StoreUnavailable),
        (psycopg.errors.LockNotAvailable(), StoreUnavailable),
        (psycopg.errors.QueryCanceled(), StoreUnavailable),
        (psycopg.errors.DeadlockDetected(), StoreUnavailable),
        (psycopg.errors.ReadOnlySqlTransaction(), StoreUnavailable),
        (psycopg.errors.IdleInTransactionSessionTimeout(), StoreUnavailable),
        (psycopg.errors.AdminShutdown(), ConnectionLost),
        (psycopg.errors.CrashShutdown(), ConnectionLost),
        (psycopg.OperationalError("consuming input failed"), ConnectionLost),
        (psycopg.InterfaceError("the connection is closed"), ConnectionLost),
        (psycopg.errors.DivisionByZero(), psycopg.errors.DivisionByZero),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_refusal_is_told_from_an_outcome_that_is_unknown(
    log: PostgresEventLog, failure: Exception, meaning: type[Exception]
) -> None:
    with pytest.raises(meaning) as caught, log._datastore.get_connection():
        raise failure
    assert type(caught.value) is meaning


def test_a_database_that_only_reads_is_unavailable_to_who_records(database: str) -> None:
    with only_reading(database), open_log(database) as log:
        assert log.position() == 0
        for also in ([], [queueing(uuid4())]):
            with pytest.raises(StoreUnavailable):
                log.save(claimed(), cause=cause(), also=also)
    with open_log(database) as log:
        assert log.save(claimed(), cause=cause()) == log.position()


def test_a_session_that_ended_while_idle_is_replaced_unnoticed(
    database: str, log: PostgresEventLog
) -> None:
    log.save(claimed(), cause=cause())
    end_sessions(database)
    assert log.save(claimed(), cause=cause()) == log.position()
    assert len(everything(log)) == 2


def test_sessions_ended_in_mid_commit_lose_nothing_that_was_acknowledged(database: str) -> None:
    acknowledged: Counter[UUID] = Counter()
    killed: set[object] = set()
    stop = threading.Event()

    def save_on(_number: int) -> int:
        refused = 0
        while not stop.is_set():
            slot = claimed()
            try:
                log.save(slot, cause=cause())
                acknowledged[slot.id] += 1
            except StoreUnavailable:
                refused += 1
        return refused

    with open_log(database) as log:
        killer = threading.Thread(target=kill_savers, args=(database, killed, stop))
        killer.start()
        began = time.monotonic()
        answers = at_once(save_on, 20)
        assert time.monotonic() - began < 60
        assert [answer for answer in answers if not isinstance(answer, int)] == []
        held = Counter(recorded.aggregate_id for recorded in everything(log))
        killer.join(timeout=10)
    assert len(killed) >= 40
    assert set(held.values()) == {1}
    assert acknowledged.keys() <= held.keys()
    assert len(acknowledged) > 0


def kill_savers(database: str, killed: set[object], stop: threading.Event) -> None:
    """End sessions that are recording at this moment, 40 in all, then say `stop`."""
    deadline = time.monotonic() + 50
    try:
        with connect_owner(database) as connection:
            while len(killed) < 40 and time.monotonic() < deadline:
                for (pid,) in connection.execute(_RECORDING).fetchall():
                    connection.execute("SELECT pg_terminate_backend(%s)", [pid])
                    killed.add(pid)
                stop.wait(0.02)  # in which some may record
    finally:
        stop.set()


def queued(database: str) -> list[object]:
    """The ids of the runs that are queued."""
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT args->>'run_id' FROM jobs.procrastinate_jobs")
        return [run_id for (run_id,) in rows]
