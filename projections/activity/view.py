"""What happened on a day, counted."""

from datetime import date

import msgspec


class ActivityRow(msgspec.Struct, frozen=True):
    """How often `what` had an `outcome` on a day (UTC), by code or name where there is one.

    `seconds` is how long phases took together, 0 for all else.
    """

    day: date
    what: str
    outcome: str
    code: str
    times: int
    seconds: float
