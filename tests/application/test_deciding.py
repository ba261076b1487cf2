"""Specification of deciding again, from the load, when another command was first (spec 1.3)."""

import pytest

from application.deciding import ATTEMPTS, decide
from application.errors import StoreUnavailable, VersionConflict
from domain.run_slot import RunAlreadyLive, RunSlot
from tests.support.accounts import cause
from tests.support.events import number, slot_claimed
from tests.support.faulty_logs import ContestedLog
from tests.support.specification import SUBJECT


def claiming(log: ContestedLog) -> int:
    """A use case: load the slot, claim it, save."""
    slot = log.load(RunSlot, SUBJECT) or RunSlot(SUBJECT)
    slot.claim(number("run 1"))
    return log.save(slot, cause=cause())


@pytest.mark.parametrize("losses", [0, 1, ATTEMPTS - 1])
def test_a_use_case_that_lost_loads_decides_and_saves_again(losses: int) -> None:
    log = ContestedLog(losses)

    assert decide(lambda: claiming(log)) == 7
    assert (log.loads, log.saves) == (losses + 1, losses + 1)


def test_after_ten_lost_races_the_store_counts_as_busy() -> None:
    log = ContestedLog(losses=100)

    with pytest.raises(StoreUnavailable) as caught:
        decide(lambda: claiming(log))
    assert (log.loads, log.saves) == (10, 10)
    assert caught.value.details == {"retry_after_s": 2}


def test_a_refusal_is_not_tried_again() -> None:
    attempts = []

    def refuse() -> None:
        attempts.append(1)
        RunSlot.replay(SUBJECT, [slot_claimed("run 1")]).claim(number("run 2"))

    with pytest.raises(RunAlreadyLive):
        decide(refuse)
    assert attempts == [1]


def test_a_conflict_is_no_refusal_that_a_user_could_see() -> None:
    assert not hasattr(VersionConflict(), "code")
