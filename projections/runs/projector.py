"""From events of runs, and the valuations they caused, to rows."""

from collections.abc import Callable, Container, Iterable, MutableMapping
from typing import Any

from msgspec.structs import replace

from application.ports import Recorded
from domain.calculation_run import CalculationRun, RunStatus
from domain.daily_valuation import DailyValuation
from domain.kernel import Event
from domain.run_phase import PHASES, VALUATION
from domain.snapshot import Snapshot
from projections.row_table import Key
from projections.runs.view import Entry, PhaseView, RunRow
from projections.runs.wording import in_words


def keys(recorded: Recorded) -> Iterable[Key]:
    """The run itself, or the one that caused a valuation."""
    if isinstance(recorded.event, Snapshot):
        return [(recorded.cause.causation,)] if recorded.cause.causation else []
    return [(recorded.aggregate_id,)]


def fold(rows: MutableMapping[Key, RunRow], recorded: Recorded) -> None:
    """What an event changes in the row of its run."""
    event = recorded.event
    if isinstance(event, CalculationRun.Requested):
        rows[(recorded.aggregate_id,)] = _told(_requested(recorded, event), recorded)
        return
    for key in keys(recorded):
        if key in rows:
            rows[key] = _told(_CHANGES[type(event)](rows[key], recorded, event), recorded)


def _told(row: RunRow, recorded: Recorded) -> RunRow:
    """The row with an entry of its log, unless it is one of many valuations."""
    event = recorded.event
    if isinstance(event, Snapshot):
        return replace(row, position=recorded.position)
    warnings = event.warnings if isinstance(event, CalculationRun.PhaseCompleted) else ()
    entry = Entry(recorded.occurred_at, in_words(event), warnings)
    return replace(row, position=recorded.position, entries=(*row.entries, entry))


def _requested(recorded: Recorded, event: CalculationRun.Requested) -> RunRow:
    return RunRow(
        run_id=recorded.aggregate_id,
        portfolio_ids=event.portfolio_ids,
        status=RunStatus.QUEUED,
        kind=event.kind,
        calculation_on=event.calculation_on,
        requested_by=event.requested_by,
        requested_at=recorded.occurred_at,
        started_at=None,
        finished_at=None,
        reason=event.reason,
        part_of=event.part_of,
        phases=_phases(event.skips) if event.portfolio_ids else (),
        portfolios=len(event.portfolio_ids),
        left_out=0,
        parts=0,
        parts_ended=0,
        valued=0,
        skipped=0,
        restated=0,
        error_code=None,
        error_message=None,
        entries=(),
        position=recorded.position,
    )


def _phases(skips: Container[int]) -> tuple[PhaseView, ...]:
    return tuple(
        PhaseView(
            id=phase.id,
            name=phase.name,
            status="skipped" if phase.id in skips else "pending",
            done=0,
            total=0,
            unit=phase.unit,
        )
        for phase in PHASES
    )


def _started(row: RunRow, recorded: Recorded, _event: CalculationRun.Started) -> RunRow:
    started_at = row.started_at or recorded.occurred_at
    return replace(row, status=RunStatus.RUNNING, started_at=started_at)


def _left_out(row: RunRow, _: Recorded, event: CalculationRun.PortfoliosLeftOut) -> RunRow:
    busy = set(event.portfolio_ids)
    return replace(
        row,
        portfolio_ids=tuple(asked for asked in row.portfolio_ids if asked not in busy),
        left_out=row.left_out + len(busy),
    )


def _fanned_out(row: RunRow, _: Recorded, event: CalculationRun.FannedOut) -> RunRow:
    return replace(row, parts=event.parts, portfolios=event.portfolios)


def _part_ended(row: RunRow, _: Recorded, event: CalculationRun.PartEnded) -> RunRow:
    return replace(
        row,
        parts_ended=row.parts_ended + 1,
        left_out=row.left_out + event.left_out,
        valued=row.valued + event.valued,
        skipped=row.skipped + event.skipped,
        restated=row.restated + event.restated,
    )


def _phase_started(row: RunRow, _: Recorded, event: CalculationRun.PhaseStarted) -> RunRow:
    return _with_phase(row, event.phase, status="running", total=event.total)


def _phase_completed(row: RunRow, _: Recorded, event: CalculationRun.PhaseCompleted) -> RunRow:
    return _with_phase(
        row,
        event.phase,
        status="completed",
        done=event.counts.get("done"),
        seconds=event.seconds,
        warnings=event.warnings,
    )


def _session_valued(row: RunRow, _: Recorded, _event: DailyValuation.SnapshotCalculated) -> RunRow:
    done = next(phase.done for phase in row.phases if phase.id == VALUATION.id)
    return replace(_with_phase(row, VALUATION.id, done=done + 1), valued=row.valued + 1)


def _restated(row: RunRow, _: Recorded, _event: DailyValuation.SnapshotRestated) -> RunRow:
    return replace(row, restated=row.restated + 1)


def _completed(row: RunRow, recorded: Recorded, event: CalculationRun.Completed) -> RunRow:
    return replace(
        row,
        status=event.outcome,
        finished_at=recorded.occurred_at,
        valued=event.valued,
        skipped=event.skipped,
        restated=event.restated,
    )


def _failed(row: RunRow, recorded: Recorded, event: CalculationRun.Failed) -> RunRow:
    return _ended_badly(row, recorded, event.error_code, event.message)


def _abandoned(row: RunRow, recorded: Recorded, event: CalculationRun.Abandoned) -> RunRow:
    return _ended_badly(row, recorded, "ERR_BATCH_006", event.reason)


def _ended_badly(row: RunRow, recorded: Recorded, code: str, message: str) -> RunRow:
    return replace(
        row,
        status=RunStatus.FAILED,
        finished_at=recorded.occurred_at,
        error_code=code,
        error_message=message,
    )


def _with_phase(row: RunRow, phase_id: int, **changes: object) -> RunRow:
    told = {name: value for name, value in changes.items() if value is not None}
    phases = tuple(
        replace(phase, **told) if phase.id == phase_id else phase for phase in row.phases
    )
    return replace(row, phases=phases)


_CHANGES: dict[type[Event], Callable[[RunRow, Recorded, Any], RunRow]] = {
    CalculationRun.Started: _started,
    CalculationRun.PortfoliosLeftOut: _left_out,
    CalculationRun.FannedOut: _fanned_out,
    CalculationRun.PartEnded: _part_ended,
    CalculationRun.PhaseStarted: _phase_started,
    CalculationRun.PhaseCompleted: _phase_completed,
    CalculationRun.Completed: _completed,
    CalculationRun.Failed: _failed,
    CalculationRun.Abandoned: _abandoned,
    DailyValuation.SnapshotCalculated: _session_valued,
    DailyValuation.SnapshotRestated: _restated,
}
FED_BY: frozenset[type[Event]] = frozenset({CalculationRun.Requested, *_CHANGES})
