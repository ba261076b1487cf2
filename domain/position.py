"""A position: a holding opened on one entry date at one entry price."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from domain import instrument
from domain.instrument import InvestmentClass, OptionTerms


class PositionTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A position as someone states it: a row of a file, a form, a demo.

    Quantity is signed (negative = short), prices are USD a share. Option terms stand beside the
    symbol, not only in it, because a user may give an option without an OCC symbol. `row` is the
    physical line of the file it came from, None where there is no file. Plain data: the parsers
    refuse nonsense, so that tightening a rule never makes recorded history unreadable.
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
    exit_on: date | None = None
    exit_price: Decimal | None = None
    row: int | None = None

    @property
    def multiplier(self) -> int:
        """Shares one unit of quantity stands for."""
        return instrument.multiplier(self.investment_class)

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


class Position(PositionTerms, frozen=True, kw_only=True):
    """A position of a portfolio: stated terms with the id they got there."""

    position_id: UUID
