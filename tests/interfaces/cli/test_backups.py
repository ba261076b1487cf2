"""Backups at the terminal: written, put in elsewhere, verified, the forgotten forgotten again."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID, uuid4

import pytest

from domain.email_address import EmailAddress
from domain.security_record import SecurityRecord
from interfaces.bootstrap import Program
from tests.support.accounts import PASSWORD, calculate, cause, open_sample, register, shares
from tests.support.openings import recorded
from tests.support.postgres import fresh_database
from tests.support.programs import build_program, connect_owner
from tests.support.terminal import Terminal

HELD = [shares("GOOG", 100, "707.38", date(2012, 12, 31))]


def change_the_last_event(database: str) -> None:
    """Let the log not fit, as only the owner of the database can."""
    with connect_owner(database) as owner:
        owner.execute(
            "UPDATE events.stored_events SET state = state || ' ' WHERE notification_id ="
            " (SELECT max(notification_id) FROM events.stored_events)"
        )


@pytest.fixture
def empty(postgres_server: str) -> Iterator[str]:
    """The owner's URL of a database without anything."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture
def elsewhere(connected: Terminal, empty: str) -> Terminal:
    """A terminal with an empty database."""
    return connected.connected_to(empty)


@pytest.fixture
def portfolio(program: Program) -> UUID:
    """Somebody's portfolio, valued."""
    owner = register(program)
    portfolio_id = open_sample(program, owner, HELD)
    calculate(program, owner, portfolio_id)
    return portfolio_id


def test_what_was_backed_up_is_restored_verified_and_told(
    connected: Terminal, elsewhere: Terminal, program: Program, empty: str, portfolio: UUID
) -> None:
    program.audit.certify()
    written = connected.run("backup", "a.backup")
    assert written.status == 0
    assert written.lines[0].startswith("Written: a.backup, a dump of ")
    head = program.audit.verify()
    assert f"up to position {head.position:,} and head {head.hash.hex()}" in written.told

    restored = elsewhere.run("restore", "a.backup")
    assert restored.status == 0
    assert f"All {head.events:,} events fit, and all 1 checkpoints." in restored.lines
    assert "The rooms are built." in restored.lines
    assert "is back: forget them again" in restored.lines[-1]
    with build_program(empty) as other:
        assert set(other.rooms.positions().values()) == {head.position}
        assert other.portfolios_room.one(portfolio) == program.portfolios_room.one(portfolio)
        assert other.valuations_room.last(portfolio, 9) == program.valuations_room.last(
            portfolio, 9
        )


def test_a_backup_is_noted_as_an_export_before_it_is_written(
    connected: Terminal, elsewhere: Terminal, program: Program, empty: str
) -> None:
    register(program)
    assert connected.run("backup", "a.backup").status == 0
    noted = SecurityRecord.DataExported(what="backup", portfolio_id=None)
    assert [event for _, event in recorded(program, SecurityRecord.DataExported)] == [noted]
    assert elsewhere.run("restore", "a.backup").status == 0
    with build_program(empty) as other:
        assert [event for _, event in recorded(other, SecurityRecord.DataExported)] == [noted]


def test_a_database_of_an_earlier_version_is_backed_up_and_left_as_it_is(
    connected: Terminal, elsewhere: Terminal, program: Program, database: str
) -> None:
    register(program)
    before = program.log.position()
    with connect_owner(database) as owner:
        owner.execute(
            "DELETE FROM migrations.applied WHERE name = (SELECT max(name) FROM migrations.applied)"
        )
    assert connected.run("backup", "a.backup").status == 0
    assert program.log.position() == before
    refused = elsewhere.run("backup", "b.backup")
    assert (refused.status, refused.told) == (
        *(1, "The database is empty: there is nothing to back up yet."),
    )


def test_nothing_is_written_that_cannot_be_noted(
    connected: Terminal, program: Program, database: str
) -> None:
    register(program)
    with connect_owner(database) as owner, owner.transaction():
        owner.execute("LOCK TABLE events.stored_events IN ACCESS EXCLUSIVE MODE")
        refused = connected.run("backup", "a.backup")
    assert (refused.status, refused.out) == (1, "")
    assert refused.told.startswith("ERR_BUSY_001: ")
    assert list(connected.folder.rglob("a.backup*")) == []


def test_what_is_in_the_way_is_refused_in_words(
    connected: Terminal, elsewhere: Terminal, program: Program, portfolio: UUID
) -> None:
    assert connected.run("backup", "a.backup").status == 0
    again = connected.run("backup", "a.backup")
    assert (again.status, again.out) == (1, "")
    assert again.told.startswith("a.backup is there already.")
    assert connected.run("backup", "a.backup", "--force").status == 0
    program.close()
    refused = connected.run("restore", "a.backup")
    assert (refused.status, refused.out) == (1, "")
    assert refused.told.startswith("The database holds events already.")
    missing = elsewhere.run("restore", "b.backup")
    assert (missing.status, missing.told) == (1, "b.backup does not exist. Check its name.")


def test_a_log_that_was_broken_when_it_was_backed_up_is_told(
    connected: Terminal, elsewhere: Terminal, database: str, portfolio: UUID
) -> None:
    change_the_last_event(database)
    assert connected.run("backup", "a.backup").status == 0
    restored = elsewhere.run("restore", "a.backup")
    assert restored.status == 1
    assert restored.err.startswith("BROKEN at position ")


