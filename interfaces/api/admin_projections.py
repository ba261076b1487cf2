"""The read models as a superuser sees to them: how they stand, rebuilt, verified (7.1, 7.2)."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from interfaces.api.access import Asked, Superuser
from interfaces.api.documenting import SUPERUSER, answers, example
from interfaces.values import Instant
from projections.comparing import Difference
from projections.rebuild import Verified
from projections.rebuild_record import Rebuild
from projections.upkeep import RoomStanding

router = APIRouter(prefix="/admin/projections", tags=["Administration"])

Name = Annotated[str, Path(description="A projection's name.", examples=["portfolios"])]

_REBUILD: dict[str, Any] = {
    "state": "running",
    "version": 5,
    "asked_at": "2026-01-05T14:30:00.123456Z",
    "begun_at": "2026-01-05T14:30:01.023456Z",
    "ended_at": None,
    "percent": 43.1,
    "events": 51200,
    "events_per_second": 48210.5,
    "error": None,
    "rows": None,
    "rows_live": None,
    "differing": None,
}
_REBUILT: dict[str, Any] = {
    **_REBUILD,
    "state": "done",
    "ended_at": "2026-01-05T14:30:04.523456Z",
    "percent": 100.0,
    "rows": 1200,
    "rows_live": 1200,
    "differing": 0,
}
_PROJECTION: dict[str, Any] = {
    "name": "portfolios",
    "state": "rebuilding",
    "version": 5,
    "version_kept": 5,
    "position": 118713,
    "lag_events": 2,
    "lag_seconds": 0.1,
    "rows": 1200,
    "error": None,
    "rebuild": _REBUILD,
    "rebuilt": _REBUILT,
}


class ShownRebuild(BaseModel):
    """A rebuild: `percent` of the log read, with so many `events` of the projection.

    An interrupted one is taken up again by itself. `error` says at which event it failed, and why.
    Of `rows_live` and the new `rows` so many were `differing`; null where the old rows were of
    another version.
    """

    model_config = example(_REBUILD)

    state: Literal["waiting", "running", "interrupted", "failed", "done"]
    version: int
    asked_at: Instant
    begun_at: Instant | None
    ended_at: Instant | None
    percent: float
    events: int
    events_per_second: float
    error: str | None
    rows: int | None
    rows_live: int | None
    differing: int | None


class Projection(BaseModel):
    """How a projection stands. Its rows are of `version_kept`, and stay until `version` is built.

    `position` is that of the last event it took in; `lag_seconds` the age of the first it has not.
    `rows` is an estimate above 100,000. `error` names the event it stopped at, and why. `rebuild`
    is the latest that is not done, `rebuilt` the latest that is.
    """

    name: str
    state: Literal["current", "behind", "stopped", "rebuilding"]
    version: int
    version_kept: int
    position: int
    lag_events: int
    lag_seconds: float
    rows: int
    error: str | None
    rebuild: ShownRebuild | None
    rebuilt: ShownRebuild | None


class ProjectionList(BaseModel):
    """Every projection."""

    model_config = example({"projections": [_PROJECTION]})

    projections: list[Projection]


class RebuildAsked(BaseModel):
    """A rebuild was asked for; `poll_url` tells how it goes."""

    model_config = example(
        {
            "name": "portfolios",
            "message": "The projection portfolios will be rebuilt; its rows serve meanwhile.",
            "poll_url": "/api/v1/admin/projections",
        }
    )

    name: str
    message: str
    poll_url: str


class ShownRowDifference(BaseModel):
    """A row that differs, by its key: what is live, and what the log gives, in those columns.

    Null where there is no such row.
    """

    key: dict[str, Any]
    live: dict[str, Any] | None
    rebuilt: dict[str, Any] | None


class ProjectionReport(BaseModel):
    """Live rows held against those the log gives, as of one position.

    The first differences are listed, by key; `differing` counts all.
    """

    model_config = example(
        {
            "name": "portfolios",
            "same": False,
            "position": 118715,
            "rows": 1200,
            "rows_live": 1200,
            "differing": 1,
            "differences": [
                {
                    "key": {"portfolio_id": "8d8f5b0e-6a0f-4c5b-9d1e-3a7b1c2d4e5f"},
                    "live": {"net_asset_value": 1.00},
                    "rebuilt": {"net_asset_value": 1009881.00},
                }
            ],
        }
    )

    name: str
    same: bool
    position: int
    rows: int
    rows_live: int
    differing: int
    differences: list[ShownRowDifference]


@router.get("", summary="All projections", responses=answers(ProjectionList, *SUPERUSER))
def list_projections(program: Asked, _user: Superuser) -> ProjectionList:
    """How each read model stands, and how rebuilds of it go."""
    standings = program.upkeep.standings(program.users.clock.now())
    return ProjectionList(projections=[_shown(one) for one in standings])


@router.post(
    "/{name}/rebuild",
    status_code=202,
    summary="Rebuild a projection",
    responses=answers(RebuildAsked, *SUPERUSER, "ERR_ROOM_404", "ERR_ROOM_001", status=202),
)
def rebuild_projection(name: Name, program: Asked, user: Superuser) -> RebuildAsked:
    """A worker builds it from the first event, beside the rows that serve, and swaps the two."""
    program.upkeep.ask(name, user.user_id)
    return RebuildAsked(
        name=name,
        message=f"The projection {name} will be rebuilt; its rows serve meanwhile.",
        poll_url="/api/v1/admin/projections",
    )


@router.post(
    "/{name}/verify",
    summary="Verify a projection",
    responses=answers(ProjectionReport, *SUPERUSER, "ERR_ROOM_404", "ERR_ROOM_001", "ERR_ROOM_002"),
)
def verify_projection(
    name: Name,
    program: Asked,
    _user: Superuser,
    limit: Annotated[int, Query(ge=1, le=1000, description="Differences to list.")] = 100,
) -> ProjectionReport:
    """Builds it from the first event, compares every row, and changes nothing that is live."""
    return _report(program.upkeep.verify(name, limit))


def _shown(one: RoomStanding) -> Projection:
    return Projection(
        name=one.name,
        state=one.state,
        version=one.version,
        version_kept=one.version_kept,
        position=one.position,
        lag_events=one.lag_events,
        lag_seconds=one.lag_s,
        rows=one.rows,
        error=one.error,
        rebuild=_shown_rebuild(one.rebuild),
        rebuilt=_shown_rebuild(one.rebuilt),
    )


def _shown_rebuild(one: Rebuild | None) -> ShownRebuild | None:
    if one is None:
        return None
    return ShownRebuild(
        state=one.state,
        version=one.version,
        asked_at=one.asked_at,
        begun_at=one.begun_at,
        ended_at=one.ended_at,
        percent=one.percent,
        events=one.events,
        events_per_second=one.events_per_s,
        error=one.error,
        rows=one.rows,
        rows_live=one.rows_live,
        differing=one.differing,
    )


def _report(found: Verified) -> ProjectionReport:
    compared = found.comparison
    return ProjectionReport(
        name=found.room,
        same=not compared.differing,
        position=found.position,
        rows=compared.rows,
        rows_live=compared.rows_live,
        differing=compared.differing,
        differences=[_difference(one) for one in found.differences],
    )


def _difference(one: Difference) -> ShownRowDifference:
    return ShownRowDifference(
        key=dict(one.key),
        live=dict(one.live) if one.live is not None else None,
        rebuilt=dict(one.rebuilt) if one.rebuilt is not None else None,
    )
