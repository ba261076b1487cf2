"""What the domain needs to know of a close, whatever keeps it, and what can be one."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol

LONGEST_CLOSURE = timedelta(days=7)
"""The exchange was never closed for longer (September 2001): a session's close, or the last before
a day, is not older."""

LARGEST_PRICE = Decimal(10**9)
"""What is over it is no price (spec 3.3, ERR_POS_027)."""


class ClosingPrice(Protocol):
    """A close as traded, from whatever keeps them."""

    @property
    def session(self) -> date:
        """The session it closed."""

    @property
    def price(self) -> Decimal:
        """In USD a share."""

    @property
    def source(self) -> str:
        """The provider it came from."""


def is_amount(value: Decimal) -> bool:
    """Whether a number can be a price, a dividend or a split's ratio: finite and above zero."""
    return value.is_finite() and 0 < value <= LARGEST_PRICE


def is_price(price: Decimal) -> bool:
    """Whether a number can be a close: above zero, finite, of at most 6 decimals (spec 5.2)."""
    return is_amount(price) and price == round(price, 6)
