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
