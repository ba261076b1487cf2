"""Specification of an account as it was on a day: what was paid in and taken out up to then."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.account import AccountType
from domain.account_on import AccountOn
from domain.flow import Flow

MONDAY = date(2024, 1, 8)


def account(*amounts: str) -> AccountOn:
    """An account with flows of these amounts."""
    flows = (Flow(MONDAY, Decimal(amount)) for amount in amounts)
    return AccountOn(
        name="Retirement",
        account_name="IRA",
        account_type=AccountType.IRA,
        description="",
        is_archived=False,
        equity_balance=Decimal("1000.00"),
        equity_as_of=MONDAY,
        flows=tuple((UUID(int=n), flow) for n, flow in enumerate(flows)),
    )


def test_what_was_paid_in_and_taken_out_are_sums_of_their_own_both_above_zero() -> None:
    moved = account("500.00", "-120.50", "20.25", "-0.50")

    assert moved.contributed == Decimal("520.25")
    assert moved.withdrawn == Decimal("121.00")


def test_without_flows_nothing_was_paid_in_or_taken_out() -> None:
    assert str(account().contributed) == "0.00"
    assert account().withdrawn == 0
