"""Who is registered, and with which rights?"""

from infrastructure.postgres import Pool
from projections.users.postgres import ROOM, TABLE, UsersRoom
from projections.users.view import UserRow
from tests.support.events import at, logged_in, number, opened, promoted, registered
from tests.support.rooms import History, folded, minute

ANN = number("ann")
NEW = UserRow(
    user_id=ANN,
    email="ann@example.com",
    full_name="Ann Example",
    is_superuser=False,
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
