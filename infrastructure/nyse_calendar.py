"""Sessions of the New York Stock Exchange, from the rules of exchange-calendars (spec 5.1)."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from zoneinfo import ZoneInfo

FIRST_DAY = date(1990, 1, 1)
SETTLING = timedelta(minutes=30)  # after the close, until closes are worth asking for
_NEW_YORK = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class NyseCalendar:
    """The TradingCalendar of live portfolios: XNYS from 1990 to two years after `built_on`.

    A date before 1990 is before every session; no session is known after the end, which a
    process reaches only by running for two years. The table is read on first use and then
    shared, because importing the rules takes 1.4 s and some commands need no calendar.
    """

    built_on: date

    def is_session(self, day: date) -> bool:
        """Whether the exchange trades on `day`."""
        return self.session_on_or_before(day) == day

    def sessions(self, first: date, last: date) -> Sequence[date]:
        """The sessions from `first` to `last`, both included, oldest first."""
        days = self._table.days
        return days[bisect_left(days, first) : bisect_right(days, last)]

    def session_on_or_before(self, day: date) -> date | None:
        """`day` if it is a session, else the one before it; None before 1990."""
        n = bisect_right(self._table.days, day)
        return self._table.days[n - 1] if n else None

    def session_on_or_after(self, day: date) -> date:
        """`day` if it is a session, else the next one.

        Raises:
            ValueError: `day` is after the last known session.
        """
        days = self._table.days
        n = bisect_left(days, day)
        if n == len(days):
            raise ValueError(f"No session is known after {days[-1]}; {day} is too far ahead.")
        return days[n]

    def most_recent_completed_session(self, now: datetime) -> date:
        """The last session that ended at least 30 minutes before `now`; knows early closes.

        Raises:
            ValueError: `now` is before the first session of 1990.
        """
        n = bisect_right(self._table.settled_at, now)
        if n == 0:
            raise ValueError(f"No session is known before {now}.")
        return self._table.days[n - 1]

    def today(self, now: datetime) -> date:
        """The date in New York at `now`."""
        return now.astimezone(_NEW_YORK).date()

    @cached_property
    def _table(self) -> "_Table":
        return _table_until(date(self.built_on.year + 2, 12, 31))


@dataclass(frozen=True)
class SampleCalendar(NyseCalendar):
    """The calendar of sample portfolios: real sessions, but the market's time ends on `ends_on`.

    Their prices are bundled, so the last session with prices is both the most recent completed
    one and the market's today, whatever the clock says (spec 5.2).
    """

    ends_on: date

    def most_recent_completed_session(self, now: datetime) -> date:
        """The session the bundled prices end with."""
        del now
        return self.ends_on

    def today(self, now: datetime) -> date:
        """The day the bundled prices end with."""
        del now
        return self.ends_on


@dataclass(frozen=True, slots=True)
class _Table:
    """Sessions, oldest first, and beside each the instant (UTC) from which it is completed."""

    days: Sequence[date]
    settled_at: Sequence[datetime]


@cache
def _table_until(last: date) -> _Table:
    import exchange_calendars  # noqa: PLC0415 - takes 1.4 s, pandas included

    # The library's default bounds freeze at import and its answers raise outside them.
    rules = exchange_calendars.get_calendar("XNYS", start=FIRST_DAY, end=last)
    return _Table(
        days=[session.date() for session in rules.sessions],
        settled_at=[close.to_pydatetime() + SETTLING for close in rules.closes],
    )
