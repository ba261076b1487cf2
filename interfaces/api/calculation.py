"""Asking for a calculation, and following it (spec 4.6)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse

from application.commands import RequestRun
from application.errors import RunUnknown
from interfaces.api.access import (
    Asked,
    OwnPortfolio,
    PortfolioId,
    SignedIn,
    cause_of,
    show_position,
)
from interfaces.api.calculation_shapes import (
    BatchStatus,
    Preprocessing,
    RunHistory,
    Started,
    shown_run,
    status_of,
)
from interfaces.api.documenting import OWN_PORTFOLIO, answers, command_answers, text_answers
from interfaces.api.market_data import held_in
from interfaces.api.run_following import (
    LOG_EXAMPLE,
    LastEventId,
    followed,
    log_of,
    stream_answers,
)
from interfaces.bootstrap import Program
from interfaces.following import run_of
from interfaces.values import Limit, Offset

router = APIRouter(tags=["Calculation"])
history = APIRouter(tags=["Calculation"])

_RUN = "9a1d6d0c-1c7b-4a7e-8a1f-2f4f5a6b7c8d"


@router.post(
    "/{portfolio_id}/calculate",
    status_code=202,
    summary="Calculate a portfolio",
    responses=command_answers(
        Started, *OWN_PORTFOLIO, "ERR_BATCH_002", "ERR_BATCH_005", status=202
    ),
)
def calculate(
    program: Asked,
    user: SignedIn,
    portfolio_id: PortfolioId,
    request: Request,
    response: Response,
    *,
    force: Annotated[
        bool, Query(description="Value with the prices that are there; ask for no others.")
    ] = False,
) -> Started:
    """Queues a run that values every session up to the latest completed one."""
    command = RequestRun(portfolio_id=portfolio_id, is_forced=force)
    run = program.runs.request(command, cause_of(request, user.user_id))
    show_position(program, response, run.position)
    status_url = f"/api/v1/portfolio/{portfolio_id}/batch-status/{run.run_id}"
    return Started(
        batch_run_id=run.run_id,
        portfolio_id=portfolio_id,
        calculation_date=run.calculation_on,
        preprocessing=_preprocessing(program, portfolio_id, run.symbols),
        message=f"The calculation up to {run.calculation_on} is queued.",
        poll_url=status_url,
        events_url=f"{status_url}/events",
    )


def _preprocessing(program: Program, portfolio_id: UUID, symbols: int) -> Preprocessing:
    """What is known now of what the run will need."""
    portfolio = program.portfolios_room.one(portfolio_id)
    covered = program.readiness.coverage(
        portfolio.market if portfolio else "live", held_in(program, portfolio) if portfolio else ()
    )
    return Preprocessing(
        symbols_count=symbols,
        security_master_enriched=program.securities.count_known(
            [symbol.priced_by for symbol in covered.symbols]
        ),
        prices_bootstrapped=covered.bootstrapped,
        price_coverage_percentage=covered.percentage if portfolio else None,
        ready_for_batch=covered.is_ready,
        warnings=covered.warnings,
        recommendations=covered.recommendations,
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


RunId = Annotated[UUID, Depends(parse_run_id)]


@router.get(
    "/{portfolio_id}/batch-status/{run_id}",
    summary="How a calculation goes",
    responses=answers(BatchStatus, *OWN_PORTFOLIO, "ERR_BATCH_404"),
)
def batch_status(program: Asked, portfolio: OwnPortfolio, run_id: RunId) -> BatchStatus:
    """Where a run of this portfolio stands, phase by phase."""
    return status_of(run_of(program, portfolio, run_id), portfolio.portfolio_id, now_of(program))


@router.get(
    "/{portfolio_id}/batch-status/{run_id}/events",
    summary="Keep telling how a calculation goes",
    responses=stream_answers(*OWN_PORTFOLIO),
    response_class=Response,
)
async def follow(
    request: Request,
    program: Asked,
    portfolio: OwnPortfolio,
    run_id: RunId,
    last_event_id: LastEventId = None,
) -> Response:
    """Server-Sent Events: the run as it stands now, then whenever it changes, until it ends.

    The data of each is what batch-status answers, its id a position in the log.
    """
    run = await run_in_threadpool(run_of, program, portfolio, run_id)
    return followed(
        request,
        run,
        last_event_id,
        lambda row: status_of(row, portfolio.portfolio_id, now_of(program)),
    )


@router.get(
    "/{portfolio_id}/batch-status/{run_id}/log",
    summary="The log of a calculation",
    responses=text_answers("text/plain", LOG_EXAMPLE, *OWN_PORTFOLIO, "ERR_BATCH_404"),
    response_class=Response,
)
def run_log(program: Asked, portfolio: OwnPortfolio, run_id: RunId) -> Response:
    """What happened to the run, a line each with its time (UTC), as a file."""
    run = run_of(program, portfolio, run_id)
    attachment = {"Content-Disposition": f'attachment; filename="sigmasight-run-{run_id}.txt"'}
    return PlainTextResponse(log_of(run), headers=attachment)


@history.get(
    "/portfolios/{portfolio_id}/runs",
    summary="Calculations of a portfolio",
    responses=answers(RunHistory, *OWN_PORTFOLIO),
)
def run_history(
    program: Asked, portfolio: OwnPortfolio, limit: Limit = 50, offset: Offset = 0
) -> RunHistory:
    """The runs of a portfolio, newest first."""
    rows, total = program.runs_room.of_portfolio(portfolio.portfolio_id, limit, offset)
    return RunHistory(
        portfolio_id=portfolio.portfolio_id, total=total, runs=[shown_run(row) for row in rows]
    )


def now_of(program: Program) -> datetime:
    """The real time."""
    return program.runs.clock.now()
