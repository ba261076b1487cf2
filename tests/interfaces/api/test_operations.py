"""Specification of the health routes (spec 4.11)."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from application.errors import StoreUnavailable
from interfaces.api.operations import LAG_LIMIT
from interfaces.bootstrap import Program
from interfaces.rooms import ROOMS
from projections.upkeep import Upkeep
from tests.interfaces.conftest import World
from tests.support.programs import connect_owner
from tests.support.visitors import client_of, error_of, refusal


@pytest.fixture
def failures(world: World) -> Iterator[dict[str, str]]:
    """The failures that the rooms report; none at the end."""
    reported = world.program.rooms.failures
    yield reported
    reported.clear()


@pytest.fixture
def waiting(world: World) -> Upkeep:
    """A program whose rows of users are those of the version before; who will rebuild them."""
    with world.program.database.pool.connection() as connection:
        connection.execute("UPDATE rooms.progress SET version = version - 1 WHERE room = 'users'")
    world.program.upkeep.prepare()  # as every start does
    return world.program.upkeep


class Log:
    """A log that is far ahead of the rooms, or does not answer at all."""

    def __init__(self, position: int | None) -> None:
        self._position = position

    def position(self) -> int:
        """As told."""
        if self._position is None:
            raise StoreUnavailable
        return self._position


def test_the_process_is_alive_whatever_else_is(world: World) -> None:
    answer = world.client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


@pytest.mark.usefixtures("working")
def test_it_is_ready_when_all_is_current_and_a_worker_lives(world: World) -> None:
    answer = world.client.get("/health/ready")
    rooms = {f"room {name}": "ok" for name in world.program.rooms.positions()}
    assert len(rooms) == len(ROOMS)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "status": "ready",
            "checks": {"database": "ok", "migrations": "ok", "worker": "ok", **rooms},
        },
    )


@pytest.mark.usefixtures("working")
def test_a_room_that_has_stopped_makes_it_unready(world: World, failures: dict[str, str]) -> None:
    failures["users"] = "user.registered at position 7: KeyError('/srv/app.py')"
    answer = world.client.get("/health/ready")
    assert refusal(answer) == (503, "ERR_HTTP_503")
    assert answer.headers["Retry-After"] == "2"
    assert "KeyError" not in answer.text
    checks = error_of(answer)["details"]["checks"]
    assert [name for name, told in checks.items() if told != "ok"] == ["room users"]


@pytest.mark.usefixtures("working")
@pytest.mark.parametrize(("room", "status"), [("audit_log", 200), ("users", 503)])
def test_a_room_that_nobody_awaits_may_be_far_behind(world: World, room: str, status: int) -> None:
    move = "UPDATE rooms.progress SET position = position - %s WHERE room = %s"
    pool = world.program.database.pool
    for lag, told in [(LAG_LIMIT + 1000, status), (-LAG_LIMIT - 1000, 200)]:
        with pool.connection() as connection:
            connection.execute(move, (lag, room))
        assert world.client.get("/health/ready").status_code == told


@pytest.mark.usefixtures("working")
def test_a_room_that_waits_for_its_rebuild_is_told_and_serves(
    world: World, waiting: Upkeep
) -> None:
    answer = world.client.get("/health/ready")
    assert answer.status_code == 200, answer.text
    told = {name: check for name, check in answer.json()["checks"].items() if check != "ok"}
    assert list(told) == ["room users"]
    assert told["room users"].startswith("ok: its rows are those of another version")
    waiting.work_off(threading.Event())
    world.program.rooms.catch_up(world.program.log.position())
    assert set(world.client.get("/health/ready").json()["checks"].values()) == {"ok"}


@pytest.mark.usefixtures("working")
def test_rooms_far_behind_make_it_unready(world: World) -> None:
    recorded = world.program.log.position()
    for lag, status in [(LAG_LIMIT, 200), (LAG_LIMIT + 1, 503)]:
        log: Any = Log(recorded + lag)
        answer = client_of(replace(world.program, log=log)).get("/health/ready")
        assert answer.status_code == status


def test_a_database_that_does_not_answer_makes_it_unready(world: World) -> None:
    log: Any = Log(None)
    answer = client_of(replace(world.program, log=log)).get("/health/ready")
    assert refusal(answer) == (503, "ERR_HTTP_503")
    assert error_of(answer)["details"] == {"checks": {"database": "It does not answer."}}


def unready(client: TestClient) -> list[str]:
    """The checks that are not ok."""
    answer = client.get("/health/ready")
    assert refusal(answer) == (503, "ERR_HTTP_503")
    checks = error_of(answer)["details"]["checks"]
    return [name for name, told in checks.items() if told != "ok"]


def test_it_is_not_ready_before_a_worker_was_seen(world: World) -> None:
    assert unready(world.client) == ["worker"]


@pytest.mark.usefixtures("working")
def test_a_worker_not_seen_for_a_minute_makes_it_unready(world: World) -> None:
    with world.program.database.pool.connection() as connection:
        connection.execute(
            "UPDATE jobs.procrastinate_workers SET last_heartbeat = now() - interval '61s'"
        )
    assert unready(world.client) == ["worker"]


def test_a_database_of_another_version_makes_it_unready(program: Program, database: str) -> None:
    with connect_owner(database) as owner:
        owner.execute("INSERT INTO migrations.applied (name) VALUES ('9999_of_tomorrow.sql')")
    assert unready(client_of(program)) == ["migrations", "worker"]


def test_what_calculations_rest_on_is_counted(world: World) -> None:
    assert world.client.get("/health/prerequisites").json() == {
        "status": "met",
        "prerequisites": [
            {"name": "factor_definitions", "current": 8, "required": 8, "status": "met"},
            {"name": "stress_scenarios", "current": 18, "required": 18, "status": "met"},
        ],
    }
