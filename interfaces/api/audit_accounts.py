"""An account and its positions as they were effective on a day and known at an instant (7.4)."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from application.past_accounts import AccountAsOf, PositionAsOf
from application.time_travel import AsOf, Version
from domain.account_on import AccountOn
from domain.position_on import PositionOn
from interfaces.api.access import Asked, OwnPortfolio
from interfaces.api.audit_days import EVENT_EXAMPLE, ORIGIN_EXAMPLE, ShownOrigin, shown_origin
from interfaces.api.documenting import OWN_PORTFOLIO, answers, example
from interfaces.values import PORTFOLIO_EXAMPLE, Amount, Day, GivenInstant, Instant, Limit, Offset

router = APIRouter(prefix="/audit/portfolios/{portfolio_id}", tags=["Audit"])

Effective = Annotated[Day, Query(description="As it was effective on this day.")]
KnownAt = Annotated[
    GivenInstant | None, Query(description="As known at this instant; now, where left out.")
]
_ORIGIN: dict[str, Any] = {
    "caused_by": f"portfolio:{PORTFOLIO_EXAMPLE}@3",
    "through": 0,
    "event": EVENT_EXAMPLE | {"kind": "portfolio.position_corrected", "version": 3},
    "row": None,
}
_POSITION: dict[str, Any] = {
    "symbol": "GOOG",
    "investment_class": "PUBLIC",
    "investment_subtype": "STOCK",
    "quantity": "100.00",
    "entry_price": "580.07",
    "entry_date": "2012-06-29",
    "closings": [],
}
_ACCOUNT: dict[str, Any] = {
    "name": "Retirement",
    "account_name": "IRA",
    "account_type": "ira",
    "description": "",
    "is_active": True,
    "equity_balance": "500000.00",
    "equity_as_of": "2012-12-31",
    "contributed": "0.00",
    "withdrawn": "0.00",
    "flows": [],
    "net_asset_value": "508822.00",
    "cash": "419684.00",
}


class KnownClosing(BaseModel):
    """A part that was closed, in the terms of the position's own statement."""

    date: date
    quantity: Amount
    price: Amount


class ShownPosition(BaseModel):
    """A position at the close of the day, in shares of it; the quantity is 0 once it was closed."""

    symbol: str
    investment_class: str
    investment_subtype: str | None
    quantity: Amount
    entry_price: Amount
    entry_date: date
    closings: list[KnownClosing]


class ComparedPosition(BaseModel):
    """A position as it was known then and as it is known now; null where it was not entered.

    `difference` is added, gone or changed, null where nothing differs; `changed` are the fields
    that do, `origins` what made it so, oldest first.
    """

    position_id: UUID
    then: ShownPosition | None
    now: ShownPosition | None
    difference: str | None
    changed: list[str]
    origins: list[ShownOrigin]


class PositionsAsOf(BaseModel):
    """A page of the positions entered by a day, then or now; `differing` counts over all pages."""

    model_config = example(
        {
            "portfolio_id": PORTFOLIO_EXAMPLE,
            "effective": "2013-02-01",
            "known": "2026-01-04T12:00:00Z",
            "total": 1,
            "differing": 1,
            "positions": [
                {
                    "position_id": "2c0a4b7e-54a7-5a3c-9f5b-1d4f2b6a7c8d",
                    "then": _POSITION,
                    "now": _POSITION | {"quantity": "80.00"},
                    "difference": "changed",
                    "changed": ["quantity"],
                    "origins": [_ORIGIN],
                }
            ],
        }
    )

    portfolio_id: UUID
    effective: date
    known: Instant | None
    total: int
    differing: int
    positions: list[ComparedPosition]


class ShownFlow(BaseModel):
    """Money paid in, or below zero taken out."""

    id: UUID
    date: date
    amount: Amount


class ShownAccount(BaseModel):
    """An account: names and type as last said, flows up to the day.

    Net asset value and cash are of the last session up to the day, null where that was not valued.
    """

    name: str
    account_name: str
    account_type: str
    description: str
    is_active: bool
    equity_balance: Amount
    equity_as_of: date
    contributed: Amount
    withdrawn: Amount
    flows: list[ShownFlow]
    net_asset_value: Amount | None
    cash: Amount | None


class ChangedField(BaseModel):
    """A field that differs, and what made it so, oldest first."""

    field: str
    origins: list[ShownOrigin]


