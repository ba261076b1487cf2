"""A clock that stands where a test puts it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass
class SetClock:
    """Implements `application.ports.Clock`: real time and market time are `time`, UTC."""

    time: datetime

    def now(self) -> datetime:
        """See `Clock.now`."""
        return self.time

    def market_now(self) -> datetime:
        """See `Clock.market_now`."""
        return self.time
