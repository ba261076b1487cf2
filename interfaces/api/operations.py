"""Whether the service lives, and whether it is ready (spec 4.11)."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from application.errors import StoreUnavailable
from application.prerequisites import reference_data
from domain.errors import DomainError
from interfaces.api.access import Asked
from interfaces.api.documenting import answers, example
from interfaces.bootstrap import Program

router = APIRouter(prefix="/health", tags=["Operations"])

LAG_LIMIT = 10_000
"""Events a room may be behind the log."""

WORKER_LIMIT_S = 60
"""Seconds since a worker last told that it lives; each tells every 10."""

_FIT = "ok"
_STANDS_STILL = "ok: its rows are those of another version, until they are rebuilt."


class NotReady(DomainError):
    """The database does not answer or is of another version, a room is behind, no worker lives."""

    code = "ERR_HTTP_503"

    def __init__(self, checks: dict[str, str]) -> None:
        failed = [f"{name}: {told}" for name, told in checks.items() if not _is_fit(told)]
        super().__init__(f"The service is not ready. {' '.join(failed)}", checks=checks)


class Alive(BaseModel):
    """The process answers."""

    model_config = example({"status": "alive"})

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """The database answers, every room is current, a worker lives; each check by name."""

    model_config = example(
        {
            "status": "ready",
            "checks": {"database": "ok", "migrations": "ok", "worker": "ok", "room users": "ok"},
        }
    )

    status: Literal["ready"] = "ready"
    checks: dict[str, str]


class ShownPrerequisite(BaseModel):
    """Reference data of one kind."""

    name: str
    current: int
    required: int
    status: Literal["met", "missing"]


class PrerequisiteList(BaseModel):
    """What calculations rest on, and whether all of it is there."""

    model_config = example(
        {
            "status": "met",
            "prerequisites": [
                {"name": "factor_definitions", "current": 8, "required": 8, "status": "met"},
                {"name": "stress_scenarios", "current": 18, "required": 18, "status": "met"},
            ],
        }
    )

    status: Literal["met", "missing"]
    prerequisites: list[ShownPrerequisite]


@router.get("/live", summary="Is the process alive", responses=answers(Alive))
async def live() -> Alive:
    """Asks nothing of anybody."""
    return Alive()


@router.get("/ready", summary="Can it serve", responses=answers(Ready, "ERR_HTTP_503"))
def ready(program: Asked) -> Ready:
    """Asks the database and the rooms; 503 with all checks where one fails."""
    checks = _checks(program)
    if any(not _is_fit(told) for told in checks.values()):
        raise NotReady(checks)
    return Ready(checks=checks)


@router.get(
    "/prerequisites",
    summary="Is what calculations rest on there",
    responses=answers(PrerequisiteList),
)
async def show_prerequisites() -> PrerequisiteList:
    """Factor definitions and stress scenarios: how many there are, how many there must be."""
    found = reference_data()
    return PrerequisiteList(
        status=_met(is_met=all(one.is_met for one in found)),
        prerequisites=[
            ShownPrerequisite(
                name=one.name,
                current=one.current,
                required=one.required,
                status=_met(is_met=one.is_met),
            )
            for one in found
        ],
    )


def _met(*, is_met: bool) -> Literal["met", "missing"]:
    return "met" if is_met else "missing"


def _checks(program: Program) -> dict[str, str]:
    try:
        recorded, rooms = program.log.position(), program.rooms.positions()
        checks = {"database": "ok", "migrations": _migrations(program), "worker": _worker(program)}
        replicas = _replicas(program)
    except StoreUnavailable:
        return {"database": "It does not answer."}
    for name, position in sorted(rooms.items()):
        lag = recorded - position if name in program.rooms.awaited else 0
        checks[f"room {name}"] = _room(lag, stopped=name in program.rooms.failures)
    for name in sorted(program.rooms.standing_still - rooms.keys()):
        checks[f"room {name}"] = _STANDS_STILL
    return checks | replicas


def _is_fit(told: str) -> bool:
    return told.startswith(_FIT)


def _replicas(program: Program) -> dict[str, str]:
    """Without them the service is slower, but ready."""
    return {
        f"read replica {number}": told if told == _FIT else f"{_FIT}: {told}"
        for number, told in enumerate(program.room_reads.told(), 1)
    }


def _migrations(program: Program) -> str:
    if program.database.is_at_this_version():
        return "ok"
    return "The database is of another version than this program."


def _worker(program: Program) -> str:
    seen_s_ago = program.database.worker_seen_s_ago()
    if seen_s_ago is None or seen_s_ago > WORKER_LIMIT_S:
        return f"No worker was seen for {WORKER_LIMIT_S} s; calculations wait for one."
    return "ok"


def _room(lag: int, *, stopped: bool) -> str:
    if stopped:
        return "It stopped at an event it cannot take in; the log says which."
    return f"It is {lag:,} events behind." if lag > LAG_LIMIT else "ok"
