"""The shapes of answers to edits of positions (spec 4.5), with examples."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from application.edits import Edited
from domain.position import Closing, Position
from interfaces.api.documenting import example
from interfaces.api.import_shapes import POSITION_EXAMPLE
from interfaces.api.positions import ShownClosing
from interfaces.values import PORTFOLIO_EXAMPLE, Amount

_CENT = Decimal("0.01")
_STALE = "Valuations from 2013-02-01 on are stale until the next calculation."
_POSITION: dict[str, Any] = {
    "id": POSITION_EXAMPLE,
    "portfolio_id": PORTFOLIO_EXAMPLE,
    "symbol": "GOOG",
    "quantity": "100.00",
    "open_quantity": "60.00",
    "entry_price": "707.38",
    "entry_date": "2012-12-31",
    "exit_date": None,
    "exit_price": None,
    "closings": [{"date": "2013-02-01", "quantity": "40.00", "price": "775.60"}],
    "position_type": "LONG",
    "investment_class": "PUBLIC",
    "investment_subtype": "STOCK",
    "multiplier": 1,
}
_OUTCOME: dict[str, Any] = {"restates_from": "2013-02-01", "message": f"Position edited. {_STALE}"}


class Outcome(BaseModel):
    """What a command led to: the first day whose valuation is stale now, null for none."""

    restates_from: date | None
    message: str


class StatedPosition(BaseModel):
    """A position as it stands, without figures: those come with the next calculation."""

    id: UUID
    portfolio_id: UUID
    symbol: str
    quantity: Amount
    open_quantity: Amount
    entry_price: Amount
    entry_date: date
    exit_date: date | None
    exit_price: Amount | None
    closings: list[ShownClosing]
    position_type: str
    investment_class: str
    investment_subtype: str | None
    multiplier: int


class EditedPosition(StatedPosition, Outcome):
    """A position after it was edited, and what that led to."""

    model_config = example({**_POSITION, **_OUTCOME})


class ClosedPosition(EditedPosition):
    """A position after a part of it was closed, and what that part brought beyond its cost."""

    model_config = example({**_POSITION, "realized_pnl": "2728.80", **_OUTCOME})

    realized_pnl: Amount


class OpenedPositions(Outcome):
    """Positions that were entered at once, in the order of the request."""

    model_config = example({"total": 1, "positions": [_POSITION], **_OUTCOME})

    total: int
    positions: list[StatedPosition]


class Removed(Outcome):
    """A position, or a flow, that counts no more."""

    model_config = example({"id": POSITION_EXAMPLE, **_OUTCOME})

    id: UUID


def stated(portfolio_id: UUID, position: Position) -> dict[str, Any]:
    """The fields of a `StatedPosition`."""
    return {
        "id": position.position_id,
        "portfolio_id": portfolio_id,
        "symbol": position.symbol,
        "quantity": position.quantity,
        "open_quantity": position.open_quantity,
        "entry_price": position.entry_price,
        "entry_date": position.entry_on,
        "exit_date": position.exit_on,
        "exit_price": position.exit_price,
        "closings": shown_closings(position.closings),
        "position_type": position.position_type,
        "investment_class": position.investment_class,
        "investment_subtype": position.investment_subtype,
        "multiplier": position.multiplier,
    }


def shown_closings(closings: Iterable[Closing]) -> list[ShownClosing]:
    """Closings as answers have them."""
    return [
        ShownClosing(date=part.closed_on, quantity=part.quantity, price=part.price)
        for part in closings
    ]


def outcome(edited: Edited, done: str) -> dict[str, Any]:
    """The fields of an `Outcome`, given the sentence on what was done."""
    stale_from = edited.restates_from
    if stale_from:
        done += f" Valuations from {stale_from} on are stale until the next calculation."
    return {"restates_from": stale_from, "message": done}


def realized_pnl(position: Position, closing: Closing) -> Decimal:
    """What a closing brought beyond its cost in USD, each half-even to the cent (spec 5.5)."""
    shares = closing.quantity if closing.traded is None else closing.traded
    proceeds = shares * position.multiplier * closing.price
    cost = closing.quantity * position.multiplier * position.entry_price
    return _cents(proceeds) - _cents(cost)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_EVEN)
