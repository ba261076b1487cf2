"""A follower advances the rooms whenever the log grows, and survives the loss of its connection."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from structlog.testing import capture_logs

from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.postgres import Pool
from projections.catch_up import CatchUp
from projections.room import Room
from tests.support.programs import connect_owner
from tests.support.recording import cause, claimed
from tests.support.rooms import room_pool, rows_of, tally
from tests.support.waiting import eventually

TALLY = tally()
_LISTENING = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
)


def test_the_follower_wakes_when_anybody_records(log: PostgresEventLog, pool: Pool) -> None:
    """Without the poll behind it, which would look in an hour."""
    with following(log, pool, poll_s=3600) as rooms:
        assert eventually(lambda: rooms.positions() == {"tally": 0})
        for _ in range(5):
            position = log.save(claimed(), cause=cause())
            assert eventually(partial(reached, rooms, position))


def test_the_follower_works_off_what_was_recorded_before_it_came(
    log: PostgresEventLog, pool: Pool
) -> None:
    last = log.save(*(claimed() for _ in range(5000)), cause=cause())
    with following(log, pool) as rooms:
        assert eventually(lambda: rooms.positions() == {"tally": last})


def test_the_follower_advances_what_nobody_awaits_though_another_room_stands_still(
    log: PostgresEventLog, pool: Pool
) -> None:
    last = log.save(*(claimed() for _ in range(3)), cause=cause())
    behind, broken = replace(tally("behind"), is_awaited=False), tally("broken", fails_at=[2])
    with following(log, pool, of=[broken, behind]) as rooms:
        assert eventually(lambda: rooms.positions() == {"broken": 1, "behind": last})


def test_the_follower_survives_the_end_of_its_session(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    with capture_logs() as said, following(log, pool) as rooms:
        end_listener(database)
        position = log.save(claimed(), cause=cause())
        assert eventually(lambda: rooms.positions() == {"tally": position})
        end_listener(database)
        position = log.save(claimed(), cause=cause())
        assert eventually(lambda: rooms.positions() == {"tally": position})
    assert [line["event"] for line in said] == ["rooms_follower_disturbed"] * 2


def test_the_follower_leaves_the_connections_as_it_found_them(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    """One in autocommit mode given back would break the next transaction into pieces."""
    with following(log, pool):
        assert eventually(lambda: listeners(database) != [])
    assert eventually(lambda: listeners(database) == [])
    for _ in range(3):
        with pool.connection() as connection:
            assert not connection.autocommit


def test_what_a_rebuild_killed_elsewhere_left_undone_is_done_though_nobody_records(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    last = log.save(claimed(), claimed(), claimed(), cause=cause())
    with following(log, pool) as rooms:
        assert eventually(lambda: rooms.positions() == {"tally": last})
        throw_back(database)
        assert eventually(lambda: rooms.positions() == {"tally": last})


def test_rooms_that_a_crash_threw_back_are_advanced_again(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    """Rooms are not written to disk at each commit, so that a crash may take back the last ones."""
    last = log.save(claimed(), claimed(), claimed(), cause=cause())
    with following(log, pool) as rooms:
        assert eventually(lambda: rooms.positions() == {"tally": last})
        throw_back(database)
        end_listener(database)
        assert eventually(lambda: rooms.positions() == {"tally": last})
    (row,) = rows_of(TALLY, pool).values()
    assert row.events == 3


def test_who_reads_by_a_new_connection_misses_nothing_that_a_crash_took_back(
    database: str, log: PostgresEventLog, pool: Pool
) -> None:
    """Readers do not wait for the follower, which pauses for a second before it goes on."""
    log.save(claimed(), claimed(), claimed(), cause=cause())
    rooms = CatchUp(log, pool, [TALLY])
    rooms.prepare()
    assert rooms.catch_up(log.position())
    with room_pool(database, before_use=rooms.recover) as readers:
        assert [row.events for row in rows_of(TALLY, readers).values()] == [3]
        throw_back(database)
        end_all(database)
        assert [row.events for row in rows_of(TALLY, readers).values()] == [3]


def throw_back(database: str) -> None:
    """Do to the tally what a crash does to commits that were not on disk."""
    with connect_owner(database) as connection, connection.transaction():
        connection.execute("UPDATE rooms.progress SET position = 0 WHERE room = 'tally'")
        connection.execute("DELETE FROM rooms.tally")


def reached(rooms: CatchUp, position: int) -> bool:
    """Whether the tally has come to a position."""
    return rooms.positions() == {"tally": position}


@contextmanager
def following(
    log: PostgresEventLog, pool: Pool, poll_s: float = 1.0, of: Sequence[Room[Any]] = (TALLY,)
) -> Iterator[CatchUp]:
    """A program's rooms with a follower, stopped at the end, by an event where it polls rarely."""
    rooms, stop = CatchUp(log, pool, of), threading.Event()
    rooms.prepare()
    follower = threading.Thread(target=rooms.follow, args=(stop, poll_s))
    follower.start()
    try:
        yield rooms
    finally:
        stop.set()
        if poll_s > 1:
            log.save(claimed(), cause=cause())
        follower.join(timeout=10)
    assert not follower.is_alive()


def listeners(database: str) -> list[object]:
    """The sessions that wait for the log to grow."""
    with connect_owner(database) as connection:
        return [pid for (pid,) in connection.execute(_LISTENING).fetchall()]


def end_all(database: str) -> None:
    """End all sessions of the application."""
    with connect_owner(database) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def end_listener(database: str) -> None:
    """End the session that waits for the log to grow, once there is one."""
    assert eventually(lambda: listeners(database) != [])
    with connect_owner(database) as connection:
        for pid in listeners(database):
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
