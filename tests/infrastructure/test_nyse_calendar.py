"""The exchange's calendar: which days trade, and when a session counts as completed."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from application.ports import TradingCalendar
from infrastructure.nyse_calendar import NyseCalendar, SampleCalendar

CALENDAR: TradingCalendar = NyseCalendar(built_on=date(2025, 11, 22))
SAMPLE: TradingCalendar = SampleCalendar(built_on=date(2025, 11, 22), ends_on=date(2013, 3, 1))


def new_york(text: str) -> datetime:
    """The instant, UTC, at which clocks in New York show `text`."""
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York"))
    return local.astimezone(UTC)


@pytest.mark.parametrize("now", ["2020-11-07 12:00", "2020-11-08 12:00", "2020-11-09 10:00"])
def test_saturday_sunday_and_monday_morning_give_fridays_session(now: str) -> None:
    assert CALENDAR.most_recent_completed_session(new_york(now)) == date(2020, 11, 6)


@pytest.mark.parametrize(
    ("now", "session"),
    [
        ("2020-11-09 16:00", "2020-11-06"),
        ("2020-11-09 16:29:59", "2020-11-06"),
        ("2020-11-09 16:30", "2020-11-09"),
        ("2020-11-09 23:59", "2020-11-09"),
    ],
)
def test_a_session_is_completed_half_an_hour_after_its_close(now: str, session: str) -> None:
    completed = CALENDAR.most_recent_completed_session(new_york(now))
    assert completed == date.fromisoformat(session)


@pytest.mark.parametrize(
    ("now", "session"),
    [
        ("2023-11-24 13:29", "2023-11-22"),  # the day after Thanksgiving closes at 13:00
        ("2023-11-24 13:30", "2023-11-24"),
        ("2023-07-03 13:30", "2023-07-03"),
        ("2024-12-24 13:30", "2024-12-24"),
    ],
)
def test_an_early_close_completes_the_session_earlier(now: str, session: str) -> None:
    completed = CALENDAR.most_recent_completed_session(new_york(now))
    assert completed == date.fromisoformat(session)


@pytest.mark.parametrize(
    ("completed_at", "session"),
    [
        ("2024-03-08T21:30:00+00:00", "2024-03-08"),  # Friday before summer time
        ("2024-03-11T20:30:00+00:00", "2024-03-11"),  # Monday after: an hour earlier in UTC
        ("2024-11-01T20:30:00+00:00", "2024-11-01"),
        ("2024-11-04T21:30:00+00:00", "2024-11-04"),
    ],
)
def test_summer_time_moves_the_close_in_utc(completed_at: str, session: str) -> None:
    now = datetime.fromisoformat(completed_at)
    before = now.replace(minute=29)
    assert CALENDAR.most_recent_completed_session(now) == date.fromisoformat(session)
    assert CALENDAR.most_recent_completed_session(before) < date.fromisoformat(session)


@pytest.mark.parametrize(
    "closed",
    [
        "2001-09-11",  # and the three days after
        "2001-09-14",
        "2012-10-29",  # Hurricane Sandy
        "2012-10-30",
        "2018-12-05",  # mourning for a president
        "2025-01-09",
        "2021-04-02",  # Good Friday
        "2022-06-20",  # Juneteenth, on the Monday
        "2024-12-25",
        "2024-01-01",
        "2020-11-07",
    ],
)
def test_the_exchange_does_not_trade_on(closed: str) -> None:
    day = date.fromisoformat(closed)
    assert not CALENDAR.is_session(day)
    assert CALENDAR.sessions(day, day) == []


def test_the_first_session_after_9_11_was_a_monday() -> None:
    assert CALENDAR.session_on_or_after(date(2001, 9, 11)) == date(2001, 9, 17)
    assert CALENDAR.session_on_or_before(date(2001, 9, 16)) == date(2001, 9, 10)


def test_a_session_is_its_own_neighbour() -> None:
    day = date(2020, 11, 6)
    assert CALENDAR.is_session(day)
    assert CALENDAR.session_on_or_before(day) == CALENDAR.session_on_or_after(day) == day


def test_sessions_include_both_ends_and_come_oldest_first() -> None:
    week = CALENDAR.sessions(date(2012, 10, 26), date(2012, 11, 1))
    assert week == [date(2012, 10, 26), date(2012, 10, 31), date(2012, 11, 1)]


def test_a_year_has_its_known_number_of_sessions() -> None:
    assert len(CALENDAR.sessions(date(2023, 1, 1), date(2023, 12, 31))) == 250
    assert len(CALENDAR.sessions(date(2024, 1, 1), date(2024, 12, 31))) == 252


def test_a_date_before_1990_is_before_every_session() -> None:
    long_ago = date(1985, 6, 3)
    assert not CALENDAR.is_session(long_ago)
    assert CALENDAR.session_on_or_before(long_ago) is None
    assert CALENDAR.session_on_or_after(long_ago) == date(1990, 1, 2)
    with pytest.raises(ValueError, match="before 1985"):
        CALENDAR.most_recent_completed_session(datetime(1985, 6, 3, tzinfo=UTC))


def test_the_calendar_reaches_two_years_ahead_of_its_construction() -> None:
    assert CALENDAR.is_session(date(2027, 11, 22))
    assert NyseCalendar(built_on=date(2031, 1, 2)).is_session(date(2033, 1, 3))


def test_a_date_beyond_the_end_has_no_next_session() -> None:
    assert not CALENDAR.is_session(date(2040, 1, 3))
    with pytest.raises(ValueError, match="2040-01-03 is too far ahead"):
        CALENDAR.session_on_or_after(date(2040, 1, 3))


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2024-01-16T04:59:00+00:00", "2024-01-15"),
        ("2024-01-16T05:00:00+00:00", "2024-01-16"),
        ("2024-07-16T03:59:00+00:00", "2024-07-15"),
        ("2024-07-16T04:00:00+00:00", "2024-07-16"),
    ],
)
def test_today_is_the_date_in_new_york(now: str, day: str) -> None:
    assert CALENDAR.today(datetime.fromisoformat(now)) == date.fromisoformat(day)


def test_a_sample_market_stands_still_where_its_prices_end() -> None:
    now = datetime(2025, 11, 22, 12, tzinfo=UTC)
    assert SAMPLE.most_recent_completed_session(now) == date(2013, 3, 1)
    assert SAMPLE.today(now) == date(2013, 3, 1)


def test_a_sample_market_has_the_sessions_of_the_exchange() -> None:
    first, last = date(2012, 6, 29), date(2013, 3, 1)
    assert SAMPLE.sessions(first, last) == CALENDAR.sessions(first, last)
    assert not SAMPLE.is_session(date(2012, 10, 29))
