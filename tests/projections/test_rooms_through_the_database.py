"""Every room: what is in the database is the fold of the log, however it came there."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from psycopg import sql

from domain.kernel import Aggregate, Event
from domain.portfolio import Portfolio
from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.postgres import Pool
from interfaces.rooms import ROOMS
from projections.audit_log.postgres import ROOM as AUDIT_LOG
from projections.catch_up import CatchUp
from projections.comparing import Comparison
from projections.room import Room
from projections.rows_anew import RowsAnew
from tests.projections.edited_positions import edited
from tests.projections.imported_files import eventful
from tests.projections.measured import measured
from tests.support.books import PORTFOLIO
from tests.support.events import called_otherwise
from tests.support.recording import cause, everything
from tests.support.rooms import History, folded, rows_of, upkeep_of
from tests.support.stories import whole_story

NAMES = [room.name for room in ROOMS]
TOLD_APART = [room for room in ROOMS if room is not AUDIT_LOG]
"""The rooms that take some events otherwise than others."""


class Stream(Aggregate):
    """Any stream: what it records changes nothing in it."""

    TOPIC = "any"

    def append(self, event: Event) -> None:
        """Take an event to be recorded next."""
        self._pending.append(event)
        self.version += 1


@pytest.fixture
def recorded(log: PostgresEventLog) -> int:
    """The position of the log after everything."""
    return list(tell(log))[-1]


@pytest.mark.parametrize("room", TOLD_APART, ids=lambda room: room.name)
def test_the_story_feeds_every_room_with_every_event_it_knows(room: Room[Any]) -> None:
    told = {type(one.event) for one in everything_that_happened().recorded}
    unheard = {kind.TOPIC for kind in room.fed_by - told}
    assert unheard <= {"calculation_run.failed"}


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_rows_are_the_fold_of_the_log(
    log: PostgresEventLog, pool: Pool, recorded: int, room: Room[Any]
) -> None:
    rooms = CatchUp(log, pool, ROOMS)
    assert rooms.catch_up(recorded, NAMES)
    rows = rows_of(room, pool)
    assert rows == folded(room, everything(log))
    assert len(rows) > 0
    assert CatchUp(log, pool, ROOMS).catch_up(recorded, NAMES)
    assert rows_of(room, pool) == rows


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_rebuild_is_the_same_row_by_row(
    log: PostgresEventLog, pool: Pool, recorded: int, room: Room[Any]
) -> None:
    CatchUp(log, pool, ROOMS).catch_up(recorded, NAMES)
    before = rows_of(room, pool)
    compared = upkeep_of(log, pool, *ROOMS).rebuild(room.name)
    assert compared == Comparison(rows=len(before), rows_live=len(before), differing=0)
    assert rows_of(room, pool) == before


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_rows_written_again_and_again_are_the_same(
    log: PostgresEventLog, pool: Pool, recorded: int, room: Room[Any]
) -> None:
    """Where hardly any fit into memory, each is appended, found again and replaced."""
    with pool.connection() as connection:
        connection.autocommit = True
        anew = RowsAnew(room, log, connection, most_rows=1)
        anew.table.create_bare(connection)
        for position in range(1, recorded + 1):
            anew.advance(position)
        anew.finish()
        rows = anew.table.select(connection, anew.table.query(sql.SQL("")), [])
    assert {anew.table.key_of(row): row for row in rows} == folded(room, everything(log))


def test_rooms_told_event_by_event_are_the_same_as_in_one_page(
    log: PostgresEventLog, pool: Pool
) -> None:
    rooms = CatchUp(log, pool, ROOMS)
    assert all(rooms.catch_up(position, NAMES) for position in tell(log))
    assert {room.name: rows_of(room, pool) for room in ROOMS} == {
        room.name: folded(room, everything(log)) for room in ROOMS
    }


def everything_that_happened() -> History:
    """The whole story, what files did to an account and hands to one, and the end of another."""
    story = measured(edited(eventful().told(whole_story())))
    return story.tell(PORTFOLIO, *called_otherwise(), Portfolio.Archived())


def tell(log: PostgresEventLog) -> Iterator[int]:
    """Record everything, event by event; the position after each."""
    for one in everything_that_happened().recorded:
        stream = Stream(one.aggregate_id)
        stream.version = one.version - 1
        stream.append(one.event)
        yield log.save(stream, cause=replace(cause(), causation=one.cause.causation))
