"""Imported by the process others are forked from: what each would read anew, once for all."""

import pytest  # noqa: F401 - each forked process asks for the main module, which is this
import uvicorn  # noqa: F401 - likewise

import interfaces.http  # noqa: F401 - likewise
from infrastructure.nyse_calendar import NyseCalendar
from infrastructure.system_clock import SystemClock

TODAY = SystemClock().now().date()
IS_SESSION = NyseCalendar(TODAY).is_session(TODAY)
"""Asked for what it leaves behind: the table of all sessions."""
