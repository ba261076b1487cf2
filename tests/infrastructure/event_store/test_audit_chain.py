"""Every change of what was recorded is found: by the chain, its checkpoints, and offline (7.4)."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import run
from sys import executable
from uuid import uuid4

import psycopg
import pytest

from application.audit import (
    EVENTS_BETWEEN,
    GENESIS,
    TIME_BETWEEN,
    Audit,
    ChainBroken,
    Entry,
    FaultKind,
    link,
)
from application.audit_export import exported
from domain.calculation_run import CalculationRun
from infrastructure.audit_chain import PostgresChain
from infrastructure.checkpoint_keys import CheckpointKeys
from infrastructure.event_store.event_log import PostgresEventLog
from infrastructure.event_store.recorder import PAGE_BYTES
from infrastructure.postgres import app_url, open_pool
from interfaces.cli import verify_export
from tests.support.clocks import SetClock
from tests.support.programs import SECRET
from tests.support.recording import at_once, cause, claimed
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds

Connection = psycopg.Connection[tuple[object, ...]]

KEYS = CheckpointKeys.of_secret(SECRET)
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def audit(database: str) -> Iterator[Audit]:
    """The audit of the log."""
    with open_pool(app_url(database, SECRET), size=2) as pool:
        yield Audit(PostgresChain(pool), KEYS, SetClock(NOON))


def clock_of(audit: Audit) -> SetClock:
    """The clock that checkpoints are signed by."""
    assert isinstance(audit.clock, SetClock)
    return audit.clock


def record(log: PostgresEventLog, events: int) -> int:
    """Record so many events; the position of the last."""
    return log.save(*(claimed() for _ in range(events)), cause=cause())


def offline(audit: Audit, key: bytes = KEYS.public_key) -> str:
    """What the script says of an export."""
    lines = [line.decode() for line in exported(audit.entries(), KEYS.public_key)]
    try:
        events, checkpoints = verify_export.verify(lines, [key])
    except verify_export.Broken as broken:
        return str(broken)
    return f"{events} events, {checkpoints} checkpoints"


def test_an_empty_log_is_whole(audit: Audit) -> None:
    found = audit.verify()
    assert (found.events, found.position, found.checkpoints, found.fault) == (0, 0, 0, None)
    assert audit.certify() == []


def test_each_event_is_linked_as_it_is_recorded(log: PostgresEventLog, audit: Audit) -> None:
    for events in (1, 5, 30):
        record(log, events)
    found = audit.verify()
    assert (found.events, found.position, found.fault) == (36, log.position(), None)
    entries = audit.chain.page(0, 100)
    assert [entry.hash for entry in entries] == made_again(entries)
    assert found.hash == entries[-1].hash


def made_again(entries: Sequence[Entry]) -> list[bytes]:
    """The links of events, from nothing."""
    links = [GENESIS]
    for entry in entries:
        links.append(link(links[-1], entry))
    return links[1:]


def test_whoever_records_at_once_makes_one_chain(log: PostgresEventLog, audit: Audit) -> None:
    def save(_: int) -> int:
        return record(log, 7)

    assert not [answer for answer in at_once(save, 16) if isinstance(answer, Exception)]
    found = audit.verify()
    assert (found.events, found.fault) == (112, None)


def test_of_heavy_events_a_page_holds_a_few_and_none_is_passed_over(
    log: PostgresEventLog, audit: Audit, owner: Connection
) -> None:
    heavy = PAGE_BYTES // 4 * 3
    positions = [record_heavy(log, heavy) for _ in range(5)]
    page = audit.chain.page(0, 2_000)
    assert [entry.position for entry in page] == positions[:2]
    assert [entry.hash for entry in page] == made_again(page)
    found = audit.verify()
    assert (found.events, found.position, found.fault) == (5, positions[-1], None)
    owner.execute("DELETE FROM events.stored_events WHERE notification_id = %s", [positions[-1]])
    gone = audit.verify().fault
    assert gone is not None
    assert (gone.position, gone.kind) == (positions[-1], FaultKind.MISSING)


def record_heavy(log: PostgresEventLog, size: int) -> int:
    """Record an event of so many bytes and some; its position."""
    run = CalculationRun(uuid4())
    run.record(CalculationRun.Abandoned(reason="x" * size))
    return log.save(run, cause=cause())


class TestCheckpoints:
    """When they are due, and what they hold fast."""

    def test_the_first_one_is_due_at_once_and_then_each_thousand_and_each_hour(
        self, log: PostgresEventLog, audit: Audit
    ) -> None:
        first = record(log, 1)
        assert [one.position for one in audit.certify()] == [first]
        record(log, 2 * EVENTS_BETWEEN + 10)
        positions = [one.position for one in audit.certify()]
        assert positions == [first + EVENTS_BETWEEN, first + 2 * EVENTS_BETWEEN]
        clock_of(audit).time += TIME_BETWEEN - timedelta(seconds=1)
        assert audit.certify() == []
        clock_of(audit).time += timedelta(seconds=1)
        assert [one.position for one in audit.certify()] == [log.position()]
        clock_of(audit).time += TIME_BETWEEN
        assert audit.certify() == []  # as nothing was recorded since
        found = audit.verify()
        assert (found.checkpoints, found.fault) == (4, None)

    def test_a_history_written_anew_with_all_its_links_is_not_what_was_signed(
        self, log: PostgresEventLog, audit: Audit, owner: Connection
    ) -> None:
        record(log, 20)
        audit.certify()
        owner.execute(
            "UPDATE events.stored_events SET originator_id = %s WHERE notification_id ="
            " (SELECT min(notification_id) + 5 FROM events.stored_events)",
            [uuid4()],
        )
        relink(owner)
        found = audit.verify()
        assert found.fault is not None
        assert (found.fault.kind, found.fault.position) == (FaultKind.NOT_AS_SIGNED, log.position())
        assert offline(audit).startswith(f"position {log.position()}: ")

    def test_one_signed_by_another_key_is_forged(
        self, log: PostgresEventLog, audit: Audit, database: str
    ) -> None:
        record(log, 3)
        forger = CheckpointKeys.of_secret("a secret of somebody else, 32 bytes up")
        with open_pool(app_url(database, SECRET), size=1) as pool:
            Audit(PostgresChain(pool), forger, audit.clock).certify()
        found = audit.verify()
        assert found.fault is not None
        assert found.fault.kind is FaultKind.FORGED
        with pytest.raises(ChainBroken):
            audit.certify()
        trusting = CheckpointKeys(KEYS.seed, frozenset({forger.public_key}))
        assert Audit(audit.chain, trusting, audit.clock).verify().fault is None
        assert "no signature" in offline(audit)
        assert offline(audit, forger.public_key) == "3 events, 1 checkpoints"

    def test_nothing_is_signed_beyond_what_does_not_fit(
        self, log: PostgresEventLog, audit: Audit, owner: Connection
    ) -> None:
        record(log, 5)
        audit.certify()
        last = record(log, 2_500)
        owner.execute(
            "UPDATE events.stored_events SET state = state || ' ' WHERE notification_id = %s",
            [last - 1_000],
        )
        with pytest.raises(ChainBroken) as broken:
            audit.certify()
        assert broken.value.fault.position == last - 1_000
        assert [one.position for one in audit.chain.checkpoints()][-1] < last - 1_000

    def test_a_log_cut_short_is_not_what_was_signed(
        self, log: PostgresEventLog, audit: Audit, owner: Connection
    ) -> None:
        last = record(log, 9)
        audit.certify()
        for table, column in (
            ("events.stored_events", "notification_id"),
            ("audit.chain", "position"),
        ):
            owner.execute(f"DELETE FROM {table} WHERE {column} > %s", [last - 3])
        found = audit.verify()
        assert found.fault is not None
        assert (found.fault.kind, found.fault.position) == (FaultKind.MISSING, last)
        assert offline(audit).startswith(f"position {last}: ")


def relink(owner: Connection) -> None:
    """Make every link again, as an owner could who changed the events."""
    owner.execute("DELETE FROM audit.chain")
    owner.execute(
        "DO $$ DECLARE event record; hash bytea := audit.head(); BEGIN"
        " FOR event IN SELECT * FROM events.stored_events ORDER BY notification_id LOOP"
        " hash := audit.link(hash, event.notification_id, event.originator_id,"
        " event.originator_version, event.topic, event.state);"
        " INSERT INTO audit.chain VALUES (event.notification_id, hash); END LOOP; END $$"
    )


def changed_byte(owner: Connection, at: int, chance: random.Random) -> None:
    """Change one byte of what is stored."""
    owner.execute(
        "UPDATE events.stored_events SET state = set_byte(state, nth,"
        " get_byte(state, nth) # %s) FROM (SELECT floor(%s * octet_length(state))::int AS nth"
        " FROM events.stored_events WHERE notification_id = %s) AS place"
        " WHERE notification_id = %s",
        [chance.randrange(1, 256), chance.random(), at, at],
    )


def deleted(owner: Connection, at: int, _: random.Random) -> None:
    """Take an event out."""
    owner.execute("DELETE FROM events.stored_events WHERE notification_id = %s", [at])


def inserted(owner: Connection, at: int, _: random.Random) -> None:
    """Put one in, where a position is free."""
    owner.execute(
        "INSERT INTO events.stored_events (originator_id, originator_version, topic, state,"
        " notification_id) SELECT gen_random_uuid(), 1, topic, state, %s"
        " FROM events.stored_events LIMIT 1",
        [at],
    )


def swapped(owner: Connection, at: int, _: random.Random) -> None:
    """Let two events change places."""
    owner.execute(
        "UPDATE events.stored_events SET notification_id = -1 WHERE notification_id = %s", [at]
    )
    owner.execute(
        "UPDATE events.stored_events SET notification_id = %s WHERE notification_id = %s",
        [at, at + 1],
    )
    owner.execute(
        "UPDATE events.stored_events SET notification_id = %s WHERE notification_id = -1", [at + 1]
    )


_REFUSED = (
    "SELECT events.record_events(array_agg(originator_id), array_agg(originator_version),"
    " array_agg(topic::text), array_agg(state)) FROM events.stored_events"
)
Harm = Callable[[Connection, int, random.Random], None]
HARMS: tuple[Harm, ...] = (changed_byte, deleted, inserted, swapped)


@rounds(250)
@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_whatever_an_owner_changes_is_found_at_its_position(
    log: PostgresEventLog, audit: Audit, owner: Connection, harm: Harm, rounds: int, note: Note
) -> None:
    chance = random.Random(harm.__name__)  # noqa: S311 - the same each time
    record(log, 30)
    with pytest.raises(psycopg.errors.UniqueViolation):
        owner.execute(_REFUSED)  # which leaves positions free, as any save does that is refused
    record(log, 30)
    audit.certify()
    positions = [entry.position for entry in audit.chain.page(0, 100)]
    free = range(positions[29] + 1, positions[30])
    used = [at for at in positions if at + 1 in positions]
    owner.execute("CREATE TEMP TABLE kept AS SELECT * FROM events.stored_events")
    for _ in range(rounds):
        at = chance.choice(free if harm is inserted else used)
        harm(owner, at, chance)
        found = audit.verify()
        assert found.fault is not None, (harm.__name__, at)
        assert found.fault.position == at
        assert offline(audit).startswith(f"position {at}: ")
        owner.execute("DELETE FROM events.stored_events")
        owner.execute("INSERT INTO events.stored_events SELECT * FROM kept")
    assert audit.verify().fault is None
    note(
        Asked.STORED,
        "a stored event changed by a byte, deleted, inserted, or swapped with its neighbour",
        rounds,
        "verify names its position, in the database and offline",
    )


def test_the_script_verifies_a_file_alone(
    log: PostgresEventLog, audit: Audit, tmp_path: Path
) -> None:
    record(log, 12)
    audit.certify()
    file = tmp_path / "export.jsonl"
    file.write_bytes(b"".join(exported(audit.entries(), KEYS.public_key)))
    script = tmp_path / "verify_export.py"
    script.write_bytes(Path(verify_export.__file__).read_bytes())
    call = [executable, "-I", str(script), str(file), "--key", KEYS.public_key.hex()]
    told = run(call, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (0, "All 12 events fit, and all 1 checkpoints.\n")
    file.write_bytes(file.read_bytes().replace(b'"version":1', b'"version":2', 1))
    told = run(call, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert told.stdout.startswith("BROKEN at position ")
    assert len(script.read_text().splitlines()) < 200


def test_the_script_takes_the_keys_of_earlier_secrets_and_nothing_that_is_no_key(
    log: PostgresEventLog, audit: Audit, tmp_path: Path
) -> None:
    earlier = CheckpointKeys.of_secret("the secret of before, 32 bytes and more")
    record(log, 1)
    Audit(audit.chain, earlier, audit.clock).certify()
    clock_of(audit).time += TIME_BETWEEN
    record(log, 1)
    trusting = CheckpointKeys(KEYS.seed, frozenset({earlier.public_key}))
    assert len(Audit(audit.chain, trusting, audit.clock).certify()) == 1
    file = tmp_path / "export.jsonl"
    file.write_bytes(b"".join(exported(audit.entries(), KEYS.public_key)))

    def status(*keys: str) -> int:
        named = [word for key in keys for word in ("--key", key)]
        call = [executable, "-I", verify_export.__file__, str(file), *named]
        return run(call, capture_output=True, check=False).returncode

    ours, before = KEYS.public_key.hex(), earlier.public_key.hex()
    assert status(ours, before) == 0
    assert status(ours) == 1
    assert status(ours, before[:-2]) == 2
    assert status("no key") == 2
