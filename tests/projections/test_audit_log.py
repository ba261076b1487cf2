"""What was recorded, in order: of what, by whom, when, on account of what, and whose is it?"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from application.ports import Recorded
from infrastructure.event_store.mapper import EventMapper
from infrastructure.event_store.topics import event_classes, stored_topic
from infrastructure.postgres import Pool
from projections.audit_log.postgres import ROOM, TABLE, AuditLogRoom
from projections.audit_log.view import AuditFilter, AuditRow
from tests.support.books import PORTFOLIO
from tests.support.events import (
    all_requested,
    found_in_order,
    invite_used,
    number,
    opened,
    portfolio_opened,
    registered,
    requested,
    started,
)
from tests.support.rooms import NOON, History, folded, minute
from tests.support.stored_samples import kept_samples
from tests.support.stories import DAYS, calculated, valuation_of

ANN, RUN, ROOT = number("ann"), number("run"), number("root")


def rows_after(story: History) -> Sequence[AuditRow]:
    """The rows in order."""
    return [row for _, row in sorted(folded(ROOM, story.recorded).items())]


def test_every_event_there_is_has_a_row_that_says_nothing_of_what_it_says() -> None:
    mapper, samples = EventMapper(), kept_samples()
    story = History()
    for kind in event_classes().values():
        topic = stored_topic(kind)
        story.tell(number(topic), mapper.event(topic, samples[topic].stored))
    rows = rows_after(story)
    assert [row.kind for row in rows] == list(event_classes())
    assert all(row.kind.startswith(f"{row.aggregate}.") for row in rows)
    assert not any("@" in str(row) for row in rows)


def test_a_row_is_the_envelope_of_its_event() -> None:
    story = History().tell(ANN, registered()).tell(ANN, opened("IRA"), causation=RUN)
    told = story.recorded[1]
    cause = replace(told.cause, actor=ANN, impersonator=ROOT)
    story.recorded[1] = replace(told, cause=cause)
    assert rows_after(story)[1] == AuditRow(
        position=2,
        recorded_at=minute(2),
        aggregate="user",
        aggregate_id=ANN,
        version=2,
        kind="user.account_opened",
        actor=ANN,
        impersonator=ROOT,
        command_id=cause.command_id,
        correlation_id=cause.correlation_id,
        causation=RUN,
        portfolio_id=number("IRA"),
        user_id=ANN,
    )


def test_it_is_known_whose_an_event_is_where_the_event_says_so() -> None:
    story = History().tell(PORTFOLIO, portfolio_opened())
    story.tell(valuation_of(DAYS[0]), calculated(DAYS[0]))
    story.tell(RUN, requested(DAYS[2].session, "IRA"), found_in_order(PORTFOLIO, 3, 900))
    story.tell(number("part"), requested(DAYS[2].session, "IRA", "Roth"), started())
    story.tell(number("whole"), all_requested())
    story.tell(number("invite"), invite_used("ann"))
    ira = number("IRA")
    portfolios = [row.portfolio_id for row in rows_after(story)]
    assert portfolios == [PORTFOLIO, PORTFOLIO, ira, PORTFOLIO, None, None, None, None]
    owner = portfolio_opened().owner_id
    users = [row.user_id for row in rows_after(story)]
    assert users == [owner, None, None, None, None, None, None, ANN]


@pytest.fixture
def room(pool: Pool) -> AuditLogRoom:
    """A room with ten events of two slots and a user, by turns, a minute apart."""
    rows = [row_at(position) for position in range(1, 11)]
    with pool.connection() as connection:
        TABLE.store(connection, rows)
    return AuditLogRoom(pool)


def row_at(position: int) -> AuditRow:
    """An event of the first slot, the second, or of Ann, by turns."""
    [recorded] = History().tell(ANN, registered()).recorded
    about = ("run_slot", "run_slot", "user")[position % 3]
    [row] = folded(ROOM, [moved(recorded, position)]).values()
    assert isinstance(row, AuditRow)
    return replace(
        row,
        aggregate=about,
        aggregate_id=number(f"subject {position % 3}"),
        kind=f"{about}.changed",
        actor=ROOT if position > 5 else None,
        portfolio_id=PORTFOLIO if position % 3 == 1 else None,
        user_id=ANN if position % 3 == 2 else None,
    )


def moved(recorded: Recorded, position: int) -> Recorded:
    """The same at another position."""
    return replace(recorded, position=position, occurred_at=minute(position))


def positions(rows: Sequence[AuditRow]) -> list[int]:
    """Where the rows stand."""
    return [row.position for row in rows]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (AuditFilter(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (AuditFilter(aggregate_id=number("subject 0")), [3, 6, 9]),
        (AuditFilter(kind="user.changed"), [2, 5, 8]),
        (AuditFilter(kind="user.changed", actor=ROOT), [8]),
        (AuditFilter(actor=ROOT), [6, 7, 8, 9, 10]),
        (AuditFilter(portfolio_id=PORTFOLIO), [1, 4, 7, 10]),
        (AuditFilter(user_id=ANN), [2, 5, 8]),
        (AuditFilter(user_id=UUID(int=0)), []),
        (AuditFilter(recorded_from=minute(9)), [9, 10]),
        (AuditFilter(recorded_to=minute(3)), [1, 2]),
        (AuditFilter(recorded_from=NOON + timedelta(seconds=1), recorded_to=minute(4)), [2, 3]),
    ],
)
def test_all_that_is_asked_is_true_of_what_is_found(
    room: AuditLogRoom, wanted: AuditFilter, found: list[int]
) -> None:
    assert positions(room.onwards(wanted, 0, 100)) == found
    assert positions(room.backwards(wanted, None, 100)) == found[::-1]


def test_pages_join_without_gap_or_repetition_both_ways(room: AuditLogRoom) -> None:
    everything = AuditFilter()
    assert positions(room.onwards(everything, 0, 4)) == [1, 2, 3, 4]
    assert positions(room.onwards(everything, 4, 4)) == [5, 6, 7, 8]
    assert positions(room.backwards(everything, None, 4)) == [10, 9, 8, 7]
    assert positions(room.backwards(everything, 7, 4)) == [6, 5, 4, 3]
    assert room.onwards(everything, 10, 4) == []


def test_the_latest_of_a_kind(room: AuditLogRoom) -> None:
    latest = room.latest("user.changed")
    assert latest
    assert latest.position == 8
    assert room.latest("user.unheard_of") is None
