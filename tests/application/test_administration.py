"""Specification of what superusers do about users (spec 4.9)."""

from collections.abc import Callable
from functools import partial
from uuid import UUID, uuid4

import pytest

from application.errors import (
    ImpersonationTargetUnknown,
    NotImpersonating,
    SuperuserOnly,
    TokenRefused,
    UserUnknown,
)
from domain import identity
from domain.email_address import EmailAddress
from domain.superusers import LastSuperuser, Superusers
from domain.user import ImpersonatingOneself, User
from interfaces.bootstrap import Program
from tests.support.accounts import PASSWORD, cause, register
from tests.support.openings import recorded
from tests.support.racing import at_once

ROOT = EmailAddress("root@example.com")
Decision = Callable[[User], None]


@pytest.fixture
def root(program: Program) -> UUID:
    """The one superuser."""
    return program.users.create_superuser(ROOT, PASSWORD, "Root", cause()).user_id


@pytest.fixture
def ada(program: Program) -> UUID:
    """A user."""
    return register(program).user_id


def change(program: Program, user_id: UUID, decision: Decision) -> User:
    """Let a decision about a user's rank be made."""
    return program.administration.change_rank(user_id, decision, cause()).user


def members(program: Program) -> set[UUID]:
    """The superusers who can sign in, as the log has them."""
    superusers = program.log.load(Superusers, identity.superusers_id())
    return superusers.members if superusers else set()


class TestRanks:
    """Ranks are given and taken; there always is a superuser."""

    def test_a_superuser_is_counted_from_the_first_moment(
        self, program: Program, root: UUID
    ) -> None:
        assert members(program) == {root}

    def test_who_is_promoted_may_be_demoted(self, program: Program, root: UUID, ada: UUID) -> None:
        assert change(program, ada, User.promote).is_superuser
        assert members(program) == {root, ada}
        assert not change(program, ada, User.demote).is_superuser
        assert members(program) == {root}

    @pytest.mark.parametrize("decision", [User.demote, User.deactivate])
    def test_the_last_superuser_stays(
        self, program: Program, root: UUID, ada: UUID, decision: Decision
    ) -> None:
        position = program.log.position()
        with pytest.raises(LastSuperuser):
            change(program, root, decision)
        assert program.log.position() == position
        change(program, ada, User.promote)
        change(program, root, decision)
        assert members(program) == {ada}

    def test_a_deactivated_superuser_does_not_count(
        self, program: Program, root: UUID, ada: UUID
    ) -> None:
        for decision in (User.promote, User.deactivate):
            change(program, ada, decision)
        with pytest.raises(LastSuperuser):
            change(program, root, User.demote)
        change(program, ada, User.reactivate)
        change(program, root, User.demote)
        assert members(program) == {ada}

    @pytest.mark.parametrize(
        ("decision", "back"),
        [
            (User.promote, User.demote),
            (User.grant_auditor, User.revoke_auditor),
            (User.deactivate, User.reactivate),
        ],
    )
    def test_what_is_so_already_records_nothing(
        self, program: Program, root: UUID, ada: UUID, decision: Decision, back: Decision
    ) -> None:
        for wanted in (back, decision, back):
            change(program, ada, wanted)
            position = program.log.position()
            change(program, ada, wanted)
            assert program.log.position() == position
        assert members(program) == {root}

    def test_nobody_unknown_has_a_rank(self, program: Program) -> None:
        with pytest.raises(UserUnknown):
            change(program, uuid4(), User.promote)

    def test_who_was_promoted_before_anybody_counted_is_counted(
        self, program: Program, ada: UUID
    ) -> None:
        user = program.log.load(User, ada)
        assert user is not None
        user.promote()
        program.log.save(user, cause=cause())
        with pytest.raises(LastSuperuser):
            change(program, ada, User.demote)
        change(program, ada, User.promote)
        assert members(program) == {ada}

    def test_of_two_who_demote_each_other_at_once_one_is_refused(
        self, program: Program, root: UUID, ada: UUID
    ) -> None:
        change(program, ada, User.promote)
        done, refusals = at_once(
            [partial(change, program, who, User.demote) for who in (root, ada)]
        )
        assert [type(refusal) for refusal in refusals] == [LastSuperuser]
        assert members(program) == {root, ada} - {user.id for user in done}


class TestImpersonating:
    """A superuser acts as another user."""

    def test_it_is_recorded_of_the_superuser_and_told_by_the_token(
        self, program: Program, root: UUID, ada: UUID
    ) -> None:
        begun = program.administration.impersonate(root, ada, cause(root))
        [(row, event)] = recorded(program, User.ImpersonationStarted)
        claims = program.tokens.read(begun.access.token)
        assert (row.aggregate_id, event.target_id) == (root, ada)
        assert claims.user_id == begun.access.user_id == ada
        assert claims.impersonator is not None
        assert claims.impersonator.user_id == begun.superuser.id == root
        assert claims.impersonator.session_version == begun.superuser.session_version
        assert begun.access.expires_in == 8 * 3600

    def test_nobody_else_may(self, program: Program, root: UUID, ada: UUID) -> None:
        for who in (ada, uuid4()):
            with pytest.raises(SuperuserOnly):
                program.administration.impersonate(who, root, cause())

    def test_there_must_be_somebody_else_who_can_sign_in(
        self, program: Program, root: UUID, ada: UUID
    ) -> None:
        change(program, ada, User.deactivate)
        for target in (ada, uuid4()):
            with pytest.raises(ImpersonationTargetUnknown):
                program.administration.impersonate(root, target, cause())
        with pytest.raises(ImpersonatingOneself):
            program.administration.impersonate(root, root, cause())
        assert recorded(program, User.ImpersonationStarted) == []

    def test_stopping_gives_the_superuser_a_token_of_the_own(
        self, program: Program, root: UUID, ada: UUID
    ) -> None:
        begun = program.administration.impersonate(root, ada, cause(root))
        claims = program.tokens.read(begun.access.token)
        access = program.administration.stop_impersonation(claims, cause(ada))
        own = program.tokens.read(access.token)
        [(row, event)] = recorded(program, User.ImpersonationStopped)
        assert (own.user_id, own.impersonator, own.is_superuser) == (root, None, True)
        assert (row.aggregate_id, event.target_id, event.jti) == (root, ada, claims.token_id)

    def test_only_an_impersonation_is_stopped(self, program: Program, root: UUID) -> None:
        own = program.tokens.read(register(program, "bob@example.com").token)
        with pytest.raises(NotImpersonating):
            program.administration.stop_impersonation(own, cause(root))

    def test_who_was_demoted_meanwhile_gets_nothing(
        self, program: Program, root: UUID, ada: UUID
    ) -> None:
        begun = program.administration.impersonate(root, ada, cause(root))
        bob = register(program, "bob@example.com").user_id
        change(program, bob, User.promote)
        change(program, root, User.demote)
        with pytest.raises(TokenRefused):
            program.administration.stop_impersonation(
                program.tokens.read(begun.access.token), cause(ada)
            )
