"""Rows made anew wait in memory only as long as little of what they came by stays there."""

from collections.abc import Collection, Iterator, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import psycopg
import pytest

from application.ports import Recorded, Stretch
from domain.kernel import Event
from domain.run_slot import RunSlot
from infrastructure.postgres import Pool
from projections.room import Room
from projections.row_table import Key, RowTable
from projections.rows_anew import MOST_BYTES, RowsAnew
from tests.support.recording import cause, claimed


class ClaimRow(msgspec.Struct, frozen=True):
    """The latest claim of somebody."""

    name: str
    position: int


@dataclass(frozen=True)
class HeavyLog:
    """A log in which each event takes as many bytes as may wait, and comes alone."""

    last: int

    def next_at(self, after: int) -> datetime | None:
        """Nobody asks for it."""
        raise NotImplementedError

    def position(self) -> int:
        """See `LogToFold.position`."""
        return self.last

    def stretch(
        self,
        kinds: Collection[type[Event]],
        after: int,
        until: int,
        as_stored: Collection[str] = (),
    ) -> Stretch:
        """See `LogToFold.stretch`."""
        return Stretch(iter([claim(after + 1)]), after + 1, 1, MOST_BYTES + 1)


@dataclass(frozen=True)
class WholeLog(HeavyLog):
    """A log that comes in one stretch of light events, noting those that were read."""

    read_so_far: list[int]

    def stretch(
        self,
        kinds: Collection[type[Event]],
        after: int,
        until: int,
        as_stored: Collection[str] = (),
    ) -> Stretch:
        """See `LogToFold.stretch`."""
        return Stretch(self._each(), self.last, self.last, 1)

    def _each(self) -> Iterator[Recorded]:
        for position in range(1, self.last + 1):
            self.read_so_far.append(position)
            yield claim(position)


def claim(position: int) -> Recorded:
    """A claim recorded at a position."""
    return Recorded(
        position=position,
        aggregate_id=UUID(int=position),
        version=1,
        event=claimed().pending[0],
        occurred_at=datetime(2024, 1, 2, tzinfo=UTC),
        cause=cause(),
    )


def room_of(*names: str) -> Room[ClaimRow]:
    """A room of the claims of these, in turn."""

    def key(recorded: Recorded) -> Key:
        return (names[recorded.position % len(names)],)

    def fold(rows: MutableMapping[Key, ClaimRow], recorded: Recorded) -> None:
        before = rows.get(key(recorded))
        assert before is None or before.position == recorded.position - len(names)
        rows[key(recorded)] = ClaimRow(key(recorded)[0], recorded.position)

    table = RowTable("claims", ClaimRow, key=["name"])
    kinds = frozenset({RunSlot.Claimed})
    return Room("claims", 1, kinds, table, lambda recorded: [key(recorded)], fold)


def latest_of(pool: Pool, room: Room[ClaimRow], last: int) -> list[int]:
    """The positions that the rows of a room tell, made anew of so many events."""
    with pool.connection() as connection:
        connection.autocommit = True
        anew = RowsAnew(room, HeavyLog(last), connection)
        anew.table.create_bare(connection)
        anew.advance(last)
        anew.finish()
        query = "SELECT position FROM rooms_anew.claims ORDER BY 1"
        return [position for (position,) in connection.execute(query).fetchall()]


def written_while_advancing(pool: Pool, room: Room[ClaimRow]) -> list[int]:
    """How many rows are in the table after each of five events."""
    found: list[int] = []
    with pool.connection() as connection:
        connection.autocommit = True
        anew = RowsAnew(room, HeavyLog(5), connection, told_every_s=0)
        anew.table.create_bare(connection)

        def count() -> None:
            row = connection.execute("SELECT count(*) FROM rooms_anew.claims").fetchone()
            found.append(row[0] if row else 0)

        anew.advance(5, count)
        anew.finish()
        latest = connection.execute("SELECT max(position) FROM rooms_anew.claims").fetchone()
    assert latest == (5,)
    return found


def test_keys_are_asked_for_only_where_a_row_is_away_from_memory(pool: Pool) -> None:
    """Both rows are written when they are made, and come back with the events that touch them."""
    both, asked = room_of(*"ab"), []

    def keys(recorded: Recorded) -> list[Key]:
        asked.append(recorded.position)
        return list(both.keys(recorded))

    assert latest_of(pool, replace(both, keys=keys), 8) == [7, 8]
    assert asked == [3, 4]


def test_a_row_that_is_replaced_unread_is_there_once(pool: Pool) -> None:
    """As a valuation is that is restated: nobody asks for what was said of its day before."""
    both = room_of(*"ab")

    def fold(rows: MutableMapping[Key, ClaimRow], recorded: Recorded) -> None:
        [key] = both.keys(recorded)
        rows[key] = ClaimRow(key[0], recorded.position)

    assert latest_of(pool, replace(both, keys=lambda _: [], fold=fold), 8) == [7, 8]


def test_a_database_that_cannot_be_asked_is_no_fault_of_the_event(pool: Pool) -> None:
    both = room_of(*"ab")

    def breaks(recorded: Recorded) -> list[Key]:
        connection.close()
        return list(both.keys(recorded))

    with pool.connection() as connection, suppress(psycopg.OperationalError):
        connection.autocommit = True
        anew = RowsAnew(replace(both, keys=breaks), HeavyLog(8), connection)
        anew.table.create_bare(connection)
        with pytest.raises(psycopg.OperationalError):
            anew.advance(8)


def test_of_a_stretch_few_events_are_held_at_a_time(pool: Pool) -> None:
    log, alone, ahead = WholeLog(1_000, []), room_of("a"), []

    def fold(rows: MutableMapping[Key, ClaimRow], recorded: Recorded) -> None:
        ahead.append(log.read_so_far[-1] - recorded.position)
        alone.fold(rows, recorded)

    with pool.connection() as connection:
        connection.autocommit = True
        anew = RowsAnew(replace(alone, fold=fold), log, connection)
        anew.table.create_bare(connection)
        anew.advance(1_000)
    assert anew.events == len(ahead) == 1_000
    assert max(ahead) < 100


def test_who_looks_on_is_told_at_first_and_at_the_end(pool: Pool) -> None:
    told = []
    with pool.connection() as connection:
        connection.autocommit = True
        anew = RowsAnew(room_of("a"), HeavyLog(8), connection, told_every_s=3_600)
        anew.table.create_bare(connection)
        anew.advance(8, lambda: told.append(anew.position))
    assert told == [1, 8]


def test_rows_that_hold_what_came_with_them_are_written_as_they_come(pool: Pool) -> None:
    assert written_while_advancing(pool, room_of(*"abcde")) == [1, 2, 3, 4, 5]


def test_a_row_that_is_changed_again_and_again_is_written_in_the_end(pool: Pool) -> None:
    """Its first event makes it, is heavy, and has it written; the others leave nothing behind."""
    alone = room_of("a")
    assert written_while_advancing(pool, alone) == [1, 1, 1, 1, 1]
