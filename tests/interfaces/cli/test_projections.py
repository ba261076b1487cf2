"""Read models at the terminal: how they stand, rebuilt with progress, verified row by row."""

import os
import subprocess
import sys

import pytest

from application.errors import StoreUnavailable
from interfaces.bootstrap import Program
from interfaces.rooms import ROOMS
from tests.support.accounts import register
from tests.support.programs import connect_owner
from tests.support.recording import cause, claimed
from tests.support.server import ROOT
from tests.support.terminal import Terminal


def rename_everybody(database: str) -> None:
    """Write over rows that only the log may make."""
    with connect_owner(database) as owner:
        owner.execute("UPDATE rooms.users SET full_name = 'Somebody Else'")


def test_every_projection_is_listed(connected: Terminal, program: Program) -> None:
    register(program)
    done = connected.run("projections")
    assert done.status == 0
    assert all(room.name in done.out for room in ROOMS)
    assert "never" in done.out


def test_what_they_stopped_at_is_told_by_a_program_that_has_just_started(
    connected: Terminal, program: Program, database: str
) -> None:
    register(program)
    last = program.log.save(claimed(), cause=cause())
    with connect_owner(database) as owner:
        owner.execute(
            "UPDATE events.stored_events SET topic = 'nobody.knows' WHERE notification_id = %s",
            [last],
        )
    done = connected.run("projections")
    assert done.status == 0
    told = f"stopped at the event after position {last - 1}: nobody.knows: no 'nobody.knows'"
    assert [f"{room.name} {told}" for room in ROOMS] == done.lines[-len(ROOMS) :]


@pytest.mark.usefixtures("program")
def test_a_start_that_meets_a_lock_says_so_in_a_sentence(
    connected: Terminal, database: str
) -> None:
    settings = {name: value for name, value in connected.settings.items() if value is not None}
    command = [sys.executable, "-m", "interfaces.serving", "projections"]
    with connect_owner(database) as owner, owner.transaction():
        owner.execute("LOCK TABLE rooms.progress IN ACCESS EXCLUSIVE MODE")
        done = subprocess.run(
            command,
            cwd=connected.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert " ".join(done.stderr.split()) == f"ERR_BUSY_001: {StoreUnavailable().message}"


def test_a_projection_is_verified_told_row_by_row_and_mended(
    connected: Terminal, program: Program, database: str
) -> None:
    owner = register(program)
    program.rooms.catch_up(program.log.position())
    good = connected.run("verify", "users")
    assert (good.status, good.lines) == (0, ["users: all 1 rows are what the log gives."])

    rename_everybody(database)
    bad = connected.run("verify", "users")
    assert (bad.status, bad.out) == (1, "")
    assert "users: 1 rows DIFFER:" in bad.told
    assert f"user_id {owner.user_id}: full_name is Somebody Else, should be" in bad.told

    mended = connected.run("rebuild", "users")
    assert (mended.status, mended.lines) == (
        0,
        ["users: rebuilt, 1 rows in place of 1, 1 of which differ."],
    )
    assert connected.run("verify", "users").status == 0


def test_the_log_and_all_that_is_made_of_it_are_verified_and_rebuilt(
    connected: Terminal, program: Program, database: str
) -> None:
    register(program)
    program.rooms.catch_up(program.log.position(), [room.name for room in ROOMS])
    done = connected.run("verify", "--projections")
    assert done.status == 0
    assert done.lines[0].startswith("The log: all ")
    assert len(done.lines) == 1 + len(ROOMS)

    rebuilt = connected.run("rebuild", "--all")
    assert (rebuilt.status, len(rebuilt.lines)) == (0, len(ROOMS))
    assert all("as they were" in line for line in rebuilt.lines)

    rename_everybody(database)
    assert connected.run("verify").status == 0
    assert connected.run("verify", "--projections").status == 1


def test_a_projection_that_has_stopped_is_listed_with_the_event_it_stopped_at(
    connected: Terminal, program: Program, database: str
) -> None:
    register(program)
    program.rooms.catch_up(program.log.position())
    register(program, "bob@example.com")
    last = program.log.position()
    with connect_owner(database) as owner:
        owner.execute(
            "UPDATE events.stored_events SET topic = 'nobody.knows' WHERE notification_id = %s",
            [last],
        )
    done = connected.run("projections")
    assert done.status == 0
    assert f"users stopped at the event after position {last - 1}: " in done.told


def test_what_is_no_projection_is_refused(connected: Terminal) -> None:
    for verb, name in (("rebuild", "nothing"), ("verify", "nothing"), ("verify", "[/red]")):
        done = connected.run(verb, name)
        assert (done.status, done.out) == (1, "")
        assert done.told == (
            "ERR_ROOM_404: There is no projection of this name; `sigmasight projections` lists"
            " them."
        )
    assert connected.run("rebuild", "users", "--all").status == 2
