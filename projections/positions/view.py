"""A position with the latest figures known of it."""

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec

from domain.edit import Expired
from domain.instrument import InvestmentClass
from domain.mark import Mark
from domain.money import ZERO
from domain.position import Closing, PositionTerms
from domain.share_of_nav import share_of_nav


class Past(msgspec.Struct, frozen=True):
    """What an account's opening found at its end: options entered by then, expired by a day.

    They are history, as what was closed by the opening, though nothing was recorded of their end.
    """

    entered_by: date
    expired_by: date


NO_PAST = Past(date.min, date.min)
"""Of an account whose opening nobody asks for."""


Status = Literal["open", "closed", "all"]
Order = Literal["symbol", "entry_date", "quantity", "market_value", "day_pnl", "unrealized_pnl"]


class Listing(msgspec.Struct, frozen=True):
    """Which positions of an account are asked for, and in which order: a page of them.

    Those without a figure come last, whichever way; what is alike is in the order of symbols.
    Where `limit` is None it is all of them.
    """

    status: Status = "open"
    limit: int | None = 50
    offset: int = 0
    order: Order = "symbol"
    is_descending: bool = False
    investment_class: InvestmentClass | None = None


class PositionFigures(msgspec.Struct, frozen=True):
    """What a valuation says of a position, and what of it the next one builds on."""

    position_id: UUID
    valued_on: date | None
    nav: Decimal | None
    gross: Decimal | None
    mark: Mark | None
    market_value: Decimal | None
    pnl: Decimal | None
    unrealized_pnl: Decimal | None
    realized: dict[date, Decimal]


class PositionRow(msgspec.Struct, frozen=True):
    """One position. Amounts are USD; figures are None until a valuation had a line of it.

    `quantity` is signed and as stated at entry, `open_quantity` what all closings left of it;
    `exit_on` and `exit_price` are None while some is held. `import_id` is None where it was
    entered by hand. `closings` are those by files and by hand; an option's `expiry` closes what
    they leave. `is_reverted` tells that its import was taken back, `is_removed` that it was
    removed. `valued_on` is the session of the figures, `nav` and `gross` are the account's;
    `realized` has what closings brought by session, but for those that brought nothing.
    """

    position_id: UUID
    portfolio_id: UUID
    import_id: UUID | None
    import_row: int | None
    symbol: str
    quantity: Decimal
    open_quantity: Decimal
    entry_price: Decimal
    entry_on: date
    exit_on: date | None
    exit_price: Decimal | None
    position_type: str
    investment_class: InvestmentClass
    investment_subtype: str | None
    multiplier: int
    underlying: str | None
    strike: Decimal | None
    expires_on: date | None
    right: str | None
    closings: tuple[Closing, ...]
    expiry: Expired | None
    stated_as: str | None
    notes: str
    is_reverted: bool
    is_removed: bool
    valued_on: date | None
    nav: Decimal | None
    gross: Decimal | None
    mark: Mark | None
    market_value: Decimal | None
    pnl: Decimal | None
    unrealized_pnl: Decimal | None
    realized: dict[date, Decimal]

    @property
    def terms(self) -> PositionTerms:
        """The position as a file would state it, with all its closings."""
        held = self.unsettled
        return self.expiry.settled(held) if self.expiry else held

    @property
    def unsettled(self) -> PositionTerms:
        """The same, an option as if it had not expired."""
        return PositionTerms(
            symbol=self.symbol,
            quantity=self.quantity,
            entry_price=self.entry_price,
            entry_on=self.entry_on,
            investment_class=self.investment_class,
            investment_subtype=self.investment_subtype,
            underlying=self.underlying,
            strike=self.strike,
            expires_on=self.expires_on,
            right=self.right,
            closings=self.closings,
            row=self.import_row,
            stated_as=self.stated_as,
        )

    def is_history(self, past: Past) -> bool:
        """Whether the account found it at its end."""
        if self.expires_on is None or self.entry_on > past.entered_by:
            return False
        return self.expires_on <= past.expired_by

    @property
    def realized_pnl(self) -> Decimal:
        """What closing it, in part or whole, brought since the opening."""
        return sum(self.realized.values(), ZERO)

    @property
    def weight(self) -> float | None:
        """Market value as a share of NAV, signed; None where NAV is at most 1 % of gross."""
        if self.market_value is None or self.nav is None or self.gross is None:
            return None
        return share_of_nav(self.market_value, self.nav, self.gross)
