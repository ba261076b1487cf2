"""Specification of the user: registration, accounts by name, sessions, ranks (spec 2.2)."""

import pytest

from domain.account import AccountName
from domain.email_address import EmailAddress
from domain.kernel import FORGOTTEN, Event
from domain.user import AccountNameTaken, FullNameRefused, ImpersonatingOneself, User
from tests.support.events import (
    account_closed,
    account_renamed,
    at,
    deactivated,
    demoted,
    forgotten,
    impersonation_stopped,
    logged_in,
    logged_out,
    number,
    opened,
    promoted,
    registered,
)
from tests.support.specification import SUBJECT, given, refused, state_of, when_created

EMAIL = EmailAddress("ann@example.com")


def register(full_name: str) -> User:
    """Register Ann under a full name."""
    return User.register(SUBJECT, EMAIL, full_name, invite="master")


class TestRegistering:
    """Someone with an invite becomes a user."""

    def test_a_user_has_an_address_a_name_and_an_invite(self) -> None:
        when_created(lambda: register("  Ann Example ")).then(
            registered("ann@example.com", "Ann Example")
        )

    @pytest.mark.parametrize("name", ["ü" * 255, "O'Neill, Zoë 株", "می‌خواهم"])
    def test_a_full_name_is_kept_as_typed(self, name: str) -> None:
        when_created(lambda: register(name)).then(registered(full_name=name))

    def test_the_user_goes_by_both(self) -> None:
        ann = register("Ann Example")

        assert (ann.email, ann.full_name) == ("ann@example.com", "Ann Example")

    @pytest.mark.parametrize("name", ["", "  ", "ü" * 256, "Ann\x00", "Ann\nExample", "\udfff"])
    def test_a_blank_long_or_unprintable_full_name_is_refused(self, name: str) -> None:
        refused(lambda: register(name), FullNameRefused, "255")


class TestOpeningAccounts:
    """A user's account names are unique."""

    def test_a_free_name_is_taken(self) -> None:
        given(User, registered()).when(
            lambda user: user.open_account(AccountName("IRA"), number("IRA"))
        ).then(opened("IRA"))

    def test_a_second_name_is_taken_beside_the_first(self) -> None:
        given(User, registered(), opened("IRA")).when(
            lambda user: user.open_account(AccountName("Roth"), number("Roth"))
        ).then(opened("Roth"))

    @pytest.mark.parametrize("name", ["IRA", "ira", " Ira "])
    def test_a_taken_name_is_refused_in_any_case(self, name: str) -> None:
        given(User, registered(), opened("IRA")).when(
            lambda user: user.open_account(AccountName.parse(name), number("another"))
        ).then_refused(AccountNameTaken, name.strip())

    def test_the_refusal_says_which_name(self) -> None:
        user = User.replay(SUBJECT, [registered(), opened("IRA")])

        with pytest.raises(AccountNameTaken) as caught:
            user.open_account(AccountName("ira"), number("another"))
        assert caught.value.details == {"account_name": "ira"}

    def test_uses_of_a_name_are_counted_as_written(self) -> None:
        user = User.replay(SUBJECT, [registered(), opened("IRA")])

        assert user.next_use(AccountName("IRA")) == 2
        assert user.next_use(AccountName("ira")) == 1
        assert user.next_use(AccountName("Roth")) == 1


class TestRenamingAndClosingAccounts:
    """A name is free again once its account has another one, or is closed."""

    def test_an_account_takes_a_free_name(self) -> None:
        given(User, registered(), opened("IRA")).when(
            lambda user: user.rename_account(number("IRA"), AccountName("Roth"))
        ).then(account_renamed("IRA", "Roth"))

    def test_an_account_may_be_spelt_otherwise(self) -> None:
        given(User, registered(), opened("IRA")).when(
            lambda user: user.rename_account(number("IRA"), AccountName("ira"))
        ).then(account_renamed("IRA", "ira"))

    def test_the_name_it_has_is_nothing_to_do(self) -> None:
        given(User, registered(), opened("IRA")).when(
            lambda user: user.rename_account(number("IRA"), AccountName("IRA"))
        ).then_nothing()

    def test_the_name_of_another_account_is_refused(self) -> None:
        given(User, registered(), opened("IRA"), opened("Roth")).when(
            lambda user: user.rename_account(number("Roth"), AccountName("ira"))
        ).then_refused(AccountNameTaken, "ira")

    def test_the_name_an_account_had_is_free(self) -> None:
        given(User, registered(), opened("IRA"), account_renamed("IRA", "Roth")).when(
            lambda user: user.open_account(AccountName("ira"), number("ira"))
        ).then(opened("ira"))

    def test_the_name_of_a_closed_account_is_free(self) -> None:
        given(User, registered(), opened("IRA"), account_closed("IRA")).when(
            lambda user: user.open_account(AccountName("ira"), number("ira"))
        ).then(opened("ira"))

    def test_an_account_is_closed_once(self) -> None:
        user = given(User, registered(), opened("IRA"))
        user.when(lambda user: user.close_account(number("IRA"))).then(account_closed("IRA"))
        given(User, registered(), opened("IRA"), account_closed("IRA")).when(
            lambda user: user.close_account(number("IRA"))
        ).then_nothing()

    def test_each_use_of_a_name_counts_however_it_came_about(self) -> None:
        user = User.replay(
            SUBJECT,
            [
                registered(),
                opened("IRA"),
                account_renamed("IRA", "Roth"),
                account_closed("IRA"),
                opened("IRA"),
            ],
        )

        assert user.next_use(AccountName("IRA")) == 3
        assert user.next_use(AccountName("Roth")) == 2


