"""How runs are told over HTTP (spec 4.6)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from domain.calculation_run import RunStatus
from domain.run_order import RunKind
from interfaces.api.documenting import example
from interfaces.following import warnings_of
from interfaces.values import PORTFOLIO_EXAMPLE, Instant
from projections.runs.view import PhaseView, RunRow

_RUN = "9a1d6d0c-1c7b-4a7e-8a1f-2f4f5a6b7c8d"
_STATUS = f"/api/v1/portfolio/{PORTFOLIO_EXAMPLE}/batch-status/{_RUN}"


class Preprocessing(BaseModel):
    """What is known when the request is answered; what needs the network happens in the run.

    Of the symbols to be priced, `security_master_enriched` have a sector or a name on record and
    `prices_bootstrapped` any price. `price_coverage_percentage` is that of the calculation date, by
    what is known already; null only while the account's own page is not up to date.
    """

    symbols_count: int
    security_master_enriched: int
    prices_bootstrapped: int
    price_coverage_percentage: float | None
    ready_for_batch: bool
    warnings: list[str]
    recommendations: list[str]


class Started(BaseModel):
    """A queued run; `poll_url` tells how it goes, `events_url` keeps telling."""

    model_config = example(
        {
            "status": "started",
            "batch_run_id": _RUN,
            "portfolio_id": PORTFOLIO_EXAMPLE,
            "calculation_date": "2013-03-01",
            "preprocessing": {
                "symbols_count": 2,
                "security_master_enriched": 0,
                "prices_bootstrapped": 1,
                "price_coverage_percentage": 50.0,
                "ready_for_batch": False,
                "warnings": ["1 of 2 symbols have a usable price on 2013-03-01; without: NVDA."],
                "recommendations": ["The calculation asks the providers for what lacks."],
            },
            "message": "The calculation up to 2013-03-01 is queued.",
            "poll_url": _STATUS,
            "events_url": f"{_STATUS}/events",
        }
    )

    status: str = "started"
    batch_run_id: UUID
    portfolio_id: UUID
    calculation_date: date
    preprocessing: Preprocessing
    message: str
    poll_url: str
    events_url: str


class ShownPhase(BaseModel):
    """A phase: `done` of `total` units; seconds and warnings when it has ended."""

    id: int
    name: str
    status: str
    done: int
    total: int
    unit: str
    seconds: float | None
    warnings: list[str]


class RunError(BaseModel):
    """Why a run failed."""

    code: str
    message: str


BATCH_EXAMPLE: dict[str, Any] = {
    "status": "running",
    "batch_run_id": _RUN,
    "portfolio_id": PORTFOLIO_EXAMPLE,
    "calculation_date": "2013-03-01",
    "started_at": "2026-01-05T14:36:00.123456Z",
    "finished_at": None,
    "triggered_by": "0c2f5f0e-6d8e-5b6b-9b5a-0d5a3c2b1a09",
    "elapsed_seconds": 0.8,
    "progress_percent": 50.0,
    "current_phase": "valuation",
    "phases": [
        {
            "id": 3,
            "name": "valuation",
            "status": "running",
            "done": 84,
            "total": 168,
            "unit": "sessions",
            "seconds": None,
            "warnings": [],
        }
    ],
    "dates_valued": 84,
    "dates_skipped": 0,
    "dates_restated": 0,
    "error": None,
}


class BatchStatus(BaseModel):
    """Where a run stands. `partial`: all was valued, and a warning says what is missing."""

    model_config = example(BATCH_EXAMPLE)

    status: RunStatus
    batch_run_id: UUID
    portfolio_id: UUID
    calculation_date: date
    started_at: Instant | None
    finished_at: Instant | None
    triggered_by: str
    elapsed_seconds: float
    progress_percent: float
    current_phase: str | None
    phases: list[ShownPhase]
    dates_valued: int
    dates_skipped: int
    dates_restated: int
    error: RunError | None


RUN_EXAMPLE = {
    "batch_run_id": _RUN,
    "status": "completed",
    "kind": "on-demand",
    "calculation_date": "2013-03-01",
    "requested_at": "2026-01-05T14:35:59.123456Z",
    "started_at": "2026-01-05T14:36:00.123456Z",
    "finished_at": "2026-01-05T14:36:02.123456Z",
    "triggered_by": "0c2f5f0e-6d8e-5b6b-9b5a-0d5a3c2b1a09",
    "dates_valued": 42,
    "dates_skipped": 0,
    "dates_restated": 0,
    "error": None,
}


class ShownRun(BaseModel):
    """A run in the history of a portfolio."""

    batch_run_id: UUID
    status: RunStatus
    kind: RunKind
    calculation_date: date
    requested_at: Instant
    started_at: Instant | None
    finished_at: Instant | None
    triggered_by: str
    dates_valued: int
    dates_skipped: int
    dates_restated: int
    error: RunError | None


class RunHistory(BaseModel):
    """A page of a portfolio's runs, newest first; `total` counts all."""

    model_config = example(
        {
            "portfolio_id": PORTFOLIO_EXAMPLE,
            "total": 1,
            "runs": [RUN_EXAMPLE],
        }
    )

    portfolio_id: UUID
    total: int
    runs: list[ShownRun]


def shown_run(run: RunRow) -> ShownRun:
    """A run as one of many."""
    return ShownRun(
        batch_run_id=run.run_id,
        status=run.status,
        kind=run.kind,
        calculation_date=run.calculation_on,
        requested_at=run.requested_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        triggered_by=triggered_by(run),
        dates_valued=run.valued,
        dates_skipped=run.skipped,
        dates_restated=run.restated,
        error=_error(run),
    )


def triggered_by(run: RunRow) -> str:
    """Who asked for a run: a user's id, or the system."""
    return str(run.requested_by or "system")


def status_of(run: RunRow, portfolio_id: UUID, now: datetime) -> BatchStatus:
    """How a run stands for the owner of one of its portfolios."""
    began, ended = run.started_at, run.finished_at
    current = next((phase.name for phase in run.phases if phase.status == "running"), None)
    return BatchStatus(
        status=run.status,
        batch_run_id=run.run_id,
        portfolio_id=portfolio_id,
        calculation_date=run.calculation_on,
        started_at=began,
        finished_at=ended,
        triggered_by=triggered_by(run),
        elapsed_seconds=round(((ended or now) - began).total_seconds(), 3) if began else 0,
        progress_percent=run.progress_percent,
        current_phase=None if ended else current,
        phases=[shown_phase(phase, is_shared=run.is_shared) for phase in run.phases],
        dates_valued=run.valued,
        dates_skipped=run.skipped,
        dates_restated=run.restated,
        error=_error(run),
    )


def shown_phase(phase: PhaseView, *, is_shared: bool) -> ShownPhase:
    """A phase, for an owner who shares the run with others or does not."""
    return ShownPhase(
        id=phase.id,
        name=phase.name,
        status=phase.status,
        done=phase.done,
        total=phase.total,
        unit=phase.unit,
        seconds=phase.seconds,
        warnings=warnings_of(phase, is_shared=is_shared),
    )


def _error(run: RunRow) -> RunError | None:
    if run.error_code is None:
        return None
    return RunError(code=run.error_code, message=run.error_message or "")
