"""Whatever workers and others do to a run in whatever order: what has ended stays ended."""

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.calculation_run import CalculationRun, RunOver
from domain.kernel import Event
from domain.run_phase import PHASES, Phase
from tests.support.events import requested
from tests.support.specification import SUBJECT


class Running(RuleBasedStateMachine):
    """The model: one word for the status, a list of warnings, phases begun and ended."""

    def __init__(self) -> None:
        super().__init__()
        self.run = CalculationRun.replay(SUBJECT, [requested()])
        self.status = "queued"
        self.totals: dict[int, int] = {}
        self.ended: set[int] = set()
        self.warned = False

    @property
    def is_over(self) -> bool:
        """Whether the model's run has ended."""
        return self.status not in ("queued", "running")

    @rule(worker=st.sampled_from(["worker-1", "worker-2"]))
    def start(self, worker: str) -> None:
        """A worker takes it up, or finds it over."""
        if self._goes(lambda: self.run.start(worker)):
            self.status = "running"

    @rule(phase=st.sampled_from(PHASES), total=st.integers(0, 40))
    def start_phase(self, phase: Phase, total: int) -> None:
        """The first total stands."""
        if self._goes(lambda: self.run.start_phase(phase, total)):
            self.totals.setdefault(phase.id, total)

    @rule(phase=st.sampled_from(PHASES), warn=st.booleans())
    def complete_phase(self, phase: Phase, *, warn: bool) -> None:
        """The first end stands, with its warnings."""
        warnings = ["Look at this."] if warn else []
        if self._goes(lambda: self.run.complete_phase(phase, {"done": 1}, warnings, 0.1)):
            self.warned |= warn and phase.id not in self.ended
            self.ended.add(phase.id)

    @rule()
    def complete(self) -> None:
        """Completed, or partial with warnings."""
        if self._goes(self.run.complete):
            self.status = "partial" if self.warned else "completed"

    @rule(by_fault=st.booleans())
    def give_up(self, *, by_fault: bool) -> None:
        """Failed, unless it is over."""
        before = self.run.version
        if by_fault:
            self.run.fail("ERR_BATCH_008", "A fault.")
        else:
            self.run.abandon("Its worker died.")
        assert (self.run.version == before) == self.is_over
        self.status = self.status if self.is_over else "failed"

    def _goes(self, step: Callable[[], None]) -> bool:
        """Whether a step was allowed; after the end none is, and none is recorded."""
        before = self.run.version
        try:
            step()
        except RunOver:
            assert self.is_over
            assert self.run.version == before
            return False
        assert not self.is_over
        return True

    @invariant()
    def the_aggregate_agrees_with_the_model(self) -> None:
        """Status, phases."""
        assert self.run.status == self.status
        assert self.run.is_live != self.is_over
        assert self.run.phase_totals == self.totals
        assert {phase.id for phase in PHASES if self.run.has_completed(phase)} == self.ended

    @invariant()
    def a_replay_agrees_with_the_aggregate(self) -> None:
        """The status is the fold of the events, and nothing else remembers it."""
        history: list[Event] = [requested(), *self.run.pending]
        again = CalculationRun.replay(SUBJECT, history)
        assert vars(again) | {"_pending": None} == vars(self.run) | {"_pending": None}


Running.TestCase.settings = settings(max_examples=50, stateful_step_count=20)
TestRunning = Running.TestCase
