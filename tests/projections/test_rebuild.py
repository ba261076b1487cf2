"""A room is built anew beside its live rows: they serve meanwhile, and the new ones win."""

import threading
from collections.abc import Iterator, MutableMapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec
import pytest

from application.errors import RoomBusy, RoomStopped, RoomUnknown, StoreUnavailable
from application.ports import Recorded
from domain.run_slot import RunSlot
from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.postgres import Pool
from projections.comparing import Comparison, Difference
from projections.rebuild import Progress, Rebuilding
from projections.room import Room
from projections.row_table import Key, RowTable
from tests.support.forking import forking
from tests.support.programs import connect_owner
from tests.support.recording import at_once, cause, claimed, open_log
from tests.support.rooms import room_pool, rows_of, tally, upkeep_of
from tests.support.waiting import eventually

MANY = 10_000
HANG_GUARD_S = 60


class SlotRow(msgspec.Struct, frozen=True):
    """A slot that was claimed, and by what."""

    slot_id: UUID
    position: int
    run: str | None


def _fold(rows: MutableMapping[Key, SlotRow], recorded: Recorded) -> None:
    rows[(recorded.aggregate_id,)] = SlotRow(recorded.aggregate_id, recorded.position, None)


SLOTS = Room(
    name="slots",
    version=1,
    fed_by=frozenset({RunSlot.Claimed}),
    table=RowTable("slots", SlotRow, key=["slot_id"], indexes=[["position"]]),
    keys=lambda recorded: [(recorded.aggregate_id,)],
    fold=_fold,
)


def record(log: PostgresEventLog, how_many: int, first: int = 1) -> int:
    """Claim slots with ids that follow each other; the position of the last."""
    slots = [claimed(UUID(int=first + number)) for number in range(how_many)]
    return log.save(*slots, cause=cause())


def lived_in(log: PostgresEventLog, pool: Pool, room: Room[SlotRow] = SLOTS) -> None:
    """Bring a room to where the log is, as a program that has just started does."""
    upkeep = upkeep_of(log, pool, room)
    upkeep.prepare()
    assert upkeep.rooms.catch_up(log.position(), timeout_s=HANG_GUARD_S)


@contextmanager
def under_way(
    log: PostgresEventLog, pool: Pool, room: Room[SlotRow] = SLOTS
) -> Iterator[threading.Event]:
    """A rebuild that stands in the middle of its log until the event is set, at the latest here."""
    begun, go_on = threading.Event(), threading.Event()

    def wait(_: Progress) -> None:
        begun.set()
        assert go_on.wait(HANG_GUARD_S)

    with ThreadPoolExecutor(1) as thread:
        rebuilding = thread.submit(Rebuilding(log, pool, room, wait).rebuild)
        assert begun.wait(HANG_GUARD_S)
        try:
            yield go_on
        finally:
            go_on.set()
        rebuilding.result(HANG_GUARD_S)


