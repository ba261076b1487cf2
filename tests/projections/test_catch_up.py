"""Each event counts once in each room, whoever advances it; a defect stops one room, loudly."""

import multiprocessing
import threading
import time
from collections.abc import MutableMapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from structlog.testing import capture_logs

from application.ports import Recorded
from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.postgres import Pool
from projections.catch_up import PAGE, CatchUp
from projections.room import Room
from projections.row_table import Key
from tests.support.programs import connect_owner
from tests.support.recording import at_once, cause, claimed, only_reading, open_log
from tests.support.rooms import TallyRow, room_pool, rows_of, tally, upkeep_of
from tests.support.waiting import eventually

TALLY = tally()


def test_rooms_come_up_to_the_position_asked_for_in_pages(
    log: PostgresEventLog, pool: Pool
) -> None:
    rooms = prepared(log, pool, TALLY)
    last = record(log, PAGE + 10)
    assert rooms.catch_up(last)
    assert rooms.positions() == {"tally": last}
    assert rows_of(TALLY, pool) == counted(last)


def test_only_the_rooms_named_are_advanced(log: PostgresEventLog, pool: Pool) -> None:
    rooms = prepared(log, pool, TALLY, tally("other"))
    last = record(log, 3)
    assert rooms.catch_up(last, ["other"])
    assert rooms.positions() == {"tally": 0, "other": last}


def test_a_room_that_is_not_awaited_is_advanced_by_name_alone(
    log: PostgresEventLog, pool: Pool
) -> None:
    rooms = prepared(log, pool, TALLY, replace(tally("other"), is_awaited=False))
    last = record(log, 3)
    assert rooms.catch_up(last)
    assert rooms.positions() == {"tally": last, "other": 0}
    assert rooms.catch_up(last, ["other"])
    assert rooms.positions() == {"tally": last, "other": last}


