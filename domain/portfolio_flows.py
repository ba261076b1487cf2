"""What a portfolio decides on its flows: money paid in, taken out, and entries taken back."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from domain.flow import (
    LARGEST_FLOW,
    FlowAmountRefused,
    FlowBeforeOpening,
    FlowUnknown,
    WithdrawalOverNav,
)

if TYPE_CHECKING:
    from domain.portfolio import Portfolio


def contribute(portfolio: "Portfolio", flow_id: UUID, on: date, amount: Decimal, note: str) -> None:
    """Note money paid in on a day after the opening. Nothing to do if the flow is known.

    Raises:
        FlowAmountRefused: ERR_EQUITY_001.
        FlowBeforeOpening: ERR_EQUITY_004.
    """
    if _accepts(portfolio, flow_id, on, amount):
        portfolio.record(
            portfolio.CapitalContributed(
                flow_id=flow_id, contributed_on=on, amount=amount, note=note
            )
        )


def withdraw(
    portfolio: "Portfolio", flow_id: UUID, on: date, amount: Decimal, note: str, available: Decimal
) -> None:
    """Note money taken out; `available` is the NAV of the latest valuation up to `on`.

    Nothing to do if the flow is known.

    Raises:
        FlowAmountRefused: ERR_EQUITY_001.
        FlowBeforeOpening: ERR_EQUITY_004.
        WithdrawalOverNav: ERR_EQUITY_003.
    """
    if not _accepts(portfolio, flow_id, on, amount):
        return
    if amount > available:
        raise WithdrawalOverNav(available)
    portfolio.record(
        portfolio.CapitalWithdrawn(flow_id=flow_id, withdrawn_on=on, amount=amount, note=note)
    )


def revert_flow(portfolio: "Portfolio", flow_id: UUID, reason: str) -> None:
    """Take a flow back that was noted by mistake. Nothing to do if it was.

    Raises:
        FlowUnknown: ERR_EQUITY_404.
    """
    if flow_id in portfolio.reverted_flows:
        return
    if flow_id not in portfolio.flows:
        raise FlowUnknown
    portfolio.record(portfolio.CashFlowReverted(flow_id=flow_id, reason=reason))


def _accepts(portfolio: "Portfolio", flow_id: UUID, on: date, amount: Decimal) -> bool:
    """Refuse a bad flow; False for one that is known, taken back or not."""
    if not amount.is_finite() or not 0 < amount <= LARGEST_FLOW or amount != round(amount, 2):
        raise FlowAmountRefused
    if on <= portfolio.opening.equity_as_of:
        raise FlowBeforeOpening(portfolio.opening.equity_as_of)
    return flow_id not in portfolio.flows and flow_id not in portfolio.reverted_flows
