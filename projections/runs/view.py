"""A run as a person follows it."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from domain.calculation_run import RunKind, RunStatus


class PhaseView(msgspec.Struct, frozen=True):
    """A phase: `done` of `total` units; `seconds` and `warnings` when it has ended."""

    id: int
    name: str
    status: str
    done: int
    total: int
    unit: str
    seconds: float | None = None
    warnings: tuple[str, ...] = ()

    @property
    def share_done(self) -> float:
        """How much of it is done, from 0 to 1."""
        if self.status == "completed":
            return 1.0
        return min(self.done / self.total, 1.0) if self.total else 0.0


class RunRow(msgspec.Struct, frozen=True):
    """One run. Instants are UTC. `error_code` and `error_message` where it failed."""

    run_id: UUID
    portfolio_ids: tuple[UUID, ...]
    status: RunStatus
    kind: RunKind
    calculation_on: date
    requested_by: UUID | None
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    phases: tuple[PhaseView, ...]
    valued: int
    skipped: int
    error_code: str | None
    error_message: str | None

    @property
    def progress_percent(self) -> float:
        """How far the run has come, each phase counting alike; 100 where it came to its end."""
        if self.status in (RunStatus.COMPLETED, RunStatus.PARTIAL):
            return 100.0
        return round(100 * sum(phase.share_done for phase in self.phases) / len(self.phases), 1)
