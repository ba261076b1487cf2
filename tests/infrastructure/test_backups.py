"""A backup is of one moment, whole or not there; restored it is the same, with the same rights."""

import random
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event

import psycopg
import pytest

from application.audit import Audit, Verification
from infrastructure.audit_chain import PostgresChain
from infrastructure.backing_up import BackingUp
from infrastructure.backup_file import BackupRefused, Contents
from infrastructure.checkpoint_keys import CheckpointKeys
from infrastructure.migrate import (
    UNFINISHED,
    MigrationRefused,
    bring_up,
    known_migrations,
    migrate,
    turn_to_migrate,
)
from infrastructure.postgres import app_url, open_pool
from infrastructure.restoring import Restoring
from interfaces.bootstrap import Program
from tests.support.accounts import calculate, open_sample, register, shares
from tests.support.clocks import SetClock
from tests.support.postgres import fresh_database
from tests.support.programs import SECRET, connect_owner
from tests.support.recording import cause, claimed, open_log, queueing
from tests.support.reliability import Asked, Note
from tests.support.rounds import rounds
from tests.support.small_disk import no_file_over
from tests.support.stored_rows import catalogue_of, rows_of

KEYS = CheckpointKeys.of_secret(SECRET)
CLOCK = SetClock(datetime(2026, 1, 2, 12, tzinfo=UTC))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the backup goes."""
    return tmp_path / "sigmasight.backup"


@pytest.fixture
def empty(postgres_server: str) -> Iterator[str]:
    """The owner's URL of a database without anything."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture
def lived_in(program: Program, database: str) -> str:
    """A database with some of everything, which nobody uses any more."""
    owner = register(program)
    portfolio_id = open_sample(program, owner, [shares("GOOG", 9, "707.38", date(2012, 12, 31))])
    calculate(program, owner, portfolio_id)
    slot = claimed()
    program.log.save(slot, cause=cause(), also=[queueing(slot.id)])
    program.audit.certify()
    program.close()
    return database


def back_up(url: str, file: Path, *, replaces: bool = False) -> Contents:
    return BackingUp(url, KEYS, CLOCK).into(file, replaces=replaces)


def restore(url: str, file: Path, keys: CheckpointKeys = KEYS) -> Contents:
    return Restoring(url, SECRET, keys).of(file)


def verified(url: str) -> Verification:
    with open_pool(app_url(url, SECRET), size=1) as pool:
        return Audit(PostgresChain(pool), KEYS, CLOCK).verify()


