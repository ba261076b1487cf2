"""A valuation as it is read: the latest version of a portfolio's day."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from domain.share_of_nav import share_of_nav
from domain.snapshot import Counts, Lines, needs_price_update


class DayFigures(msgspec.Struct, frozen=True):
    """One portfolio at the close of one session, in USD, without its lines.

    `previous_nav` is None at the opening; `version` counts restatements from 1; `recorded_at` is
    the UTC instant the version was recorded.
    """

    portfolio_id: UUID
    session: date
    version: int
    opening: bool
    nav: Decimal
    previous_nav: Decimal | None
    flows: Decimal
    cash: Decimal
    long_value: Decimal
    short_value: Decimal
    pnl: Decimal
    realized_pnl: Decimal
    income: Decimal
    recorded_at: datetime

    @property
    def gross_exposure(self) -> Decimal:
        """Long less short value: what is at stake either way."""
        return self.long_value - self.short_value

    @property
    def net_exposure(self) -> Decimal:
        """Long plus short value."""
        return self.long_value + self.short_value

    @property
    def daily_return(self) -> float | None:
        """P&L over the NAV before (spec 5.5); None at the opening and where NAV said nothing."""
        if self.previous_nav is None:
            return None
        return share_of_nav(self.pnl, self.previous_nav, self.gross_exposure)

    def share_of_nav(self, amount: Decimal) -> float | None:
        """An amount as a share of NAV; None where NAV is at most 1 % of gross."""
        return share_of_nav(amount, self.nav, self.gross_exposure)


class ValuationRow(DayFigures, frozen=True):
    """The same with its lines."""

    counts: Counts
    lines: Lines

    @property
    def needs_price_update(self) -> bool:
        """Whether too few symbols had a usable price."""
        return needs_price_update(self.counts.priced, self.counts.need_price)


class MarkLines(msgspec.Struct, frozen=True):
    """The marks of a day by position, each beside the entry price in shares of that day.

    Texts as they are kept: they are read by the thousand, to be looked at.
    """

    position_id: tuple[str, ...]
    mark_price: tuple[str, ...]
    entry_price: tuple[str, ...]


class DayMarks(msgspec.Struct, frozen=True):
    """What the positions of a portfolio were marked at on a day."""

    portfolio_id: UUID
    session: date
    lines: MarkLines


class PnlLines(msgspec.Struct, frozen=True):
    """What the positions of a day gained or lost, one column each; ids as they are kept."""

    position_id: tuple[str, ...]
    symbol: tuple[str, ...]
    pnl: tuple[Decimal, ...]
    realized_pnl: tuple[Decimal, ...]
    income: tuple[Decimal, ...]
    unrealized_pnl: tuple[Decimal, ...]


class DayPnl(DayFigures, frozen=True):
    """The figures of a day with what its positions gained or lost."""

    lines: PnlLines


class PnlSpans(msgspec.Struct, frozen=True):
    """P&L in USD over spans that end with a session."""

    month_to_date: Decimal
    year_to_date: Decimal
    since_opening: Decimal
    realized: Decimal
