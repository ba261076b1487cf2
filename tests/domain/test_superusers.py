"""Specification of the superusers: somebody always can administrate; and its state machine."""

from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.kernel import Event
from domain.superusers import LastSuperuser, Superusers
from domain.user import User
from tests.support.events import deactivated, demoted, forgotten, number, promoted, registered
from tests.support.specification import SUBJECT, given

ANN, BOB = number("ann"), number("bob")


def joined(user_id: UUID) -> Superusers.Joined:
    """A user became one of those who can administrate."""
    return Superusers.Joined(user_id=user_id)


def left(user_id: UUID) -> Superusers.Left:
    """A user ceased to be one of them."""
    return Superusers.Left(user_id=user_id)


def user(user_id: UUID, *history: Event) -> User:
    """A user to whom this happened."""
    return User.replay(user_id, [registered(), *history])


def test_who_was_promoted_joins_once() -> None:
    ann = user(ANN, promoted())
    given(Superusers).when(lambda all_: all_.count(ann)).then(joined(ANN))
    given(Superusers, joined(ANN)).when(lambda all_: all_.count(ann)).then_nothing()


@pytest.mark.parametrize(
    "history", [[demoted()], [deactivated()], [forgotten()], [deactivated(), demoted()]]
)
def test_who_cannot_administrate_any_more_leaves_once(history: list[Event]) -> None:
    ann = user(ANN, promoted(), *history)
    given(Superusers, joined(ANN), joined(BOB)).when(lambda all_: all_.count(ann)).then(left(ANN))
    given(Superusers, joined(ANN), joined(BOB), left(ANN)).when(
        lambda all_: all_.count(ann)
    ).then_nothing()


@pytest.mark.parametrize("event", [demoted(), deactivated(), forgotten()])
def test_the_last_one_stays(event: Event) -> None:
    ann = user(ANN, promoted(), event)
    given(Superusers, joined(ANN)).when(lambda all_: all_.count(ann)).then_refused(
        LastSuperuser, "promote somebody else"
    )
    given(Superusers, joined(BOB), joined(ANN), left(BOB)).when(
        lambda all_: all_.count(ann)
    ).then_refused(LastSuperuser)


def test_others_are_not_counted() -> None:
    given(Superusers).when(lambda all_: all_.count(user(ANN))).then_nothing()
    shut_out = user(BOB, deactivated())
    given(Superusers, joined(ANN)).when(lambda all_: all_.count(shut_out)).then_nothing()


class Ranking(RuleBasedStateMachine):
    """Users rise and fall; the model is the set of those who can administrate."""

    def __init__(self) -> None:
        super().__init__()
        self.superusers = Superusers(SUBJECT)
        self.able: set[UUID] = set()

    @rule(who=st.sampled_from([ANN, BOB, number("cid")]))
    def someone_is_promoted(self, who: UUID) -> None:
        """Always goes."""
        self.superusers.count(user(who, promoted()))
        self.able.add(who)

    @precondition(lambda self: self.able)
    @rule(who=st.sampled_from([ANN, BOB, number("cid")]), event=st.sampled_from(["demote", "out"]))
    def someone_falls(self, who: UUID, event: str) -> None:
        """Goes as long as another one is left."""
        fallen = user(who, promoted(), demoted() if event == "demote" else deactivated())
        try:
            self.superusers.count(fallen)
        except LastSuperuser:
            assert self.able == {who}
        else:
            self.able.discard(who)

    @invariant()
    def somebody_can_administrate_once_anybody_could(self) -> None:
        """Now and after a replay."""
        assert self.superusers.members == self.able
        assert bool(self.able) == bool(self.superusers.version)
        assert Superusers.replay(SUBJECT, self.superusers.pending).members == self.able


Ranking.TestCase.settings = settings(max_examples=30, stateful_step_count=15)
TestRanking = Ranking.TestCase
