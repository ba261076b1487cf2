"""What is recorded of runs: each step on the run as it stands now, the end with all it frees."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from application.deciding import decide
from application.errors import RunUnknown
from application.ports import Cause, EventLog
from domain.calculation_run import CalculationRun, RunOver
from domain.identity import run_slot_id
from domain.run_slot import RunAlreadyLive, RunSlot

_WITHOUT_WHOLE = "The run over all accounts that it is a part of was given up."


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Loads, decides and saves; a lost race is decided again."""

    log: EventLog

    def load(self, run_id: UUID) -> CalculationRun:
        """The run as recorded.

        Raises:
            RunUnknown: ERR_BATCH_404.
        """
        run = self.log.load(CalculationRun, run_id)
        if run is None:
            raise RunUnknown
        return run

    def note(self, run_id: UUID, step: Callable[[CalculationRun], None]) -> CalculationRun:
        """Record a step of a run; returns the run after it."""

        def attempt() -> CalculationRun:
            run = self.load(run_id)
            step(run)
            self.log.save(run, cause=cause_of(run_id))
            return run

        return decide(attempt)

    def take_up(self, run_id: UUID, worker: str) -> CalculationRun:
        """Let a worker start a run, with the slots of its portfolios; busy ones are left out.

        A run of one portfolio claimed its slot when it was requested; a part claims only now, so
        that nobody waits for a part that waits in the queue itself. A part of a run that was given
        up is given up, too.

        Raises:
            RunOver: ERR_BATCH_007.
        """

        def attempt() -> CalculationRun:
            run = self.load(run_id)
            whole = run.order.part_of and self.load(run.order.part_of)
            if whole and not whole.is_live:
                self.end(run_id, lambda run: run.abandon(_WITHOUT_WHOLE))
                raise RunOver(whole.status)
            run.start(worker)
            slots = self._slots(run.portfolio_ids)
            run.leave_out([portfolio for portfolio in slots if _is_busy(slots[portfolio], run_id)])
            claimed = [slots[portfolio] for portfolio in run.portfolio_ids]
            self.log.save(run, *claimed, cause=cause_of(run_id))
            return run

        return decide(attempt)

    def end(self, run_id: UUID, ending: Callable[[CalculationRun], None]) -> None:
        """Record how a run ended, free its slots and tell the whole it is part of, in one save."""

        def attempt() -> None:
            run = self.load(run_id)
            ending(run)
            slots = self._slots(run.portfolio_ids).values()
            for slot in slots:
                slot.release(run_id)
            whole = run.order.part_of and self.load(run.order.part_of)
            if whole:
                whole.end_part(run)
            self.log.save(run, *slots, *([whole] if whole else []), cause=cause_of(run_id))

        decide(attempt)

    def _slots(self, portfolio_ids: Iterable[UUID]) -> dict[UUID, RunSlot]:
        """The slots of portfolios, by portfolio."""
        ids = {portfolio_id: run_slot_id(portfolio_id) for portfolio_id in portfolio_ids}
        known = self.log.load_many(RunSlot, list(ids.values()))
        return {portfolio: known.get(slot) or RunSlot(slot) for portfolio, slot in ids.items()}


def _is_busy(slot: RunSlot, run_id: UUID) -> bool:
    """Claim a slot for a run; True if another run holds it."""
    try:
        slot.claim(run_id)
    except RunAlreadyLive:
        return True
    return False


def cause_of(run_id: UUID) -> Cause:
    """What the system does for a run, caused by and correlated with it."""
    return Cause(command_id=uuid4(), correlation_id=run_id, causation=run_id)
