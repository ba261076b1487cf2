"""Where a portfolio stands on the way from its file to its figures (spec 4.4)."""

from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from domain.calculation_run import RunStatus
from interfaces.api.access import Asked, OwnPortfolio
from interfaces.api.calculation import now_of
from interfaces.api.calculation_shapes import BATCH_EXAMPLE, BatchStatus, status_of
from interfaces.api.documenting import OWN_PORTFOLIO, answers, example
from interfaces.api.onboarding import NextStep
from interfaces.standing import past_of, stale_from
from interfaces.values import PORTFOLIO_EXAMPLE
from projections.portfolios.view import PortfolioRow
from projections.runs.view import RunRow

router = APIRouter(prefix="/onboarding", tags=["Onboarding"])

Standing = Literal["imported", "calculating", "ready", "needs_attention"]
_BATCH_STATUS = f"/api/v1/portfolio/{PORTFOLIO_EXAMPLE}/batch-status/"


class Status(BaseModel):
    """Where a portfolio stands.

    `imported`: nothing of it has been calculated. `calculating`: a run is queued or at it; `run`
    has its phases. `ready`: there are figures, and nothing that is known is missing in them.
    `needs_attention`: the last run failed, or the figures lack something; `reasons` say what.
    `run` is the last one; null where there was none.
    """

    model_config = example(
        {
            "portfolio_id": PORTFOLIO_EXAMPLE,
            "status": "calculating",
            "message": "A calculation is on its way: 50.0 % done.",
            "reasons": [],
            "is_active": True,
            "position_count": 25,
            "valuation_date": None,
            "stale_from": None,
            "run": BATCH_EXAMPLE,
            "next_step": {
                "action": "follow",
                "method": "GET",
                "url": f"{_BATCH_STATUS}{BATCH_EXAMPLE['batch_run_id']}",
            },
        }
    )

    portfolio_id: UUID
    status: Standing
    message: str
    reasons: list[str]
    is_active: bool
    position_count: int
    valuation_date: date | None
    stale_from: date | None
    run: BatchStatus | None
    next_step: NextStep | None


@router.get(
    "/status/{portfolio_id}",
    summary="Where a portfolio stands",
    responses=answers(Status, *OWN_PORTFOLIO),
)
def status(program: Asked, portfolio: OwnPortfolio) -> Status:
    """On the way from its file to its figures, and what to ask for next."""
    portfolio_id = portfolio.portfolio_id
    held = program.positions_room.open_counts({portfolio_id: past_of(program, portfolio)})
    runs, _ = program.runs_room.of_portfolio(portfolio_id, 1, 0)
    run = runs[0] if runs else None
    stale = stale_from(program, portfolio)
    reasons = _reasons(portfolio, run, stale)
    standing = _standing(portfolio, run, reasons)
    told = status_of(run, portfolio_id, now_of(program)) if run else None
    return Status(
        portfolio_id=portfolio_id,
        status=standing,
        message=_message(standing, portfolio, told, held[portfolio_id]),
        reasons=reasons,
        is_active=portfolio.is_active,
        position_count=held[portfolio_id],
        valuation_date=portfolio.valuation_on,
        stale_from=stale,
        run=told,
        next_step=_next_step(standing, portfolio, run),
    )


def _reasons(portfolio: PortfolioRow, run: RunRow | None, stale: date | None) -> list[str]:
    """Why somebody should look after a portfolio."""
    reasons = []
    if run and run.status is RunStatus.FAILED:
        reasons.append(f"The last calculation failed ({run.error_code}): {run.error_message}")
    if stale:
        reasons.append(f"Something has changed that counts from {stale} on; calculate again.")
    if portfolio.needs_price_update:
        reasons.append(
            f"Only {portfolio.priced} of {portfolio.need_price} symbols had a current price."
        )
    return reasons


def _standing(portfolio: PortfolioRow, run: RunRow | None, reasons: list[str]) -> Standing:
    if run and not run.is_over:
        return "calculating"
    if reasons:
        return "needs_attention"
    return "ready" if portfolio.valuation_on else "imported"


def _message(
    standing: Standing, portfolio: PortfolioRow, run: BatchStatus | None, held: int
) -> str:
    if not portfolio.is_active:
        return "The portfolio is archived; it is not calculated any more."
    match standing:
        case "calculating":
            done = run.progress_percent if run else 0
            return f"A calculation is on its way: {done} % done."
        case "ready":
            return f"Valued up to {portfolio.valuation_on}."
        case "needs_attention":
            return "The figures need attention."
    told = "1 open position" if held == 1 else f"{held:,} open positions"
    return f"{told}; nothing has been calculated yet."


def _next_step(standing: Standing, portfolio: PortfolioRow, run: RunRow | None) -> NextStep | None:
    of_portfolio = f"/api/v1/portfolio/{portfolio.portfolio_id}"
    if standing == "calculating" and run:
        url = f"{of_portfolio}/batch-status/{run.run_id}"
        return NextStep(action="follow", method="GET", url=url)
    if standing == "ready":
        url = f"/api/v1/analytics/portfolio/{portfolio.portfolio_id}/overview"
        return NextStep(action="look", method="GET", url=url)
    if not portfolio.is_active:
        return None
    return NextStep(action="calculate", method="POST", url=f"{of_portfolio}/calculate")
