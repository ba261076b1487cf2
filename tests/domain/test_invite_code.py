"""Specification of the invite code (spec 2.2, 4.9), and its state machine."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.errors import DomainError
from domain.identity import invite_code_id
from domain.invite_code import (
    LONGEST_COHORT,
    MOST_USES,
    InviteCode,
    InviteExpired,
    InviteRevoked,
    InviteTermsRefused,
    InviteUsedUp,
    hash_of_code,
)
from domain.kernel import Event
from tests.support.events import at, invite_issued, invite_revoked, invite_used, number
from tests.support.specification import given, refused, when_created

CODE = "QK7M-2XPD"


def issue(
    cohort: str = "Friends", max_uses: int | None = 1, expires_at: datetime | None = None
) -> InviteCode:
    """Issue the code at 12:00."""
    return InviteCode.issue(CODE, cohort, max_uses, expires_at, at(12))


@pytest.mark.parametrize("expires_at", [None, at(12, 1)])
@pytest.mark.parametrize("max_uses", [None, 1, MOST_USES])
def test_a_code_is_issued_as_its_hash(max_uses: int | None, expires_at: datetime | None) -> None:
    outcome = when_created(lambda: issue(" Friends ", max_uses, expires_at))
    outcome.then(
        InviteCode.Issued(
            code_hash=hash_of_code(CODE),
            cohort="Friends",
            max_uses=max_uses,
            expires_at=expires_at,
        )
    )
    assert outcome.aggregate.id == invite_code_id(hash_of_code(CODE))


def test_any_text_has_a_hash_and_the_longest_name_is_one() -> None:
    assert hash_of_code("\ud800") == hash_of_code(" \ud800 ")
    assert issue("x" * LONGEST_COHORT).id == invite_code_id(hash_of_code(CODE))


@pytest.mark.parametrize("cohort", ["", " ", "x" * (LONGEST_COHORT + 1), "Fri\nends"])
def test_a_cohort_has_a_name(cohort: str) -> None:
    refused(lambda: issue(cohort), InviteTermsRefused, "cohort")


@pytest.mark.parametrize("max_uses", [0, -1, MOST_USES + 1])
def test_a_code_is_for_one_use_at_least(max_uses: int) -> None:
    refused(lambda: issue(max_uses=max_uses), InviteTermsRefused, "100,000 uses")


@pytest.mark.parametrize("expires_at", [at(11), at(12)])
def test_a_code_does_not_expire_before_it_is_there(expires_at: datetime) -> None:
    refused(lambda: issue(expires_at=expires_at), InviteTermsRefused, "in the future")


@pytest.mark.parametrize("local", ["0001-01-01T00:00+14:00", "9999-12-31T23:59:59-05:00"])
def test_a_code_expires_at_an_instant_that_there_is_in_utc(local: str) -> None:
    expires_at = datetime.fromisoformat(local)
    refused(lambda: issue(expires_at=expires_at), InviteTermsRefused, "in the future")


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"cohort": " ", "max_uses": 0}, "cohort"),
        ({"max_uses": 0, "expires_at": at(11)}, "max_uses"),
        ({"expires_at": at(11)}, "expires_at"),
    ],
)
def test_the_refusal_names_the_first_of_its_terms_that_is_wrong(
    terms: dict[str, Any], field: str
) -> None:
    with pytest.raises(InviteTermsRefused) as refusal:
        issue(**terms)
    assert refusal.value.details == {"field": field}


def test_codes_are_compared_trimmed_and_without_regard_to_case() -> None:
    assert hash_of_code(" qk7m-2xpd\n") == hash_of_code(CODE) != hash_of_code("QK7M2XPD")


def test_a_use_is_spent_on_who_registers() -> None:
    given(InviteCode, invite_issued(max_uses=2), invite_used("bob")).when(
        lambda invite: invite.use(number("ann"), at(12))
    ).then(invite_used("ann"))


def test_a_code_without_limits_is_never_used_up() -> None:
    uses = [invite_used(f"user {n}") for n in range(50)]
    given(InviteCode, invite_issued(), *uses).when(
        lambda invite: invite.use(number("ann"), at(12))
    ).then(invite_used("ann"))


@pytest.mark.parametrize(
    ("history", "refusal"),
    [
        ([invite_issued(max_uses=1), invite_used("bob")], InviteUsedUp),
        ([invite_issued(expires_at=at(12))], InviteExpired),
        ([invite_issued(), invite_revoked()], InviteRevoked),
        (
            [invite_issued(max_uses=1, expires_at=at(12)), invite_used("bob"), invite_revoked()],
            InviteRevoked,
        ),
        ([invite_issued(max_uses=1, expires_at=at(12)), invite_used("bob")], InviteExpired),
    ],
)
def test_a_code_that_admits_nobody_says_why(
    history: list[Event], refusal: type[DomainError]
) -> None:
    specified = given(InviteCode, *history)
    for decision in (
        lambda invite: invite.use(number("ann"), at(12)),
        lambda invite: invite.admit(at(12)),
    ):
        specified.when(decision).then_refused(refusal, "ask whoever invited you")


def test_asking_whether_it_admits_spends_nothing() -> None:
    given(InviteCode, invite_issued(max_uses=1)).when(
        lambda invite: invite.admit(at(12))
    ).then_nothing()


def test_a_code_is_good_until_its_last_instant() -> None:
    given(InviteCode, invite_issued(expires_at=at(12))).when(
        lambda invite: invite.use(number("ann"), at(11, 59))
    ).then(invite_used("ann"))


def test_a_code_is_revoked_once() -> None:
    given(InviteCode, invite_issued()).when(InviteCode.revoke).then(invite_revoked())
    given(InviteCode, invite_issued(), invite_revoked()).when(InviteCode.revoke).then_nothing()


class Inviting(RuleBasedStateMachine):
    """The model: how many registered, what time it is, whether it was revoked."""

    def __init__(self) -> None:
        super().__init__()
        self.now = at(12)
        self.invite = issue(max_uses=3, expires_at=at(12) + timedelta(hours=3))
        self.registered = 0
        self.revoked = False

    @rule(user=st.uuids(), minutes=st.integers(0, 40))
    def someone_registers(self, user: UUID, minutes: int) -> None:
        """Time passes, then somebody comes with the code."""
        self.now += timedelta(minutes=minutes)
        is_good = not self.revoked and self.now < at(15) and self.registered < 3
        try:
            self.invite.use(user, self.now)
        except (InviteExpired, InviteRevoked, InviteUsedUp):
            assert not is_good
        else:
            assert is_good
            self.registered += 1

    @rule()
    def a_superuser_revokes(self) -> None:
        """Twice is once."""
        self.revoked = True
        self.invite.revoke()

    @invariant()
    def the_aggregate_agrees_with_the_model(self) -> None:
        """Now and after a replay."""
        replayed = InviteCode.replay(self.invite.id, self.invite.pending)
        for invite in (self.invite, replayed):
            assert (invite.uses, invite.is_revoked) == (self.registered, self.revoked)


Inviting.TestCase.settings = settings(max_examples=30, stateful_step_count=12)
TestInviting = Inviting.TestCase
