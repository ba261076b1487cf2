"""What the domain needs to know of a close, whatever keeps it."""

from datetime import date
from decimal import Decimal
from typing import Protocol


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
