"""The two markets' sense of time: live goes with the clock, sample ends with its bundled prices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from application.errors import SessionNotCompleted
from application.ports import Clock, Market, TradingCalendar


@dataclass(frozen=True, slots=True)
class MarketTime:
    """One market's calendar read by the clock. `earliest` is the first day with any price."""

    calendar: TradingCalendar
    clock: Clock
    earliest: date

    def today(self) -> date:
        """The market's date now; entries and exits after it are in the future."""
        return self.calendar.today(self.clock.market_now())

    def latest_session(self) -> date:
        """The most recent completed session."""
        return self.calendar.most_recent_completed_session(self.clock.market_now())

    def lasts_until(self, session: date) -> date:
        """The day before the next session: what expires on a day up to it ended by `session`."""
        one_day = timedelta(days=1)
        return self.calendar.session_on_or_after(session + one_day) - one_day

    def completed_session(self, day: date | None) -> date:
        """`day` if it is a completed session, the latest one for None.

        Raises:
            SessionNotCompleted: ERR_VAL_001.
        """
        latest = self.latest_session()
        if day is None:
            return latest
        if day > latest or not self.calendar.is_session(day):
            raise SessionNotCompleted(latest.isoformat())
        return day


Markets = Mapping[Market, MarketTime]
