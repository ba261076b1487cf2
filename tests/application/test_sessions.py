"""Specification of tokens given back, prolonged, and ended by another password (spec 4.3)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from application.access import Access
from application.access_ports import TokenClaims
from application.commands import ChangePassword, LogIn
from application.errors import CredentialsRefused, PasswordTooWeak, TokenRefused
from domain.user import User
from interfaces.bootstrap import Program
from tests.support.accounts import PASSWORD, Owner, cause, register
from tests.support.openings import recorded
from tests.support.racing import at_once
from tests.support.watched_passwords import WatchedPasswords

OTHER = "Difference1Engine"


def claims_of(program: Program, owner: Owner) -> TokenClaims:
    """What the owner's token says."""
    return program.tokens.read(owner.token)


def change(program: Program, owner: Owner, current: str = PASSWORD, new: str = OTHER) -> Access:
    """Take another password."""
    command = ChangePassword(user_id=owner.user_id, current=current, new=new)
    return program.sessions.change_password(command, cause(owner.user_id))


def log_in(program: Program, owner: Owner, password: str) -> Access:
    """Sign in."""
    return program.users.log_in(LogIn(email=owner.email, password=password), cause())


class TestSigningOut:
    """Tokens are given back."""

    def test_a_token_is_given_back_once_with_its_end(self, program: Program) -> None:
        ada = register(program)
        claims = claims_of(program, ada)
        positions = {program.sessions.log_out(claims, cause(ada.user_id)) for _ in range(2)}
        [(row, event)] = recorded(program, User.LoggedOut)
        assert event == User.LoggedOut(jti=claims.token_id, expires_at=claims.expires_at)
        assert (row.aggregate_id, positions) == (ada.user_id, {row.position})

    def test_that_of_an_impersonation_ends_it(self, program: Program) -> None:
        ada, root = register(program), register(program, "root@example.com")
        program.administration.change_rank(root.user_id, User.promote, cause())
        begun = program.administration.impersonate(root.user_id, ada.user_id, cause())
        program.sessions.log_out(program.tokens.read(begun.access.token), cause(ada.user_id))
        [(row, event)] = recorded(program, User.ImpersonationStopped)
        assert (row.aggregate_id, event.target_id) == (root.user_id, ada.user_id)
        assert recorded(program, User.LoggedOut) == []

    def test_all_tokens_are_given_back_by_a_new_session_version(self, program: Program) -> None:
        ada = register(program)
        program.sessions.log_out_everywhere(ada.user_id, cause(ada.user_id))
        assert claims_of(program, ada).session_version == 0
        access = log_in(program, ada, PASSWORD)
        assert program.tokens.read(access.token).session_version == 1


class TestProlonging:
    """A live token gets another one."""

    def test_a_fresh_token_is_of_the_same_user_and_version(self, program: Program) -> None:
        ada = register(program)
        before = claims_of(program, ada)
        access = program.sessions.refresh(before)
        after = program.tokens.read(access.token)
        assert (after.user_id, after.session_version) == (before.user_id, before.session_version)
        assert after.token_id != before.token_id
        assert access.position == program.log.position()

    @pytest.mark.parametrize(
        "end",
        [
            lambda program, claims: program.sessions.log_out(claims, cause()),
            lambda program, claims: program.sessions.log_out_everywhere(claims.user_id, cause()),
            lambda program, claims: program.administration.change_rank(
                claims.user_id, User.deactivate, cause()
            ),
        ],
        ids=["signed out", "signed out everywhere", "deactivated"],
    )
    def test_what_the_log_knows_to_be_over_is_not_prolonged(
        self, program: Program, end: Callable[[Program, TokenClaims], object]
    ) -> None:
        claims = claims_of(program, register(program))
        end(program, claims)
        with pytest.raises(TokenRefused):
            program.sessions.refresh(claims)

    def test_nobody_s_token_is_not_prolonged(self, program: Program) -> None:
        claims = claims_of(program, register(program))
        ghost = TokenClaims(
            **{name: getattr(claims, name) for name in claims.__struct_fields__}
            | {"user_id": cause().command_id}
        )
        for ask in (program.sessions.refresh, lambda c: program.sessions.log_out(c, cause())):
            with pytest.raises(TokenRefused):
                ask(ghost)


class TestChangingThePassword:
    """Whoever knows the present one may take another."""

    def test_the_new_one_counts_and_the_old_one_does_not(self, program: Program) -> None:
        ada = register(program)
        access = change(program, ada)
        assert len(recorded(program, User.PasswordChanged)) == 1
        assert log_in(program, ada, OTHER).user_id == ada.user_id
        with pytest.raises(CredentialsRefused):
            log_in(program, ada, PASSWORD)
        assert program.tokens.read(access.token).session_version == 1

    @pytest.mark.parametrize("wrong", ["", "Wrong1234", PASSWORD + "x" * 500, "Aa1\x00bcdef"])
    def test_without_the_present_one_nothing_changes(self, program: Program, wrong: str) -> None:
        ada = register(program)
        for new in (OTHER, "weak"):  # the first check comes first
            with pytest.raises(CredentialsRefused):
                change(program, ada, current=wrong, new=new)
        assert log_in(program, ada, PASSWORD).user_id == ada.user_id

    @pytest.mark.parametrize("weak", ["", "Xq7zzzz", "xq7zzzzz", "Password1", "Xq7" + "z" * 126])
    def test_a_weak_one_is_refused(self, program: Program, weak: str) -> None:
        ada = register(program)
        with pytest.raises(PasswordTooWeak):
            change(program, ada, new=weak)
        assert recorded(program, User.PasswordChanged) == []

    def test_of_many_who_change_the_same_one_at_once_one_succeeds(self, program: Program) -> None:
        ada = register(program)
        news = [f"Difference{n}Engine" for n in range(6)]
        answers, refusals = at_once([partial(change, program, ada, new=new) for new in news])
        assert len(answers) == 1
        assert {type(refusal) for refusal in refusals} == {CredentialsRefused}
        good = [new for new in news if _signs_in(program, ada, new)]
        assert len(good) == 1

    def test_who_signs_in_meanwhile_with_the_former_one_is_out(self, program: Program) -> None:
        ada = register(program)
        watched = WatchedPasswords(program.users.passwords, lambda: change(program, ada))
        users = replace(program.users, passwords=watched)
        access = users.log_in(LogIn(email=ada.email, password=PASSWORD), cause())
        assert watched.verified == [ada.user_id]
        assert program.tokens.read(access.token).session_version == 0
        user = program.log.load(User, ada.user_id)
        assert user is not None
        assert user.session_version == 1


def _signs_in(program: Program, owner: Owner, password: str) -> bool:
    try:
        log_in(program, owner, password)
    except CredentialsRefused:
        return False
    return True


def test_tokens_end_with_the_clock_too(program: Program) -> None:
    ada = register(program)
    claims = claims_of(program, ada)
    assert claims.expires_at - claims.issued_at == timedelta(days=30)
