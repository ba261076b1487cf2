"""What a request says beside the file: the days it may speak of, the account, what it lacks."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The days a file may speak of: up to today, or to the end of the portfolio's market.

    `today` is the date in New York at the time of the request. `market_end` is the last day of a
    market that has ended, as the sample market has (spec 5.2).
    """

    today: date
    market_end: date | None = None

    @property
    def first_day(self) -> date:
        """The day a hundred years before today."""
        day = 28 if (self.today.month, self.today.day) == (2, 29) else self.today.day
        return date(self.today.year - 100, self.today.month, day)

    @property
    def last_day(self) -> date:
        """The last day that is not too late."""
        return min(self.today, self.market_end or self.today)

    def why_too_late(self, day: date) -> str | None:
        """Why `day` lies beyond the horizon and what to do; None where it does not."""
        if day > self.today:
            return f"is in the future (today is {self.today}). Write a day up to today."
        if self.market_end and day > self.market_end:
            return (
                f"is after {self.market_end}, the last day of the sample market. Write a day up "
                "to then, or choose the price source live."
            )
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the request says about a file. Texts are as typed, "" where it says nothing.

    `source_account` names one of several accounts in the file. `default_entry_date` is for rows
    of a broker's file without a date. With `uses_last_price` rows without cost get the file's own
    last price. With `accepts_valid` errors do not keep the good rows out, so all are kept.
    """

    horizon: Horizon
    source_account: str = ""
    default_entry_date: str = ""
    uses_last_price: bool = False
    accepts_valid: bool = False
