"""What was just saved need not be asked for; whoever reads it is told what the store holds."""

from collections.abc import Iterator, Sequence
from uuid import uuid4

import pytest

from application.errors import VersionConflict
from application.ports import Recorded
from domain.calculation_run import CalculationRun
from domain.email_address import EmailAddress
from domain.user import User
from infrastructure.event_store.event_log import PostgresEventLog
from interfaces.bootstrap import Program
from tests.support.cutting_proxy import cutting_proxy
from tests.support.programs import connect_owner
from tests.support.recording import at_once, cause, claimed, end_sessions, everything, open_log


@pytest.fixture
def another(database: str) -> Iterator[PostgresEventLog]:
    """The log as another process has it."""
    with open_log(database) as another:
        yield another


def test_it_is_not_asked_for(database: str) -> None:
    with cutting_proxy(database) as proxy, open_log(proxy.url) as log:
        log.save(claimed(), cause=cause())
        log.save(claimed(), claimed(), cause=cause())
        proxy.cut("before", b"notification_id > ")
        assert positions(log.read(0, 10)) == [1, 2, 3]
        assert positions(log.read(1, 10)) == [2, 3]
        assert positions(log.read(0, 2)) == [1, 2]
        assert proxy.cuts == 0
        assert positions(log.read(3, 10)) == []
        assert proxy.cuts == 1


def test_what_a_database_that_took_over_never_had_is_not_remembered(
    database: str, log: PostgresEventLog
) -> None:
    kept = log.save(claimed(), cause=cause())
    log.save(claimed(), cause=cause())
    with connect_owner(database) as owner:
        owner.execute("DELETE FROM events.stored_events WHERE notification_id > %s", [kept])
    end_sessions(database)
    assert log.position() == kept
    assert positions(log.read(kept, 10)) == []


def test_no_room_takes_in_what_a_database_that_took_over_never_had(
    database: str, program: Program
) -> None:
    kept = program.log.save(claimed(), cause=cause())
    assert program.rooms.catch_up(kept)
    program.log.save(claimed(), cause=cause())
    with connect_owner(database) as owner:
        owner.execute("DELETE FROM events.stored_events WHERE notification_id > %s", [kept])
    end_sessions(database)
    assert program.rooms.catch_up(kept, program.rooms.rooms)
    assert set(program.rooms.positions().values()) == {kept}


def test_nor_is_it_where_a_connection_was_lost_without_an_answer(database: str) -> None:
    with cutting_proxy(database) as proxy, open_log(proxy.url) as log:
        kept = log.save(claimed(), cause=cause())
        log.save(claimed(), cause=cause())
        with connect_owner(database) as owner:
            owner.execute("DELETE FROM events.stored_events WHERE notification_id > %s", [kept])
        proxy.cut("before", b"originator_version = 1")
        log.existing([uuid4()])
        assert proxy.cuts == 1
        assert positions(log.read(kept, 10)) == []


def test_it_reads_as_it_does_to_all_others(
    log: PostgresEventLog, another: PostgresEventLog
) -> None:
    log.save(claimed(), failed("a \u2028 b"), cause=cause())
    log.save(registered(), cause=cause())
    log.save(failed("x" * 20_000), cause=cause())
    log.save(claimed(), cause=cause())
    assert everything(log) == everything(another)
    assert len(everything(log)) == 5


def test_what_others_saved_in_between_is_not_passed_over(
    log: PostgresEventLog, another: PostgresEventLog
) -> None:
    def write(number: int) -> None:
        for _ in range(20):
            (log, another)[number % 2].save(claimed(), cause=cause())
            assert positions(log.read(0, 1000))[:1] == [1]

    assert at_once(write, 4) == [None] * 4
    assert positions(everything(log)) == positions(everything(another)) == list(range(1, 81))


def test_a_position_that_a_failed_save_used_up_is_no_end(log: PostgresEventLog) -> None:
    taken = claimed()
    log.save(taken, cause=cause())
    with pytest.raises(VersionConflict):
        log.save(claimed(taken.id), cause=cause())
    log.save(claimed(), cause=cause())
    assert positions(everything(log)) == [1, 3]


def test_who_was_forgotten_is_not_remembered_here(database: str, log: PostgresEventLog) -> None:
    log.save(registered(), cause=cause())
    with connect_owner(database) as owner:
        owner.execute("DELETE FROM credentials.personal_keys")
    (recorded,) = log.read(0, 10)
    assert isinstance(recorded.event, User.Registered)
    assert recorded.event.email == "forgotten"


def positions(events: Sequence[Recorded]) -> list[int]:
    """Their positions."""
    return [recorded.position for recorded in events]


def registered() -> User:
    """Somebody whose address is sealed."""
    return User.register(uuid4(), EmailAddress.parse("ada@example.com"), "Ada Lovelace", "master")


def failed(words: str) -> CalculationRun:
    """A run that ended with these words."""
    run = CalculationRun(uuid4())
    run.record(CalculationRun.Abandoned(reason=words))
    return run
