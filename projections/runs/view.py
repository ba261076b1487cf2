"""A run as a person follows it."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from domain.calculation_run import RunStatus
from domain.run_order import RunKind


class PhaseView(msgspec.Struct, frozen=True):
    """A phase: `done` of `total` units; `seconds` and `warnings` when it has ended.

    Its status is pending, running, completed, or skipped where the run leaves it out.
    """

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


class Entry(msgspec.Struct, frozen=True):
    """A line of a run's log: when what happened, and what it warned of."""

    at: datetime
    text: str
    warnings: tuple[str, ...] = ()


class RunRow(msgspec.Struct, frozen=True):
    """One run. Instants are UTC. `error_code` and `error_message` where it failed.

    A run over all accounts has no `portfolio_ids` and no phases but `parts`, of which
    `parts_ended` have; a part names its whole in `part_of`. `valued`, `skipped` and `restated`
    count sessions. `position` is that in the log of the last event told of here.
    """

    run_id: UUID
    portfolio_ids: tuple[UUID, ...]
    status: RunStatus
    kind: RunKind
    calculation_on: date
    requested_by: UUID | None
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    reason: str
    part_of: UUID | None
    phases: tuple[PhaseView, ...]
    portfolios: int
    left_out: int
    parts: int
    parts_ended: int
    valued: int
    skipped: int
    restated: int
    error_code: str | None
    error_message: str | None
    entries: tuple[Entry, ...]
    position: int

    @property
    def is_over(self) -> bool:
        """Whether the run has ended."""
        return self.status not in (RunStatus.QUEUED, RunStatus.RUNNING)

    @property
    def is_shared(self) -> bool:
        """Whether it calculates accounts of several people, none of whom is to see the others'."""
        return self.part_of is not None

    @property
    def progress_percent(self) -> float:
        """How far the run has come, each phase or part alike; 100 where it came to its end."""
        if self.status in (RunStatus.COMPLETED, RunStatus.PARTIAL):
            return 100.0
        shares = [phase.share_done for phase in self.phases if phase.status != "skipped"]
        done, of = (sum(shares), len(shares)) if shares else (self.parts_ended, self.parts)
        return round(100 * done / of, 1) if of else 0.0


class Tally(msgspec.Struct, frozen=True):
    """Runs requested within some days: how many there are of each status, and what they did.

    Parts are not counted beside their wholes. Seconds are from the start to the end of those that
    ended, None where none did.
    """

    by_status: dict[str, int]
    valued: int
    restated: int
    median_seconds: float | None
    longest_seconds: float | None
    last_completed_at: datetime | None