class TestSigningIn:
    """At most one login an hour is recorded."""

    def test_the_first_login_is_recorded(self) -> None:
        given(User, registered()).when(lambda user: user.log_in(at(9))).then(logged_in(9))

    def test_within_the_hour_there_is_nothing_to_do(self) -> None:
        given(User, registered(), logged_in(9)).when(
            lambda user: user.log_in(at(9, 59))
        ).then_nothing()

    def test_after_an_hour_it_is_recorded_again(self) -> None:
        given(User, registered(), logged_in(9)).when(lambda user: user.log_in(at(10))).then(
            logged_in(10)
        )

    def test_a_clock_that_went_back_records_nothing(self) -> None:
        given(User, registered(), logged_in(9)).when(lambda user: user.log_in(at(7))).then_nothing()


class TestPromoting:
    """A user may become a superuser, and cease to be one."""

    def test_a_user_is_promoted(self) -> None:
        given(User, registered()).when(lambda user: user.promote()).then(promoted())

    def test_a_superuser_is_one_already(self) -> None:
        given(User, registered(), promoted()).when(lambda user: user.promote()).then_nothing()

    def test_a_superuser_is_demoted(self) -> None:
        given(User, registered(), promoted()).when(lambda user: user.demote()).then(demoted())

    @pytest.mark.parametrize("history", [[], [promoted(), demoted()]])
    def test_who_is_none_cannot_be_demoted_further(self, history: list[Event]) -> None:
        given(User, registered(), *history).when(lambda user: user.demote()).then_nothing()

    def test_a_demoted_user_is_promoted_again(self) -> None:
        given(User, registered(), promoted(), demoted()).when(lambda user: user.promote()).then(
            promoted()
        )


class TestAuditing:
    """A user may become an auditor, and cease to be one."""

    def test_a_user_becomes_an_auditor_once(self) -> None:
        granted = User.GrantedAuditor()
        given(User, registered()).when(lambda user: user.grant_auditor()).then(granted)
        given(User, registered(), granted).when(lambda user: user.grant_auditor()).then_nothing()

    def test_an_auditor_ceases_to_be_one_once(self) -> None:
        granted, revoked = User.GrantedAuditor(), User.RevokedAuditor()
        given(User, registered(), granted).when(lambda user: user.revoke_auditor()).then(revoked)
        for history in ([registered()], [registered(), granted, revoked]):
            given(User, *history).when(lambda user: user.revoke_auditor()).then_nothing()


class TestDeactivating:
    """A user may be shut out, and let in again."""

    def test_a_user_is_shut_out_once(self) -> None:
        given(User, registered()).when(lambda user: user.deactivate()).then(deactivated())
        given(User, registered(), deactivated()).when(lambda user: user.deactivate()).then_nothing()

    def test_a_user_is_let_in_again_once(self) -> None:
        reactivated = User.Reactivated()
        given(User, registered(), deactivated()).when(lambda user: user.reactivate()).then(
            reactivated
        )
        for history in ([registered()], [registered(), deactivated(), reactivated]):
            given(User, *history).when(lambda user: user.reactivate()).then_nothing()

    def test_a_superuser_who_is_shut_out_administrates_nothing(self) -> None:
        history = [registered(), promoted(), deactivated()]
        assert User.replay(SUBJECT, history[:2]).administrates
        assert not User.replay(SUBJECT, history).administrates
        assert User.replay(SUBJECT, [*history, User.Reactivated()]).administrates


