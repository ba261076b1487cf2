"""Specification of read models over HTTP: how they stand, rebuilt, verified (spec 7.1, 7.2)."""

import threading
from collections.abc import Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from application.errors import StoreUnavailable
from application.ports import Recorded
from interfaces.bootstrap import Program
from interfaces.rooms import ROOMS
from projections.rebuild import Progress
from projections.row_table import Key
from tests.interfaces.conftest import World
from tests.support.recording import cause, claimed
from tests.support.visitors import error_of, refusal

NEVER = threading.Event()
HANG_GUARD_S = 60
AT_A_TIME = 2
NAMES = [room.name for room in ROOMS]


@pytest.fixture(autouse=True)
def worked_off(world: World) -> Iterator[None]:
    """No rebuild is left to be done by others."""
    yield
    world.program.upkeep.work_off(NEVER)


@pytest.fixture
def spoilt(world: World) -> Iterator[str]:
    """The id of a user whose row says what nobody ever said; it is right again at the end."""
    user_id = world.ada.id()
    with world.program.database.pool.connection() as connection:
        connection.execute(
            "UPDATE rooms.users SET full_name = 'Not Ada', portfolio_count = 0 WHERE user_id = %s",
            [UUID(user_id)],
        )
    yield user_id
    world.program.upkeep.rebuild("users")


def projection(world: World, name: str) -> dict[str, Any]:
    """One of the list."""
    answer = world.superuser.get("/admin/projections")
    assert answer.status_code == 200, answer.text
    listed = {one["name"]: one for one in answer.json()["projections"]}
    assert list(listed) == NAMES
    found: dict[str, Any] = listed[name]
    return found


def test_every_projection_is_listed_with_its_version_position_and_rows(world: World) -> None:
    world.program.rooms.catch_up(world.program.log.position(), NAMES)
    users = projection(world, "users")
    assert users["state"] == "current"
    assert (users["version"], users["version_kept"]) == (2, 2)
    assert users["position"] == world.program.log.position()
    assert (users["lag_events"], users["lag_seconds"], users["error"]) == (0, 0.0, None)
    assert users["rows"] > 3


def test_a_rebuild_is_asked_for_told_and_worked_off(world: World, spoilt: str) -> None:
    asked = world.superuser.post("/admin/projections/users/rebuild")
    assert asked.status_code == 202, asked.text
    assert asked.json()["poll_url"] == "/api/v1/admin/projections"
    waiting = projection(world, "users")
    assert (waiting["state"], waiting["rebuild"]["state"]) == ("rebuilding", "waiting")
    again = world.superuser.post("/admin/projections/users/rebuild")
    assert refusal(again) == (409, "ERR_ROOM_001")

    world.program.upkeep.work_off(NEVER)
    done = projection(world, "users")
    assert (done["state"], done["rebuild"]) == ("current", None)
    assert done["rebuilt"]["state"] == "done"
    assert done["rebuilt"]["percent"] == 100.0
    assert (done["rebuilt"]["rows"], done["rebuilt"]["differing"]) == (done["rows"], 1)
    assert world.program.users_room.several([UUID(spoilt)])[UUID(spoilt)].full_name != "Not Ada"


def test_verifying_lists_what_differs_and_changes_nothing(world: World, spoilt: str) -> None:
    for _ in range(2):
        answer = world.superuser.post("/admin/projections/users/verify")
        assert answer.status_code == 200, answer.text
        report = answer.json()
        assert (report["same"], report["differing"]) == (False, 1)
        [one] = report["differences"]
        assert one["key"] == {"user_id": spoilt}
        assert one["live"] == {"full_name": "Not Ada", "portfolio_count": 0}
        assert set(one["rebuilt"]) == {"full_name", "portfolio_count"}
        assert one["rebuilt"]["portfolio_count"] > 0


def test_verifying_what_is_right_says_so(world: World) -> None:
    report = world.superuser.post("/admin/projections/invite_codes/verify").json()
    assert (report["same"], report["differing"], report["differences"]) == (True, 0, [])
    assert report["rows"] == report["rows_live"]


@pytest.mark.parametrize("verb", ["rebuild", "verify"])
def test_there_is_no_other_projection(world: World, verb: str) -> None:
    answer = world.superuser.post(f"/admin/projections/nothing/{verb}")
    assert refusal(answer) == (404, "ERR_ROOM_404")


@pytest.fixture
def defective(world: World) -> Iterator[str]:
    """The name of a projection that cannot take in any event; it can again at the end."""
    rooms = world.program.rooms.rooms
    sound = rooms["users"]

    def fold(rows: MutableMapping[Key, Any], recorded: Recorded) -> None:
        raise ZeroDivisionError("a defect")

    rooms["users"] = replace(sound, fold=fold)
    yield "users"
    rooms["users"] = sound
    world.program.upkeep.rebuild("users")


def test_an_event_that_cannot_be_taken_in_is_named_and_superusers_are_shown_the_defect(
    world: World, defective: str
) -> None:
    answer = world.superuser.post(f"/admin/projections/{defective}/verify")
    assert refusal(answer) == (409, "ERR_ROOM_002")
    assert "user.registered at position 2." in error_of(answer)["message"]
    assert "a defect" not in answer.text
    assert world.superuser.post(f"/admin/projections/{defective}/rebuild").status_code == 202
    world.program.upkeep.work_off(NEVER)
    told = projection(world, defective)
    assert (told["state"], told["rebuild"]["state"]) == ("current", "failed")
    assert told["rebuild"]["error"] == "user.registered at position 2: a defect"


def test_however_many_are_verified_commands_and_the_list_are_answered_meanwhile(
    program: Program,
) -> None:
    assert program.rooms.catch_up(program.log.save(claimed(), cause=cause()), NAMES)
    begun, go_on = threading.Semaphore(0), threading.Event()

    def hold(_: Progress) -> None:
        begun.release()
        assert go_on.wait(HANG_GUARD_S)

    with ThreadPoolExecutor(len(NAMES)) as threads:
        asked = [threads.submit(program.upkeep.verify, name, tell=hold) for name in NAMES]
        try:
            assert all(begun.acquire(timeout=HANG_GUARD_S) for _ in range(AT_A_TIME))
            assert program.rooms.catch_up(program.log.save(claimed(), cause=cause()))
            assert len(program.upkeep.standings(datetime.now(UTC))) == len(NAMES)
        finally:
            go_on.set()
    failures = [one.exception() for one in asked]
    assert {type(failure) for failure in failures if failure} <= {StoreUnavailable}
    assert failures.count(None) >= AT_A_TIME
