"""Specification of the health routes (spec 4.11)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from application.errors import StoreUnavailable
from interfaces.api.operations import LAG_LIMIT
from interfaces.rooms import ROOMS
from tests.interfaces.conftest import World
from tests.support.visitors import client_of, error_of, refusal


@pytest.fixture
def failures(world: World) -> Iterator[dict[str, str]]:
    """The failures that the rooms report; none at the end."""
    reported = world.program.rooms.failures
    yield reported
    reported.clear()


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


def test_it_is_ready_when_the_database_answers_and_every_room_is_current(world: World) -> None:
    answer = world.client.get("/health/ready")
    rooms = {f"room {name}": "ok" for name in world.program.rooms.positions()}
    assert len(rooms) == len(ROOMS)
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ready", "checks": {"database": "ok", **rooms}},
    )


def test_a_room_that_has_stopped_makes_it_unready(world: World, failures: dict[str, str]) -> None:
    failures["users"] = "user.registered at position 7: KeyError('/srv/app.py')"
    answer = world.client.get("/health/ready")
    assert refusal(answer) == (503, "ERR_HTTP_503")
    assert answer.headers["Retry-After"] == "2"
    assert "KeyError" not in answer.text
    checks = error_of(answer)["details"]["checks"]
    assert [name for name, told in checks.items() if told != "ok"] == ["room users"]


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
