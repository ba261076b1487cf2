"""An account as its owner sees it in a list."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

COVERAGE_NEEDED = Decimal("0.80")
"""Below this share of symbols with a usable price, prices need to be updated (spec 5.2)."""


class PortfolioRow(msgspec.Struct, frozen=True):
    """One account. Amounts are USD; the valuation's figures are None before the first one."""

    portfolio_id: UUID
    owner_id: UUID
    name: str
    account_name: str
    account_type: str
    description: str
    currency: str
    equity_balance: Decimal
    equity_as_of: date
    price_source: str
    position_count: int
    valuation_on: date | None
    net_asset_value: Decimal | None
    priced: int
    need_price: int
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def needs_price_update(self) -> bool:
        """Whether fewer than 80 % of the symbols that need a price had a usable one."""
        if self.valuation_on is None or self.need_price == 0:
            return False
        return self.priced < COVERAGE_NEEDED * self.need_price
