"""The events of users, and those of the security log, in words: without who it is (spec 7.4)."""

from collections.abc import Callable, Mapping
from typing import Any

from domain.kernel import Event
from domain.security_record import SecurityRecord
from domain.user import User


def _said(sentence: str) -> Callable[[Any], str]:
    """Always the same."""
    return lambda _: sentence


def _denied(event: SecurityRecord.AdminDenied) -> str:
    return f"Was denied {event.method} {event.route}: {event.error_code}."


def _not_signed_in(event: SecurityRecord.LoginFailed) -> str:
    whose = f"as user {event.user_id}" if event.user_id else "by an address that nobody has"
    locked = " It was one too many: there is no further try for a while." if event.locks_out else ""
    return f"Somebody failed to sign in {whose}.{locked}"


def _exported(event: SecurityRecord.DataExported) -> str:
    of = f"of portfolio {event.portfolio_id}" if event.portfolio_id else "of all"
    return f"Took data along: {event.what} {of}."


def _verified(event: SecurityRecord.LogVerified) -> str:
    if event.fault_position is not None:
        return f"Verified the log: it does not fit at position {event.fault_position}."
    fit = f"{event.events:,} events and {event.checkpoints:,} checkpoints fit"
    return f"Verified the log: {fit}, up to position {event.position}."


PEOPLE_WORDS: Mapping[type[Event], Callable[[Any], str]] = {
    User.Registered: _said("Registered."),
    User.PromotedToSuperuser: _said("Became a superuser."),
    User.DemotedFromSuperuser: _said("Is no superuser any more."),
    User.GrantedAuditor: _said("Became an auditor."),
    User.RevokedAuditor: _said("Is no auditor any more."),
    User.Deactivated: _said("Was shut out."),
    User.Reactivated: _said("Was let in again."),
    User.Forgotten: _said("Was forgotten: nobody can read any more who it was."),
    User.PasswordChanged: _said("Changed the password; every session ended."),
    User.LoggedIn: _said("Signed in."),
    User.LoggedOut: _said("Signed out."),
    User.SessionsRevoked: _said("Signed out everywhere."),
    User.ImpersonationStarted: lambda event: f"Began to act as user {event.target_id}.",
    User.ImpersonationStopped: lambda event: f"Stopped acting as user {event.target_id}.",
    User.AccountOpened: _said("Opened an account."),
    User.AccountRenamed: _said("Gave an account another name."),
    User.AccountClosed: _said("Closed an account."),
    SecurityRecord.AdminDenied: _denied,
    SecurityRecord.LoginFailed: _not_signed_in,
    SecurityRecord.DataExported: _exported,
    SecurityRecord.LogVerified: _verified,
}
