"""Asking for a calculation, and following it (spec 4.6)."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel

from application.commands import RequestRun
from application.errors import RunUnknown
from domain.calculation_run import RunStatus
from interfaces.api.access import (
    Asked,
    OwnPortfolio,
    PortfolioId,
    SignedIn,
    cause_of,
    show_position,
)
from interfaces.api.documenting import OWN_PORTFOLIO, answers, command_answers, example
from interfaces.api.values import Instant
from projections.runs.view import PhaseView, RunRow

router = APIRouter(tags=["Calculation"])

_PORTFOLIO = "f3c1b1de-0f0e-5d06-8a3a-6f3a1c1a2b3c"
_RUN = "9a1d6d0c-1c7b-4a7e-8a1f-2f4f5a6b7c8d"
_STATUS = f"/api/v1/portfolio/{_PORTFOLIO}/batch-status/{_RUN}"


class Preprocessing(BaseModel):
    """What is known when the request is answered; what needs the network happens in the run."""

    symbols_count: int
    security_master_enriched: int = 0
    prices_bootstrapped: int = 0
    price_coverage_percentage: float | None = None
    ready_for_batch: bool = True
    warnings: list[str] = []
    recommendations: list[str] = []


class Started(BaseModel):
    """A queued run; `poll_url` tells how it goes. `events_url` is null: there is no stream."""

    model_config = example(
        {
            "status": "started",
            "batch_run_id": _RUN,
            "portfolio_id": _PORTFOLIO,
            "calculation_date": "2013-03-01",
            "preprocessing": {
                "symbols_count": 2,
                "security_master_enriched": 0,
                "prices_bootstrapped": 0,
                "price_coverage_percentage": None,
                "ready_for_batch": True,
                "warnings": [],
                "recommendations": [],
            },
            "message": "The calculation up to 2013-03-01 is queued.",
            "poll_url": _STATUS,
            "events_url": None,
        }
    )

    status: str = "started"
    batch_run_id: UUID
    portfolio_id: UUID
    calculation_date: date
    preprocessing: Preprocessing
    message: str
    poll_url: str
    events_url: str | None = None


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


class BatchStatus(BaseModel):
    """Where a run stands. `partial`: all was valued, and a warning says what is missing."""

    model_config = example(
        {
            "status": "running",
            "batch_run_id": _RUN,
            "portfolio_id": _PORTFOLIO,
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
            "error": None,
        }
    )

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
    error: RunError | None


@router.post(
    "/{portfolio_id}/calculate",
    status_code=202,
    summary="Calculate a portfolio",
    responses=command_answers(Started, *OWN_PORTFOLIO, "ERR_BATCH_005", status=202),
)
def calculate(
    program: Asked,
    user: SignedIn,
    portfolio_id: PortfolioId,
    request: Request,
    response: Response,
) -> Started:
    """Queues a run that values every session up to the latest completed one."""
    run = program.runs.request(
        RequestRun(portfolio_id=portfolio_id), cause_of(request, user.user_id)
    )
    show_position(program, response, run.position)
    return Started(
        batch_run_id=run.run_id,
        portfolio_id=run.portfolio_id,
        calculation_date=run.calculation_on,
        preprocessing=Preprocessing(symbols_count=run.symbols),
        message=f"The calculation up to {run.calculation_on} is queued.",
        poll_url=f"/api/v1/portfolio/{run.portfolio_id}/batch-status/{run.run_id}",
    )


def parse_run_id(
    run_id: Annotated[str, Path(json_schema_extra={"format": "uuid"}, examples=[_RUN])],
) -> UUID:
    """The run's id; a text that is no id is no run's.

    Raises:
        RunUnknown: ERR_BATCH_404.
    """
    try:
        return UUID(run_id)
    except ValueError:
        raise RunUnknown from None


@router.get(
    "/{portfolio_id}/batch-status/{run_id}",
    summary="How a calculation goes",
    responses=answers(BatchStatus, *OWN_PORTFOLIO, "ERR_BATCH_404"),
)
def batch_status(
    program: Asked, portfolio: OwnPortfolio, run_id: Annotated[UUID, Depends(parse_run_id)]
) -> BatchStatus:
    """Where a run of this portfolio stands, phase by phase."""
    run = program.runs_room.one(run_id)
    if run is None or portfolio.portfolio_id not in run.portfolio_ids:
        raise RunUnknown
    return _status(run, portfolio.portfolio_id, program.runs.clock.now())


def _status(run: RunRow, portfolio_id: UUID, now: datetime) -> BatchStatus:
    began, ended = run.started_at, run.finished_at
    current = next((phase.name for phase in run.phases if phase.status == "running"), None)
    return BatchStatus(
        status=run.status,
        batch_run_id=run.run_id,
        portfolio_id=portfolio_id,
        calculation_date=run.calculation_on,
        started_at=began,
        finished_at=ended,
        triggered_by=str(run.requested_by or "system"),
        elapsed_seconds=round(((ended or now) - began).total_seconds(), 3) if began else 0,
        progress_percent=run.progress_percent,
        current_phase=None if ended else current,
        phases=list(map(_phase, run.phases)),
        dates_valued=run.valued,
        dates_skipped=run.skipped,
        error=_error(run),
    )


def _phase(phase: PhaseView) -> ShownPhase:
    return ShownPhase(
        id=phase.id,
        name=phase.name,
        status=phase.status,
        done=phase.done,
        total=phase.total,
        unit=phase.unit,
        seconds=phase.seconds,
        warnings=list(phase.warnings),
    )


def _error(run: RunRow) -> RunError | None:
    if run.error_code is None:
        return None
    return RunError(code=run.error_code, message=run.error_message or "")
