"""A position with the latest figures known of it."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from domain.instrument import InvestmentClass
from domain.mark import Mark


class PositionRow(msgspec.Struct, frozen=True):
    """One position. Amounts are USD; figures are None until a valuation had a line of it.

    `quantity` is signed and as stated at entry; `valued_on` is the session of the figures;
    `realized_before` sums the sessions before it.
    """

    position_id: UUID
    portfolio_id: UUID
    symbol: str
    quantity: Decimal
    entry_price: Decimal
    entry_on: date
    exit_on: date | None
    exit_price: Decimal | None
    position_type: str
    investment_class: InvestmentClass
    investment_subtype: str | None
    multiplier: int
    import_row: int | None
    valued_on: date | None
    nav: Decimal | None
    mark: Mark | None
    market_value: Decimal | None
    pnl: Decimal | None
    unrealized_pnl: Decimal | None
    realized_before: Decimal
    realized_on_day: Decimal

    @property
    def realized_pnl(self) -> Decimal:
        """What closing it, in part or whole, brought since the opening."""
        return self.realized_before + self.realized_on_day

    @property
    def weight(self) -> float | None:
        """Market value as a share of NAV, signed; None where NAV is not positive."""
        if self.market_value is None or self.nav is None or self.nav <= 0:
            return None
        return float(self.market_value / self.nav)
