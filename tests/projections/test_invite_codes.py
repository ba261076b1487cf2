"""Which invite codes are there, and how much of each is used?"""

from datetime import datetime

import pytest
from msgspec.structs import replace

from domain.kernel import Event
from infrastructure.postgres import Pool
from projections.invite_codes.postgres import ROOM, TABLE, InviteCodesRoom
from projections.invite_codes.view import InviteRow, InviteState
from tests.support.events import at, invite_issued, invite_revoked, invite_used, number
from tests.support.rooms import History, folded, minute

CODE = number("code")
NEW = InviteRow(
    invite_id=CODE,
    cohort="Friends",
    max_uses=2,
    uses=0,
    expires_at=at(13),
    issued_by=None,
    issued_at=minute(1),
    revoked_at=None,
)


def test_an_issued_code_has_its_terms_and_not_its_hash() -> None:
    issued = History().tell(CODE, invite_issued(2, at(13)))
    assert folded(ROOM, issued.recorded) == {(CODE,): NEW}


def test_uses_are_counted_and_a_revocation_is_dated() -> None:
    story = History().tell(
        CODE, invite_issued(2, at(13)), invite_used("ann"), invite_used("bob"), invite_revoked()
    )
    assert folded(ROOM, story.recorded)[CODE,] == replace(NEW, uses=2, revoked_at=minute(4))


@pytest.mark.parametrize(
    ("events", "now", "state"),
    [
        ([], at(12), InviteState.ACTIVE),
        ([invite_used("ann")], at(12, 59), InviteState.ACTIVE),
        ([], at(13), InviteState.EXPIRED),
        ([invite_used("ann"), invite_used("bob")], at(12), InviteState.USED_UP),
        ([invite_used("ann"), invite_used("bob"), invite_revoked()], at(13), InviteState.REVOKED),
    ],
)
def test_a_code_says_why_it_admits_nobody(
    events: list[Event], now: datetime, state: InviteState
) -> None:
    story = History().tell(CODE, invite_issued(2, at(13)), *events)
    assert folded(ROOM, story.recorded)[CODE,].state_at(now) is state


def test_codes_come_newest_first_in_pages(pool: Pool) -> None:
    codes = [replace(NEW, invite_id=number(f"code {n}"), issued_at=minute(n)) for n in range(1, 6)]
    with pool.connection() as connection:
        TABLE.store(connection, codes)
    room = InviteCodesRoom(pool)
    assert room.page(2, 1) == ([codes[3], codes[2]], 5)