class AccountKnown(BaseModel):
    """An account as it was known then, null where it was not open, and as it is known now."""

    model_config = example(
        {
            "portfolio_id": PORTFOLIO_EXAMPLE,
            "effective": "2013-02-01",
            "date": "2013-02-01",
            "known": "2026-01-04T12:00:00Z",
            "then": _ACCOUNT,
            "now": _ACCOUNT | {"net_asset_value": "501262.00"},
            "difference": [
                {
                    "field": "net_asset_value",
                    "origins": [ORIGIN_EXAMPLE],
                }
            ],
        }
    )

    portfolio_id: UUID
    effective: date
    date: date | None
    known: Instant | None
    then: ShownAccount | None
    now: ShownAccount
    difference: list[ChangedField]


@router.get(
    "/positions/as-of",
    summary="Positions as they were known then, and as they are known now",
    responses=answers(PositionsAsOf, *OWN_PORTFOLIO),
)
def show_positions_as_of(
    program: Asked,
    portfolio: OwnPortfolio,
    effective: Effective,
    known: KnownAt = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> PositionsAsOf:
    """What was held at the close of a day, what differs by now, and the event that made it so."""
    own = portfolio.portfolio_id
    found = program.past_accounts.positions(own, portfolio.market, effective, known)
    return PositionsAsOf(
        portfolio_id=own,
        effective=effective,
        known=known,
        total=len(found),
        differing=sum(one.difference is not None for one in found),
        positions=[_compared(one) for one in found[offset : offset + limit]],
    )


@router.get(
    "/account/as-of",
    summary="An account as it was known then, and as it is known now",
    responses=answers(AccountKnown, *OWN_PORTFOLIO),
)
def show_account_as_of(
    program: Asked, portfolio: OwnPortfolio, effective: Effective, known: KnownAt = None
) -> AccountKnown:
    """Names, type, declared equity, flows, net asset value and cash, with what made them differ."""
    own = portfolio.portfolio_id
    account = program.past_accounts.account(own, effective, known)
    day = program.time_travel.as_of(own, portfolio.market, effective, known)
    then = _account(account.then, day.then if day else None) if account.then else None
    now = _account(account.now, day.now if day else None)
    return AccountKnown(
        portfolio_id=own,
        effective=effective,
        date=day.session if day else None,
        known=known,
        then=then,
        now=now,
        difference=_differences(account, day, then, now),
    )


def _compared(one: PositionAsOf) -> ComparedPosition:
    told = one.now or one.then
    if told is None:
        raise ValueError("a position was known then or is known now")
    return ComparedPosition(
        position_id=told.position_id,
        then=_position(one.then) if one.then else None,
        now=_position(one.now) if one.now else None,
        difference=one.difference,
        changed=[_NAMES.get(name, name) for name in one.changed],
        origins=[shown_origin(origin) for origin in one.origins],
    )


_NAMES = {"entry_on": "entry_date", "is_archived": "is_active"}


def _position(position: PositionOn) -> ShownPosition:
    return ShownPosition(
        symbol=position.symbol,
        investment_class=position.investment_class,
        investment_subtype=position.investment_subtype,
        quantity=position.quantity,
        entry_price=position.entry_price,
        entry_date=position.entry_on,
        closings=[
            KnownClosing(date=part.closed_on, quantity=part.quantity, price=part.price)
            for part in position.closings
        ],
    )


def _account(account: AccountOn, valued: Version | None) -> ShownAccount:
    return ShownAccount(
        name=account.name,
        account_name=account.account_name,
        account_type=account.account_type,
        description=account.description,
        is_active=not account.is_archived,
        equity_balance=account.equity_balance,
        equity_as_of=account.equity_as_of,
        contributed=account.contributed,
        withdrawn=account.withdrawn,
        flows=[ShownFlow(id=key, date=flow.on, amount=flow.amount) for key, flow in account.flows],
        net_asset_value=valued.snapshot.nav if valued else None,
        cash=valued.snapshot.cash if valued else None,
    )


def _differences(
    account: AccountAsOf, day: AsOf | None, then: ShownAccount | None, now: ShownAccount
) -> list[ChangedField]:
    if then is None:
        return []
    origins = {_NAMES.get(name, name): some for name, some in account.origins.items()}
    for name in ("net_asset_value", "cash"):
        if day and getattr(then, name) != getattr(now, name):
            origins[name] = day.origins
    return [
        ChangedField(field=name, origins=[shown_origin(one) for one in some])
        for name, some in origins.items()
    ]
