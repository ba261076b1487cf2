"""A flow as its owner sees it."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec


class CashFlowRow(msgspec.Struct, frozen=True):
    """One flow: `amount` in USD, above zero for a contribution, below for a withdrawal.

    `dated_on` is the day it counts for, `noted_at` when it was recorded. `is_reverted` tells that
    it was taken back.
    """

    flow_id: UUID
    portfolio_id: UUID
    dated_on: date
    amount: Decimal
    note: str
    noted_at: datetime
    is_reverted: bool


class FlowTotals(msgspec.Struct, frozen=True):
    """What flows add up to in USD: `contributed` and `withdrawn` are both above zero."""

    count: int
    contributed: Decimal
    withdrawn: Decimal

    @property
    def net(self) -> Decimal:
        """What was paid in beyond what was taken out."""
        return self.contributed - self.withdrawn
