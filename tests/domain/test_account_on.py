"""Specification of an account as it was on a day: what was paid in and taken out up to then."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from domain.account import AccountType
from domain.account_on import AccountOn
from domain.flow import Flow
from domain.portfolio import Portfolio
from tests.support.events import OPENING_DAY, contributed, number, portfolio_opened, withdrawn
from tests.support.specification import SUBJECT

MONDAY = date(2024, 1, 8)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)


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
    moved = account("500.00", "-120.50", "0.25", "-0.50")

    assert moved.contributed == Decimal("500.25")
    assert moved.withdrawn == Decimal("121.00")


def test_without_flows_nothing_was_paid_in_or_taken_out() -> None:
    assert str(account().contributed) == "0.00"
    assert account().withdrawn == 0


def test_of_a_portfolio_it_has_what_was_said_and_the_flows_up_to_a_day_in_their_order() -> None:
    flows = (
        contributed("bonus", TUESDAY, "5000.00"),
        withdrawn("rent", MONDAY, "900.00"),
        contributed("gift", WEDNESDAY, "20.00"),
    )
    portfolio = Portfolio.replay(SUBJECT, [portfolio_opened(), *flows])

    then = AccountOn.of(portfolio, TUESDAY)

    assert then.flows == (
        (number("rent"), Flow(MONDAY, Decimal("-900.00"))),
        (number("bonus"), Flow(TUESDAY, Decimal("5000.00"))),
    )
    assert (then.name, then.account_name) == (portfolio.name, portfolio.account_name)
    assert (then.account_type, then.description) == (portfolio.account_type, portfolio.description)
    assert (then.is_archived, then.equity_as_of) == (False, OPENING_DAY)
    assert then.equity_balance == portfolio.opening.equity_balance
    assert AccountOn.of(portfolio, OPENING_DAY).flows == ()
