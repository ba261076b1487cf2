"""Specification of amounts beyond the int64 units: whatever may be entered can be valued (5.5)."""

from datetime import date
from decimal import Decimal, localcontext
from itertools import pairwise
from uuid import uuid4

import pytest

from application.ports import Close, Fetched
from domain.money import ZERO
from domain.position import PositionTerms
from domain.snapshot import Snapshot
from interfaces.bootstrap import Program
from tests.application.changing_accounts import Account
from tests.support.accounts import calculate, cause, register, shares
from tests.support.openings import load_portfolio, open_account
from tests.support.options import contracts

OPENED_ON, END = date(2012, 12, 31), date(2013, 3, 1)
EXPIRED_ON = date(2013, 2, 15)
MOST = 10**9
"""The largest quantity and the largest price that may be entered."""

SHARES = shares("GOOG", "999999999.999997", "0.01", OPENED_ON)
SOLD_SHORT = shares("SPY", -MOST, "999.00", OPENED_ON)
CONTRACTS = contracts("GOOG131221C00700000", MOST, "0.01", OPENED_ON)


def absurd_put(strike: str) -> PositionTerms:
    """As many contracts as may be entered, that end before the prices do."""
    return PositionTerms(
        symbol="ABSURD",
        quantity=Decimal(MOST),
        entry_price=Decimal("0.01"),
        entry_on=OPENED_ON,
        investment_class=contracts("GOOG130216P00700000", 1, "1", OPENED_ON).investment_class,
        investment_subtype="PUT",
        underlying="GOOG",
        strike=Decimal(strike),
        expires_on=EXPIRED_ON,
        right="PUT",
    )


def account(program: Program, *terms: PositionTerms) -> Account:
    """A sample account that holds these and was calculated once."""
    owner = register(program)
    given = {"price_source": "sample", "equity_as_of": OPENED_ON.isoformat()}
    portfolio_id = open_account(program, owner, terms, **given)
    calculate(program, owner, portfolio_id)
    return Account(program, portfolio_id)


def days_of(held: Account) -> list[Snapshot]:
    """Its valuations as they stand, oldest first."""
    return [day.latest for day in held.days()]


def assert_adds_up(days: list[Snapshot]) -> None:
    """Each value is quantity x multiplier x mark to the cent, and the identities hold."""
    with localcontext(prec=100):
        for day in days:
            for quantity, multiplier, price, value in day.lines.rows(
                "quantity", "multiplier", "mark_price", "market_value"
            ):
                assert value == (quantity * multiplier * price).quantize(Decimal("0.01"))
            assert day.nav == day.cash + day.long_value + day.short_value
        for before, day in pairwise(days):
            assert day.nav == before.nav + day.pnl + day.flows
            assert day.pnl == sum(day.lines.pnl, ZERO)


@pytest.mark.parametrize(
    "terms",
    [
        [SHARES, SOLD_SHORT, *(shares("IBM", MOST, "0.01", date(2012, n, 1)) for n in range(1, 9))],
        [CONTRACTS],
        [absurd_put("1000000000")],
        [absurd_put("0.000000000000000000000000000000001")],
        [absurd_put("0." + "0" * 350 + "1")],
    ],
    ids=["net worth", "contracts", "high strike", "low strike", "strike of no float"],
)
def test_what_may_be_entered_is_valued_to_the_cent(
    program: Program, terms: list[PositionTerms]
) -> None:
    days = days_of(account(program, *terms))

    assert days[-1].session == END
    assert_adds_up(days)


def learn_that_it_soared(program: Program) -> None:
    """The last close of GOOG is nearly the largest price there is."""
    soared = Close("GOOG", END, Decimal("999999999.999983"), "taught")
    program.runs.prices.book.learn("sample", Fetched(closes=[soared]))


def test_a_price_that_soared_is_valued_to_the_cent(program: Program) -> None:
    held = account(program, SHARES)
    learn_that_it_soared(program)
    held.catch_up(END)
    days = days_of(held)

    assert days[-1].lines.market_value == (Decimal("999999999999980000.00"),)
    assert_adds_up(days)


def test_splits_one_after_the_other_are_valued_to_the_cent(program: Program) -> None:
    held = account(program, SHARES)
    portfolio = load_portfolio(program, held.portfolio_id)
    for day in (4, 5, 6):
        portfolio.enter_action(uuid4(), "GOOG", date(2013, 2, day), "split", Decimal(10_000))
    program.log.save(portfolio, cause=cause())
    learn_that_it_soared(program)
    held.catch_up(END)
    days = days_of(held)

    assert days[-1].lines.quantity == (Decimal("999999999999997000000"),)
    assert days[-1].lines.market_value == (Decimal("999999999999980000000000000051.00"),)
    assert_adds_up(days)
