"""How a calculation goes, from its start to the command center (spec 8).

A page by itself: reloaded, left and come back to, it says where the run stands.
"""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from domain.calculation_run import RunStatus
from interfaces.following import run_of, warnings_of
from interfaces.web.onboarding import start_run
from interfaces.web.visits import OURS, PageRoute, UserVisit, WriterVisit
from projections.runs.view import RunRow

router = APIRouter(include_in_schema=False, route_class=PageRoute)

PHASES = {
    "security_master": "Names and sectors",
    "market_data": "Prices",
    "fundamentals": "Fundamentals",
    "valuation": "Valuation, session by session",
    "read_models": "Views",
    "sector_tags": "Sectors",
    "analytics": "Analytics",
}


@router.get("/onboarding/{portfolio_id}/runs/{run_id}")
def processing(at: UserVisit, portfolio_id: UUID, run_id: UUID) -> Response:
    """The phases of a run, and when it has ended what came of it and where to go on."""
    portfolio = at.portfolio(portfolio_id)
    run = run_of(at.program, portfolio, run_id)
    imports, _ = at.program.imports_room.of_portfolio(portfolio_id, 1, 0)
    return at.page(
        "processing.html",
        portfolio=portfolio,
        run=run,
        is_own=at.may_change and portfolio.is_active and portfolio.owner_id == at.user.user_id,
        has_failed=run.status is RunStatus.FAILED,
        phases=[
            (
                phase,
                PHASES.get(phase.name, phase.name),
                warnings_of(phase, is_shared=run.is_shared),
            )
            for phase in run.phases
        ],
        elapsed_s=elapsed_s(at, run),
        taken_in=imports[0] if imports else None,
    )


@router.post("/onboarding/{portfolio_id}/runs", dependencies=[OURS])
def calculate_again(at: WriterVisit, portfolio_id: UUID) -> Response:
    """Start another calculation, and follow it."""
    return start_run(at, portfolio_id)


def elapsed_s(at: UserVisit, run: RunRow) -> int:
    """Seconds since it was taken up, or until it ended; 0 while it waits."""
    if run.started_at is None:
        return 0
    until = run.finished_at or at.program.runs.clock.now()
    return max(int((until - run.started_at).total_seconds()), 0)
