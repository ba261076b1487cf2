"""An account as its owner sees it in a list."""

from datetime import date, datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

import msgspec

from application.ports import Market
from domain.money import ZERO
from domain.snapshot import needs_price_update


class PortfolioRow(msgspec.Struct, frozen=True):
    """One account. Amounts are USD; the valuation's figures are None before the first one.

    `is_active` until it is archived. The latest valuation knows the account's events up to
    `valued_version`, and the rows of the price book up to `prices_known`.
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
    is_active: bool
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def unvalued(cls, portfolio_id: UUID, owner_id: UUID, opened_at: datetime) -> Self:
        """A row of which no more is known than whose it is."""
        return cls(
            portfolio_id=portfolio_id,
            owner_id=owner_id,
            name="",
            account_name="",
            account_type="",
            description="",
            currency="USD",
            equity_balance=ZERO,
            equity_as_of=date.min,
            price_source="live",
            valuation_on=None,
            net_asset_value=None,
            priced=0,
            need_price=0,
            valued_version=0,
            prices_known=0,
            is_active=True,
            version=0,
            created_at=opened_at,
            updated_at=opened_at,
        )

    @property
    def market(self) -> Market:
        """The market that it is valued by."""
        return "sample" if self.price_source == "sample" else "live"

    @property
    def needs_price_update(self) -> bool:
        """Whether too few symbols had a usable price at the latest valuation."""
        return needs_price_update(self.priced, self.need_price)

    def weight_in(self, worth: Decimal) -> float | None:
        """NAV as a share of what several accounts are worth; None where that is not positive.

        What was archived is no part of it.
        """
        if self.net_asset_value is None or worth <= 0 or not self.is_active:
            return None
        return float(self.net_asset_value / worth)


class PortfolioTotals(msgspec.Struct, frozen=True):
    """How many portfolios there are.

    Live and sample ones are not archived; of these some were never valued, and people own them.
    """

    live: int = 0
    sample: int = 0
    archived: int = 0
    unvalued: int = 0
    owners: int = 0