def test_live_rows_that_are_wrong_are_told_by_verifying_and_changed_by_nobody(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    last = record(log, 4)
    lived_in(log, pool)
    spoil(database)
    before = rows_of(SLOTS, pool)
    found = upkeep_of(log, pool, SLOTS).verify("slots")
    assert (found.room, found.position) == ("slots", last)
    assert found.comparison == Comparison(rows=4, rows_live=4, differing=3)
    surplus = {"slot_id": str(UUID(int=99)), "position": 7, "run": "never"}
    lost = {"slot_id": str(UUID(int=3)), "position": 3, "run": None}
    assert found.differences == (
        Difference({"slot_id": str(UUID(int=2))}, {"position": 20}, {"position": 2}),
        Difference({"slot_id": str(UUID(int=3))}, None, lost),
        Difference({"slot_id": str(UUID(int=99))}, surplus, None),
    )
    assert rows_of(SLOTS, pool) == before
    assert tables_anew(database) == []


def test_of_many_differences_the_first_are_listed_and_all_counted(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 50)
    lived_in(log, pool)
    with connect_owner(database) as connection:
        connection.execute("UPDATE rooms.slots SET run = 'other'")
    found = upkeep_of(log, pool, SLOTS).verify("slots", most=2)
    assert found.comparison.differing == 50
    assert [one.key["slot_id"] for one in found.differences] == [
        str(UUID(int=1)),
        str(UUID(int=2)),
    ]


def test_rows_that_are_right_do_not_differ(log: PostgresEventLog, pool: Pool) -> None:
    record(log, 50)
    lived_in(log, pool)
    found = upkeep_of(log, pool, SLOTS).verify("slots")
    assert (found.comparison, found.differences) == (Comparison(50, 50, 0), ())


def test_a_rebuild_mends_what_differs_and_tells_how_many_rows_did(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 4)
    lived_in(log, pool)
    right = rows_of(SLOTS, pool)
    spoil(database)
    upkeep = upkeep_of(log, pool, SLOTS)
    assert upkeep.rebuild("slots") == Comparison(rows=4, rows_live=4, differing=3)
    assert rows_of(SLOTS, pool) == right
    assert upkeep.rebuild("slots") == Comparison(rows=4, rows_live=4, differing=0)
    assert indexes_of(database) == ["slots_pkey", "slots_position_idx"]


def test_live_rows_serve_and_are_advanced_while_others_are_made(
    log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 20)
    lived_in(log, pool)
    with under_way(log, pool):
        record(log, 3, first=100)
        lived_in(log, pool)
        assert len(rows_of(SLOTS, pool)) == 23
    assert len(rows_of(SLOTS, pool)) == 23
    assert upkeep_of(log, pool, SLOTS).verify("slots").comparison == Comparison(23, 23, 0)


def test_another_rebuild_of_the_room_is_refused_and_of_another_room_is_not(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 20)
    lived_in(log, pool)
    other = tally()
    upkeep_of(log, pool, other).prepare()
    with under_way(log, pool), room_pool(database) as elsewhere:
        for refused in ("rebuild", "verify", "ask"):
            with pytest.raises(RoomBusy, match="slots is being rebuilt"):
                getattr(upkeep_of(log, elsewhere, SLOTS), refused)("slots")
        assert upkeep_of(log, elsewhere, other).rebuild("tally") == Comparison(0, 0, 0)
    assert upkeep_of(log, pool, SLOTS).rebuild("slots") == Comparison(20, 20, 0)


def test_of_many_who_rebuild_at_once_one_does_at_a_time(log: PostgresEventLog, pool: Pool) -> None:
    record(log, MANY)
    lived_in(log, pool)
    answers = at_once(lambda _: Rebuilding(log, pool, SLOTS).rebuild(), 3)
    done = [answer for answer in answers if not isinstance(answer, RoomBusy)]
    assert done == [Comparison(MANY, MANY, 0)] * len(done)
    assert done


def test_no_room_of_another_name_is_rebuilt(log: PostgresEventLog, pool: Pool) -> None:
    upkeep = upkeep_of(log, pool, SLOTS)
    for asked in (upkeep.rebuild, upkeep.verify, upkeep.ask):
        with pytest.raises(RoomUnknown):
            asked("nothing")


def test_readers_see_whole_answers_while_a_room_is_rebuilt_again_and_again(
    log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 500)
    lived_in(log, pool)
    stop = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            try:
                return sum(Rebuilding(log, pool, SLOTS).rebuild() is not None for _ in range(10))
            finally:
                stop.set()
        read = 0
        while not stop.is_set():
            assert len(rows_of(SLOTS, pool)) == 500
            read += 1
        return read

    rebuilt, *read = at_once(work, 4)
    assert rebuilt == 10
    assert all(isinstance(times, int) and times > 0 for times in read), read


def test_under_load_of_several_processes_nothing_is_lost_or_counted_twice(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    lived_in(log, pool)
    with ProcessPoolExecutor(2, mp_context=forking()) as processes:
        working = [processes.submit(record_and_advance, database, number) for number in (1, 2)]
        rebuilt = 0
        while not all(work.done() for work in working):
            upkeep_of(log, pool, SLOTS).rebuild("slots")
            rebuilt += 1
        assert [work.result(HANG_GUARD_S) for work in working] == [True, True]
    assert rebuilt > 1
    lived_in(log, pool)
    assert upkeep_of(log, pool, SLOTS).verify("slots").comparison == Comparison(600, 600, 0)


def test_a_reader_who_holds_the_table_lets_the_others_read_and_delays_the_swap(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 5)
    lived_in(log, pool)
    spoil(database)
    with ThreadPoolExecutor(1) as thread, connect_owner(database) as slow:
        with slow.transaction():
            slow.execute("SELECT FROM rooms.slots")
            rebuilding = thread.submit(Rebuilding(log, pool, SLOTS).rebuild)
            assert eventually(lambda: waits_for_the_table(database))
            for _ in range(20):
                assert len(rows_of(SLOTS, pool)) == 5
            assert not rebuilding.done()
        assert rebuilding.result(HANG_GUARD_S) == Comparison(5, 5, 3)


def test_a_swap_that_is_taken_back_takes_no_rows_with_it(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    """The last events are taken in within it: after that it is not tried again with less."""
    record(log, 5)
    lived_in(log, pool)

    class Overtaken(Rebuilding):
        """Live rows go ahead as the swap begins, and somebody holds what it writes in the end."""

        def _replace(self, *given: Any) -> bool:
            if log.position() > 5:
                return super()._replace(*given)
            record(log, 5, first=6)
            lived_in(log, pool)
            with connect_owner(database) as other, other.transaction():
                other.execute("SELECT FROM upkeep.rebuilds WHERE room = 'slots' FOR UPDATE")
                return super()._replace(*given)

    with pytest.raises(StoreUnavailable):
        Overtaken(log, pool, SLOTS).rebuild()
    assert len(rows_of(SLOTS, pool)) == 10
    assert Rebuilding(log, pool, SLOTS).rebuild() == Comparison(10, 10, 0)
    assert len(rows_of(SLOTS, pool)) == 10


def test_a_rebuild_stops_at_an_event_that_cannot_be_folded_and_leaves_the_rows(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 40)
    lived_in(log, pool, SLOTS)
    before = rows_of(SLOTS, pool)

    def failing(rows: MutableMapping[Key, SlotRow], recorded: Recorded) -> None:
        if recorded.position == 37:
            raise ZeroDivisionError("a defect")
        _fold(rows, recorded)

    upkeep = upkeep_of(log, pool, replace(SLOTS, fold=failing))
    with pytest.raises(RoomStopped, match=r"run_slot.claimed at position 37") as stopped:
        upkeep.rebuild("slots")
    assert "a defect" not in str(stopped.value)
    assert rows_of(SLOTS, pool) == before
    assert tables_anew(database) == []
    assert upkeep_of(log, pool, SLOTS).rebuild("slots") == Comparison(40, 40, 0)


def test_a_rebuild_stops_at_an_event_that_cannot_be_read(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 40)
    lived_in(log, pool)
    with connect_owner(database) as connection:
        connection.execute(
            "UPDATE events.stored_events SET state = '{}' WHERE notification_id = 23"
        )
    upkeep = upkeep_of(log, pool, SLOTS)
    with pytest.raises(RoomStopped) as stopped:
        upkeep.rebuild("slots")
    assert "position 23, run_slot.claimed" in stopped.value.error
    assert len(rows_of(SLOTS, pool)) == 40


def spoil(database: str) -> None:
    """Change a live row, lose another, make one up."""
    with connect_owner(database) as connection:
        connection.execute("UPDATE rooms.slots SET position = 20 WHERE position = 2")
        connection.execute("DELETE FROM rooms.slots WHERE position = 3")
        connection.execute("INSERT INTO rooms.slots VALUES (%s, 7, 'never')", [UUID(int=99)])


def record_and_advance(database: str, number: int) -> bool:
    """What a process does: record, and bring the room to it, many times."""
    with open_log(database) as log, room_pool(database) as pool:
        rooms = upkeep_of(log, pool, SLOTS).rooms
        return all(
            rooms.catch_up(record(log, 3, 1000 * number + 3 * nth), timeout_s=HANG_GUARD_S)
            for nth in range(100)
        )


def tables_anew(database: str) -> list[object]:
    """The tables that stand beside live ones."""
    with connect_owner(database) as connection:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'rooms_anew'"
        return [name for (name,) in connection.execute(query)]


def indexes_of(database: str) -> list[str]:
    """The names of the indexes of the live table."""
    with connect_owner(database) as connection:
        query = (
            "SELECT indexname FROM pg_indexes WHERE schemaname = 'rooms' AND tablename = 'slots'"
        )
        return sorted(str(name) for (name,) in connection.execute(query))


def waits_for_the_table(database: str) -> bool:
    """Whether somebody waits to have the live table for itself."""
    with connect_owner(database) as connection:
        query = "SELECT FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"
        return connection.execute(query).rowcount > 0
