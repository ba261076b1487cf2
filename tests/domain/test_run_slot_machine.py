"""Whatever runs claim and release in whatever order: at most one holds the slot."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.run_slot import RunAlreadyLive, RunSlot
from tests.support.events import number
from tests.support.specification import SUBJECT

RUNS = st.sampled_from(["run 1", "run 2", "run 3"])


class Holding(RuleBasedStateMachine):
    """The model: the set of holders, which must never have two."""

    def __init__(self) -> None:
        super().__init__()
        self.slot = RunSlot(SUBJECT)
        self.holders: set[str] = set()

    @rule(run=RUNS)
    def claim(self, run: str) -> None:
        """A free slot is given, a held one refused to others."""
        others = self.holders - {run}
        try:
            self.slot.claim(number(run))
        except RunAlreadyLive:
            assert others
        else:
            assert not others
            self.holders.add(run)

    @rule(run=RUNS)
    def release(self, run: str) -> None:
        """Only what is held is released."""
        self.slot.release(number(run))
        self.holders.discard(run)

    @invariant()
    def at_most_one_run_holds_it(self) -> None:
        """The one the model names, also after a replay."""
        assert len(self.holders) <= 1
        held = {number(run) for run in self.holders}
        for slot in (self.slot, RunSlot.replay(SUBJECT, self.slot.pending)):
            assert {slot.run_id} - {None} == held

    @invariant()
    def claims_and_releases_take_turns(self) -> None:
        """No event without effect."""
        kinds = [type(event) for event in self.slot.pending]
        assert kinds[0::2] == [RunSlot.Claimed] * len(kinds[0::2])
        assert kinds[1::2] == [RunSlot.Released] * len(kinds[1::2])


Holding.TestCase.settings = settings(max_examples=50, stateful_step_count=15)
TestHolding = Holding.TestCase
