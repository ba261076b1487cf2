"""A position: a holding opened on one entry date at one entry price."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from domain import instrument
from domain.instrument import InvestmentClass, OptionTerms


class Closing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A part of a position, or all of it, that was closed: `quantity` is signed as the position's.

    It counts in the terms in which the position states its own; `traded` is the same in shares of
    the day it was closed, None where nobody said: a split in between makes them differ. `price` is
    USD a share of that day; 0 for an option that expired worthless.
    """

    closed_on: date
    quantity: Decimal
    price: Decimal
    traded: Decimal | None = None


class PositionTerms(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False
):
    """A position as someone states it: a row of a file, a form, a demo.

    Quantity is signed (negative = short), prices are USD a share. Option terms stand beside the
    symbol, not only in it, because a user may give an option without an OCC symbol. `row` is the
    physical line of the file it came from, None where there is no file; `stated_as` what the file
    called the asset where the symbol was made from that. Plain data: the parsers refuse nonsense,
    so that tightening a rule never makes recorded history unreadable. It holds no cycles, so the
    garbage collector need not look through 100,000 of them (`gc=False`).
    """

    symbol: str
    quantity: Decimal
    entry_price: Decimal
    entry_on: date
    investment_class: InvestmentClass
    investment_subtype: str | None = None
    underlying: str | None = None
    strike: Decimal | None = None
    expires_on: date | None = None
    right: str | None = None
    closings: tuple[Closing, ...] = ()
    row: int | None = None
    stated_as: str | None = None

    @property
    def multiplier(self) -> int:
        """Shares one unit of quantity stands for."""
        return instrument.multiplier(self.investment_class)

    @property
    def open_quantity(self) -> Decimal:
        """What is left of `quantity` after all closings, signed."""
        return self.quantity - sum((closing.quantity for closing in self.closings), Decimal(0))

    def quantity_after(self, day: date) -> Decimal:
        """What was left of `quantity` after the closings up to `day`, signed."""
        gone = (closing.quantity for closing in self.closings if closing.closed_on <= day)
        return self.quantity - sum(gone, Decimal(0))

    @property
    def exit_on(self) -> date | None:
        """The day the last of it was closed, None while some is held."""
        if self.open_quantity or not self.closings:
            return None
        return max(closing.closed_on for closing in self.closings)

    @property
    def exit_price(self) -> Decimal | None:
        """What a share of it brought on average, at 6 decimals; None while some is held."""
        if self.exit_on is None:
            return None
        first = self.closings[0].price
        if all(part.price == first for part in self.closings):
            return first
        traded = [(part.traded or part.quantity, part.price) for part in self.closings]
        brought = sum((shares * price for shares, price in traded), Decimal(0))
        return round(brought / sum(shares for shares, _ in traded), 6)

    @property
    def is_cash_like(self) -> bool:
        """Whether the line is counted in cash."""
        return instrument.is_cash_like(self.symbol, self.investment_subtype)

    @property
    def position_type(self) -> str:
        """LONG, SHORT, or LC, LP, SC, SP for options (spec 3.4)."""
        long = self.quantity > 0
        if self.investment_class is InvestmentClass.OPTIONS:
            return ("L" if long else "S") + ("C" if self.right == "CALL" else "P")
        return "LONG" if long else "SHORT"

    @property
    def option(self) -> OptionTerms | None:
        """The option's terms, None for anything else."""
        if self.underlying is None or self.strike is None:
            return None
        if self.expires_on is None or self.right is None:
            return None
        return OptionTerms(self.underlying, self.expires_on, self.right, self.strike)

    def has_ended(self, day: date) -> bool:
        """Whether it is an option that ended before `day`; one entered after its end, at once."""
        option = self.option
        return option is not None and max(option.expires_on, self.entry_on) < day


class Position(PositionTerms, frozen=True, kw_only=True):
    """A position of a portfolio: stated terms with the id they got there."""

    position_id: UUID
