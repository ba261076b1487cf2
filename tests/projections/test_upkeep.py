"""Rebuilds that are asked for are worked off; a program of another version builds its own rooms."""

import threading
from collections.abc import Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import uuid4

import msgspec
import pytest
from psycopg import sql
from structlog.testing import capture_logs

from application.errors import RoomBusy, RoomStopped
from application.ports import Recorded
from domain.run_slot import RunSlot
from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.postgres import Pool
from projections.rebuild_record import MOST_ATTEMPTS
from projections.room import Room
from projections.row_table import Key, RowTable
from projections.upkeep import RoomStanding, Upkeep
from tests.support.programs import connect_owner
from tests.support.recording import at_once, cause, claimed, open_log
from tests.support.rooms import TallyRow, rows_of, tally, upkeep_of
from tests.support.waiting import eventually

TALLY = tally()
NEXT = tally(version=2, step=10)
NEVER = threading.Event()
HANG_GUARD_S = 60


class CountRow(msgspec.Struct, frozen=True):
    """A tally with a column that others do not have."""

    name: str
    events: int
    note: str


def counting(name: str = "tally") -> Room[CountRow]:
    """Version 3 of the tally, whose rows are of other columns."""

    def fold(rows: MutableMapping[Key, CountRow], recorded: Recorded) -> None:
        before = rows.get((name,), CountRow(name, 0, ""))
        rows[(name,)] = CountRow(name, before.events + 1, f"last {recorded.position}")

    table = RowTable(name, CountRow, key=["name"])
    return Room(name, 3, frozenset({RunSlot.Claimed}), table, lambda _: [(name,)], fold)


def started(log: PostgresEventLog, pool: Pool, *rooms: Room[Any]) -> Upkeep:
    """A program that has just started, and has caught up."""
    upkeep = upkeep_of(log, pool, *rooms)
    upkeep.prepare()
    upkeep.rooms.catch_up(log.position())
    return upkeep


def record(log: PostgresEventLog, how_many: int) -> int:
    """Record that many events; the position of the last."""
    return log.save(*(claimed() for _ in range(how_many)), cause=cause())


def standing(upkeep: Upkeep) -> RoomStanding:
    """How the only room stands."""
    [one] = upkeep.standings(datetime.now(UTC))
    return one


