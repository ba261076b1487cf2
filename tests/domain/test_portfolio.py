"""Specification of the portfolio: opening, manual marks, flows (spec 2.2, 3.5, 4.5).

Its imports are specified in `test_imports` and `test_replacement`.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from domain.account import Account, AccountName, AccountType, Opening, PortfolioName
from domain.flow import (
    LARGEST_FLOW,
    FlowAmountRefused,
    FlowBeforeOpening,
    WithdrawalOverNav,
)
from domain.instrument import InvestmentClass
from domain.mark import Revaluation
from domain.portfolio import NotRevaluable, Portfolio, PositionUnknown
from domain.position import PositionTerms
from tests.support.events import (
    OPENING_DAY,
    contributed,
    imported,
    number,
    numbered,
    portfolio_opened,
    revalued,
    stated,
    withdrawn,
)
from tests.support.specification import SUBJECT, given, when_created

MONDAY, TUESDAY = date(2012, 7, 2), date(2012, 7, 3)
AAPL, SPY = stated("AAPL"), stated("SPY", "-20", "136.10")
BARN = numbered(stated("BARN", "1", "90000", investment_class=InvestmentClass.PRIVATE))


def contributing(
    amount: str, on: date = MONDAY, name: str = "bonus"
) -> Callable[[Portfolio], None]:
    """The decision to note money paid in."""
    return lambda portfolio: portfolio.contribute(number(name), on, Decimal(amount), "")


def withdrawing(
    amount: str, on: date = MONDAY, available: str = "100000.00", name: str = "rent"
) -> Callable[[Portfolio], None]:
    """The decision to note money taken out."""
    return lambda portfolio: portfolio.withdraw(
        number(name), on, Decimal(amount), "", Decimal(available)
    )


def test_an_account_is_opened_with_its_declared_equity() -> None:
    account = Account(
        name=PortfolioName("Retirement"),
        account_name=AccountName("IRA"),
        account_type=AccountType.IRA,
        description="",
        opening=Opening(
            equity_balance=Decimal("100000.00"), equity_as_of=OPENING_DAY, price_source="sample"
        ),
    )

    when_created(lambda: Portfolio.open(SUBJECT, number("ann"), account)).then(portfolio_opened())


def test_the_book_holds_what_was_imported() -> None:
    history = portfolio_opened(), imported(numbered(AAPL), numbered(SPY))
    book = Portfolio.replay(SUBJECT, history).book

    assert book.positions == (numbered(AAPL), numbered(SPY))
    assert (book.portfolio_id, book.version, book.flows) == (SUBJECT, 2, ())


class TestRevaluing:
    """The owner puts a price on a private asset."""

    def revaluing(
        self, price: str, on: date = MONDAY, key: UUID = BARN.position_id
    ) -> Callable[[Portfolio], None]:
        """The decision to put a price on a position."""
        return lambda portfolio: portfolio.revalue(key, on, Decimal(price), "appraisal")

    def test_a_private_asset_gets_a_manual_mark(self) -> None:
        given(Portfolio, portfolio_opened(), imported(BARN)).when(self.revaluing("95000")).then(
            revalued(BARN, MONDAY, "95000")
        )

    def test_the_same_mark_again_is_nothing_to_do(self) -> None:
        history = portfolio_opened(), imported(BARN), revalued(BARN, MONDAY, "95000")

        given(Portfolio, *history).when(self.revaluing("95000.00")).then_nothing()

    def test_a_mark_can_be_taken_back_to_an_earlier_one(self) -> None:
        marks = revalued(BARN, MONDAY, "95000"), revalued(BARN, MONDAY, "99000")

        given(Portfolio, portfolio_opened(), imported(BARN), *marks).when(
            self.revaluing("95000")
        ).then(revalued(BARN, MONDAY, "95000"))

    def test_marks_stand_in_the_order_of_their_days_the_latest_word_on_each(self) -> None:
        marks = [(TUESDAY, "97000"), (MONDAY, "95000"), (MONDAY, "96000")]
        history = [revalued(BARN, on, price) for on, price in marks]
        portfolio = Portfolio.replay(SUBJECT, [portfolio_opened(), imported(BARN), *history])

        assert portfolio.holdings.revaluations[BARN.position_id] == (
            Revaluation(MONDAY, Decimal(96000)),
            Revaluation(TUESDAY, Decimal(97000)),
        )

    def test_an_unknown_position_is_refused(self) -> None:
        given(Portfolio, portfolio_opened(), imported(BARN)).when(
            self.revaluing("1", key=number("nothing"))
        ).then_refused(PositionUnknown)

    @pytest.mark.parametrize(
        "terms",
        [
            AAPL,
            stated("CASH_USD", investment_class=InvestmentClass.PRIVATE, subtype="CASH"),
            stated("SPAXX", investment_class=InvestmentClass.PUBLIC),
        ],
        ids=lambda terms: str(terms.symbol),
    )
    def test_what_the_market_prices_and_cash_are_refused(self, terms: PositionTerms) -> None:
        held = numbered(terms)

        given(Portfolio, portfolio_opened(), imported(held)).when(
            self.revaluing("60.00", key=held.position_id)
        ).then_refused(NotRevaluable, terms.symbol)


class TestFlows:
    """Money comes in and goes out after the opening."""

    def test_a_contribution_is_noted(self) -> None:
        given(Portfolio, portfolio_opened()).when(contributing("5000.00")).then(
            contributed("bonus", MONDAY, "5000.00")
        )

    def test_the_largest_flow_is_one(self) -> None:
        given(Portfolio, portfolio_opened()).when(contributing(str(LARGEST_FLOW))).then(
            contributed("bonus", MONDAY, str(LARGEST_FLOW))
        )

    def test_a_withdrawal_up_to_the_nav_is_noted(self) -> None:
        given(Portfolio, portfolio_opened()).when(withdrawing("100000.00")).then(
            withdrawn("rent", MONDAY, "100000.00")
        )

    def test_contributions_count_up_and_withdrawals_down(self) -> None:
        flows = contributed("bonus", MONDAY, "5000.00"), withdrawn("rent", TUESDAY, "900.00")
        book = Portfolio.replay(SUBJECT, [portfolio_opened(), *flows]).book

        assert [(flow.on, flow.amount) for flow in book.flows] == [
            (MONDAY, Decimal("5000.00")),
            (TUESDAY, Decimal("-900.00")),
        ]

    def test_a_flow_that_is_known_is_nothing_to_do(self) -> None:
        history = portfolio_opened(), contributed("bonus", MONDAY, "5000.00")

        given(Portfolio, *history).when(contributing("5000.00")).then_nothing()
        given(Portfolio, *history).when(withdrawing("5000.00", name="bonus")).then_nothing()

    def test_a_withdrawal_over_the_nav_is_refused_and_says_what_is_there(self) -> None:
        given(Portfolio, portfolio_opened()).when(
            withdrawing("100000.01", available="100000.00")
        ).then_refused(WithdrawalOverNav, "100000.00 USD")

    @pytest.mark.parametrize("on", [OPENING_DAY, date(2012, 6, 28), date(1990, 1, 1)])
    @pytest.mark.parametrize("moving", [contributing, withdrawing])
    def test_a_flow_up_to_the_opening_is_refused(
        self, moving: Callable[..., Callable[[Portfolio], None]], on: date
    ) -> None:
        given(Portfolio, portfolio_opened()).when(moving("10.00", on)).then_refused(
            FlowBeforeOpening, "2012-06-29"
        )

    @pytest.mark.parametrize(
        "amount", ["0", "-1", "0.001", "NaN", "Infinity", str(LARGEST_FLOW + 1), "1e40"]
    )
    @pytest.mark.parametrize("moving", [contributing, withdrawing])
    def test_an_amount_that_is_no_money_is_refused(
        self, moving: Callable[..., Callable[[Portfolio], None]], amount: str
    ) -> None:
        given(Portfolio, portfolio_opened()).when(moving(amount)).then_refused(FlowAmountRefused)
