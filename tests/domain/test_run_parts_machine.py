"""In whatever order parts end, twice or not at all: the whole ends once, with all counts."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.calculation_run import CalculationRun, RunOver, RunStatus
from domain.kernel import Event
from domain.run_order import Counts
from domain.run_phase import VALUATION
from tests.support.events import all_requested, number, phase_completed, requested, started
from tests.support.specification import SUBJECT

ENDINGS = ("completed", "partial", "failed", "abandoned")


def ended(name: int, ending: str, valued: int) -> CalculationRun:
    """A part that came to this end after valuing some sessions."""
    warnings = ["Look at this."] if ending == "partial" else []
    history = [
        requested(part_of=SUBJECT),
        started(),
        phase_completed(VALUATION, {"valued": valued}, warnings),
    ]
    part = CalculationRun.replay(number(f"part {name}"), history)
    if ending == "failed":
        part.fail("ERR_BATCH_008", "A fault.")
    elif ending == "abandoned":
        part.abandon("Its worker died.")
    else:
        part.complete()
    return part


class Dividing(RuleBasedStateMachine):
    """The model: how many parts there are, how each ended, what they valued, whether it is over."""

    def __init__(self) -> None:
        super().__init__()
        self.whole = CalculationRun.replay(SUBJECT, [all_requested(), started()])
        self.parts: int | None = None
        self.outcomes: dict[int, str] = {}
        self.valued = 0
        self.given_up = False

    @property
    def is_over(self) -> bool:
        """Whether the model's whole has ended."""
        return self.given_up or (self.parts is not None and len(self.outcomes) >= self.parts)

    @rule(parts=st.integers(0, 4))
    def fan_out(self, parts: int) -> None:
        """It is said how many parts there are; the first word stands."""
        if self.is_over:
            return
        parts = max(parts, len(self.outcomes))
        self.whole.fan_out(parts, parts * 200)
        self.parts = parts if self.parts is None else self.parts

    @rule(name=st.integers(0, 3), ending=st.sampled_from(ENDINGS), valued=st.integers(0, 9))
    def end_part(self, name: int, ending: str, valued: int) -> None:
        """A part ends, or says so again."""
        part = ended(name, ending, valued)
        was_over = self.is_over
        self.whole.end_part(part)
        if not was_over and name not in self.outcomes:
            self.outcomes[name] = "failed" if ending == "abandoned" else ending
            self.valued += valued

    @rule()
    def give_up(self) -> None:
        """Somebody gives the whole up."""
        if not self.is_over:
            self.whole.abandon("Not wanted any more.")
            self.given_up = True

    @rule()
    def refuse_after_the_end(self) -> None:
        """What is over is not divided any more."""
        if self.is_over:
            try:
                self.whole.fan_out(1, 1)
            except RunOver:
                return
            raise AssertionError("an ended run was divided")

    @invariant()
    def the_whole_agrees_with_the_model(self) -> None:
        """Status and counts."""
        assert self.whole.is_live != self.is_over
        assert self.whole.counts == Counts(valued=self.valued)
        if self.is_over:
            assert self.whole.status == self.expected()

    def expected(self) -> RunStatus:
        """How the whole has to have ended."""
        outcomes = set(self.outcomes.values())
        if self.given_up or outcomes == {"failed"}:
            return RunStatus.FAILED
        return RunStatus.COMPLETED if outcomes <= {"completed"} else RunStatus.PARTIAL

    @invariant()
    def a_replay_agrees_with_the_whole(self) -> None:
        """Nothing but the events remembers it."""
        history: list[Event] = [all_requested(), started(), *self.whole.pending]
        again = CalculationRun.replay(SUBJECT, history)
        assert vars(again) | {"_pending": None} == vars(self.whole) | {"_pending": None}


Dividing.TestCase.settings = settings(max_examples=80, stateful_step_count=15)
TestDividing = Dividing.TestCase
