"""What was an account worth at the close of each session, and why did it change?"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from msgspec.structs import replace

from infrastructure.postgres import Pool
from projections.valuations.postgres import ROOM, TABLE, ValuationsRoom
from projections.valuations.view import DayFigures, PnlSpans, ValuationRow
from tests.support.books import PORTFOLIO
from tests.support.rooms import History, folded, minute
from tests.support.stories import DAYS, calculated, restated, valuation_of, with_goog_at

SESSIONS = [day.session for day in DAYS]


def test_each_session_has_a_row_with_the_figures_of_its_snapshot() -> None:
    rows = all_days()
    assert sorted(rows) == [(PORTFOLIO, session) for session in SESSIONS]
    for number, day in enumerate(DAYS, 1):
        row = rows[PORTFOLIO, day.session]
        assert (row.nav, row.cash, row.pnl, row.flows) == (day.nav, day.cash, day.pnl, day.flows)
        assert (row.lines, row.counts) == (day.lines, day.counts)
        assert (row.version, row.recorded_at, row.opening) == (1, minute(number), number == 1)
        assert row.gross_exposure == day.long_value - day.short_value
        assert row.net_exposure == day.long_value + day.short_value


def test_a_day_knows_the_nav_it_started_from() -> None:
    rows = all_days()
    assert rows[PORTFOLIO, SESSIONS[0]].previous_nav is None
    assert [rows[PORTFOLIO, session].previous_nav for session in SESSIONS[1:]] == [
        DAYS[0].nav,
        DAYS[1].nav,
    ]


def test_a_restatement_takes_the_place_of_the_version_before() -> None:
    again = with_goog_at("600.00")
    story = History().tell(valuation_of(again), calculated(DAYS[2]), restated(again))
    (row,) = folded(ROOM, story.recorded).values()
    assert (row.version, row.nav, row.recorded_at) == (2, again.nav, minute(2))


def test_ratios_are_of_nav_and_none_where_it_says_nothing() -> None:
    rows = all_days()
    first, second = rows[PORTFOLIO, SESSIONS[0]], rows[PORTFOLIO, SESSIONS[1]]
    assert first.daily_return is None
    assert second.daily_return == float(DAYS[1].pnl / DAYS[0].nav)
    assert second.share_of_nav(second.nav / 4) == 0.25
    for nav in (Decimal(0), Decimal(-5), second.gross_exposure / 100):
        assert replace(second, nav=nav).share_of_nav(Decimal(1)) is None


def test_days_are_found_singly_latest_and_in_pages(pool: Pool) -> None:
    room = kept(pool, all_days())
    first, second, third = (room.one(PORTFOLIO, session) for session in SESSIONS)
    assert first == all_days()[PORTFOLIO, SESSIONS[0]]
    assert room.latest(PORTFOLIO) == third
    assert room.one(PORTFOLIO, date(2012, 7, 4)) is None
    assert room.latest(UUID(int=5)) is None
    whole = (date.min, date.max)
    assert room.span(PORTFOLIO, whole, 10, 0) == ([first, second, third], 3)
    assert room.span(PORTFOLIO, whole, 1, 1) == ([second], 3)
    assert room.span(PORTFOLIO, (SESSIONS[1], SESSIONS[1]), 10, 0) == ([second], 1)
    days = room.days(PORTFOLIO, SESSIONS[1], SESSIONS[2])
    assert [(day.session, day.nav, day.daily_return) for day in days] == [
        (row.session, row.nav, row.daily_return) for row in (second, third) if row
    ]


def test_a_series_has_the_figures_of_the_latest_days_and_not_their_lines(pool: Pool) -> None:
    rows = all_days()
    room = kept(pool, rows)
    series = room.last_days(PORTFOLIO, 2)
    assert [type(day) for day in series] == [DayFigures, DayFigures]
    for day in series:
        row = rows[PORTFOLIO, day.session]
        assert day.daily_return == row.daily_return
        assert [getattr(day, name) for name in DayFigures.__struct_fields__] == [
            getattr(row, name) for name in DayFigures.__struct_fields__
        ]
    assert [day.session for day in series] == list(SESSIONS[-2:])
    assert room.last_days(UUID(int=5), 2) == []


def test_what_positions_gained_is_told_by_day(pool: Pool) -> None:
    room = kept(pool, all_days())
    found = room.pnl_days(PORTFOLIO, SESSIONS[1], SESSIONS[2])
    assert [(day.session, day.pnl) for day in found] == [(d.session, d.pnl) for d in DAYS[1:]]
    for day, snapshot in zip(found, DAYS[1:], strict=True):
        lines = snapshot.lines
        assert day.lines.position_id == tuple(map(str, lines.position_id))
        for column in ("symbol", "pnl", "realized_pnl", "income", "unrealized_pnl"):
            assert getattr(day.lines, column) == getattr(lines, column)


def test_marks_are_told_by_day_beside_the_entry_prices_of_the_day(pool: Pool) -> None:
    rows = all_days()
    days = kept(pool, rows).last_marks(PORTFOLIO, 2)
    assert [day.session for day in days] == list(SESSIONS[-2:])
    for day in days:
        lines = rows[PORTFOLIO, day.session].lines
        assert day.lines.position_id == tuple(map(str, lines.position_id))
        assert tuple(map(Decimal, day.lines.mark_price)) == lines.mark_price
        assert tuple(map(Decimal, day.lines.entry_price)) == lines.entry_price


def test_pnl_is_summed_over_month_year_and_all_time_up_to_a_session(pool: Pool) -> None:
    template = all_days()[PORTFOLIO, SESSIONS[1]]
    made = [("2011-12-30", "1"), ("2012-01-03", "2"), ("2012-02-01", "4"), ("2012-02-02", "8")]
    rows = {
        (PORTFOLIO, date.fromisoformat(day)): replace(
            template,
            session=date.fromisoformat(day),
            pnl=Decimal(pnl),
            realized_pnl=Decimal(pnl) / 2,
        )
        for day, pnl in made
    }
    room = kept(pool, rows)
    assert room.pnl_spans(PORTFOLIO, date(2012, 2, 1)) == PnlSpans(
        month_to_date=Decimal(4),
        year_to_date=Decimal(6),
        since_opening=Decimal(7),
        realized=Decimal("3.5"),
    )
    nothing = room.pnl_spans(UUID(int=5), date(2012, 2, 1))
    assert nothing == PnlSpans(Decimal(0), Decimal(0), Decimal(0), Decimal(0))


def test_days_before_a_later_opening_count_no_more(pool: Pool) -> None:
    rows = all_days()
    second = rows[PORTFOLIO, SESSIONS[1]]
    room = kept(pool, {**rows, (PORTFOLIO, SESSIONS[1]): replace(second, opening=True)})
    assert room.one(PORTFOLIO, SESSIONS[0]) is None
    shown, total = room.span(PORTFOLIO, (date.min, date.max), 10, 0)
    assert ([row.session for row in shown], total) == (list(SESSIONS[1:]), 2)
    assert len(room.last(PORTFOLIO, 3)) == 2
    since = room.pnl_spans(PORTFOLIO, SESSIONS[2]).since_opening
    assert since == second.pnl + rows[PORTFOLIO, SESSIONS[2]].pnl


def test_restated_days_are_listed_from_the_latest_on(pool: Pool) -> None:
    rows = all_days()
    assert kept(pool, rows).restated(PORTFOLIO, 10, 0) == ([], 0)
    again = {key: replace(row, version=2) for key, row in [*rows.items()][1:]}
    room = kept(pool, again)
    listed, total = room.restated(PORTFOLIO, 10, 0)
    assert ([day.session for day in listed], total) == ([SESSIONS[2], SESSIONS[1]], 2)
    assert room.restated(PORTFOLIO, 1, 1) == ([listed[1]], 2)


def all_days() -> dict[tuple[UUID, date], ValuationRow]:
    """The rows after the three days were valued."""
    story = History()
    for day in DAYS:
        story.tell(valuation_of(day), calculated(day))
    return folded(ROOM, story.recorded)


def kept(pool: Pool, rows: dict[tuple[UUID, date], ValuationRow]) -> ValuationsRoom:
    """The room with these rows in its table."""
    with pool.connection() as connection:
        TABLE.store(connection, list(rows.values()))
    return ValuationsRoom(pool)