def test_what_was_asked_for_is_told_worked_off_and_told_again(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    last = record(log, 5)
    upkeep = started(log, pool, TALLY)
    assert (standing(upkeep).state, standing(upkeep).rebuilt) == ("current", None)
    spoil(database)
    upkeep.ask("tally", uuid4())
    asked = standing(upkeep)
    assert (asked.state, asked.rebuild and asked.rebuild.state) == ("rebuilding", "waiting")
    with pytest.raises(RoomBusy):
        upkeep.ask("tally")

    upkeep.work_off(NEVER)
    told = standing(upkeep)
    assert (told.state, told.rebuild, told.rows) == ("current", None, 1)
    done = told.rebuilt
    assert done
    assert (done.state, done.position, done.goal, done.events) == ("done", last, last, 5)
    assert (done.percent, done.rows, done.rows_live, done.differing) == (100.0, 1, 1, 1)
    assert done.begun_at
    assert done.ended_at
    assert done.asked_at <= done.begun_at <= done.ended_at
    upkeep.ask("tally")


def test_a_worker_takes_up_what_is_asked_for_elsewhere(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 5)
    upkeep, stop = started(log, pool, TALLY), threading.Event()
    spoil(database)
    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(started(log, pool, TALLY).work, stop)
        upkeep.ask("tally")
        eventually(lambda: standing(upkeep).rebuilt)
        stop.set()
        working.result(HANG_GUARD_S)
    assert rows_of(TALLY, pool) == tallied(5)


def test_a_rebuild_that_fails_is_told_with_event_and_error(
    log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 50)
    started(log, pool, TALLY)
    upkeep = upkeep_of(log, pool, tally(fails_at=[37]))
    upkeep.ask("tally")
    upkeep.work_off(NEVER)
    failed = standing(upkeep).rebuild
    assert failed
    assert (failed.state, failed.error) == ("failed", "run_slot.claimed at position 37: a defect")
    assert rows_of(TALLY, pool) == tallied(50)

    mended = upkeep_of(log, pool, TALLY)
    mended.rebuild("tally")
    assert standing(mended).rebuild is None


def test_how_far_a_room_is_behind_is_told_in_events_and_seconds(
    log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 2)
    upkeep = started(log, pool, TALLY)
    last = record(log, 3)
    [told] = upkeep.standings(datetime.now(UTC) + timedelta(hours=1))
    assert (told.state, told.position, told.lag_events) == ("behind", last - 3, 3)
    assert 3600 <= told.lag_s < 3600 + 10 * HANG_GUARD_S


@pytest.mark.parametrize("spoilt", ["topic = 'nobody.knows'", "state = '{}'"])
def test_how_far_it_is_behind_is_told_where_it_lacks_an_event_that_cannot_be_read(
    database: str, log: PostgresEventLog, pool: Pool, spoilt: LiteralString
) -> None:
    record(log, 2)
    upkeep = started(log, pool, TALLY)
    with open_log(database) as another:
        record(another, 3)
    with connect_owner(database) as connection:
        connection.execute(f"UPDATE events.stored_events SET {spoilt} WHERE notification_id = 3")
    [told] = upkeep.standings(datetime.now(UTC) + timedelta(hours=1))
    assert (told.state, told.position, told.lag_events) == ("behind", 2, 3)
    assert 3600 <= told.lag_s < 3600 + 10 * HANG_GUARD_S


def test_a_room_that_stopped_tells_the_event_and_the_error(
    log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 5)
    told = standing(started(log, pool, tally(fails_at=[3])))
    assert (told.state, told.position) == ("stopped", 2)
    assert told.error == "run_slot.claimed at position 3: a defect"


def test_a_rebuild_that_was_cut_short_again_and_again_is_given_up(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 5)
    upkeep = started(log, pool, TALLY)
    upkeep.ask("tally")
    with connect_owner(database) as connection:
        connection.execute(
            "UPDATE upkeep.rebuilds SET attempts = %s, begun_at = now()", [MOST_ATTEMPTS]
        )
    told = standing(upkeep).rebuild
    assert told
    assert told.state == "interrupted"
    upkeep.work_off(NEVER)
    given_up = standing(upkeep).rebuild
    assert given_up
    assert given_up.error == "It was begun 5 times and never came to an end."
    assert standing(upkeep).rebuilt is None


def test_one_that_is_stopped_with_its_program_is_taken_up_by_the_next(
    log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 5)
    upkeep, ending = started(log, pool, TALLY), threading.Event()

    def fold(rows: MutableMapping[Key, TallyRow], recorded: Recorded) -> None:
        ending.set()
        TALLY.fold(rows, recorded)

    upkeep.ask("tally")
    upkeep_of(log, pool, replace(TALLY, fold=fold)).work_off(ending)
    told = standing(upkeep).rebuild
    assert told
    assert told.state == "interrupted"
    upkeep.work_off(NEVER)
    assert standing(upkeep).rebuilt


def test_rows_of_the_version_before_serve_until_the_new_ones_are_built(
    log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 5)
    earlier = started(log, pool, TALLY)
    later = started(log, pool, NEXT)
    assert rows_of(NEXT, pool) == tallied(5)
    assert later.rooms.standing_still == {"tally"}
    told = standing(later)
    assert (told.state, told.stands_still) == ("rebuilding", True)
    last = record(log, 1)
    assert earlier.rooms.catch_up(last)

    later.work_off(NEVER)
    assert rows_of(NEXT, pool) == tallied(6, step=10)
    assert later.rooms.catch_up(record(log, 1))
    assert later.rooms.standing_still == set()
    told = standing(later)
    assert (told.state, told.stands_still, told.rows) == ("current", False, 1)
    assert told.rebuilt
    assert (told.rebuilt.version, told.rebuilt.differing) == (2, None)


def test_a_worker_of_the_version_before_leaves_a_rebuild_to_those_it_is_asked_of(
    log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 5)
    earlier = started(log, pool, TALLY)
    later = started(log, pool, NEXT)
    earlier.work_off(NEVER)
    assert rows_of(TALLY, pool) == tallied(5)
    told = standing(later).rebuild
    assert told
    assert (told.state, told.version) == ("waiting", 2)
    with pytest.raises(RoomBusy):
        earlier.ask("tally")

    later.work_off(NEVER)
    assert rows_of(NEXT, pool) == tallied(5, step=10)
    assert standing(later).rebuild is None


def test_a_rebuild_that_is_under_way_ends_none_that_a_later_version_asked_for_meanwhile(
    log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 5)
    begun = started(log, pool, TALLY)

    def fold(rows: MutableMapping[Key, TallyRow], recorded: Recorded) -> None:
        if recorded.position == 5:
            started(log, pool, NEXT)
            raise ZeroDivisionError("a defect")
        TALLY.fold(rows, recorded)

    begun.ask("tally")
    upkeep_of(log, pool, replace(TALLY, fold=fold)).work_off(NEVER)
    later = upkeep_of(log, pool, NEXT)
    told = standing(later).rebuild
    assert told
    assert (told.state, told.version, told.percent) == ("waiting", 2, 0.0)
    later.work_off(NEVER)
    assert rows_of(NEXT, pool) == tallied(5, step=10)


def test_a_program_that_needs_its_own_rows_builds_them_though_a_later_one_asked(
    log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 5)
    started(log, pool, TALLY)
    started(log, pool, tally(version=4))
    room = counting()
    started(log, pool, room)
    assert rows_of(room, pool) == {("tally",): CountRow("tally", 5, "last 5")}


def test_rows_of_other_columns_are_replaced_before_the_program_answers(
    log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 5)
    earlier = started(log, pool, TALLY)
    room = counting()
    started(log, pool, room)
    assert rows_of(room, pool) == {("tally",): CountRow("tally", 5, "last 5")}
    assert not earlier.rooms.catch_up(record(log, 1))


def test_rows_with_other_things_in_their_columns_are_replaced_as_well(
    log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 5)
    started(log, pool, nesting(NestedRow))
    room = replace(nesting(OtherRow), version=2)
    started(log, pool, room)
    assert [row.parts.new for row in rows_of(room, pool).values()] == ["5"]


def test_a_program_that_cannot_build_what_it_reads_does_not_start_and_the_other_goes_on(
    log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 5)
    earlier = started(log, pool, TALLY)

    def fold(rows: MutableMapping[Key, CountRow], recorded: Recorded) -> None:
        raise ZeroDivisionError("a defect")

    for _ in range(2):
        with pytest.raises(RoomStopped, match=r"run_slot.claimed at position 1"):
            started(log, pool, replace(counting(), fold=fold))
    assert rows_of(TALLY, pool) == tallied(5)
    assert earlier.rooms.catch_up(record(log, 1))


def test_whatever_disturbs_a_rebuild_the_worker_goes_on(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    record(log, 5)
    other = tally("other")
    upkeep = started(log, pool, TALLY, other)
    for name in ("tally", "other"):
        upkeep.ask(name)
    with pool.connection() as connection:
        connection.execute("DROP TABLE rooms.tally")
    with capture_logs() as said:
        upkeep.work_off(NEVER)
    assert [line["event"] for line in said] == ["rebuild_disturbed", "room_rebuilt"]
    with connect_owner(database) as owner:
        left = owner.execute("SELECT FROM pg_tables WHERE schemaname = 'rooms_anew'")
        assert left.rowcount == 0


def test_of_many_programs_that_start_at_once_one_builds_and_all_have_it(
    log: PostgresEventLog, pool: Pool
) -> None:
    last = record(log, 500)
    started(log, pool, TALLY)

    def start(_: int) -> bool:
        return started(log, pool, counting()).rooms.catch_up(last)

    assert at_once(start, 4) == [True] * 4
    assert rows_of(counting(), pool) == {("tally",): CountRow("tally", 500, "last 500")}


def test_what_killed_processes_left_is_dropped_by_the_next_start(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    with pool.connection() as connection:
        TALLY.table.anew().create(connection)
    started(log, pool, TALLY)
    with connect_owner(database) as owner:
        left = owner.execute("SELECT FROM pg_tables WHERE schemaname = 'rooms_anew'")
        assert left.rowcount == 0


class NestedPart(msgspec.Struct, frozen=True):
    """What is in a column of the one."""

    old: str


class OtherPart(msgspec.Struct, frozen=True):
    """What is in the same column of the other."""

    new: str


class NestedRow(msgspec.Struct, frozen=True):
    """A row with a column of JSON."""

    name: str
    parts: NestedPart


class OtherRow(msgspec.Struct, frozen=True):
    """The same with other JSON."""

    name: str
    parts: OtherPart


def nesting(kind: Callable[..., Any]) -> Room[Any]:
    """A room whose rows hold JSON."""

    def fold(rows: MutableMapping[Key, Any], recorded: Recorded) -> None:
        part = (NestedPart if kind is NestedRow else OtherPart)(str(recorded.position))
        rows[("nested",)] = kind("nested", part)

    row_type: Any = kind
    table = RowTable("nested", row_type, key=["name"])
    return Room("nested", 1, frozenset({RunSlot.Claimed}), table, lambda _: [], fold)


def tallied(last: int, step: int = 1) -> dict[tuple[str], TallyRow]:
    """What a tally says after the events from 1 to `last`."""
    return {("tally",): TallyRow("tally", last * step, last * (last + 1) // 2, last)}


def spoil(database: str) -> None:
    """Write over a live row."""
    with connect_owner(database) as connection:
        query = sql.SQL("UPDATE rooms.{} SET events = 1000").format(sql.Identifier("tally"))
        connection.execute(query)
