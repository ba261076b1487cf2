"""Specification of the slot that a portfolio's one live run holds (spec 2.2, 5.6)."""

import pytest

from domain.run_slot import RunAlreadyLive, RunSlot
from tests.support.events import number, slot_claimed, slot_released
from tests.support.specification import SUBJECT, given


def test_a_free_slot_is_claimed() -> None:
    given(RunSlot).when(lambda slot: slot.claim(number("run 1"))).then(slot_claimed("run 1"))


def test_a_slot_that_was_released_is_claimed_again() -> None:
    given(RunSlot, slot_claimed("run 1"), slot_released("run 1")).when(
        lambda slot: slot.claim(number("run 2"))
    ).then(slot_claimed("run 2"))


def test_a_held_slot_is_refused_and_names_the_run_that_holds_it() -> None:
    given(RunSlot, slot_claimed("run 1")).when(
        lambda slot: slot.claim(number("run 2"))
    ).then_refused(RunAlreadyLive, "already under way")
    with pytest.raises(RunAlreadyLive) as caught:
        RunSlot.replay(SUBJECT, [slot_claimed("run 1")]).claim(number("run 2"))
    assert caught.value.details == {"batch_run_id": str(number("run 1"))}


def test_the_run_that_holds_the_slot_has_nothing_to_claim() -> None:
    given(RunSlot, slot_claimed("run 1")).when(
        lambda slot: slot.claim(number("run 1"))
    ).then_nothing()


def test_the_holder_releases_the_slot() -> None:
    given(RunSlot, slot_claimed("run 1")).when(lambda slot: slot.release(number("run 1"))).then(
        slot_released("run 1")
    )


def test_who_does_not_hold_the_slot_has_nothing_to_release() -> None:
    for history in ([slot_claimed("run 1")], []):
        given(RunSlot, *history).when(lambda slot: slot.release(number("run 2"))).then_nothing()
