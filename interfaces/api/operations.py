"""Whether the service lives, and whether it is ready (spec 4.11)."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from application.errors import StoreUnavailable
from domain.errors import DomainError
from interfaces.api.access import Asked
from interfaces.api.documenting import answers, example
from interfaces.bootstrap import Program

router = APIRouter(prefix="/health", tags=["Operations"])

LAG_LIMIT = 10_000
"""Events a room may be behind the log."""


class NotReady(DomainError):
    """The database does not answer, or a room has stopped or fallen behind."""

    code = "ERR_HTTP_503"

    def __init__(self, checks: dict[str, str]) -> None:
        failed = [f"{name}: {told}" for name, told in checks.items() if told != "ok"]
        super().__init__(f"The service is not ready. {' '.join(failed)}", checks=checks)


class Alive(BaseModel):
    """The process answers."""

    model_config = example({"status": "alive"})

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """The database answers, and every room is current; each check by name."""

    model_config = example({"status": "ready", "checks": {"database": "ok", "room users": "ok"}})

    status: Literal["ready"] = "ready"
    checks: dict[str, str]


@router.get("/live", summary="Is the process alive", responses=answers(Alive))
async def live() -> Alive:
    """Asks nothing of anybody."""
    return Alive()


@router.get("/ready", summary="Can it serve", responses=answers(Ready, "ERR_HTTP_503"))
def ready(program: Asked) -> Ready:
    """Asks the database and the rooms; 503 with all checks where one fails."""
    checks = _checks(program)
    if any(told != "ok" for told in checks.values()):
        raise NotReady(checks)
    return Ready(checks=checks)


def _checks(program: Program) -> dict[str, str]:
    try:
        recorded, rooms = program.log.position(), program.rooms.positions()
    except StoreUnavailable:
        return {"database": "It does not answer."}
    checks = {"database": "ok"}
    for name, position in sorted(rooms.items()):
        checks[f"room {name}"] = _room(recorded - position, stopped=name in program.rooms.failures)
    return checks


def _room(lag: int, *, stopped: bool) -> str:
    if stopped:
        return "It stopped at an event it cannot take in; the log says which."
    return f"It is {lag:,} events behind." if lag > LAG_LIMIT else "ok"
