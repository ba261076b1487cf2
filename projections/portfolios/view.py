"""An account as its owner sees it in a list."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from application.ports import Market
from domain.snapshot import needs_price_update


class PortfolioRow(msgspec.Struct, frozen=True):
    """One account. Amounts are USD; the valuation's figures are None before the first one.

    The latest valuation knows the account's events up to `valued_version`, and the rows of the
    price book up to `prices_known`.
    """

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
    valuation_on: date | None
    net_asset_value: Decimal | None
    priced: int
    need_price: int
    valued_version: int
    prices_known: int
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def market(self) -> Market:
        """The market that it is valued by."""
        return "sample" if self.price_source == "sample" else "live"

    @property
    def needs_price_update(self) -> bool:
        """Whether too few symbols had a usable price at the latest valuation."""
        return needs_price_update(self.priced, self.need_price)

    def weight_in(self, worth: Decimal) -> float | None:
        """NAV as a share of what several accounts are worth; None where that is not positive."""
        if self.net_asset_value is None or worth <= 0:
            return None
        return float(self.net_asset_value / worth)
