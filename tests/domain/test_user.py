"""Specification of the user: registration, accounts by name, logins, promotion (spec 2.2)."""

import pytest

from domain.account import AccountName
from domain.email_address import EmailAddress
from domain.user import AccountNameTaken, FullNameRefused, User
from tests.support.events import at, logged_in, number, opened, promoted, registered
from tests.support.specification import SUBJECT, given, refused, when_created

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
    """A user may become a superuser."""

    def test_a_user_is_promoted(self) -> None:
        given(User, registered()).when(lambda user: user.promote()).then(promoted())

    def test_a_superuser_is_one_already(self) -> None:
        given(User, registered(), promoted()).when(lambda user: user.promote()).then_nothing()
