"""Who is registered, and with which rights?"""

import pytest
from msgspec.structs import replace

from domain.kernel import Event
from domain.user import User
from infrastructure.postgres import Pool
from projections.users.postgres import ROOM, TABLE, UsersRoom
from projections.users.view import UserFilter, UserRow
from tests.support.events import (
    account_closed,
    at,
    deactivated,
    demoted,
    forgotten,
    logged_in,
    logged_out,
    number,
    opened,
    promoted,
    registered,
)
from tests.support.rooms import History, folded, minute

ANN = number("ann")
NEW = UserRow(
    user_id=ANN,
    email="ann@example.com",
    full_name="Ann Example",
    is_superuser=False,
    is_auditor=False,
    is_active=True,
    session_version=0,
    returned_tokens={},
    created_at=minute(1),
    logged_in_at=None,
    portfolio_count=0,
)


def test_a_registered_user_has_no_rights_and_no_accounts_yet() -> None:
    assert folded(ROOM, History().tell(ANN, registered()).recorded) == {(ANN,): NEW}


def test_promotion_logins_and_accounts_show() -> None:
    story = History().tell(
        ANN, registered(), promoted(), logged_in(9), logged_in(11), opened("IRA"), opened("Roth")
    )
    row = folded(ROOM, story.recorded)[ANN,]
    assert (row.is_superuser, row.logged_in_at, row.portfolio_count) == (True, at(11), 2)
    assert (row.created_at, row.email) == (minute(1), "ann@example.com")


def test_accounts_that_are_closed_do_not_count() -> None:
    story = History().tell(ANN, registered(), opened("IRA"), opened("Roth"), account_closed("IRA"))
    assert folded(ROOM, story.recorded)[ANN,].portfolio_count == 1


def test_ranks_show_as_they_are_now() -> None:
    def ranks(*events: Event) -> tuple[bool, bool, bool]:
        row = folded(ROOM, History().tell(ANN, registered(), *events).recorded)[ANN,]
        return row.is_superuser, row.is_auditor, row.is_active

    granted = User.GrantedAuditor()
    assert ranks(promoted(), granted) == (True, True, True)
    assert ranks(promoted(), demoted(), granted) == (False, True, True)
    assert ranks(granted, User.RevokedAuditor(), deactivated()) == (False, False, False)
    assert ranks(deactivated(), User.Reactivated()) == (False, False, True)
    assert ranks(promoted(), granted, forgotten()) == (False, False, False)


def test_who_is_forgotten_has_no_name() -> None:
    row = folded(ROOM, History().tell(ANN, registered(), forgotten()).recorded)[ANN,]
    assert (row.email, row.full_name, row.session_version) == ("forgotten", "forgotten", 1)


@pytest.mark.parametrize(
    "event",
    [
        *(promoted(), demoted(), deactivated()),
        *(User.PasswordChanged(), User.SessionsRevoked(), forgotten()),
    ],
    ids=lambda event: event.TOPIC,
)
def test_a_new_session_version_is_that_of_the_aggregate(event: Event) -> None:
    history = [registered(), logged_out("one"), event]
    row = folded(ROOM, History().tell(ANN, *history).recorded)[ANN,]
    assert (row.session_version, row.returned_tokens) == (1, {})
    assert User.replay(ANN, history).session_version == 1


def test_tokens_given_back_are_known_until_they_end() -> None:
    before_noon, later = minute(2), minute(1000)
    story = History().tell(
        ANN,
        registered(),
        User.LoggedOut(jti="ends at once", expires_at=before_noon),
        User.LoggedOut(jti="one", expires_at=later),
        User.ImpersonationStopped(target_id=number("bob"), jti="two", expires_at=later),
    )
    row = folded(ROOM, story.recorded)[ANN,]
    assert row.returned_tokens == {"one": later, "two": later}


def test_users_are_told_apart() -> None:
    bob = number("bob")
    story = History().tell(ANN, registered()).tell(bob, registered("bob@example.com"), promoted())
    rows = folded(ROOM, story.recorded)
    assert [rows[key,].is_superuser for key in (ANN, bob)] == [False, True]


def test_a_user_is_found_by_id(pool: Pool) -> None:
    with pool.connection() as connection:
        TABLE.store(connection, [NEW])
    assert UsersRoom(pool).one(ANN) == NEW
    assert UsersRoom(pool).one(number("nobody")) is None


def test_users_are_listed_in_pages_oldest_first(pool: Pool) -> None:
    rows = several(pool)
    room = UsersRoom(pool)
    assert room.page(UserFilter(), 2, 0) == (rows[:2], 4)
    assert room.page(UserFilter(), 2, 3) == (rows[3:], 4)
    assert room.page(UserFilter(), 2, 4) == ([], 4)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (UserFilter(email="EXAMPLE"), [0, 1, 2]),
        (UserFilter(email="user1@"), [1]),
        (UserFilter(email="%"), [3]),
        (UserFilter(email="_"), []),
        (UserFilter(has_portfolio=True), [1, 2, 3]),
        (UserFilter(has_portfolio=False), [0]),
        (UserFilter(created_from=minute(2)), [1, 2, 3]),
        (UserFilter(created_to=minute(2)), [0, 1]),
        (UserFilter(created_from=minute(2), created_to=minute(3), email="2"), [2]),
        (UserFilter(created_from=minute(3), created_to=minute(2)), []),
    ],
    ids=str,
)
def test_users_are_found_by_all_that_is_given(
    pool: Pool, wanted: UserFilter, found: list[int]
) -> None:
    rows = several(pool)
    assert UsersRoom(pool).page(wanted, 10, 0) == ([rows[n] for n in found], len(found))


def several(pool: Pool) -> list[UserRow]:
    """Four users, a minute apart, the n-th with n accounts; the last one's address is odd."""
    rows = [
        replace(
            NEW,
            user_id=number(f"user {n}"),
            email=f"user{n}@example.com" if n < 3 else "100%@odd.org",
            created_at=minute(n + 1),
            portfolio_count=n,
        )
        for n in range(4)
    ]
    with pool.connection() as connection:
        TABLE.store(connection, rows)
    return rows
