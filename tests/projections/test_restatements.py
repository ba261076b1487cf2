"""Which days were said again, what did that move, and what was the root of it?"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from domain.daily_valuation import DailyValuation
from domain.snapshot import Snapshot
from infrastructure.postgres import Pool
from projections.restatements.postgres import ROOM, TABLE, RestatementsRoom
from projections.restatements.view import Period, RestatementRow, RestatementTotals
from tests.support.books import PORTFOLIO, valued
from tests.support.events import number
from tests.support.rooms import History, folded, minute
from tests.support.stories import DAYS, GOOG, SPY, calculated, restated, valuation_of

FRIDAY, MONDAY, TUESDAY = (day.session for day in DAYS)


def told_again(day: Snapshot, caused_by: str, version: int = 1) -> DailyValuation.SnapshotRestated:
    """A day said again, on a version of the day before."""
    return replace(restated(day.following(version)), caused_by=caused_by)


def after(version: int) -> str:
    """The cause of a day that is said again since Monday was."""
    return f"daily_valuation:{valuation_of(DAYS[1])}@{version}"


@pytest.fixture
def story() -> History:
    """Three days valued; Monday said again by a price, and Tuesday since Monday was."""
    moved = valued(
        "100000.00", {GOOG: ["580.00", "585.00", "582.50"], SPY: ["136.00", "130.00", "131.00"]}
    )
    story = History()
    for day in DAYS:
        story.tell(valuation_of(day), calculated(day))
    story.tell(valuation_of(moved[1]), told_again(moved[1], "price_book:7"))
    story.tell(valuation_of(moved[2]), told_again(moved[2], after(2), version=2))
    return story


def restatements(story: History) -> list[RestatementRow]:
    """The answers of the room, in order."""
    rows: Sequence[RestatementRow] = list(folded(ROOM, story.recorded).values())
    return sorted((row for row in rows if row.is_restatement), key=lambda row: row.position)


def test_a_restatement_stands_beside_the_version_before(story: History) -> None:
    monday, tuesday = restatements(story)
    assert (monday.session, monday.version, monday.position) == (MONDAY, 2, 4)
    assert (monday.pnl_before, monday.nav_before) == (DAYS[1].pnl, DAYS[1].nav)
    assert monday.pnl - DAYS[1].pnl == Decimal("400.00")
    assert monday.recorded_at == minute(4)
    assert (tuesday.session, tuesday.nav_before) == (TUESDAY, DAYS[2].nav)


def test_the_root_is_found_through_the_days_between(story: History) -> None:
    monday, tuesday = restatements(story)
    assert (monday.caused_by, monday.root, monday.through) == ("price_book:7", "price_book:7", 0)
    assert (tuesday.caused_by, tuesday.root, tuesday.through) == (after(2), "price_book:7", 1)


def test_a_day_before_that_was_valued_for_the_first_time_is_a_root_itself() -> None:
    story = History()
    for day in DAYS:
        story.tell(valuation_of(day), calculated(day))
    story.tell(valuation_of(DAYS[2]), told_again(DAYS[2], after(1)))
    [tuesday] = restatements(story)
    assert (tuesday.root, tuesday.through) == (after(1), 0)


@pytest.fixture
def room(pool: Pool, story: History) -> RestatementsRoom:
    """The story of one portfolio, and a later restatement of another's Friday."""
    rows = list(folded(ROOM, story.recorded).values())
    other = replace(
        rows[-1],
        portfolio_id=number("other"),
        session=FRIDAY,
        position=9,
        recorded_at=minute(9),
        pnl_before=rows[-1].pnl + 1,
    )
    with pool.connection() as connection:
        TABLE.store(connection, [*rows, other])
    return RestatementsRoom(pool)


@pytest.mark.parametrize(
    ("asked", "positions"),
    [
        ({}, [4, 5, 9]),
        ({"portfolio_id": PORTFOLIO}, [4, 5]),
        ({"effective_from": MONDAY, "effective_to": MONDAY}, [4]),
        ({"effective_to": FRIDAY}, [9]),
        ({"recorded_from": minute(5)}, [5, 9]),
        ({"recorded_from": minute(5), "recorded_to": minute(9)}, [5]),
        ({"portfolio_id": PORTFOLIO, "recorded_from": minute(6)}, []),
    ],
)
def test_both_axes_of_time_may_be_asked_for(
    room: RestatementsRoom, asked: dict[str, Any], positions: list[int]
) -> None:
    period = Period(**asked)
    assert [row.position for row in room.page(period, 10, 0)] == positions
    assert [row.position for row in room.all(period)] == positions
    assert room.totals(period).restatements == len(positions)
    assert [row.position for row in room.page(period, 1, 1)] == positions[1:2]


def test_totals_say_what_was_moved(room: RestatementsRoom, story: History) -> None:
    monday, tuesday = restatements(story)
    moved = [row.pnl - (row.pnl_before or 0) for row in (monday, tuesday)]
    largest = max(abs(row.nav - (row.nav_before or 0)) for row in (monday, tuesday))
    assert room.totals(Period()) == RestatementTotals(3, 3, 2, sum(moved, Decimal(-1)), largest)
    nothing = Period(effective_from=TUESDAY + timedelta(days=1))
    assert room.totals(nothing) == RestatementTotals(0, 0, 0, Decimal(0), Decimal(0))
