"""A user: registered by invite, holder of the names of the own accounts."""

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from domain.account import AccountName, account_name_key
from domain.email_address import EmailAddress
from domain.errors import DomainError, NotAllowedValue
from domain.kernel import Aggregate, Event
from domain.text import has_control_characters

_LONGEST_FULL_NAME = 255
_LOGIN_RECORDED_EVERY = timedelta(hours=1)


class FullNameRefused(NotAllowedValue):
    """Blank, over 255 characters, or with control characters."""

    code = "ERR_USER_004"

    def __init__(self) -> None:
        super().__init__("Enter your full name, at most 255 characters.")


class AccountNameTaken(DomainError):
    """The user has a live account of this name."""

    code = "ERR_PORT_001"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"You already have a portfolio with the account name '{name}'; choose another name.",
            account_name=name,
        )


class User(Aggregate):
    """One person. Account names are unique here, so that two racing requests cannot both win."""

    TOPIC = "user"

    class Registered(Event, frozen=True):
        """Someone with an invite created a user."""

        TOPIC = "user.registered"
        email: str
        full_name: str
        invite: str

        def apply(self, user: "User") -> None:
            """The user exists."""
            user.email = self.email
            user.full_name = self.full_name

    class PromotedToSuperuser(Event, frozen=True):
        """The user may use the admin routes from now on."""

        TOPIC = "user.promoted_to_superuser"

        def apply(self, user: "User") -> None:
            """The user is a superuser."""
            user.is_superuser = True

    class LoggedIn(Event, frozen=True):
        """The user signed in; recorded at most once an hour."""

        TOPIC = "user.logged_in"
        logged_in_at: datetime

        def apply(self, user: "User") -> None:
            """The time of the last recorded login moves on."""
            user.logged_in_at = self.logged_in_at

    class AccountOpened(Event, frozen=True):
        """The user opened a portfolio under an account name, which is taken from now on."""

        TOPIC = "user.account_opened"
        account_name: str
        portfolio_id: UUID

        def apply(self, user: "User") -> None:
            """The name is taken, and used once more."""
            user.accounts[account_name_key(self.account_name)] = self.portfolio_id
            user.name_uses[self.account_name] = user.name_uses.get(self.account_name, 0) + 1

    def __init__(self, aggregate_id: UUID) -> None:
        super().__init__(aggregate_id)
        self.email = ""
        self.full_name = ""
        self.is_superuser = False
        self.logged_in_at: datetime | None = None
        self.accounts: dict[str, UUID] = {}
        self.name_uses: dict[str, int] = {}

    @classmethod
    def register(cls, user_id: UUID, email: EmailAddress, full_name: str, invite: str) -> Self:
        """Create a user. `invite` names the code used, never the code itself.

        Raises:
            FullNameRefused: ERR_USER_004.
        """
        name = full_name.strip()
        if not name or len(name) > _LONGEST_FULL_NAME or has_control_characters(name):
            raise FullNameRefused
        user = cls(user_id)
        user.record(cls.Registered(email=email.text, full_name=name, invite=invite))
        return user

    def promote(self) -> None:
        """Make the user a superuser; nothing to do if it is one."""
        if not self.is_superuser:
            self.record(self.PromotedToSuperuser())

    def log_in(self, at: datetime) -> None:
        """Note a login, unless one was noted within the hour before `at` (UTC)."""
        if self.logged_in_at is None or at - self.logged_in_at >= _LOGIN_RECORDED_EVERY:
            self.record(self.LoggedIn(logged_in_at=at))

    def next_use(self, name: AccountName) -> int:
        """The how-many-eth use of this account name the next portfolio would be, from 1."""
        return self.name_uses.get(name.text, 0) + 1

    def open_account(self, name: AccountName, portfolio_id: UUID) -> None:
        """Take an account name for a new portfolio.

        Raises:
            AccountNameTaken: ERR_PORT_001, compared trimmed and without regard to case.
        """
        if name.key in self.accounts:
            raise AccountNameTaken(name.text)
        self.record(self.AccountOpened(account_name=name.text, portfolio_id=portfolio_id))
