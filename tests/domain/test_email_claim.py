"""Specification of the claim on an e-mail address (spec 2.2), and its state machine."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.email_claim import EmailClaim, EmailTaken
from domain.kernel import Event
from tests.support.events import email_claimed, email_released, number
from tests.support.specification import SUBJECT, given


def test_a_free_address_is_claimed() -> None:
    given(EmailClaim).when(lambda claim: claim.claim(number("ann"))).then(email_claimed("ann"))


@pytest.mark.parametrize("user", ["bob", "ann"])
def test_a_claimed_address_is_taken_for_everybody_its_holder_included(user: str) -> None:
    given(EmailClaim, email_claimed("ann")).when(
        lambda claim: claim.claim(number(user))
    ).then_refused(EmailTaken, "sign in")


def test_a_claimed_address_is_released_for_its_holder() -> None:
    given(EmailClaim, email_claimed("ann")).when(lambda claim: claim.release()).then(
        email_released("ann")
    )


@pytest.mark.parametrize("history", [(), (email_claimed(), email_released())])
def test_an_address_that_is_free_needs_no_release(history: Sequence[Event]) -> None:
    given(EmailClaim, *history).when(lambda claim: claim.release()).then_nothing()


def test_a_released_address_is_claimed_again_as_its_second_use() -> None:
    history = (email_claimed("ann"), email_released("ann"))
    assert EmailClaim.replay(SUBJECT, history).next_use == 2
    given(EmailClaim, *history).when(lambda claim: claim.claim(number("bob"))).then(
        email_claimed("bob")
    )


class Claiming(RuleBasedStateMachine):
    """Many want one address, which is released now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.claim = EmailClaim(SUBJECT)
        self.holder: UUID | None = None
        self.users = 0

    @rule(user=st.uuids())
    def someone_claims(self, user: UUID) -> None:
        """The first gets it, all others are refused."""
        try:
            self.claim.claim(user)
        except EmailTaken:
            assert self.holder is not None
        else:
            assert self.holder is None
            self.holder = user
            self.users += 1

    @rule()
    def it_is_released(self) -> None:
        """Whoever holds it, if anybody."""
        self.claim.release()
        self.holder = None

    @invariant()
    def it_belongs_to_the_first_since(self) -> None:
        """Now and after a replay."""
        for claim in (self.claim, EmailClaim.replay(SUBJECT, self.claim.pending)):
            assert (claim.user_id, claim.next_use) == (self.holder, self.users + 1)


Claiming.TestCase.settings = settings(max_examples=30, stateful_step_count=8)
TestClaiming = Claiming.TestCase
