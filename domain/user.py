"""A user: registered by invite, holder of the names of the own accounts."""

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from domain.account import AccountName, account_name_key
from domain.email_address import EmailAddress
from domain.errors import DomainError, NotAllowedValue
from domain.kernel import FORGOTTEN, Aggregate, Event
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


class ImpersonatingOneself(DomainError):
    """A superuser asked to act as the user that the superuser is."""

    code = "ERR_ADMIN_003"

    def __init__(self) -> None:
        super().__init__("You are this user already; name somebody else to act as.")


class User(Aggregate):
    """One person. Account names are unique here, so that two racing requests cannot both win."""

    TOPIC = "user"

    class Registered(Event, frozen=True):
        """Somebody came in by an invite."""

        TOPIC = "user.registered"
        VERSION = 2
        PERSONAL = ("email", "full_name")
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
            """The user is a superuser, and signs in anew as one."""
            user.is_superuser = True
            user.refuse_earlier_tokens()

    class DemotedFromSuperuser(Event, frozen=True):
        """The user may not use the admin routes any more."""

        TOPIC = "user.demoted_from_superuser"

        def apply(self, user: "User") -> None:
            """The user is no superuser; tokens that say so are refused."""
            user.is_superuser = False
            user.refuse_earlier_tokens()

    class GrantedAuditor(Event, frozen=True):
        """The user reads everything from now on, and changes nothing."""

        TOPIC = "user.granted_auditor"

        def apply(self, user: "User") -> None:
            """The user is an auditor."""
            user.is_auditor = True

    class RevokedAuditor(Event, frozen=True):
        """The user is like others again."""

        TOPIC = "user.revoked_auditor"

        def apply(self, user: "User") -> None:
            """The user is no auditor."""
            user.is_auditor = False

    class Deactivated(Event, frozen=True):
        """The user may not sign in any more."""

        TOPIC = "user.deactivated"

        def apply(self, user: "User") -> None:
            """The user is shut out, with every token."""
            user.is_active = False
            user.refuse_earlier_tokens()

    class Reactivated(Event, frozen=True):
        """The user may sign in again."""

        TOPIC = "user.reactivated"

        def apply(self, user: "User") -> None:
            """The user is let in; tokens from before stay refused."""
            user.is_active = True

    class Forgotten(Event, frozen=True):
        """Nobody can read any more who the user was; what the user did stays."""

        TOPIC = "user.forgotten"

        def apply(self, user: "User") -> None:
            """The user is nobody in particular, without any right, shut out for ever."""
            user.email = user.full_name = FORGOTTEN
            user.is_forgotten = True
            user.is_superuser = user.is_auditor = user.is_active = False
            user.refuse_earlier_tokens()

    class PasswordChanged(Event, frozen=True):
        """The user has another password; its hash is kept elsewhere."""

        TOPIC = "user.password_changed"

        def apply(self, user: "User") -> None:
            """Whoever signed in with the former password is out."""
            user.refuse_earlier_tokens()

    class LoggedIn(Event, frozen=True):
        """The user signed in; recorded at most once an hour."""

        TOPIC = "user.logged_in"
        logged_in_at: datetime

        def apply(self, user: "User") -> None:
            """The time of the last recorded login moves on."""
            user.logged_in_at = self.logged_in_at

    class LoggedOut(Event, frozen=True):
        """The user gave back one token, by its id; it would have been good until `expires_at`."""

        TOPIC = "user.logged_out"
        jti: str
        expires_at: datetime

        def apply(self, user: "User") -> None:
            """That token is refused."""
            user.returned_tokens.add(self.jti)

    class SessionsRevoked(Event, frozen=True):
        """The user logged out everywhere."""

        TOPIC = "user.sessions_revoked"

        def apply(self, user: "User") -> None:
            """Every token there was is refused."""
            user.refuse_earlier_tokens()

    class ImpersonationStarted(Event, frozen=True):
        """The superuser got a token to act as another user."""

        TOPIC = "user.impersonation_started"
        target_id: UUID

        def apply(self, user: "User") -> None:
            """Nothing that a decision reads."""

    class ImpersonationStopped(Event, frozen=True):
        """The superuser gave that token back, by its id, before its end at `expires_at`."""

        TOPIC = "user.impersonation_stopped"
        target_id: UUID
        jti: str
        expires_at: datetime

        def apply(self, user: "User") -> None:
            """That token is refused."""
            user.returned_tokens.add(self.jti)

    class AccountOpened(Event, frozen=True):
        """The user opened a portfolio under an account name, which is taken from now on."""

        TOPIC = "user.account_opened"
        account_name: str
        portfolio_id: UUID

        def apply(self, user: "User") -> None:
            """The name is taken, and used once more."""
            user.use_name(self.account_name, self.portfolio_id)

    class AccountRenamed(Event, frozen=True):
        """The user gave an account another name; the one it had is free again."""

        TOPIC = "user.account_renamed"
        account_name: str
        portfolio_id: UUID

        def apply(self, user: "User") -> None:
            """The account has that name, which is used once more."""
            user.use_name(self.account_name, self.portfolio_id)

    class AccountClosed(Event, frozen=True):
        """The user closed an account, whose name is free again."""

        TOPIC = "user.account_closed"
        portfolio_id: UUID

        def apply(self, user: "User") -> None:
            """The account is none of the user's any more."""
            user.accounts.pop(self.portfolio_id, None)

    def __init__(self, aggregate_id: UUID) -> None:
        super().__init__(aggregate_id)
        self.email = ""
        self.full_name = ""
        self.is_superuser = False
        self.is_auditor = False
        self.is_active = True
        self.is_forgotten = False
        self.session_version = 0
        self.returned_tokens: set[str] = set()
        self.logged_in_at: datetime | None = None
        self.accounts: dict[UUID, str] = {}  # the name of each that is open
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

    def refuse_earlier_tokens(self) -> None:
        """Assign, as events do: tokens bear the session version of their making, and it is over."""
        self.session_version += 1
        self.returned_tokens = set()

    @property
    def administrates(self) -> bool:
        """Whether the user may sign in and use the admin routes."""
        return self.is_superuser and self.is_active

    def promote(self) -> None:
        """Make the user a superuser; nothing to do if it is one."""
        if not self.is_superuser:
            self.record(self.PromotedToSuperuser())

    def demote(self) -> None:
        """Make the user no superuser; who is the last one is known to `Superusers`."""
        if self.is_superuser:
            self.record(self.DemotedFromSuperuser())

    def grant_auditor(self) -> None:
        """Let the user read everything and change nothing."""
        if not self.is_auditor:
            self.record(self.GrantedAuditor())

    def revoke_auditor(self) -> None:
        """Take that back."""
        if self.is_auditor:
            self.record(self.RevokedAuditor())

    def deactivate(self) -> None:
        """Shut the user out; everything of the user's stays."""
        if self.is_active:
            self.record(self.Deactivated())

    def reactivate(self) -> None:
        """Let the user in again; not one who was forgotten, whom nobody could be."""
        if not self.is_active and not self.is_forgotten:
            self.record(self.Reactivated())

    def forget(self) -> None:
        """Shut the user out for ever; whoever records this destroys the personal key."""
        if not self.is_forgotten:
            self.record(self.Forgotten())

    def change_password(self) -> None:
        """Note that the password is another one; whoever records this keeps its hash."""
        self.record(self.PasswordChanged())

    def log_in(self, at: datetime) -> None:
        """Note a login, unless one was noted within the hour before `at` (UTC)."""
        if self.logged_in_at is None or at - self.logged_in_at >= _LOGIN_RECORDED_EVERY:
            self.record(self.LoggedIn(logged_in_at=at))

    def log_out(self, jti: str, expires_at: datetime) -> None:
        """Take one token back, by its id."""
        if jti not in self.returned_tokens:
            self.record(self.LoggedOut(jti=jti, expires_at=expires_at))

    def revoke_sessions(self) -> None:
        """Take every token back."""
        self.record(self.SessionsRevoked())

    def start_impersonating(self, target_id: UUID) -> None:
        """Begin to act as another user.

        Raises:
            ImpersonatingOneself: ERR_ADMIN_003.
        """
        if target_id == self.id:
            raise ImpersonatingOneself
        self.record(self.ImpersonationStarted(target_id=target_id))

    def stop_impersonating(self, target_id: UUID, jti: str, expires_at: datetime) -> None:
        """Take back the token by which the user acted as another one."""
        if jti not in self.returned_tokens:
            self.record(
                self.ImpersonationStopped(target_id=target_id, jti=jti, expires_at=expires_at)
            )

    def next_use(self, name: AccountName) -> int:
        """The how-many-eth use of this account name the next portfolio would be, from 1."""
        return self.name_uses.get(name.text, 0) + 1

    def account_named(self, name: AccountName) -> UUID | None:
        """The portfolio of the open account of this name."""
        named = (
            held for held, taken in self.accounts.items() if account_name_key(taken) == name.key
        )
        return next(named, None)

    def open_account(self, name: AccountName, portfolio_id: UUID) -> None:
        """Take an account name for a new portfolio.

        Raises:
            AccountNameTaken: ERR_PORT_001, compared trimmed and without regard to case.
        """
        self._refuse_taken(name, portfolio_id)
        self.record(self.AccountOpened(account_name=name.text, portfolio_id=portfolio_id))

    def rename_account(self, portfolio_id: UUID, name: AccountName) -> None:
        """Give an account another name. Nothing to do if it has that one.

        Raises:
            AccountNameTaken: ERR_PORT_001, by another account of the user.
        """
        self._refuse_taken(name, portfolio_id)
        if self.accounts.get(portfolio_id) != name.text:
            self.record(self.AccountRenamed(account_name=name.text, portfolio_id=portfolio_id))

    def close_account(self, portfolio_id: UUID) -> None:
        """Give an account's name free. Nothing to do if it was closed."""
        if portfolio_id in self.accounts:
            self.record(self.AccountClosed(portfolio_id=portfolio_id))

    def use_name(self, account_name: str, portfolio_id: UUID) -> None:
        """What an event does to the names of the user's accounts."""
        self.accounts[portfolio_id] = account_name
        self.name_uses[account_name] = self.name_uses.get(account_name, 0) + 1

    def _refuse_taken(self, name: AccountName, portfolio_id: UUID) -> None:
        if self.account_named(name) not in (None, portfolio_id):
            raise AccountNameTaken(name.text)
