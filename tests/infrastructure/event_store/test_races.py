"""Many at once: no event is missed, no version is given twice, nobody waits for ever."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from uuid import uuid4

import psycopg
import pytest

from application.errors import StoreUnavailable, VersionConflict
from application.ports import Recorded
from infrastructure.event_store.event_log import PostgresEventLog
from tests.support.programs import connect_owner
from tests.support.recording import at_once, cause, claimed, everything, of_kind, open_log

WRITERS, SAVES = 16, 25


def test_a_tailing_reader_misses_nothing_while_sixteen_write(database: str) -> None:
    """Half the writers share transactions, half have a log and so a transaction of their own."""
    tail = Tail(database)
    with open_log(database) as shared:

        def write(writer: int) -> list[int]:
            if writer % 2:
                return [shared.save(claimed(), claimed(), cause=cause()) for _ in range(SAVES)]
            with open_log(database, pool_size=1) as own:
                return [own.save(claimed(), claimed(), cause=cause()) for _ in range(SAVES)]

        answers = at_once(write, WRITERS)
        seen = tail.up_to(shared.position())
        positions = [recorded.position for recorded in seen]
        assert len(seen) == WRITERS * SAVES * 2
        assert positions == sorted(set(positions))
        assert [r.aggregate_id for r in seen] == [r.aggregate_id for r in everything(shared)]
        told = {position for answer in answers if isinstance(answer, list) for position in answer}
        assert len(told) == WRITERS * SAVES


def test_nobody_records_past_a_transaction_that_has_not_committed(
    database: str, log: PostgresEventLog
) -> None:
    """Else a reader at the later position would never see the earlier one."""
    with connect_owner(database) as earlier, ThreadPoolExecutor(1) as later:
        with earlier.transaction():
            earlier.execute(
                "SELECT events.record_events(ARRAY[%s]::uuid[], '{1}', '{run_slot.lost}', '{a}')",
                [uuid4()],
            )
            saving = later.submit(log.save, claimed(), cause=cause())
            assert wait([saving], timeout=0.3).not_done == {saving}
            assert log.position() == 0
        assert saving.result(timeout=5) == 2


def test_twenty_savers_of_one_log_are_each_told_their_own_position(log: PostgresEventLog) -> None:
    slots = [claimed() for _ in range(20)]
    answers = at_once(lambda n: log.save(slots[n], cause=cause()), 20)
    held = {recorded.aggregate_id: recorded.position for recorded in everything(log)}
    assert answers == [held[slot.id] for slot in slots]


def test_of_twenty_who_want_one_version_one_wins(database: str, log: PostgresEventLog) -> None:
    slot_id = uuid4()
    with open_log(database) as other:
        logs = (log, other)
        answers = at_once(lambda n: logs[n % 2].save(claimed(slot_id), cause=cause()), 20)
    assert len(of_kind(answers, VersionConflict)) == 19
    assert [answer for answer in answers if isinstance(answer, int)] == [log.position()]
    assert len(everything(log)) == 1


def test_a_lock_that_stays_taken_is_waited_for_and_given_up(
    database: str, log: PostgresEventLog
) -> None:
    began = time.monotonic()
    with held_lock(database), pytest.raises(StoreUnavailable):
        log.save(claimed(), cause=cause())
    assert 4 < time.monotonic() - began < 60  # a hang guard
    assert log.position() == 0
    assert log.save(claimed(), cause=cause()) > 0


def test_when_all_connections_are_in_use_the_answer_comes_soon(database: str) -> None:
    with open_log(database, pool_size=1) as log, log._datastore.get_connection():
        began = time.monotonic()
        answers = at_once(lambda n: ask(log, n), 4)
        assert time.monotonic() - began < 30  # a hang guard
    assert len(of_kind(answers, StoreUnavailable)) == 4


def ask(log: PostgresEventLog, number: int) -> object:
    """One of the four things a log is asked."""
    asking = (
        lambda: log.save(claimed(), cause=cause()),
        log.position,
        lambda: log.read(0, 1),
        lambda: log.existing([uuid4()]),
    )
    return asking[number]()


def held_lock(database: str) -> psycopg.Connection[tuple[object, ...]]:
    """A connection that has taken the lock of the event table, until it is closed."""
    connection = connect_owner(database)
    connection.autocommit = False
    connection.execute("LOCK TABLE events.stored_events IN EXCLUSIVE MODE")
    return connection


class Tail:
    """A reader that follows the log while others write."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._until: int | None = None
        self._seen: list[Recorded] = []
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()

    def up_to(self, position: int) -> list[Recorded]:
        """What it saw, once it has come to `position`."""
        self._until = position
        self._thread.join(timeout=20)
        assert not self._thread.is_alive()
        return self._seen

    def _follow(self) -> None:
        deadline = time.monotonic() + 30
        with open_log(self._database, pool_size=1) as log:
            after = 0
            while after != self._until and time.monotonic() < deadline:
                for recorded in log.read(after, 7):
                    after = recorded.position
                    self._seen.append(recorded)
