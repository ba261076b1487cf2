"""A log divided by time keeps its promises; docs/scaling.md says why it is not shipped."""

from uuid import uuid4

import psycopg
import pytest

from application.errors import VersionConflict
from domain.run_slot import RunSlot
from interfaces.bootstrap import Program
from tests.benchmarks.partitioning import partition
from tests.support.programs import connect_owner
from tests.support.recording import cause, claimed, everything


@pytest.fixture
def slots(program: Program, database: str) -> list[RunSlot]:
    """Streams that were recorded before the log was divided in four."""
    slots = [claimed() for _ in range(40)]
    program.log.save(*slots, cause=cause())
    with psycopg.connect(database, autocommit=True) as owner:
        assert partition(owner, 4) == "events.stored_events_3"
    return slots


def test_what_was_recorded_before_and_after_is_read_and_verified(
    program: Program, database: str, slots: list[RunSlot]
) -> None:
    later = claimed()
    position = program.log.save(later, cause=cause())
    assert program.rooms.catch_up(position)
    recorded = everything(program.log)
    assert [one.aggregate_id for one in recorded] == [slot.id for slot in (*slots, later)]
    assert program.audit.verify().fault is None
    with connect_owner(database) as owner:
        counted = "SELECT tableoid::regclass::text FROM events.stored_events GROUP BY 1"
        assert len(owner.execute(counted).fetchall()) > 2


def test_a_version_is_recorded_once_though_its_first_lies_in_another_partition(
    program: Program, slots: list[RunSlot]
) -> None:
    with pytest.raises(VersionConflict):
        program.log.save(claimed(slots[0].id), cause=cause())
    slot = claimed(uuid4())
    program.log.save(slot, cause=cause())
    with pytest.raises(VersionConflict):
        program.log.save(claimed(slot.id), cause=cause())
    assert len(everything(program.log)) == len(slots) + 1


@pytest.mark.usefixtures("slots")
@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE events.stored_events SET topic = ''",
        "DELETE FROM events.stored_events_0",
        "INSERT INTO events.versions VALUES (gen_random_uuid(), 1)",
        "TRUNCATE events.versions",
    ],
)
def test_the_program_may_still_change_nothing(program: Program, deed: str) -> None:
    with (
        program.database.pool.connection() as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(deed.encode())
