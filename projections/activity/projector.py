"""From what happened to counts."""

from collections.abc import Iterable, Mapping, MutableMapping
from typing import NamedTuple

from msgspec.structs import replace

from application.ports import Recorded
from application.tallies import IMPORTS, PHASES, REGISTRATIONS, RUNS, VALUATIONS
from domain.calculation_run import CalculationRun
from domain.daily_valuation import DailyValuation
from domain.kernel import Event
from domain.portfolio import Portfolio
from domain.run_phase import PHASES as PHASES_OF_RUNS
from domain.run_phase import VALUATION
from domain.user import User
from projections.activity.view import ActivityRow
from projections.row_table import Key

_PHASE_NAMES = {phase.id: phase.name for phase in PHASES_OF_RUNS}


class _Counted(NamedTuple):
    what: str
    outcome: str
    code: str = ""
    times: int = 1
    seconds: float = 0.0


_ALWAYS: Mapping[type[Event], _Counted] = {
    User.Registered: _Counted(REGISTRATIONS, "registered"),
    Portfolio.PositionsImported: _Counted(IMPORTS, "imported"),
    Portfolio.ImportReverted: _Counted(IMPORTS, "reverted"),
    CalculationRun.Abandoned: _Counted(RUNS, "failed", "ERR_BATCH_006"),
    DailyValuation.SnapshotCalculated: _Counted(VALUATIONS, "recorded"),
    DailyValuation.SnapshotRestated: _Counted(VALUATIONS, "restated"),
}
"""Events that count once, whatever they say."""

FED_BY: frozenset[type[Event]] = frozenset(
    {CalculationRun.Completed, CalculationRun.Failed, CalculationRun.PhaseCompleted, *_ALWAYS}
)


def keys(recorded: Recorded) -> Iterable[Key]:
    """The counts of the day that go up."""
    day = recorded.occurred_at.date()
    return [(day, one.what, one.outcome, one.code) for one in _counted(recorded.event)]


def fold(rows: MutableMapping[Key, ActivityRow], recorded: Recorded) -> None:
    """Count what happened."""
    day = recorded.occurred_at.date()
    for one in _counted(recorded.event):
        key = (day, one.what, one.outcome, one.code)
        row = rows.get(key) or ActivityRow(day, one.what, one.outcome, one.code, 0, 0.0)
        rows[key] = replace(row, times=row.times + one.times, seconds=row.seconds + one.seconds)


def _counted(event: Event) -> Iterable[_Counted]:
    """What an event counts for."""
    match event:
        case CalculationRun.Completed(outcome=outcome):
            yield _Counted(RUNS, outcome)
        case CalculationRun.Failed(error_code=code):
            yield _Counted(RUNS, "failed", code)
        case CalculationRun.PhaseCompleted(phase=phase, counts=counts, seconds=seconds):
            yield _Counted(PHASES, "completed", _PHASE_NAMES[phase], seconds=seconds)
            if phase == VALUATION.id and counts.get("skipped"):
                yield _Counted(VALUATIONS, "skipped", times=counts["skipped"])
        case _:
            yield _ALWAYS[type(event)]