class TestForgetting:
    """A user may be forgotten: what happened stays, who it was does not."""

    def test_a_user_is_forgotten_once(self) -> None:
        given(User, registered()).when(lambda user: user.forget()).then(forgotten())
        given(User, registered(), forgotten()).when(lambda user: user.forget()).then_nothing()

    def test_nothing_is_left_of_who_it_was_nor_of_any_right(self) -> None:
        history = [registered(), promoted(), User.GrantedAuditor(), opened("IRA")]
        ann = User.replay(SUBJECT, [*history, forgotten()])
        assert (ann.email, ann.full_name) == (FORGOTTEN, FORGOTTEN)
        assert (ann.is_active, ann.is_superuser, ann.is_auditor) == (False, False, False)
        assert ann.accounts == {number("IRA"): "IRA"}

    def test_with_or_without_the_key_the_log_tells_the_same(self) -> None:
        history = [registered(), promoted(), logged_in(9), forgotten()]
        without_key = [registered(FORGOTTEN, FORGOTTEN), *history[1:]]
        assert state_of(User.replay(SUBJECT, history)) == state_of(
            User.replay(SUBJECT, without_key)
        )

    def test_nobody_forgotten_is_let_in_again(self) -> None:
        given(User, registered(), forgotten()).when(lambda user: user.reactivate()).then_nothing()


class TestSessions:
    """Tokens are taken back one by one, or all at once by a new session version."""

    def test_a_token_is_given_back_once(self) -> None:
        given(User, registered()).when(lambda user: user.log_out("one", at(12))).then(
            logged_out("one")
        )
        given(User, registered(), logged_out("one")).when(
            lambda user: user.log_out("one", at(12))
        ).then_nothing()
        given(User, registered(), logged_out("one")).when(
            lambda user: user.log_out("other", at(12))
        ).then(logged_out("other"))

    def test_all_sessions_are_revoked_as_often_as_asked(self) -> None:
        revoked = User.SessionsRevoked()
        for history in ([registered()], [registered(), revoked]):
            given(User, *history).when(lambda user: user.revoke_sessions()).then(revoked)

    def test_a_changed_password_is_noted_as_often_as_it_changes(self) -> None:
        changed = User.PasswordChanged()
        for history in ([registered()], [registered(), changed]):
            given(User, *history).when(lambda user: user.change_password()).then(changed)

    @pytest.mark.parametrize(
        "event",
        [
            *(promoted(), demoted(), deactivated(), forgotten()),
            *(User.PasswordChanged(), User.SessionsRevoked()),
        ],
        ids=lambda event: event.TOPIC,
    )
    def test_whatever_concerns_all_sessions_begins_a_new_version(self, event: Event) -> None:
        before = User.replay(SUBJECT, [registered(), logged_out("one")])
        after = User.replay(SUBJECT, [registered(), logged_out("one"), event])
        assert (before.session_version, after.session_version) == (0, 1)
        assert (before.returned_tokens, after.returned_tokens) == ({"one"}, set())

    def test_nothing_else_does(self) -> None:
        others = [
            *(logged_in(9), opened("IRA"), logged_out("one"), impersonation_stopped("bob", "two")),
            *(User.GrantedAuditor(), User.RevokedAuditor(), User.Reactivated()),
            User.ImpersonationStarted(target_id=number("bob")),
        ]
        assert User.replay(SUBJECT, [registered(), *others]).session_version == 0


class TestImpersonating:
    """A superuser may act as another user, which is recorded of the superuser."""

    def test_it_begins_as_often_as_asked(self) -> None:
        started = User.ImpersonationStarted(target_id=number("bob"))
        for history in ([], [started]):
            given(User, registered(), promoted(), *history).when(
                lambda user: user.start_impersonating(number("bob"))
            ).then(started)

    def test_nobody_acts_as_oneself(self) -> None:
        given(User, registered(), promoted()).when(
            lambda user: user.start_impersonating(SUBJECT)
        ).then_refused(ImpersonatingOneself, "somebody else")

    def test_its_token_is_given_back_once(self) -> None:
        stopped = impersonation_stopped("bob", "one")
        given(User, registered(), promoted()).when(
            lambda user: user.stop_impersonating(number("bob"), "one", at(12))
        ).then(stopped)
        given(User, registered(), promoted(), stopped).when(
            lambda user: user.stop_impersonating(number("bob"), "one", at(12))
        ).then_nothing()
