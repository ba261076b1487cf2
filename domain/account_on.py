"""An account as it was effective on a day: its names, what it was opened with, its flows."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Self
from uuid import UUID

import msgspec

from domain.account import AccountType
from domain.flow import Flow
from domain.money import ZERO

if TYPE_CHECKING:
    from domain.portfolio import Portfolio


class AccountOn(msgspec.Struct, frozen=True, kw_only=True):
    """What its owner said of an account; of flows those up to a day, in the order of their days.

    Names and type have no day of their own: they are as last said. Sums are USD, both above zero.
    """

    name: str
    account_name: str
    account_type: AccountType
    description: str
    is_archived: bool
    equity_balance: Decimal
    equity_as_of: date
    flows: tuple[tuple[UUID, Flow], ...]

    @classmethod
    def of(cls, portfolio: "Portfolio", day: date) -> Self:
        """The account of a portfolio."""
        flows = ((flow_id, flow) for flow_id, flow in portfolio.flows.items() if flow.on <= day)
        return cls(
            name=portfolio.name,
            account_name=portfolio.account_name,
            account_type=portfolio.account_type,
            description=portfolio.description,
            is_archived=portfolio.is_archived,
            equity_balance=portfolio.opening.equity_balance,
            equity_as_of=portfolio.opening.equity_as_of,
            flows=tuple(sorted(flows, key=lambda one: one[1].on)),
        )

    @property
    def contributed(self) -> Decimal:
        """What was paid in."""
        return sum((flow.amount for _, flow in self.flows if flow.amount > 0), ZERO)

    @property
    def withdrawn(self) -> Decimal:
        """What was taken out."""
        return -sum((flow.amount for _, flow in self.flows if flow.amount < 0), ZERO)
