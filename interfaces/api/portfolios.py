"""The caller's portfolios (spec 4.5)."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from interfaces.api.access import Asked, OwnPortfolio, SignedIn
from interfaces.api.documenting import OWN_PORTFOLIO, SIGNED_IN, answers, example
from interfaces.api.positions import past_of
from interfaces.api.values import Amount, Instant, Limit, Offset
from projections.portfolios.view import PortfolioRow

router = APIRouter(prefix="/portfolios", tags=["Portfolios"])

_PORTFOLIO = {
    "id": "f3c1b1de-0f0e-5d06-8a3a-6f3a1c1a2b3c",
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
    """One account.

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


@router.get("", summary="My portfolios", responses=answers(PortfolioList, *SIGNED_IN))
def list_portfolios(
    program: Asked, user: SignedIn, limit: Limit = 50, offset: Offset = 0
) -> PortfolioList:
    """The caller's portfolios with the figures of their latest valuations."""
    rows, total = program.portfolios_room.of_owner(user.user_id, limit, offset)
    worth = program.portfolios_room.net_asset_value_of(user.user_id)
    held = program.positions_room.open_counts(
        {row.portfolio_id: past_of(program, row) for row in rows}
    )
    portfolios = [_portfolio(row, worth, held[row.portfolio_id]) for row in rows]
    return PortfolioList(total=total, portfolios=portfolios)


@router.get(
    "/{portfolio_id}", summary="One portfolio", responses=answers(Portfolio, *OWN_PORTFOLIO)
)
def one_portfolio(program: Asked, portfolio: OwnPortfolio) -> Portfolio:
    """A portfolio with the figures of its latest valuation."""
    worth = program.portfolios_room.net_asset_value_of(portfolio.owner_id)
    held = program.positions_room.open_counts({portfolio.portfolio_id: past_of(program, portfolio)})
    return _portfolio(portfolio, worth, held[portfolio.portfolio_id])


def _portfolio(row: PortfolioRow, worth: Decimal, held: int) -> Portfolio:
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
        is_active=True,
        needs_price_update=row.needs_price_update,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
