"""A valuation as it is read: the latest version of a portfolio's day."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from domain.snapshot import Counts, Lines


class ValuationRow(msgspec.Struct, frozen=True):
    """One portfolio at the close of one session, in USD.

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
    counts: Counts
    lines: Lines
    recorded_at: datetime

    @property
    def gross_exposure(self) -> Decimal:
        """Long less short value: what is at stake either way."""
        return self.long_value - self.short_value

    @property
    def net_exposure(self) -> Decimal:
        """Long plus short value."""
        return self.long_value + self.short_value


class PnlSpans(msgspec.Struct, frozen=True):
    """P&L in USD over spans that end with a session."""

    month_to_date: Decimal
    year_to_date: Decimal
    since_opening: Decimal
    realized: Decimal
