"""Specification of the log as evidence, over HTTP (4.10, 7.4)."""

import json
from uuid import UUID

import psycopg

from domain.security_record import SecurityRecord
from interfaces.bootstrap import Program
from interfaces.cli import verify_export
from tests.interfaces.conftest import World
from tests.support.programs import connect_owner
from tests.support.visitors import auditor, client_of, refusal


def test_an_auditor_and_a_superuser_verify_the_whole_log(world: World) -> None:
    world.program.audit.certify()
    for asker in (world.auditor, world.superuser):
        end = world.program.log.position()
        told = asker.post("/audit/verify").json()
        assert (told["whole"], told["fault"]) == (True, None)
        assert (told["events"] > 0, told["checkpoints"]) == (True, 1)
        assert told["position"] == end
    assert refusal(world.ada.post("/audit/verify")) == (403, "ERR_AUDIT_001")


def test_verifying_leaves_nothing_behind_but_that_it_was_done(world: World) -> None:
    before = world.program.log.position()
    told = world.auditor.post("/audit/verify").json()
    [noted] = world.program.log.read(before, 10)
    assert noted.event == SecurityRecord.LogVerified(
        events=told["events"],
        checkpoints=told["checkpoints"],
        position=before,
        fault_position=None,
        fault=None,
    )
    assert noted.cause.actor == UUID(world.auditor.id())
    assert world.auditor.post("/audit/verify").json()["events"] == told["events"] + 1


def test_checkpoints_are_pages_with_the_key_that_signs(world: World) -> None:
    world.program.audit.certify()
    told = world.auditor.get("/audit/checkpoints").json()
    assert told["total"] == len(told["checkpoints"]) == 1
    [checkpoint] = told["checkpoints"]
    assert checkpoint["public_key"] == told["public_key"]
    assert world.auditor.get("/audit/checkpoints?offset=1").json()["checkpoints"] == []


def test_an_export_is_verified_without_the_program_and_tells_nobodys_name(world: World) -> None:
    world.program.audit.certify()
    answer = world.auditor.get("/audit/export")
    assert answer.headers["content-type"].startswith("application/jsonl")
    lines = answer.text.splitlines()
    key = bytes.fromhex(json.loads(lines[0])["public_key"])
    events, checkpoints = verify_export.verify(lines, [key])
    assert (events, checkpoints) == (len(lines) - 2, 1)
    assert "Ada" not in answer.text
    assert "@example.com" not in answer.text


def test_what_an_owner_of_the_database_changes_is_told_at_its_position(
    database: str, program: Program
) -> None:
    with client_of(program) as client:
        reader = auditor(program, client)
        with connect_owner(database) as owner:
            harmed = _harm(owner)
        told = reader.post("/audit/verify").json()
    assert (told["whole"], told["fault"]["position"]) == (False, harmed)
    assert told["fault"]["kind"] == "changed"
    assert told["fault"]["text"].endswith(".")
    assert told["position"] < harmed
    [noted] = [one.event for one in program.log.read(harmed, 10)]
    assert isinstance(noted, SecurityRecord.LogVerified)
    assert (noted.fault_position, noted.fault) == (harmed, "changed")


def _harm(owner: psycopg.Connection[tuple[object, ...]]) -> int:
    """Change a byte of the last event; its position."""
    row = owner.execute(
        "UPDATE events.stored_events SET state = set_byte(state, 9, get_byte(state, 9) # 1)"
        " WHERE notification_id = (SELECT max(notification_id) FROM events.stored_events)"
        " RETURNING notification_id"
    ).fetchone()
    assert row is not None
    assert isinstance(row[0], int)
    return row[0]
