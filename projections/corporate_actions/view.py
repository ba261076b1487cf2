"""The owner's own word on what a symbol's shares did on a day."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec


class CorporateActionRow(msgspec.Struct, frozen=True):
    """The latest entry for a symbol, day and kind.

    `value` of a split is the new shares for one old one, of a dividend USD a share.
    """

    portfolio_id: UUID
    symbol: str
    ex_on: date
    kind: str
    value: Decimal
    entered_at: datetime
