"""Runs as a superuser sees to them (spec 4.9)."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from interfaces.administrating import RunToStart
from interfaces.api.access import Asked, Superuser, cause_of, show_position
from interfaces.api.admin_run_shapes import (
    AdminRunDetail,
    AdminRunList,
    CleanedUp,
    RunSummary,
    StartedByAdmin,
    admin_run,
    admin_run_detail,
    run_summary,
)
from interfaces.api.calculation import RunId, now_of
from interfaces.api.documenting import SUPERUSER, answers, command_answers
from interfaces.api.run_following import LastEventId, followed, stream_answers
from interfaces.following import any_run
from interfaces.values import PORTFOLIO_EXAMPLE, Limit, Offset

router = APIRouter(prefix="/admin/batch", tags=["Administration"])


class Incomplete(BaseModel):
    """Whose dead runs to end: a portfolio's, or without `portfolio_id` anybody's."""

    model_config = ConfigDict(extra="forbid")

    portfolio_id: UUID | None = Field(default=None, examples=[PORTFOLIO_EXAMPLE])


@router.post(
    "/run",
    status_code=202,
    summary="Calculate any portfolio, or all",
    responses=command_answers(
        StartedByAdmin, *SUPERUSER, "ERR_PORT_404", "ERR_BATCH_002", "ERR_BATCH_005", status=202
    ),
)
def start_run(
    body: RunToStart, program: Asked, user: Superuser, request: Request, response: Response
) -> StartedByAdmin:
    """Queues a run, of all portfolios divided into parts of 200."""
    run = program.runs.request_of_any(body.command, cause_of(request, user.user_id))
    show_position(program, response, run.position)
    return StartedByAdmin(
        batch_run_id=run.run_id,
        portfolio_id=run.portfolio_id,
        calculation_date=run.calculation_on,
        message=f"The calculation up to {run.calculation_on} is queued.",
        poll_url=f"/api/v1/admin/batch/runs/{run.run_id}",
    )


@router.get("/runs", summary="All calculations", responses=answers(AdminRunList, *SUPERUSER))
def list_runs(
    program: Asked, _user: Superuser, limit: Limit = 50, offset: Offset = 0
) -> AdminRunList:
    """Runs of everybody, newest first; parts are told by the runs they belong to."""
    rows, total = program.runs_room.wholes(limit, offset)
    return AdminRunList(total=total, runs=[admin_run(row) for row in rows])


@router.get(
    "/runs/current",
    summary="Calculations under way",
    responses=answers(AdminRunList, *SUPERUSER),
)
def current_runs(program: Asked, _user: Superuser) -> AdminRunList:
    """The runs that are queued or running, parts among them, oldest first."""
    rows = program.runs_room.all_live()
    return AdminRunList(total=len(rows), runs=[admin_run(row) for row in rows])


@router.get(
    "/runs/{run_id}",
    summary="One calculation",
    responses=answers(AdminRunDetail, *SUPERUSER, "ERR_BATCH_404"),
)
def show_run(program: Asked, _user: Superuser, run_id: RunId) -> AdminRunDetail:
    """A run of anybody with its phases, warnings and log."""
    return admin_run_detail(any_run(program, run_id))


@router.get(
    "/runs/{run_id}/events",
    summary="Keep telling how any calculation goes",
    responses=stream_answers(*SUPERUSER),
    response_class=Response,
)
async def follow_any(
    request: Request,
    program: Asked,
    _user: Superuser,
    run_id: RunId,
    last_event_id: LastEventId = None,
) -> Response:
    """Server-Sent Events: the run as it stands now, then whenever it changes, until it ends."""
    run = await run_in_threadpool(any_run, program, run_id)
    return followed(request, run, last_event_id, admin_run)


@router.get("/summary", summary="How calculations go", responses=answers(RunSummary, *SUPERUSER))
def batch_summary(
    program: Asked,
    _user: Superuser,
    days: Annotated[int, Query(ge=1, le=366, description="How far to look back.")] = 7,
) -> RunSummary:
    """What the runs requested within some days came to, and how many are under way."""
    since = now_of(program) - timedelta(days=days)
    return run_summary(program.runs_room.tally(since), since, program.runs_room.all_live())


@router.post(
    "/cleanup-incomplete",
    summary="End dead calculations",
    responses=command_answers(CleanedUp, *SUPERUSER, status=200),
)
def clean_up(
    program: Asked, user: Superuser, response: Response, body: Incomplete | None = None
) -> CleanedUp:
    """Ends the live runs that no worker is at or will take up; nothing waits for long."""
    ended = program.runs.clean_up(body.portfolio_id if body else None)
    show_position(program, response, program.log.position())
    return CleanedUp(
        count=len(ended),
        batch_run_ids=list(ended),
        triggered_by=user.user_id,
        timestamp=now_of(program),
    )
