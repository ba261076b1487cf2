"""Specification of the claim on an e-mail address (spec 2.2), and its state machine."""

from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.email_claim import EmailClaim, EmailTaken
from tests.support.events import email_claimed, number
from tests.support.specification import SUBJECT, given


def test_a_free_address_is_claimed() -> None:
    given(EmailClaim).when(lambda claim: claim.claim(number("ann"))).then(email_claimed("ann"))


@pytest.mark.parametrize("user", ["bob", "ann"])
def test_a_claimed_address_is_taken_for_everybody_its_holder_included(user: str) -> None:
    given(EmailClaim, email_claimed("ann")).when(
        lambda claim: claim.claim(number(user))
    ).then_refused(EmailTaken, "sign in")


class Claiming(RuleBasedStateMachine):
    """Many want one address."""

    def __init__(self) -> None:
        super().__init__()
        self.claim = EmailClaim(SUBJECT)
        self.first: UUID | None = None

    @rule(user=st.uuids())
    def someone_claims(self, user: UUID) -> None:
        """The first gets it, all others are refused."""
        try:
            self.claim.claim(user)
        except EmailTaken:
            assert self.first is not None
        else:
            assert self.first is None
            self.first = user

    @invariant()
    def it_belongs_to_the_first(self) -> None:
        """Now and after a replay."""
        assert self.claim.user_id == self.first
        assert EmailClaim.replay(SUBJECT, self.claim.pending).user_id == self.first


Claiming.TestCase.settings = settings(max_examples=30, stateful_step_count=8)
TestClaiming = Claiming.TestCase
