"""A version of a day with what it says otherwise than the one before, without its lines."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec


class RestatementRow(msgspec.Struct, frozen=True):
    """One version of a day, in USD; `recorded_at` is a UTC instant.

    Only one that `is_restatement` is an answer: the first version of a day is kept for what later
    ones are compared with. `root` is what `caused_by` leads to, `through` so many days that were
    but said again after one.
    """

    portfolio_id: UUID
    session: date
    version: int
    is_restatement: bool
    position: int
    recorded_at: datetime
    actor: UUID | None
    impersonator: UUID | None
    nav: Decimal
    nav_before: Decimal | None
    pnl: Decimal
    pnl_before: Decimal | None
    reason: str
    caused_by: str
    root: str
    through: int


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """Which restatements are asked for: those that all that is given is true of.

    Days are those the figures are of, both included; of instants of recording the first is
    included, the last is not.
    """

    portfolio_id: UUID | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    recorded_from: datetime | None = None
    recorded_to: datetime | None = None


class RestatementTotals(msgspec.Struct, frozen=True):
    """What the restatements of a period add up to.

    `days` counts each day of a portfolio once. `pnl_moved` is the sum of P&L after less P&L
    before, USD; `largest_nav_moved` the largest such difference of NAV, either way.
    """

    restatements: int
    days: int
    portfolios: int
    pnl_moved: Decimal
    largest_nav_moved: Decimal
