"""The shapes of portfolios (spec 4.5), with examples."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec.structs import replace
from pydantic import BaseModel, Field

from application.commands import AccountTexts
from application.ports import Market
from domain.portfolio import Portfolio as Changed
from interfaces.api.documenting import example
from interfaces.values import PORTFOLIO_EXAMPLE, Amount, Cell, Instant, Text
from projections.portfolios.view import PortfolioRow

_PORTFOLIO = {
    "id": PORTFOLIO_EXAMPLE,
    "name": "Retirement",
    "account_name": "Schwab IRA",
    "account_type": "ira",
    "description": "",
    "currency": "USD",
    "equity_balance": "500000.00",
    "equity_as_of": "2012-06-29",
    "price_source": "sample",
    "net_asset_value": "523114.07",
    "valuation_date": "2013-03-01",
    "weight": 0.62,
    "position_count": 25,
    "is_active": True,
    "needs_price_update": False,
    "version": 2,
    "created_at": "2026-01-05T14:35:00.123456Z",
    "updated_at": "2026-01-05T14:35:00.123456Z",
}


class Portfolio(BaseModel):
    """One account; `is_active` until it is archived.

    `equity_balance` is what its owner declared as of `equity_as_of`, `net_asset_value` what the
    latest valuation found; `weight` is its share of what all the caller's accounts are worth.
    """

    model_config = example(_PORTFOLIO)

    id: UUID
    name: str
    account_name: str
    account_type: str
    description: str
    currency: str
    equity_balance: Amount
    equity_as_of: date
    price_source: str
    net_asset_value: Amount | None
    valuation_date: date | None
    weight: float | None
    position_count: int
    is_active: bool
    needs_price_update: bool
    version: int
    created_at: Instant
    updated_at: Instant


class PortfolioList(BaseModel):
    """A page of portfolios, oldest first, and how many there are in all."""

    model_config = example({"total": 1, "portfolios": [_PORTFOLIO]})

    total: int
    portfolios: list[Portfolio]


class AccountBody(BaseModel):
    """An account to be opened empty; missing fields count as blank."""

    name: Text = Field(default="", examples=["Retirement"])
    account_name: Text = Field(default="", examples=["Schwab IRA"])
    account_type: Text = Field(default="", examples=["ira"])
    description: Text = Field(default="", examples=["Rolled over in 2024"])
    equity_balance: Cell = Field(default="", examples=["500000.00"])
    equity_as_of: Text = Field(
        default="",
        description="The day the balance was true, YYYY-MM-DD; blank is the latest session.",
        examples=["2026-01-02"],
    )
    currency: Literal["USD"] = "USD"
    price_source: Market = Field(
        default="live", description="`sample` is valued from bundled real prices up to 2013-03-01."
    )

    @property
    def texts(self) -> AccountTexts:
        """The account as typed."""
        return AccountTexts(
            portfolio_name=self.name,
            account_name=self.account_name,
            account_type=self.account_type,
            description=self.description,
            equity_balance=self.equity_balance,
            equity_as_of=self.equity_as_of,
            price_source=self.price_source,
        )


class NamesBody(BaseModel):
    """What the account is called from now on; what is left out stays as it is."""

    name: str | None = Field(default=None, examples=["Retirement"])
    account_name: str | None = Field(default=None, examples=["Schwab rollover IRA"])
    account_type: str | None = Field(default=None, examples=["ira"])
    description: str | None = Field(default=None, examples=["Rolled over in 2024"])


def shown(row: PortfolioRow, worth: Decimal, held: int) -> Portfolio:
    """A row as answers have it, given what all accounts are worth, and its open positions."""
    return Portfolio(
        id=row.portfolio_id,
        name=row.name,
        account_name=row.account_name,
        account_type=row.account_type,
        description=row.description,
        currency=row.currency,
        equity_balance=row.equity_balance,
        equity_as_of=row.equity_as_of,
        price_source=row.price_source,
        net_asset_value=row.net_asset_value,
        valuation_date=row.valuation_on,
        weight=row.weight_in(worth),
        position_count=held,
        is_active=row.is_active,
        needs_price_update=row.needs_price_update,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def row_after(portfolio: Changed, row: PortfolioRow | None, now: datetime) -> PortfolioRow:
    """The row after a command: as it will be, where the rooms do not show that yet."""
    if row is None:
        row = PortfolioRow.unvalued(portfolio.id, portfolio.owner_id or portfolio.id, now)
    if row.version >= portfolio.version:
        return row
    return replace(
        row,
        name=portfolio.name,
        account_name=portfolio.account_name,
        account_type=portfolio.account_type,
        description=portfolio.description,
        equity_balance=portfolio.opening.equity_balance,
        equity_as_of=portfolio.opening.equity_as_of,
        price_source=portfolio.opening.price_source,
        is_active=not portfolio.is_archived,
        version=portfolio.version,
        updated_at=now,
    )
