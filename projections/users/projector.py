"""From events of users to rows."""

from collections.abc import Iterable, MutableMapping

from msgspec.structs import replace

from application.ports import Recorded
from domain.kernel import Event
from domain.user import User
from projections.row_table import Key
from projections.users.view import UserRow

FED_BY: frozenset[type[Event]] = frozenset(
    {User.Registered, User.PromotedToSuperuser, User.LoggedIn, User.AccountOpened}
)


def keys(recorded: Recorded) -> Iterable[Key]:
    """The user it happened to."""
    return [(recorded.aggregate_id,)]


def fold(rows: MutableMapping[Key, UserRow], recorded: Recorded) -> None:
    """What an event changes in the row of its user."""
    key = (recorded.aggregate_id,)
    match recorded.event:
        case User.Registered(email=email, full_name=full_name):
            rows[key] = UserRow(
                user_id=recorded.aggregate_id,
                email=email,
                full_name=full_name,
                is_superuser=False,
                created_at=recorded.occurred_at,
                logged_in_at=None,
                portfolio_count=0,
            )
        case User.PromotedToSuperuser():
            rows[key] = replace(rows[key], is_superuser=True)
        case User.LoggedIn(logged_in_at=at):
            rows[key] = replace(rows[key], logged_in_at=at)
        case User.AccountOpened():
            rows[key] = replace(rows[key], portfolio_count=rows[key].portfolio_count + 1)
