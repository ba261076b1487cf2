"""How much happened on each day, and how did it end?"""

from datetime import timedelta
from typing import Any

from application.tallies import Count
from domain.run_phase import MARKET_DATA, VALUATION
from infrastructure.postgres import Pool
from projections.activity.postgres import ROOM, TABLE, ActivityRoom
from projections.activity.view import ActivityRow
from tests.support.events import (
    abandoned,
    completed,
    number,
    phase_completed,
    promoted,
    registered,
)
from tests.support.rooms import NOON, History, folded
from tests.support.stories import DAYS, calculated, restated, valuation_of

DAY = NOON.date()


def counted(story: History) -> dict[tuple[Any, ...], tuple[int, float]]:
    """Times and seconds by what, outcome and code, of the one day it is about."""
    rows = folded(ROOM, story.recorded)
    assert {day for day, *_ in rows} == {DAY}
    return {key[1:]: (row.times, row.seconds) for key, row in rows.items()}


def test_registrations_are_counted_and_what_else_users_do_is_not() -> None:
    story = History().tell(number("ann"), registered(), promoted())
    story.tell(number("bob"), registered("bob@example.com"))
    assert counted(story) == {("registrations", "registered", ""): (2, 0.0)}


def test_valuations_are_recorded_and_restated() -> None:
    story = History()
    for snapshot in DAYS:
        story.tell(valuation_of(snapshot), calculated(snapshot))
    story.tell(valuation_of(DAYS[0]), restated(DAYS[0]))
    assert counted(story) == {
        ("valuations", "recorded", ""): (3, 0.0),
        ("valuations", "restated", ""): (1, 0.0),
    }


def test_runs_count_by_their_end_and_phases_by_name_with_their_seconds() -> None:
    phase = phase_completed(MARKET_DATA, {"done": 2})
    story = History().tell(number("run"), phase, phase, completed())
    story.tell(number("lost run"), abandoned())
    assert counted(story) == {
        ("phases", "completed", "market_data"): (2, 2 * phase.seconds),
        ("runs", "completed", ""): (1, 0.0),
        ("runs", "failed", "ERR_BATCH_006"): (1, 0.0),
    }


def test_sessions_that_were_valued_already_are_skipped() -> None:
    story = History().tell(number("run"), phase_completed(VALUATION, {"skipped": 7}))
    assert counted(story)["valuations", "skipped", ""] == (7, 0.0)


def test_counts_of_days_are_added_from_a_day_on(pool: Pool) -> None:
    rows = [
        ActivityRow(DAY + timedelta(days=n), "runs", "completed", "", n + 1, 0.5) for n in range(3)
    ]
    with pool.connection() as connection:
        TABLE.store(connection, rows)
    room = ActivityRoom(pool)
    assert room.since() == [Count("runs", "completed", "", 6, 1.5)]
    assert room.since(DAY + timedelta(days=1)) == [Count("runs", "completed", "", 5, 1.0)]
    assert room.since(DAY + timedelta(days=3)) == []
