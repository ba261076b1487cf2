"""Imported by the process racers are forked from: what each would reckon anew, once for all."""

from infrastructure.nyse_calendar import NyseCalendar
from infrastructure.system_clock import SystemClock

TODAY = SystemClock().now().date()
IS_SESSION = NyseCalendar(TODAY).is_session(TODAY)
"""Asked for what it leaves behind: the table of all sessions."""