class TestForgotten:
    """Who was forgotten after a backup does not come back with it."""

    @pytest.fixture
    def forgotten(self, connected: Terminal, program: Program) -> UUID:
        """Somebody who was forgotten after the backup `a.backup`."""
        user_id = register(program).user_id
        assert connected.run("backup", "a.backup").status == 0
        program.forgetting.forget(user_id, cause())
        return user_id

    def test_whoever_is_on_the_list_is_forgotten_again(
        self, connected: Terminal, elsewhere: Terminal, empty: str, forgotten: UUID
    ) -> None:
        listed = connected.run("forgotten").lines
        assert listed == [str(forgotten)]
        names = elsewhere.write("forgotten.txt", *listed, str(uuid4()))
        restored = elsewhere.run("restore", "a.backup", "--forgotten", names)
        assert (restored.status, restored.lines[-1]) == (0, "Users forgotten again: 1.")
        assert elsewhere.run("forgotten").lines == listed
        with connect_owner(empty) as owner:
            for table in ("credentials.personal_keys", "credentials.passwords"):
                assert owner.execute(f"SELECT * FROM {table}").fetchall() == []

    def test_a_list_that_would_not_be_all_of_them_is_refused(
        self, connected: Terminal, program: Program, database: str, forgotten: UUID
    ) -> None:
        with connect_owner(database) as owner:
            owner.execute(
                "UPDATE events.stored_events SET topic = 'nobody.knows' WHERE notification_id = %s",
                [program.log.position()],
            )
        done = connected.run("forgotten")
        assert (done.status, done.out) == (1, "")
        assert "ERR_ROOM_002: The projection users cannot take in" in done.told

    def test_a_list_that_cannot_be_had_now_is_refused(
        self, connected: Terminal, program: Program, database: str, forgotten: UUID
    ) -> None:
        with connect_owner(database) as owner, owner.transaction():
            owner.execute("LOCK TABLE rooms.users IN ACCESS EXCLUSIVE MODE")
            done = connected.run("forgotten")
        assert (done.status, done.out) == (1, "")
        assert "ERR_READ_001: " in done.told
        assert connected.run("forgotten").lines == [str(forgotten)]

    def test_they_are_forgotten_again_where_the_log_does_not_fit_too(
        self, connected: Terminal, elsewhere: Terminal, program: Program, database: str, empty: str
    ) -> None:
        user_id = register(program).user_id
        change_the_last_event(database)
        assert connected.run("backup", "a.backup").status == 0
        names = elsewhere.write("forgotten.txt", str(user_id))
        restored = elsewhere.run("restore", "a.backup", "--forgotten", names)
        assert restored.status == 1
        assert restored.err.startswith("BROKEN at position ")
        assert restored.lines[-2:] == ["The rooms are built.", "Users forgotten again: 1."]
        with connect_owner(empty) as owner:
            assert owner.execute("SELECT * FROM credentials.personal_keys").fetchall() == []

    def test_who_cannot_be_forgotten_is_named_and_all_others_are_forgotten(
        self, connected: Terminal, elsewhere: Terminal, program: Program, empty: str
    ) -> None:
        program.users.create_superuser(
            EmailAddress.parse("root@example.com"), PASSWORD, "Root", cause()
        )
        root = program.users.find("root@example.com")
        assert root is not None
        user_id = register(program).user_id
        assert connected.run("backup", "a.backup").status == 0
        names = elsewhere.write("forgotten.txt", str(root.id), str(user_id))
        restored = elsewhere.run("restore", "a.backup", "--forgotten", names)
        assert restored.status == 1
        assert f"{root.id} is NOT forgotten. ERR_ADMIN_006: " in restored.told
        assert restored.lines[-1] == "Users forgotten again: 1."
        assert elsewhere.run("forgotten").lines == [str(user_id)]

    def test_an_event_that_cannot_be_read_keeps_nobody_else_from_being_forgotten(
        self, connected: Terminal, elsewhere: Terminal, program: Program, database: str, empty: str
    ) -> None:
        unreadable = register(program).user_id
        user_id = register(program, "bob@example.com").user_id
        with connect_owner(database) as owner:
            owner.execute(
                "UPDATE events.stored_events SET state = '{' WHERE originator_id = %s", [unreadable]
            )
        assert connected.run("backup", "a.backup").status == 0
        names = elsewhere.write("forgotten.txt", str(unreadable), str(user_id))
        restored = elsewhere.run("restore", "a.backup", "--forgotten", names)
        assert restored.status == 1
        assert f"{unreadable} is NOT forgotten. " in restored.told
        assert restored.lines[-1] == "Users forgotten again: 1."
        assert "Rooms stand still" in restored.told
        with connect_owner(empty) as owner:
            keys = owner.execute("SELECT user_id FROM credentials.personal_keys").fetchall()
        assert keys == [(unreadable,)]

    def test_without_the_list_it_is_said_that_they_are_back(
        self, elsewhere: Terminal, empty: str, forgotten: UUID
    ) -> None:
        restored = elsewhere.run("restore", "a.backup")
        assert restored.status == 0
        assert "is back: forget them again, or restore with --forgotten." in restored.told
        with build_program(empty) as program:
            row = program.users_room.one(forgotten)
            assert row is not None
            assert not row.is_forgotten

    def test_a_list_that_is_none_is_refused_before_anything_is_restored(
        self, elsewhere: Terminal, empty: str, forgotten: UUID
    ) -> None:
        elsewhere.write("names.txt", str(forgotten), "Ada Lovelace")
        for names, said in (("names.txt", "more than ids"), ("missing.txt", "cannot be read")):
            refused = elsewhere.run("restore", "a.backup", "--forgotten", names)
            assert refused.status == 2
            assert said in refused.told
        with connect_owner(empty) as owner:
            assert owner.execute("SELECT to_regclass('events.stored_events')").fetchone() == (None,)
