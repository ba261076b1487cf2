"""Calculations of everybody, as superusers see to them (spec 8, 4.9)."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from domain.calculation_run import RunStatus
from interfaces.administrating import RunToStart
from interfaces.following import any_run
from interfaces.values import Offset
from interfaces.web.admin_frame import ADMIN, admin_page, done_there
from interfaces.web.forms import FormWrong, Typed, filled_in, told_at_fields
from interfaces.web.paging import A_PAGE, Paging
from interfaces.web.processing import PHASES, elapsed_s
from interfaces.web.visits import OURS, PageRoute, SuperuserVisit, Visit, go_to

router = APIRouter(prefix=f"{ADMIN}/runs", include_in_schema=False, route_class=PageRoute)

_FIELDS = {"ERR_PORT_015": "portfolio_id", "ERR_BATCH_005": "portfolio_id"}
_BLANK = dict.fromkeys(RunToStart.model_fields, "")


@router.get("")
def runs(at: SuperuserVisit, status: str = "", offset: Offset = 0) -> Response:
    """What is under way, what ran, and the form to start more."""
    return _runs(at, status=status, offset=offset)


@router.post("/start", dependencies=[OURS])
def start(at: SuperuserVisit, typed: Typed) -> Response:
    """Queue a run and follow it; the form of a run over all accounts sent twice starts one."""
    asked = filled_in(typed)
    word = asked.pop("run_id", "")
    try:
        with told_at_fields(_FIELDS):
            command = RunToStart.model_validate(asked).command
            started = at.program.runs.request_of_any(
                replace(command, run_id=_id_of(word)), at.cause
            )
    except FormWrong as wrong:
        return wrong.told_on(_runs(at, 422, values=_BLANK | dict(typed), wrong=wrong.by_field))
    at.program.rooms.catch_up(started.position)
    return go_to(f"{ADMIN}/runs/{started.run_id}")


@router.post("/clean-up", dependencies=[OURS])
def clean_up(at: SuperuserVisit) -> Response:
    """End the live runs that no worker is at or will take up."""
    at.program.runs.clean_up()
    at.program.rooms.catch_up(at.program.log.position())
    return done_there(f"{ADMIN}/runs", "ended")


@router.get("/{run_id}")
def run(at: SuperuserVisit, run_id: UUID, offset: Offset = 0) -> Response:
    """A run of anybody with its phases or parts, counts, warnings and log."""
    row = any_run(at.program, run_id)
    parts, total = at.program.runs_room.parts(run_id, A_PAGE, offset)
    return admin_page(
        at,
        "admin_run.html",
        run=row,
        phases=[(phase, PHASES.get(phase.name, phase.name)) for phase in row.phases],
        elapsed_s=elapsed_s(at, row),
        parts=parts,
        paging=Paging(f"{ADMIN}/runs/{run_id}", {}, offset, total),
    )


def _id_of(word: str) -> UUID | None:
    try:
        return UUID(word)
    except ValueError:
        return None


def _runs(
    at: Visit, code: int = 200, *, status: str = "", offset: int = 0, **form: Any
) -> HTMLResponse:
    chosen = RunStatus(status) if status in set(RunStatus) else None
    rows, total = at.program.runs_room.wholes(A_PAGE, offset, chosen)
    query = {"status": chosen.value} if chosen else {}
    return admin_page(
        at,
        "admin_runs.html",
        code,
        live=at.program.runs_room.all_live(),
        runs=rows,
        chosen=chosen,
        statuses=list(RunStatus),
        paging=Paging(f"{ADMIN}/runs", query, offset, total),
        run_id=uuid4(),
        **({"values": _BLANK, "wrong": {}} | form),
    )
