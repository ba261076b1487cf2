"""What people are told of runs, by the API and on pages."""

from uuid import UUID

from application.errors import RunUnknown
from interfaces.bootstrap import Program
from projections.portfolios.view import PortfolioRow
from projections.runs.view import Entry, PhaseView, RunRow
from projections.runs.wording import counted


def any_run(program: Program, run_id: UUID) -> RunRow:
    """A run of anybody, for superusers.

    Raises:
        RunUnknown: ERR_BATCH_404.
    """
    run = program.runs_room.one(run_id)
    if run is None:
        raise RunUnknown
    return run


def run_of(program: Program, portfolio: PortfolioRow, run_id: UUID) -> RunRow:
    """A run of the portfolio.

    Raises:
        RunUnknown: ERR_BATCH_404.
    """
    run = any_run(program, run_id)
    if portfolio.portfolio_id not in run.portfolio_ids:
        raise RunUnknown
    return run


def warnings_of(told: PhaseView | Entry, *, is_shared: bool) -> list[str]:
    """What an owner is told of the warnings of a phase or of an entry of the log.

    What a run of several portfolios warned of is told as a number: it may name what others hold.
    """
    if not is_shared or not told.warnings:
        return list(told.warnings)
    said = counted(len(told.warnings), "warning")
    return [f"{said} about the accounts calculated together; your marks say what concerns you."]
