"""One execution of the calculation pipeline. Its status is the fold of its events.

A run over many portfolios is a whole with parts: the whole only counts, each part is a run of its
own over up to 200 portfolios, and the whole ends in the same save as its last part.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Self
from uuid import UUID

import msgspec

from domain.errors import DomainError
from domain.kernel import Aggregate, Event
from domain.run_order import Counts, RunKind, RunOrder, Span
from domain.run_phase import VALUATION, Phase


class RunStatus(StrEnum):
    """Where a run stands: the fold of its events, remembered nowhere else."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"


PARTS_FAILED = "ERR_BATCH_009"
"""The code of a run over all accounts none of whose parts came to a good end."""

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
        """Someone asked for a calculation up to a session, of portfolios or of all."""

        TOPIC = "calculation_run.requested"
        VERSION = 3
        portfolio_ids: tuple[UUID, ...]
        calculation_on: date
        kind: RunKind
        requested_by: UUID | None
        skips: tuple[int, ...]
        part_of: UUID | None
        reason: str
        restate: Span | None

        def apply(self, run: "CalculationRun") -> None:
            """The run waits for a worker."""
            run.status = RunStatus.QUEUED
            run.order = RunOrder(
                kind=self.kind,
                calculation_on=self.calculation_on,
                portfolio_ids=self.portfolio_ids,
                requested_by=self.requested_by,
                skips=self.skips,
                part_of=self.part_of,
                reason=self.reason,
                restate=self.restate,
            )

    class Started(Event, frozen=True):
        """A worker took the run up, for the first time or after another one died."""

        TOPIC = "calculation_run.started"
        worker: str

        def apply(self, run: "CalculationRun") -> None:
            """The run is under way."""
            run.status = RunStatus.RUNNING

    class PortfoliosLeftOut(Event, frozen=True):
        """Portfolios of the run were busy with runs of their own, and were left to those."""

        TOPIC = "calculation_run.portfolios_left_out"
        portfolio_ids: tuple[UUID, ...]

        def apply(self, run: "CalculationRun") -> None:
            """The run is not about them any more."""
            run.left_out = run.left_out | frozenset(self.portfolio_ids)

    class FannedOut(Event, frozen=True):
        """A run over all accounts was divided into parts, each a run of its own."""

        TOPIC = "calculation_run.fanned_out"
        parts: int
        portfolios: int

        def apply(self, run: "CalculationRun") -> None:
            """The run ends with its last part."""
            run.parts = self.parts

    class PartEnded(Event, frozen=True):
        """A part came to its end, with what it counted."""

        TOPIC = "calculation_run.part_ended"
        part_id: UUID
        outcome: RunStatus
        portfolios: int
        left_out: int
        valued: int
        skipped: int
        restated: int

        def apply(self, run: "CalculationRun") -> None:
            """What it counted belongs to the run."""
            run.part_outcomes = {**run.part_outcomes, self.part_id: self.outcome}
            run.part_counts = run.part_counts + Counts(self.valued, self.skipped, self.restated)

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

    class FoundInOrder(Event, frozen=True):
        """What came since a portfolio's latest valuation was gone through and leaves it as it is.

        That is the portfolio's events up to `portfolio_version` and the rows of the price book up
        to `prices_known`; days before the latest may have been restated.
        """

        TOPIC = "calculation_run.found_in_order"
        portfolio_id: UUID
        portfolio_version: int
        prices_known: int

        def apply(self, run: "CalculationRun") -> None:
            """Nothing of the run's own changes."""

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
        self.order = RunOrder(kind=RunKind.ON_DEMAND, calculation_on=date.min)
        self.left_out: frozenset[UUID] = frozenset()
        self.parts: int | None = None
        self.part_outcomes: dict[UUID, RunStatus] = {}
        self.part_counts = Counts()
        self.phase_totals: dict[int, int] = {}
        self.phase_counts: dict[int, Mapping[str, int]] = {}
        self.warnings: tuple[str, ...] = ()

    @classmethod
    def request(cls, run_id: UUID, order: RunOrder) -> Self:
        """Ask for the sessions up to a day to be valued."""
        run = cls(run_id)
        run.record(cls.Requested(**msgspec.structs.asdict(order)))
        return run

    @property
    def portfolio_ids(self) -> tuple[UUID, ...]:
        """The portfolios that the run values: those asked for, without those left out."""
        return tuple(asked for asked in self.order.portfolio_ids if asked not in self.left_out)

    @property
    def is_whole(self) -> bool:
        """Whether the run is over all accounts, and so values none itself."""
        return not self.order.portfolio_ids

    @property
    def is_live(self) -> bool:
        """Whether the run is queued or running."""
        return self.status in _LIVE

    @property
    def counts(self) -> Counts:
        """What the valuation did, of a whole that of its parts together."""
        counted = self.phase_counts.get(VALUATION.id, {})
        own = Counts(*(counted.get(name, 0) for name in Counts.__struct_fields__))
        return own + self.part_counts

    def has_completed(self, phase: Phase) -> bool:
        """Whether a phase has come to its end, in this worker's hands or an earlier one's."""
        return phase.id in self.phase_counts

    def does(self, phase: Phase) -> bool:
        """Whether a phase belongs to the run."""
        return phase.id not in self.order.skips

    def start(self, worker: str) -> None:
        """A worker takes the run up; a run whose worker died is taken up again.

        Raises:
            RunOver: ERR_BATCH_007.
        """
        self._refuse_if_over()
        self.record(self.Started(worker=worker))

    def leave_out(self, portfolio_ids: Iterable[UUID]) -> None:
        """Leave portfolios to the runs that hold them; nothing to do if that is said of all.

        Raises:
            RunOver: ERR_BATCH_007.
        """
        self._refuse_if_over()
        busy = tuple(busy for busy in portfolio_ids if busy not in self.left_out)
        if busy:
            self.record(self.PortfoliosLeftOut(portfolio_ids=busy))

    def fan_out(self, parts: int, portfolios: int) -> None:
        """Say how many parts of how many portfolios there are; nothing to do if that is said.

        The run ends here if they all have ended, or if there are none.

        Raises:
            RunOver: ERR_BATCH_007.
        """
        self._refuse_if_over()
        if self.parts is None:
            self.record(self.FannedOut(parts=parts, portfolios=portfolios))
            self._complete_if_last_part_ended()

    def end_part(self, part: "CalculationRun") -> None:
        """Take note of a part's end, and end with the last one; nothing to do if that is noted.

        The parts of a run that was given up end for themselves: nothing to do either.
        """
        if not self.is_live or part.id in self.part_outcomes:
            return
        self.record(
            self.PartEnded(
                part_id=part.id,
                outcome=part.status,
                portfolios=len(part.portfolio_ids),
                left_out=len(part.left_out),
                **msgspec.structs.asdict(part.counts),
            )
        )
        self._complete_if_last_part_ended()

    def start_phase(self, phase: Phase, total: int) -> None:
        """Begin a phase of `total` units; nothing to do if it was begun before.

        What it had to do in the beginning stands, whatever is left when it is taken up again.

        Raises:
            RunOver: ERR_BATCH_007.
        """
        self._refuse_if_over()
        if phase.id not in self.phase_totals:
            self.record(self.PhaseStarted(phase=phase.id, total=total))

    def find_in_order(self, portfolio_id: UUID, portfolio_version: int, prices_known: int) -> None:
        """Note up to what a portfolio's latest valuation was gone through and stands.

        Raises:
            RunOver: ERR_BATCH_007.
        """
        self._refuse_if_over()
        self.record(
            self.FoundInOrder(
                portfolio_id=portfolio_id,
                portfolio_version=portfolio_version,
                prices_known=prices_known,
            )
        )

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
        self._complete(RunStatus.PARTIAL if self.warnings else RunStatus.COMPLETED)

    def fail(self, error_code: str, message: str) -> None:
        """End the run for a reason the user can be told; nothing to do if it has ended."""
        if self.is_live:
            self.record(self.Failed(error_code=error_code, message=message))

    def abandon(self, reason: str) -> None:
        """Give the run up from outside; nothing to do if it has ended."""
        if self.is_live:
            self.record(self.Abandoned(reason=reason))

    def _complete(self, outcome: RunStatus) -> None:
        self.record(self.Completed(outcome=outcome, **msgspec.structs.asdict(self.counts)))

    def _complete_if_last_part_ended(self) -> None:
        outcomes = set(self.part_outcomes.values())
        if self.parts is None or len(self.part_outcomes) < self.parts:
            return
        if outcomes == {RunStatus.FAILED}:
            self.fail(PARTS_FAILED, "None of its parts came to a good end.")
        else:
            is_good = outcomes <= {RunStatus.COMPLETED}
            self._complete(RunStatus.COMPLETED if is_good else RunStatus.PARTIAL)

    def _refuse_if_over(self) -> None:
        if not self.is_live:
            raise RunOver(self.status)
