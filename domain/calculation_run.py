"""One execution of the calculation pipeline. Its status is the fold of its events."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Self
from uuid import UUID

import msgspec

from domain.errors import DomainError
from domain.kernel import Aggregate, Event


class RunKind(StrEnum):
    """Why a run was requested."""

    ON_DEMAND = "on-demand"
    NIGHTLY = "nightly"
    RESTATEMENT = "restatement"


class RunStatus(StrEnum):
    """Where a run stands: the fold of its events, remembered nowhere else."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"


class Phase(msgspec.Struct, frozen=True):
    """A step of the pipeline by its published id and name."""

    id: int
    name: str
    unit: str


MARKET_DATA = Phase(1, "market_data", "symbols")
VALUATION = Phase(3, "valuation", "sessions")
READ_MODELS = Phase(4, "read_models", "rooms")
PHASES = (MARKET_DATA, VALUATION, READ_MODELS)
"""The phases of a run in order (spec 5.4)."""

_LIVE = (RunStatus.QUEUED, RunStatus.RUNNING)


class RunOver(DomainError):
    """The run has ended; nothing more happens to it."""

    code = "ERR_BATCH_007"

    def __init__(self, status: RunStatus) -> None:
        super().__init__(f"This run has ended ({status}); start a new one.")


class CalculationRun(Aggregate):
    """Queued when requested, running when a worker takes it up, over when it says how it ended."""

    TOPIC = "calculation_run"

    class Requested(Event, frozen=True):
        """Someone asked for a calculation up to a session."""

        TOPIC = "calculation_run.requested"
        portfolio_ids: tuple[UUID, ...]
        calculation_on: date
        kind: RunKind
        requested_by: UUID | None

        def apply(self, run: "CalculationRun") -> None:
            """The run waits for a worker."""
            run.status = RunStatus.QUEUED
            run.portfolio_ids = self.portfolio_ids
            run.calculation_on = self.calculation_on

    class Started(Event, frozen=True):
        """A worker took the run up, for the first time or after another one died."""

        TOPIC = "calculation_run.started"
        worker: str

        def apply(self, run: "CalculationRun") -> None:
            """The run is under way."""
            run.status = RunStatus.RUNNING

    class PhaseStarted(Event, frozen=True):
        """A phase began; `total` counts what it has to do, in the phase's unit."""

        TOPIC = "calculation_run.phase_started"
        phase: int
        total: int

        def apply(self, run: "CalculationRun") -> None:
            """The phase is the current one."""
            run.phase_totals = {**run.phase_totals, self.phase: self.total}

    class PhaseCompleted(Event, frozen=True):
        """A phase came to its end, with what it counted and what the user should know."""

        TOPIC = "calculation_run.phase_completed"
        phase: int
        counts: dict[str, int]
        warnings: tuple[str, ...]
        seconds: float

        def apply(self, run: "CalculationRun") -> None:
            """The phase is done; its warnings belong to the run."""
            run.phase_counts = {**run.phase_counts, self.phase: self.counts}
            run.warnings = run.warnings + self.warnings

    class Completed(Event, frozen=True):
        """All phases ran. `partial` says that a warning tells what is missing."""

        TOPIC = "calculation_run.completed"
        outcome: RunStatus
        valued: int
        skipped: int
        restated: int

        def apply(self, run: "CalculationRun") -> None:
            """The run is over."""
            run.status = self.outcome

    class Failed(Event, frozen=True):
        """The run could not go on; the valuations recorded until then stand."""

        TOPIC = "calculation_run.failed"
        error_code: str
        message: str

        def apply(self, run: "CalculationRun") -> None:
            """The run is over."""
            run.status = RunStatus.FAILED

    class Abandoned(Event, frozen=True):
        """The run was given up without an end of its own."""

        TOPIC = "calculation_run.abandoned"
        reason: str

        def apply(self, run: "CalculationRun") -> None:
            """The run is over and reads as failed."""
            run.status = RunStatus.FAILED

    def __init__(self, aggregate_id: UUID) -> None:
        super().__init__(aggregate_id)
        self.status = RunStatus.QUEUED
        self.portfolio_ids: tuple[UUID, ...] = ()
        self.calculation_on = date.min
        self.phase_totals: dict[int, int] = {}
        self.phase_counts: dict[int, Mapping[str, int]] = {}
        self.warnings: tuple[str, ...] = ()

    @classmethod
    def request(
        cls,
        run_id: UUID,
        portfolio_ids: Sequence[UUID],
        calculation_on: date,
        kind: RunKind,
        requested_by: UUID | None,
    ) -> Self:
        """Ask for the sessions up to `calculation_on` to be valued; None asks for the system."""
        run = cls(run_id)
        run.record(
            cls.Requested(
                portfolio_ids=tuple(portfolio_ids),
                calculation_on=calculation_on,
                kind=kind,
                requested_by=requested_by,
            )
        )
        return run

    @property
    def is_live(self) -> bool:
        """Whether the run is queued or running."""
        return self.status in _LIVE

    def has_completed(self, phase: Phase) -> bool:
        """Whether a phase has come to its end, in this worker's hands or an earlier one's."""
        return phase.id in self.phase_counts

    def start(self, worker: str) -> None:
        """A worker takes the run up; a run whose worker died is taken up again.

        Raises:
            RunOver: ERR_BATCH_007.
        """
        self._refuse_if_over()
        self.record(self.Started(worker=worker))

    def start_phase(self, phase: Phase, total: int) -> None:
        """Begin a phase of `total` units; nothing to do if it was begun before.

        What it had to do in the beginning stands, whatever is left when it is taken up again.

        Raises:
            RunOver: ERR_BATCH_007.
        """
        self._refuse_if_over()
        if phase.id not in self.phase_totals:
            self.record(self.PhaseStarted(phase=phase.id, total=total))

    def complete_phase(
        self, phase: Phase, counts: Mapping[str, int], warnings: Sequence[str], seconds: float
    ) -> None:
        """End a phase; nothing to do if it was ended before.

        Raises:
            RunOver: ERR_BATCH_007.
        """
        self._refuse_if_over()
        if self.has_completed(phase):
            return
        self.record(
            self.PhaseCompleted(
                phase=phase.id, counts=dict(counts), warnings=tuple(warnings), seconds=seconds
            )
        )

    def complete(self) -> None:
        """End the run: completed, or partial where a phase had something to warn of.

        What was valued, skipped and restated is what the valuation counted.

        Raises:
            RunOver: ERR_BATCH_007.
        """
        self._refuse_if_over()
        counts = self.phase_counts.get(VALUATION.id, {})
        self.record(
            self.Completed(
                outcome=RunStatus.PARTIAL if self.warnings else RunStatus.COMPLETED,
                valued=counts.get("valued", 0),
                skipped=counts.get("skipped", 0),
                restated=counts.get("restated", 0),
            )
        )

    def fail(self, error_code: str, message: str) -> None:
        """End the run for a reason the user can be told; nothing to do if it has ended."""
        if self.is_live:
            self.record(self.Failed(error_code=error_code, message=message))

    def abandon(self, reason: str) -> None:
        """Give the run up from outside; nothing to do if it has ended."""
        if self.is_live:
            self.record(self.Abandoned(reason=reason))

    def _refuse_if_over(self) -> None:
        if not self.is_live:
            raise RunOver(self.status)
