"""What happened to a run, in words: the entries of its log.

They name no person, account or machine: whoever may see the run may read them.
"""

from collections.abc import Callable
from typing import Any

from domain.calculation_run import CalculationRun
from domain.kernel import Event
from domain.run_phase import PHASES

_PHASES = {phase.id: phase for phase in PHASES}


def in_words(event: Event) -> str:
    """A sentence or two on an event of a run."""
    return _WORDS[type(event)](event)


def _requested(event: CalculationRun.Requested) -> str:
    about = counted(len(event.portfolio_ids), "account") if event.portfolio_ids else "all accounts"
    by = "a user" if event.requested_by else "the system"
    said = f"Requested by {by}: {event.kind} calculation of {about} up to {event.calculation_on}."
    if days := event.restate:
        until = f" to {days.last}" if days.last else " on"
        said += f" Every day from {days.first}{until} is computed again."
    return f"{said} Reason: {event.reason}" if event.reason else said


def _started(_event: CalculationRun.Started) -> str:
    return "Taken up by a worker."


def _left_out(event: CalculationRun.PortfoliosLeftOut) -> str:
    return f"Left to runs of their own: {counted(len(event.portfolio_ids), 'account')}."


def _fanned_out(event: CalculationRun.FannedOut) -> str:
    parts, accounts = counted(event.parts, "part"), counted(event.portfolios, "account")
    return f"Divided into {parts} with {accounts}."


def _part_ended(event: CalculationRun.PartEnded) -> str:
    accounts = counted(event.portfolios, "account")
    left_out = f" {event.left_out} left out." if event.left_out else ""
    return f"A part with {accounts} ended ({event.outcome}): {_sessions(event)}.{left_out}"


def _phase_started(event: CalculationRun.PhaseStarted) -> str:
    phase = _PHASES[event.phase]
    return f"Phase {phase.id} {phase.name} began: {event.total} {phase.unit}."


def _phase_completed(event: CalculationRun.PhaseCompleted) -> str:
    phase = _PHASES[event.phase]
    counts = ", ".join(f"{name} {count}" for name, count in event.counts.items())
    return f"Phase {phase.id} {phase.name} ended after {event.seconds:.3f} s: {counts or 'done'}."


def _completed(event: CalculationRun.Completed) -> str:
    return f"Ended ({event.outcome}): {_sessions(event)}."


def _failed(event: CalculationRun.Failed) -> str:
    return f"Failed ({event.error_code}): {event.message}"


def _abandoned(event: CalculationRun.Abandoned) -> str:
    return f"Abandoned: {event.reason}"


def _sessions(event: CalculationRun.Completed | CalculationRun.PartEnded) -> str:
    valued = counted(event.valued, "session")
    return f"{valued} valued, {event.skipped} skipped, {event.restated} restated"


def counted(number: int, thing: str) -> str:
    """A number of things: 1 account, 2 accounts."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


_WORDS: dict[type[Event], Callable[[Any], str]] = {
    CalculationRun.Requested: _requested,
    CalculationRun.Started: _started,
    CalculationRun.PortfoliosLeftOut: _left_out,
    CalculationRun.FannedOut: _fanned_out,
    CalculationRun.PartEnded: _part_ended,
    CalculationRun.PhaseStarted: _phase_started,
    CalculationRun.PhaseCompleted: _phase_completed,
    CalculationRun.Completed: _completed,
    CalculationRun.Failed: _failed,
    CalculationRun.Abandoned: _abandoned,
}
