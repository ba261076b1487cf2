"""How runs are told to superusers (spec 4.9)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from interfaces.api.calculation_shapes import (
    RUN_EXAMPLE,
    ShownPhase,
    ShownRun,
    shown_phase,
    shown_run,
)
from interfaces.api.documenting import example
from interfaces.values import Instant
from projections.runs.view import Entry, RunRow, Tally

_EXAMPLE: dict[str, Any] = {
    **RUN_EXAMPLE,
    "kind": "nightly",
    "reason": "",
    "part_of": None,
    "portfolios": 412,
    "left_out": 1,
    "parts": 3,
    "parts_ended": 3,
    "progress_percent": 100.0,
}


class StartedByAdmin(BaseModel):
    """A queued run; `poll_url` tells how it goes. `portfolio_id` is null where it is over all."""

    model_config = example(
        {
            "status": "started",
            "batch_run_id": RUN_EXAMPLE["batch_run_id"],
            "portfolio_id": None,
            "calculation_date": "2013-03-01",
            "message": "The calculation up to 2013-03-01 is queued.",
            "poll_url": f"/api/v1/admin/batch/runs/{RUN_EXAMPLE['batch_run_id']}",
        }
    )

    status: Literal["started"] = "started"
    batch_run_id: UUID
    portfolio_id: UUID | None
    calculation_date: date
    message: str
    poll_url: str


class AdminRun(ShownRun):
    """A run; one over all portfolios has `parts`, a part names its whole in `part_of`.

    `left_out` counts portfolios that were busy with runs of their own.
    """

    reason: str
    part_of: UUID | None
    portfolios: int
    left_out: int
    parts: int
    parts_ended: int
    progress_percent: float


class AdminRunList(BaseModel):
    """Some runs; `total` counts all there are."""

    model_config = example({"total": 1, "runs": [_EXAMPLE]})

    total: int
    runs: list[AdminRun]


class LogEntry(BaseModel):
    """Something that happened to a run, in words."""

    at: Instant
    text: str
    warnings: list[str]


class AdminRunDetail(AdminRun):
    """A run with all that is known of it."""

    model_config = example(
        {
            **_EXAMPLE,
            "portfolio_ids": [],
            "phases": [],
            "log": [
                {
                    "at": "2026-01-05T14:36:00.123456Z",
                    "text": "Taken up by a worker.",
                    "warnings": [],
                }
            ],
        }
    )

    portfolio_ids: list[UUID]
    phases: list[ShownPhase]
    log: list[LogEntry]


class RunSummary(BaseModel):
    """What the runs requested `since` came to, parts not counted, and how many are `live` now."""

    model_config = example(
        {
            "since": "2026-01-05T14:30:00.123456Z",
            "total": 12,
            "by_status": {"completed": 10, "partial": 2},
            "dates_valued": 1204,
            "dates_restated": 7,
            "median_seconds": 1.9,
            "longest_seconds": 12.4,
            "last_completed_at": "2026-01-12T02:11:00.123456Z",
            "live": 0,
        }
    )

    since: Instant
    total: int
    by_status: dict[str, int]
    dates_valued: int
    dates_restated: int
    median_seconds: float | None
    longest_seconds: float | None
    last_completed_at: Instant | None
    live: int


class CleanedUp(BaseModel):
    """How many dead runs were ended, and which."""

    model_config = example(
        {
            "status": "cleaned",
            "count": 1,
            "batch_run_ids": [RUN_EXAMPLE["batch_run_id"]],
            "triggered_by": "0c2f5f0e-6d8e-5b6b-9b5a-0d5a3c2b1a09",
            "timestamp": "2026-01-05T14:36:00.123456Z",
        }
    )

    status: Literal["cleaned"] = "cleaned"
    count: int
    batch_run_ids: list[UUID]
    triggered_by: UUID
    timestamp: Instant


def admin_run(run: RunRow) -> AdminRun:
    """A run as one of many."""
    return AdminRun(
        **shown_run(run).model_dump(),
        reason=run.reason,
        part_of=run.part_of,
        portfolios=run.portfolios,
        left_out=run.left_out,
        parts=run.parts,
        parts_ended=run.parts_ended,
        progress_percent=run.progress_percent,
    )


def admin_run_detail(run: RunRow) -> AdminRunDetail:
    """A run with all that is known of it, warnings in full."""
    return AdminRunDetail(
        **admin_run(run).model_dump(),
        portfolio_ids=list(run.portfolio_ids),
        phases=[shown_phase(phase, is_shared=False) for phase in run.phases],
        log=list(map(_entry, run.entries)),
    )


def run_summary(tally: Tally, since: datetime, live: Sequence[RunRow]) -> RunSummary:
    """What runs came to since an instant."""
    return RunSummary(
        since=since,
        total=sum(tally.by_status.values()),
        by_status=tally.by_status,
        dates_valued=tally.valued,
        dates_restated=tally.restated,
        median_seconds=tally.median_seconds,
        longest_seconds=tally.longest_seconds,
        last_completed_at=tally.last_completed_at,
        live=len(live),
    )


def _entry(entry: Entry) -> LogEntry:
    return LogEntry(at=entry.at, text=entry.text, warnings=list(entry.warnings))