def test_nobody_waits_for_the_fold_of_a_room_that_is_not_awaited(
    log: PostgresEventLog, pool: Pool
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(rows: MutableMapping[Key, Any], recorded: Recorded) -> None:
        begun.set()
        assert go_on.wait(60)

    behind = replace(tally("other"), fold=slow, is_awaited=False)
    rooms, last = prepared(log, pool, TALLY, behind), record(log, 3)
    with ThreadPoolExecutor(1) as thread:
        advancing = thread.submit(rooms.catch_up, last, ["other"], 60)
        assert begun.wait(60)
        assert rooms.catch_up(last)
        assert not advancing.done()
        go_on.set()
        assert advancing.result()


def test_catching_up_twice_counts_once(log: PostgresEventLog, pool: Pool) -> None:
    rooms, last = prepared(log, pool, TALLY), record(log, 5)
    assert rooms.catch_up(last)
    assert rooms.catch_up(last)
    assert prepared(log, pool, TALLY).catch_up(last)
    assert rows_of(TALLY, pool) == counted(last)


def test_who_does_not_know_that_another_program_advanced_them_asks_and_goes_on(
    log: PostgresEventLog, pool: Pool
) -> None:
    one, other = prepared(log, pool, TALLY), prepared(log, pool, TALLY)
    assert one.catch_up(record(log, 3))
    assert other.catch_up(record(log, 3))
    assert one.catch_up(record(log, 3))
    assert other.catch_up(record(log, PAGE))
    assert one.catch_up(record(log, 1))
    assert rows_of(TALLY, pool) == counted(9 + PAGE + 1)


def test_threads_and_programs_advancing_at_once_count_each_event_once(
    log: PostgresEventLog, pool: Pool
) -> None:
    one, other = (
        prepared(log, pool, TALLY, tally("twin")),
        prepared(log, pool, tally("twin"), TALLY),
    )

    def write_and_advance(number: int) -> bool:
        return all((one, other)[number % 2].catch_up(record(log, 3)) for _ in range(20))

    assert at_once(write_and_advance, 8) == [True] * 8
    assert rows_of(TALLY, pool) == counted(8 * 20 * 3)
    assert rows_of(tally("twin"), pool) == counted(8 * 20 * 3, "twin")


def test_processes_advancing_at_once_count_each_event_once(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    prepared(log, pool, TALLY)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["interfaces.bootstrap"])
    with ProcessPoolExecutor(2, mp_context=context) as processes:
        working = [processes.submit(advance_to, database, 600) for _ in range(2)]
        for _ in range(200):
            record(log, 3)
        assert [work.result(timeout=30) for work in working] == [True, True]
    assert rows_of(TALLY, pool) == counted(600)


def test_a_failing_room_stops_at_that_very_event_and_the_others_go_on(
    log: PostgresEventLog, pool: Pool
) -> None:
    rooms, last = prepared(log, pool, tally(fails_at=[37]), tally("other")), record(log, 100)
    with capture_logs() as said:
        assert not rooms.catch_up(last)
        assert not rooms.catch_up(last)
    assert rooms.positions() == {"tally": 36, "other": 100}
    assert rows_of(TALLY, pool) == counted(36)
    assert rows_of(tally("other"), pool) == counted(100, "other")
    assert rooms.failures == {"tally": "run_slot.claimed at position 37: a defect"}
    assert [(line["event"], line["log_level"], line["room"]) for line in said] == [
        ("room_stopped", "error", "tally")
    ]


def test_after_the_fix_the_room_goes_on_from_there(log: PostgresEventLog, pool: Pool) -> None:
    last = record(log, 100)
    prepared(log, pool, tally(fails_at=[37])).catch_up(last)
    fixed = prepared(log, pool, TALLY)
    assert fixed.catch_up(last)
    assert fixed.failures == {}
    assert rows_of(TALLY, pool) == counted(100)


def test_a_failure_that_passes_is_forgotten(log: PostgresEventLog, pool: Pool) -> None:
    defects = [2]
    rooms, last = prepared(log, pool, tally(fails_at=defects)), record(log, 5)
    assert not rooms.catch_up(last)
    defects.clear()
    assert rooms.catch_up(last)
    assert rooms.failures == {}
    assert rows_of(TALLY, pool) == counted(5)


def test_a_failure_that_another_program_got_past_is_forgotten(
    log: PostgresEventLog, pool: Pool
) -> None:
    defective = prepared(log, pool, tally(fails_at=[2]), tally("other"))
    last = record(log, 5)
    assert not defective.catch_up(last)
    assert prepared(log, pool, TALLY).catch_up(last)
    assert defective.catch_up(last)
    assert defective.failures == {}


def test_an_event_that_cannot_be_read_is_no_failure_of_a_room_that_another_program_brought_past_it(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    rooms = prepared(log, pool, TALLY)
    with open_log(database) as another:
        last = record(another, 3)
    change_topic(database, 2, "nobody.knows")
    assert not rooms.catch_up(last)
    with connect_owner(database) as connection:  # as one that can read it does
        connection.execute("UPDATE rooms.progress SET position = 2")
    assert rooms.catch_up(last)
    assert rooms.failures == {}


def test_an_event_that_cannot_be_read_stops_the_rooms_right_before_it(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    rooms = prepared(log, pool, TALLY)
    with open_log(database) as another:
        last = record(another, 30)
    change_topic(database, 23, "nobody.knows")
    assert not rooms.catch_up(last)
    assert rooms.positions() == {"tally": 22}
    assert "after position 22" in rooms.failures["tally"]
    change_topic(database, 23, "run_slot.claimed")
    assert rooms.catch_up(last)
    assert rooms.failures == {}
    assert rows_of(TALLY, pool) == counted(30)


def test_a_room_of_another_version_is_left_alone_and_named(
    log: PostgresEventLog, pool: Pool
) -> None:
    last = record(log, 5)
    earlier = prepared(log, pool, TALLY)
    later = CatchUp(log, pool, [tally(version=2, step=10), tally("other")])
    assert [room.version for room in later.prepare()] == [2]
    assert not later.catch_up(last)
    assert (later.failures, later.standing_still) == ({}, {"tally"})
    assert later.positions() == {"other": last}
    assert earlier.catch_up(last)
    assert rows_of(TALLY, pool) == counted(5)


def test_rooms_that_a_later_program_took_over_stand_still(
    log: PostgresEventLog, pool: Pool
) -> None:
    earlier = prepared(log, pool, TALLY)
    later = tally(version=2, step=10)
    upkeep_of(log, pool, later).rebuild("tally")
    last = record(log, 5)
    assert not earlier.catch_up(last)
    assert "another version" in earlier.failures["tally"]
    assert prepared(log, pool, later).catch_up(last)
    assert rows_of(TALLY, pool) == {("tally",): TallyRow("tally", 50, 15, 5)}


def test_preparing_many_times_at_once_creates_once(log: PostgresEventLog, pool: Pool) -> None:
    assert at_once(lambda _: CatchUp(log, pool, [TALLY]).prepare(), 8) == [[]] * 8
    assert rows_of(TALLY, pool) == {}


def test_who_waits_too_long_for_another_thread_is_told(log: PostgresEventLog, pool: Pool) -> None:
    rooms, last = prepared(log, pool, TALLY), record(log, 1)
    with rooms._turn:
        began = time.monotonic()
        assert not rooms.catch_up(last, timeout_s=0.2)
        assert 0.1 < time.monotonic() - began < 10
    assert rooms.catch_up(last)


def test_who_waits_too_long_for_another_process_is_told(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    rooms, last = prepared(log, pool, TALLY), record(log, 1)
    with connect_owner(database) as connection, connection.transaction():
        connection.execute("SELECT FROM rooms.progress FOR UPDATE")
        began = time.monotonic()
        assert not rooms.catch_up(last)
        assert time.monotonic() - began < 40
    assert rooms.catch_up(last)


def test_a_position_that_the_log_has_not_reached_is_not_waited_for(
    log: PostgresEventLog, pool: Pool
) -> None:
    rooms, last = prepared(log, pool, TALLY), record(log, 1)
    began = time.monotonic()
    assert not rooms.catch_up(last + 1)
    assert time.monotonic() - began < 10
    assert rows_of(TALLY, pool) == counted(1)


def test_a_database_that_does_not_answer_leaves_the_rooms_behind(
    database: str, log: PostgresEventLog
) -> None:
    with room_pool(database, size=1) as pool:
        rooms, last = prepared(log, pool, TALLY), record(log, 1)
        pool.timeout = 0.2
        with pool.connection(), capture_logs() as said:
            assert not rooms.catch_up(last)
        assert [line["event"] for line in said] == ["rooms_left_behind"]
        assert rooms.catch_up(last)


def test_a_database_that_is_kept_from_answering_is_asked_again_in_time(
    database: str, log: PostgresEventLog
) -> None:
    with room_pool(database, size=1) as pool, ThreadPoolExecutor(1) as thread:
        rooms, last = prepared(log, pool, TALLY), record(log, 1)
        pool.timeout = 0.2
        with pool.connection():
            catching_up = thread.submit(rooms.catch_up, last, timeout_s=30)
            eventually(lambda: refused(pool) > 1, 10, "two refusals")
        assert catching_up.result(timeout=30)


def refused(pool: Pool) -> int:
    """How often the pool had no connection to give in time."""
    return pool.get_stats().get("requests_errors", 0)


def prepared(log: PostgresEventLog, pool: Pool, *rooms: Room[TallyRow]) -> CatchUp:
    """The rooms of a program that has just started."""
    catch_up = CatchUp(log, pool, rooms)
    catch_up.prepare()
    return catch_up


def record(log: PostgresEventLog, how_many: int) -> int:
    """Record that many events in one save; the position of the last."""
    return log.save(*(claimed() for _ in range(how_many)), cause=cause())


def counted(last: int, name: str = "tally") -> dict[tuple[str], TallyRow]:
    """What a tally says after the events from 1 to `last`."""
    return {(name,): TallyRow(name, last, last * (last + 1) // 2, last)}


def advance_to(database: str, position: int) -> bool:
    """What a process does: advance the tally until it has come to `position`."""
    with open_log(database) as log, room_pool(database) as pool:
        rooms = CatchUp(log, pool, [TALLY])
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            rooms.catch_up(log.position())
            if log.position() == position:
                return rooms.catch_up(position)
        return False


def change_topic(database: str, position: int, topic: str) -> None:
    """Write over what nobody may write over."""
    with connect_owner(database) as connection:
        connection.execute(
            "UPDATE events.stored_events SET topic = %s WHERE notification_id = %s",
            [topic, position],
        )


def test_a_database_that_only_reads_for_a_while_stops_no_room(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    prepared(log, pool, TALLY)
    last = record(log, 3)
    with only_reading(database), room_pool(database) as reading:
        rooms = CatchUp(log, reading, [TALLY])
        assert not rooms.catch_up(last, timeout_s=0.1)
        assert rooms.failures == {}
    assert prepared(log, pool, TALLY).catch_up(last)
