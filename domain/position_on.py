"""A position as it was effective on a day: what was held of it then, and what of it was closed."""

from datetime import date
from decimal import Decimal
from typing import Self
from uuid import UUID

import msgspec

from domain.instrument import InvestmentClass
from domain.money import quantity
from domain.position import Closing
from domain.shares import Held


class PositionOn(msgspec.Struct, frozen=True, kw_only=True):
    """A position after what took effect up to a day, in shares of that day.

    The quantity is signed, 0 where all of it was closed by then; the entry price is USD a share of
    the day. Closings are those up to the day, in the terms of the position's own statement.
    """

    position_id: UUID
    symbol: str
    investment_class: InvestmentClass
    investment_subtype: str | None
    quantity: Decimal
    entry_price: Decimal
    entry_on: date
    closings: tuple[Closing, ...]

    @classmethod
    def of(cls, held: Held, day: date) -> Self | None:
        """None before the entry."""
        position = held.position
        if day < position.entry_on:
            return None
        return cls(
            position_id=position.position_id,
            symbol=position.symbol,
            investment_class=position.investment_class,
            investment_subtype=position.investment_subtype,
            quantity=quantity(held.shares_after(day), position.multiplier),
            entry_price=held.entry_price_on(day),
            entry_on=position.entry_on,
            closings=tuple(one for one in position.closings if one.closed_on <= day),
        )
