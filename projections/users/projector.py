"""From events of users to rows."""

from collections.abc import Iterable, Mapping, MutableMapping
from datetime import datetime

from msgspec.structs import replace

from application.ports import Recorded
from domain.kernel import FORGOTTEN, Event
from domain.user import User
from projections.row_table import Key
from projections.users.view import UserRow

_RANKS: Mapping[type[Event], Mapping[str, bool]] = {
    User.PromotedToSuperuser: {"is_superuser": True},
    User.DemotedFromSuperuser: {"is_superuser": False},
    User.GrantedAuditor: {"is_auditor": True},
    User.RevokedAuditor: {"is_auditor": False},
    User.Deactivated: {"is_active": False},
    User.Reactivated: {"is_active": True},
    User.Forgotten: {"is_superuser": False, "is_auditor": False, "is_active": False},
}
"""What each event says about who the user is."""

_NEW_SESSION_VERSION: frozenset[type[Event]] = frozenset(
    {
        *(User.PromotedToSuperuser, User.DemotedFromSuperuser, User.Deactivated),
        *(User.PasswordChanged, User.SessionsRevoked, User.Forgotten),
    }
)
"""After which every earlier token is refused."""

FED_BY: frozenset[type[Event]] = _NEW_SESSION_VERSION.union(
    _RANKS,
    (User.Registered, User.LoggedIn, User.LoggedOut, User.ImpersonationStopped),
    (User.AccountOpened, User.AccountClosed),
)


def keys(recorded: Recorded) -> Iterable[Key]:
    """The user it happened to."""
    return [(recorded.aggregate_id,)]


def fold(rows: MutableMapping[Key, UserRow], recorded: Recorded) -> None:
    """What an event changes in the row of its user."""
    key = (recorded.aggregate_id,)
    if isinstance(recorded.event, User.Registered):
        rows[key] = _newcomer(recorded.event, recorded)
    else:
        rows[key] = _changed(rows[key], recorded)


def _newcomer(registered: User.Registered, recorded: Recorded) -> UserRow:
    return UserRow(
        user_id=recorded.aggregate_id,
        email=registered.email,
        full_name=registered.full_name,
        is_superuser=False,
        is_auditor=False,
        is_active=True,
        session_version=0,
        returned_tokens={},
        created_at=recorded.occurred_at,
        logged_in_at=None,
        portfolio_count=0,
    )


def _changed(row: UserRow, recorded: Recorded) -> UserRow:
    kind = type(recorded.event)
    row = replace(row, **_RANKS.get(kind, {}))
    if kind in _NEW_SESSION_VERSION:
        row = replace(row, session_version=row.session_version + 1, returned_tokens={})
    match recorded.event:
        case User.LoggedOut() | User.ImpersonationStopped() as returned:
            return _without_token(row, returned, recorded.occurred_at)
        case User.LoggedIn(logged_in_at=at):
            return replace(row, logged_in_at=at)
        case User.AccountOpened():
            return replace(row, portfolio_count=row.portfolio_count + 1)
        case User.AccountClosed():
            return replace(row, portfolio_count=row.portfolio_count - 1)
        case User.Forgotten():
            return replace(row, email=FORGOTTEN, full_name=FORGOTTEN)
        case _:
            return row


def _without_token(
    row: UserRow, returned: User.LoggedOut | User.ImpersonationStopped, at: datetime
) -> UserRow:
    """One token less; those that have ended by themselves need not be remembered."""
    alive = {jti: end for jti, end in row.returned_tokens.items() if end > at}
    return replace(row, returned_tokens={**alive, returned.jti: returned.expires_at})
