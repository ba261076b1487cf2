"""A log with several versions of one event: live rows and rebuilt ones are the same."""

from typing import Any
from uuid import UUID

import pytest

from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.event_store.upcasts import UPCASTS
from infrastructure.postgres import Pool
from interfaces.rooms import ROOMS
from projections.positions.postgres import ROOM as POSITIONS
from projections.room import Room
from projections.runs.postgres import ROOM as RUNS
from projections.users.postgres import ROOM as USERS
from tests.support.programs import connect_owner
from tests.support.recording import everything
from tests.support.rooms import folded, rows_of, upkeep_of
from tests.support.stored_samples import kept_samples

USER = UUID("0a496ca2-634e-56dc-85cd-efe13d861822")
PORTFOLIO = UUID("aa9ed87e-d9ba-53d7-bd32-106d70cb93d1")
RUN = UUID("5f0c1f6e-8a35-4f6e-9d0b-0d1e7f3b2a10")
FIRST_IMPORT = UUID("0a3c2b7e-5d07-4a52-8f1c-6f1f3f0c9b11")
DAY, ANOTHER_DAY = UUID(int=1), UUID(int=4)
ANOTHER_RUN, A_THIRD = UUID(int=2), UUID(int=3)
AS_THEN = [
    (USER, "user.registered"),
    (PORTFOLIO, "portfolio.opened"),
    (PORTFOLIO, "portfolio.positions_imported"),
    (RUN, "calculation_run.requested"),
    (DAY, "daily_valuation.snapshot_calculated"),
    (PORTFOLIO, "portfolio.positions_imported/2"),
    (PORTFOLIO, "portfolio.import_reverted"),
    (PORTFOLIO, "portfolio.import_restored"),
    (ANOTHER_RUN, "calculation_run.requested/2"),
    (ANOTHER_DAY, "daily_valuation.snapshot_calculated/2"),
    (DAY, "daily_valuation.snapshot_restated/2"),
]
"""What earlier programs recorded, by stream and stored topic."""

SINCE = [
    (PORTFOLIO, "portfolio.positions_imported/3"),
    (A_THIRD, "calculation_run.requested/3"),
    (DAY, "daily_valuation.snapshot_restated/3"),
]
"""What is recorded by now of the same streams."""


@pytest.fixture
def of_all_versions(database: str, log: PostgresEventLog, pool: Pool) -> int:
    """The position of a log that was written by several programs, and taken in as it grew."""
    rooms = upkeep_of(log, pool, *ROOMS).rooms
    names = [room.name for room in ROOMS]
    versions: dict[UUID, int] = {}
    for stream, topic in [*AS_THEN, *SINCE]:
        versions[stream] = versions.get(stream, 0) + 1
        insert(database, stream, versions[stream], topic)
        assert rooms.catch_up(log.position(), names), rooms.failures
    return log.position()


def insert(database: str, stream: UUID, version: int, topic: str) -> None:
    """Insert a kept sample as it was stored."""
    with connect_owner(database) as connection:
        connection.execute(
            "SELECT events.record_events(%s::uuid[], %s::bigint[], %s::text[], %s::bytea[])",
            [[stream], [version], [topic], [kept_samples()[topic].stored]],
        )


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_rebuilt_across_versions_of_events_the_rows_are_those_of_the_live_fold(
    log: PostgresEventLog, pool: Pool, of_all_versions: int, room: Room[Any]
) -> None:
    live = rows_of(room, pool)
    upkeep = upkeep_of(log, pool, *ROOMS)
    found = upkeep.verify(room.name)
    assert (found.position, found.differences) == (of_all_versions, ())
    compared = upkeep.rebuild(room.name)
    assert compared
    assert compared.differing == 0
    assert rows_of(room, pool) == live == folded(room, everything(log))


@pytest.mark.usefixtures("of_all_versions")
def test_what_was_stored_under_an_earlier_version_is_in_the_rows(pool: Pool) -> None:
    assert rows_of(USERS, pool)[(USER,)].email == "ann.lee@example.com"
    assert rows_of(RUNS, pool)[(RUN,)].valued == 2
    positions = rows_of(POSITIONS, pool).values()
    assert {row.import_id for row in positions if row.is_reverted} == set()
    assert all(row.valued_on for row in positions if row.import_id == FIRST_IMPORT)


def test_the_log_has_an_event_of_each_version_that_is_upcast() -> None:
    told = {topic for _, topic in AS_THEN}
    upcast = {topic if version == 1 else f"{topic}/{version}" for topic, version in UPCASTS}
    assert upcast - told == {"daily_valuation.snapshot_restated"}