def tables_in(url: str) -> int:
    with connect_owner(url) as owner:
        found = owner.execute(
            "SELECT count(*) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchone()
    assert found is not None
    return int(str(found[0]))


def test_what_is_restored_is_what_was_there(lived_in: str, file: Path, empty: str) -> None:
    contents = back_up(lived_in, file)
    assert restore(empty, file) == contents
    there = rows_of(lived_in)
    assert rows_of(empty) == there
    for table in ("jobs.procrastinate_jobs", "jobs.procrastinate_events", "book.closes"):
        assert there[table], f"nothing was in {table}"
    found = verified(empty)
    assert (found.position, found.hash.hex()) == (contents.position, contents.head)
    assert (found.fault, found.checkpoints) == (None, 1)


def test_rights_functions_triggers_and_sequences_are_those_of_a_fresh_database(
    lived_in: str, file: Path, empty: str
) -> None:
    back_up(lived_in, file)
    restore(empty, file)
    assert catalogue_of(empty) == catalogue_of(lived_in)
    with open_log(empty) as log:
        position = log.save(claimed(), cause=cause())
    assert verified(empty).position == position


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events.stored_events SET topic = topic",
        "DELETE FROM events.stored_events",
        "TRUNCATE events.stored_events",
        "INSERT INTO events.stored_events SELECT * FROM events.stored_events",
        "UPDATE audit.chain SET hash = hash",
        "DELETE FROM audit.checkpoints",
    ],
)
def test_the_application_can_change_no_event_after_a_restore_either(
    lived_in: str, file: Path, empty: str, statement: str
) -> None:
    back_up(lived_in, file)
    restore(empty, file)
    with (
        psycopg.connect(app_url(empty, SECRET)) as app,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        app.execute(statement.encode())


def test_while_others_record_a_backup_is_of_one_moment(
    database: str, file: Path, empty: str
) -> None:
    stop = Event()

    def record() -> int:
        with open_log(database) as log:
            position = log.save(claimed(), cause=cause())
            began.set()
            while not stop.is_set():
                position = log.save(claimed(), claimed(), cause=cause())
        return position

    began = Event()
    with ThreadPoolExecutor(2) as threads:
        recording = [threads.submit(record) for _ in range(2)]
        assert began.wait(30)
        try:
            contents = [back_up(database, file, replaces=True) for _ in range(3)][-1]
        finally:
            stop.set()
        latest = max(done.result() for done in recording)
    restore(empty, file)
    found = verified(empty)
    assert (found.position, found.hash.hex()) == (contents.position, contents.head)
    assert found.fault is None
    assert 0 < contents.position < latest


def test_the_file_is_private_and_alone_and_replaced_only_on_purpose(
    database: str, file: Path
) -> None:
    file.write_text("something dear")
    with pytest.raises(
        BackupRefused, match=r"is there already. Name another file, or give --force"
    ):
        back_up(database, file)
    assert file.read_text() == "something dear"
    back_up(database, file, replaces=True)
    assert zipfile.is_zipfile(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_where_no_file_can_be_there_is_none(database: str, tmp_path: Path) -> None:
    tmp_path.joinpath("file").touch()
    for path in (tmp_path / "missing" / "backup", tmp_path / "file" / "backup"):
        with pytest.raises(
            BackupRefused, match=r"cannot be written .* Name a folder that is there"
        ):
            back_up(database, path)
    with pytest.raises(BackupRefused, match="is there already"):
        back_up(database, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_dump_that_fails_leaves_no_file(database: str, file: Path) -> None:
    with connect_owner(database) as owner:
        owner.execute("CREATE TABLE book.hidden AS SELECT 1 AS one")
        owner.execute("ALTER TABLE book.hidden ENABLE ROW LEVEL SECURITY")
        owner.execute("CREATE ROLE reads_all LOGIN IN ROLE pg_read_all_data")
        owner.execute("GRANT EXECUTE ON FUNCTION audit.head TO reads_all")
        try:
            with pytest.raises(BackupRefused, match=r"pg_dump did not do it. It says: .*hidden"):
                back_up(database.replace("sigmasight@", "reads_all@"), file)
        finally:
            owner.execute("DROP OWNED BY reads_all")
            owner.execute("DROP ROLE reads_all")
    assert list(file.parent.iterdir()) == []


def test_who_may_not_read_all_of_it_is_told_to_come_as_the_owner(database: str, file: Path) -> None:
    with pytest.raises(BackupRefused, match="DATABASE_URL has to name the owner"):
        back_up(app_url(database, SECRET), file)
    assert list(file.parent.iterdir()) == []


def test_an_empty_database_has_nothing_to_back_up(empty: str, file: Path) -> None:
    with pytest.raises(BackupRefused, match="nothing to back up yet"):
        back_up(empty, file)


def test_a_database_that_is_being_restored_is_not_backed_up_over_what_is_kept(
    lived_in: str, file: Path
) -> None:
    back_up(lived_in, file)
    kept = file.read_bytes()
    with connect_owner(lived_in) as owner:  # as while a restore runs, or after it was cut short
        owner.execute("INSERT INTO migrations.applied (name) VALUES (%s)", [UNFINISHED])
    with pytest.raises(BackupRefused, match="did not come to its end yet: wait"):
        back_up(lived_in, file, replaces=True)
    assert file.read_bytes() == kept


def test_a_database_that_does_not_answer_cannot_be_backed_up(file: Path) -> None:
    with pytest.raises(BackupRefused, match="Check DATABASE_URL"):
        back_up("postgresql://nobody@127.0.0.1:1/nothing", file)
    assert not file.exists()


def test_a_disk_without_room_leaves_the_backup_of_before(lived_in: str, file: Path) -> None:
    back_up(lived_in, file)
    before, disk = file.read_bytes(), [file.name]
    for size in (0, 4096, len(before) // 2, len(before) - 1):
        with no_file_over(size), pytest.raises(BackupRefused, match="has room"):
            back_up(lived_in, file, replaces=True)
        assert file.read_bytes() == before
        assert [left.name for left in file.parent.iterdir()] == disk


class TestDamage:
    """What is not as it was written is refused before the database is touched."""

    @rounds(200)
    def test_wherever_a_byte_is_changed_or_the_file_ends(
        self, lived_in: str, file: Path, empty: str, rounds: int, note: Note
    ) -> None:
        chance = random.Random("damage")  # noqa: S311 - the same each time
        contents = back_up(lived_in, file)
        whole = file.read_bytes()
        for _ in range(rounds):
            at = chance.randrange(len(whole))
            file.write_bytes(whole[:at])
            with pytest.raises(BackupRefused, match="damaged"):
                restore(empty, file)
            file.write_bytes(
                whole[:at] + bytes([whole[at] ^ chance.randrange(1, 256)]) + whole[at + 1 :]
            )
            try:
                found = restore(empty, file)
            except BackupRefused:
                assert tables_in(empty) == 0
            else:  # a byte of the zip's own that says nothing of what is in it
                assert found == contents
                with turn_to_migrate(empty) as owner:
                    drop_all(owner)
        file.write_bytes(whole)
        assert restore(empty, file) == contents
        note(
            Asked.BESIDES,
            "backups cut short or with a byte changed",
            rounds,
            "refused before the database is touched, or whole",
        )

    def test_what_is_no_backup_at_all(self, file: Path, empty: str, tmp_path: Path) -> None:
        file.write_bytes(b"no backup")
        with pytest.raises(BackupRefused, match="damaged, or is no backup"):
            restore(empty, file)
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("contents.json", "{}")
        with pytest.raises(BackupRefused, match="damaged, or is no backup"):
            restore(empty, file)
        with pytest.raises(BackupRefused, match="does not exist"):
            restore(empty, tmp_path / "missing")
        with pytest.raises(BackupRefused, match="cannot be read"):
            restore(empty, tmp_path)
        assert tables_in(empty) == 0

    def test_a_dump_that_was_exchanged(self, lived_in: str, file: Path, empty: str) -> None:
        back_up(lived_in, file)
        with zipfile.ZipFile(file) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in (parts | {"database.dump": b"DROP everything"}).items():
                archive.writestr(name, content)
        with pytest.raises(BackupRefused, match="the dump is not what was written"):
            restore(empty, file)
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content.replace(b'"position": ', b'"position": 1'))
        with pytest.raises(BackupRefused, match="its signature is not of what it says"):
            restore(empty, file)
        assert tables_in(empty) == 0


def drop_all(owner: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Empty a database again."""
    owner.execute(
        "DO $$ DECLARE name text; BEGIN FOR name IN SELECT nspname FROM pg_namespace WHERE nspname"
        " NOT LIKE 'pg\\_%' AND nspname NOT IN ('public', 'information_schema') LOOP"
        " EXECUTE format('DROP SCHEMA %I CASCADE', name); END LOOP; END $$"
    )


class TestWhereItMayGo:
    """Into an empty database, by whom the key is trusted."""

    def test_one_of_another_secret_is_taken_where_its_key_is_trusted(
        self, lived_in: str, file: Path, empty: str
    ) -> None:
        back_up(lived_in, file)
        ours = CheckpointKeys.of_secret("the secret of another installation")
        with pytest.raises(BackupRefused) as refusal:
            restore(empty, file, ours)
        assert KEYS.public_key.hex() in str(refusal.value)
        assert "AUDIT_TRUSTED_KEYS" in str(refusal.value)
        assert tables_in(empty) == 0
        restore(empty, file, CheckpointKeys(ours.seed, frozenset({KEYS.public_key})))
        assert verified(empty).fault is None

    def test_a_database_with_events_is_left_alone(
        self, lived_in: str, file: Path, database: str
    ) -> None:
        back_up(lived_in, file)
        before = rows_of(database)
        with pytest.raises(BackupRefused, match=r"holds events already. Restore into an empty one"):
            restore(database, file)
        assert rows_of(database) == before

    def test_a_database_that_was_only_started_counts_as_empty_once_nobody_is_there(
        self, postgres_server: str, template_database: str, lived_in: str, file: Path
    ) -> None:
        back_up(lived_in, file)
        with fresh_database(postgres_server, template_database) as started:
            with (
                psycopg.connect(app_url(started, SECRET)),
                pytest.raises(BackupRefused, match="stop every process of it, then restore"),
            ):
                restore(started, file)
            restore(started, file)
            assert rows_of(started) == rows_of(lived_in)

    def test_what_is_open_to_all_in_a_shared_database_is_not_ours_to_keep_or_to_drop(
        self, postgres_server: str, template_database: str, lived_in: str, file: Path
    ) -> None:
        with fresh_database(postgres_server, template_database) as started:
            for url in (lived_in, started):
                with connect_owner(url) as owner:
                    owner.execute("CREATE SCHEMA reports")
                    owner.execute("CREATE TABLE reports.figures AS SELECT 1 AS one")
                    owner.execute("GRANT USAGE ON SCHEMA reports TO PUBLIC")
            back_up(lived_in, file)
            with connect_owner(started) as owner:
                owner.execute("UPDATE reports.figures SET one = 2")
            restore(started, file)
            with connect_owner(started) as owner:
                assert owner.execute("SELECT one FROM reports.figures").fetchall() == [(2,)]

    def test_one_that_was_cut_short_keeps_the_program_from_starting_until_it_is_repeated(
        self, lived_in: str, file: Path, empty: str
    ) -> None:
        back_up(lived_in, file)
        restore(empty, file)
        with connect_owner(empty) as owner:  # as after a power cut just before the end
            owner.execute("INSERT INTO migrations.applied (name) VALUES (%s)", [UNFINISHED])
        with pytest.raises(MigrationRefused, match="run `sigmasight restore` again"):
            migrate(empty, SECRET)
        restore(empty, file)
        assert migrate(empty, SECRET) == []
        assert catalogue_of(empty) == catalogue_of(lived_in)

    def test_rows_that_do_not_fit_leave_none(self, lived_in: str, file: Path, empty: str) -> None:
        with connect_owner(lived_in) as owner:
            owner.execute("CREATE TABLE book.of_others AS SELECT 1 AS one")
        back_up(lived_in, file)
        with pytest.raises(BackupRefused, match=r"pg_restore did not do it. It says: .*of_others"):
            restore(empty, file)
        assert {table for table, rows in rows_of(empty).items() if rows} == set()


class TestVersions:
    """Backups of earlier versions are brought to this one; of later ones they are refused."""

    def test_one_of_an_earlier_schema_is_migrated(
        self, postgres_server: str, file: Path, empty: str
    ) -> None:
        early = [name for name in known_migrations() if name < "0014"]
        with fresh_database(postgres_server) as old:
            with turn_to_migrate(old) as owner:
                bring_up(owner, old, SECRET, early)
            with open_log(old) as log:
                position = log.save(claimed(), claimed(), cause=cause())
            contents = back_up(old, file)
        assert (contents.position, contents.head) == (position, "")
        restore(empty, file)
        assert (verified(empty).events, verified(empty).fault) == (2, None)
        assert migrate(empty, SECRET) == []

    def test_one_of_a_later_schema_is_refused(self, database: str, file: Path, empty: str) -> None:
        with connect_owner(database) as owner:
            owner.execute("INSERT INTO migrations.applied (name) VALUES ('9999_later.sql')")
        back_up(database, file)
        with pytest.raises(BackupRefused, match="newer; install that version"):
            restore(empty, file)
        assert tables_in(empty) == 0
