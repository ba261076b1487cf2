"""The machine's clock, with the market's time pinned where a test asks for it."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The real time, and beside it the market's, which stands still if `market_pinned_at` is given.

    Pinned for tests by SIGMASIGHT_NOW (spec 5.1); tokens, rate limits and recording times always
    follow the real clock, so only `market_now` listens to it.
    """

    market_pinned_at: datetime | None = None

    def now(self) -> datetime:
        """The real time, UTC."""
        return datetime.now(UTC)

    def market_now(self) -> datetime:
        """The market's time, UTC: the pinned instant, else the real time."""
        pinned = self.market_pinned_at
        return self.now() if pinned is None else pinned.astimezone(UTC)
