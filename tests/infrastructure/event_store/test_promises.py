"""What an event log promises: the one on PostgreSQL, and the one that simulations run on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from uuid import UUID, uuid4

import pytest

from application.access_ports import Passwords, PersonalKeys
from application.errors import VersionConflict
from application.ports import EventLog
from domain.calculation_run import CalculationRun
from domain.email_address import EmailAddress
from domain.kernel import FORGOTTEN
from domain.portfolio import Portfolio
from domain.run_slot import RunSlot
from domain.user import User
from infrastructure.argon2_passwords import Argon2Passwords
from infrastructure.event_store.mapper import UnstorableEvent
from infrastructure.event_store.personal_keys import PostgresPersonalKeys
from tests.simulator.access import InMemoryKeys, InMemoryPasswords
from tests.simulator.database import Database
from tests.simulator.event_log import InMemoryEventLog
from tests.support.clocks import SetClock
from tests.support.programs import FAST
from tests.support.recording import cause, claimed, everything, open_log
from tests.support.rooms import room_pool

PASSWORD = "Analytical1843"


@dataclass(frozen=True)
class Kept:
    """A log, and what is written along with its events."""

    log: EventLog
    passwords: Passwords
    keys: PersonalKeys


@contextmanager
def in_postgresql(database: str) -> Iterator[Kept]:
    """On a database of its own."""
    with open_log(database) as log, room_pool(database) as pool:
        yield Kept(log, Argon2Passwords(pool, FAST), PostgresPersonalKeys())


@contextmanager
def in_memory(_database: str) -> Iterator[Kept]:
    """In tables of a simulation."""
    database, clock = Database(), SetClock(datetime(2024, 1, 2, tzinfo=UTC))
    log = InMemoryEventLog(database, clock, lambda: Random(1).randbytes(32))  # noqa: S311
    yield Kept(log, InMemoryPasswords(database), InMemoryKeys(database))


@pytest.fixture(params=[in_postgresql, in_memory])
def kept(request: pytest.FixtureRequest, database: str) -> Iterator[Kept]:
    """A log, empty, and what stands beside it."""
    with request.param(database) as kept:
        yield kept


@pytest.fixture
def log(kept: Kept) -> EventLog:
    """The log alone."""
    return kept.log


def test_what_was_saved_is_loaded_and_read_back_with_its_envelope(log: EventLog) -> None:
    slot, command = claimed(), cause()
    (event,) = slot.pending
    position = log.save(slot, cause=command)
    loaded = log.load(RunSlot, slot.id)
    assert loaded is not None
    assert (loaded.run_id, loaded.version, loaded.pending) == (slot.run_id, 1, ())
    (recorded,) = log.read(0, 10)
    assert recorded.event == event
    assert (recorded.position, recorded.aggregate_id, recorded.version) == (position, slot.id, 1)
    assert recorded.cause == command
    assert recorded.occurred_at.utcoffset() is not None


def test_a_saved_aggregate_can_go_on_and_be_saved_again(log: EventLog) -> None:
    slot = claimed()
    first = log.save(slot, cause=cause())
    assert slot.run_id is not None
    slot.release(slot.run_id)
    assert log.save(slot, cause=cause()) == first + 1
    assert [recorded.version for recorded in log.read(0, 10)] == [1, 2]


def test_nothing_to_record_answers_the_position_of_the_log(log: EventLog) -> None:
    assert log.save(RunSlot(uuid4()), cause=cause()) == 0
    position = log.save(claimed(), cause=cause())
    assert log.save(RunSlot(uuid4()), cause=cause()) == position == log.position()


def test_many_aggregates_in_one_save_keep_their_order(log: EventLog) -> None:
    slots = [claimed() for _ in range(50)]
    last = log.save(*slots, cause=cause())
    events = everything(log)
    assert [recorded.aggregate_id for recorded in events] == [slot.id for slot in slots]
    assert [recorded.position for recorded in events] == list(range(last - 49, last + 1))


def test_a_save_of_several_aggregates_is_all_or_nothing(log: EventLog) -> None:
    taken, free = claimed(), claimed()
    log.save(taken, cause=cause())
    with pytest.raises(VersionConflict):
        log.save(free, claimed(taken.id), cause=cause())
    assert log.existing([free.id, taken.id]) == {taken.id}


def test_a_page_ends_at_its_limit_and_the_next_begins_after_it(log: EventLog) -> None:
    log.save(*(claimed() for _ in range(7)), cause=cause())
    assert everything(log, page=3) == list(log.read(0, 100))


def test_the_id_of_another_kind_of_aggregate_is_unknown(log: EventLog) -> None:
    slot = claimed()
    log.save(slot, cause=cause())
    assert log.load(Portfolio, slot.id) is None
    assert log.load_many(CalculationRun, [slot.id]) == {}
    assert log.load_many(RunSlot, [slot.id, uuid4()]).keys() == {slot.id}


def test_a_text_that_postgresql_cannot_hold_never_reaches_the_log(log: EventLog) -> None:
    run = CalculationRun(uuid4())
    run.record(CalculationRun.Abandoned(reason="a\0b"))
    with pytest.raises(UnstorableEvent):
        log.save(run, cause=cause())
    assert log.position() == 0


def test_a_backslash_in_a_text_is_no_such_character(log: EventLog) -> None:
    run = CalculationRun(uuid4())
    run.record(CalculationRun.Abandoned(reason="a\\u0000b\\"))
    log.save(run, cause=cause())
    (recorded,) = log.read(0, 10)
    assert recorded.event == run.Abandoned(reason="a\\u0000b\\")


def test_another_command_at_the_same_version_conflicts(log: EventLog) -> None:
    slot_id = uuid4()
    log.save(claimed(slot_id), cause=cause())
    with pytest.raises(VersionConflict):
        log.save(claimed(slot_id), cause=cause())


def test_another_event_of_the_same_command_conflicts(log: EventLog) -> None:
    command, slot = cause(), claimed()
    log.save(slot, cause=command)
    other = RunSlot(slot.id)
    other.record(RunSlot.Released(run_id=uuid4()))
    with pytest.raises(VersionConflict):
        log.save(other, cause=command)


def test_the_same_command_again_is_answered_as_the_first_time(log: EventLog) -> None:
    command, slot_id = cause(), uuid4()
    position = log.save(claimed(slot_id), cause=command)
    log.save(claimed(), cause=cause())
    again = claimed(slot_id)
    assert log.save(again, cause=command) == position
    assert (log.position(), again.pending) == (position + 1, ())


def test_what_exists_is_told_with_its_version(log: EventLog) -> None:
    slot, other = claimed(), uuid4()
    log.save(slot, cause=cause())
    assert slot.run_id is not None
    slot.release(slot.run_id)
    log.save(slot, cause=cause())
    assert log.existing([slot.id, other, slot.id]) == {slot.id}
    assert log.versions([slot.id, other]) == {slot.id: 2}
    assert log.load(RunSlot, other) is None


def test_what_goes_with_events_is_written_with_them(kept: Kept) -> None:
    user_id, hashed = uuid4(), kept.passwords.hash(PASSWORD)
    kept.log.save(claimed(), cause=cause(), also=[kept.passwords.store(user_id, hashed)])
    assert kept.passwords.verify(user_id, PASSWORD)
    assert kept.log.save(cause=cause(), also=[kept.passwords.destroy(user_id)]) == 1
    assert not kept.passwords.verify(user_id, PASSWORD)


def test_a_conflict_takes_what_goes_with_the_events(kept: Kept) -> None:
    taken, user_id = claimed(), uuid4()
    kept.log.save(taken, cause=cause())
    keep = kept.passwords.store(user_id, kept.passwords.hash(PASSWORD))
    late = claimed(taken.id)
    with pytest.raises(VersionConflict):
        kept.log.save(claimed(), late, cause=cause(), also=[keep])
    assert not kept.passwords.verify(user_id, PASSWORD)
    assert (kept.log.position(), len(late.pending)) == (1, 1)


def test_what_fails_beside_them_takes_the_events(kept: Kept) -> None:
    user_id = uuid4()
    keep = kept.passwords.store(user_id, kept.passwords.hash(PASSWORD))
    with pytest.raises(ZeroDivisionError):
        kept.log.save(claimed(), cause=cause(), also=[keep, failing])
    assert not kept.passwords.verify(user_id, PASSWORD)
    assert kept.log.position() == 0


def test_who_somebody_is_goes_with_the_key(kept: Kept) -> None:
    ann, bob = uuid4(), uuid4()
    kept.log.save(registered(ann, "ann"), registered(bob, "bob"), cause=cause())
    assert emails(kept.log, ann, bob) == ["ann@example.com", "bob@example.com"]
    kept.log.save(cause=cause(), also=[kept.keys.destroy(ann)])
    assert emails(kept.log, ann, bob) == [FORGOTTEN, "bob@example.com"]


def registered(user_id: UUID, name: str) -> User:
    """A user with a pending registration."""
    return User.register(user_id, EmailAddress(f"{name}@example.com"), name.title(), "master")


def emails(log: EventLog, *user_ids: UUID) -> list[str]:
    """The addresses of users as they are loaded; as they are read they are the same."""
    users = log.load_many(User, user_ids)
    read = {
        each.aggregate_id: each.event.email
        for each in everything(log)
        if isinstance(each.event, User.Registered)
    }
    assert [read[each] for each in user_ids] == [users[each].email for each in user_ids]
    return [users[each].email for each in user_ids]


def failing(_connection: object) -> None:
    """A write that cannot be made."""
    raise ZeroDivisionError
