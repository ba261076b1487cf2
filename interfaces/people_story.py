"""The events of users in words: what became of somebody, without who it is (spec 7.4)."""

from collections.abc import Callable, Mapping
from typing import Any

from domain.kernel import Event
from domain.user import User


def _said(sentence: str) -> Callable[[Any], str]:
    """Always the same."""
    return lambda _: sentence


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
}
