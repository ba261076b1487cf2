"""Specification of the portfolio: opening, manual marks, flows, actions (spec 2.2, 3.5, 4.5).

Its imports are specified in `test_imports` and `test_replacement`, the editing of its positions by
hand in `test_editing` and `test_expiry`.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from domain.account import Account, AccountName, AccountType, Opening, PortfolioName
from domain.flow import (
    LARGEST_FLOW,
    FlowAmountRefused,
    FlowBeforeOpening,
    FlowUnknown,
    WithdrawalOverNav,
)
from domain.instrument import InvestmentClass
from domain.mark import Revaluation
from domain.portfolio import Portfolio
from domain.portfolio_account import ActionValueRefused
from domain.position import PositionTerms
from domain.position_refusals import NotRevaluable, PositionUnknown, RevaluationRefused
from tests.support.events import (
    OPENING_DAY,
    ActionKind,
    action_entered,
    contributed,
    flow_reverted,
    imported,
    number,
    numbered,
    opening_corrected,
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


def taking_back(name: str) -> Callable[[Portfolio], None]:
    """The decision to take a flow back."""
    return lambda portfolio: portfolio.revert_flow(number(name), "noted twice")


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
    book = Portfolio.replay(SUBJECT, history).book()

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

    def test_a_mark_may_be_nothing_and_of_the_entry_day(self) -> None:
        given(Portfolio, portfolio_opened(), imported(BARN)).when(
            self.revaluing("0", OPENING_DAY)
        ).then(revalued(BARN, OPENING_DAY, "0"))

    @pytest.mark.parametrize("price", ["-0.01", "NaN", "1e40", "0.0000001"])
    def test_what_is_no_price_is_refused(self, price: str) -> None:
        given(Portfolio, portfolio_opened(), imported(BARN)).when(
            self.revaluing(price)
        ).then_refused(RevaluationRefused)

    def test_a_day_before_the_entry_is_refused(self) -> None:
        given(Portfolio, portfolio_opened(), imported(BARN)).when(
            self.revaluing("95000", date(2012, 6, 28))
        ).then_refused(RevaluationRefused, "2012-06-29")

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
        book = Portfolio.replay(SUBJECT, [portfolio_opened(), *flows]).book()

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
        ).then_refused(WithdrawalOverNav, "was worth 100000.00 USD; withdraw at most that")

    @pytest.mark.parametrize("nav", ["-500.00", "0.00"])
    def test_where_nothing_is_there_none_can_be_withdrawn(self, nav: str) -> None:
        outcome = given(Portfolio, portfolio_opened()).when(withdrawing("0.01", available=nav))

        outcome.then_refused(WithdrawalOverNav, f"was worth {nav} USD, so nothing can be withdrawn")
        assert outcome.refusal is not None
        assert outcome.refusal.details == {"available": nav}

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

    def test_a_flow_that_is_taken_back_does_not_count(self) -> None:
        history = portfolio_opened(), contributed("bonus", MONDAY, "5000.00")
        outcome = given(Portfolio, *history).when(taking_back("bonus"))

        outcome.then(flow_reverted("bonus"))
        assert outcome.aggregate.book().flows == ()
        assert outcome.aggregate.changed_from(2) == MONDAY

    def test_taken_back_twice_is_taken_back_once_and_never_comes_again(self) -> None:
        history = contributed("bonus", MONDAY, "5000.00"), flow_reverted("bonus")
        for again in (
            taking_back("bonus"),
            contributing("5000.00"),
            withdrawing("1", name="bonus"),
        ):
            given(Portfolio, portfolio_opened(), *history).when(again).then_nothing()

    def test_an_unknown_flow_is_refused(self) -> None:
        given(Portfolio, portfolio_opened()).when(taking_back("bonus")).then_refused(
            FlowUnknown, "no cash flow"
        )


class TestCorrectingTheOpening:
    """The owner corrects what the account started from."""

    EARLIER = date(2012, 6, 28)

    def correcting(self, equity: str, on: date) -> Callable[[Portfolio], None]:
        """The decision to correct the opening."""
        return lambda portfolio: portfolio.correct_opening(Decimal(equity), on, "misread")

    @pytest.mark.parametrize(
        ("equity", "on"),
        [("99000.00", OPENING_DAY), ("100000.00", TUESDAY), ("1.00", date(2012, 6, 28))],
    )
    def test_it_is_as_corrected(self, equity: str, on: date) -> None:
        outcome = given(Portfolio, portfolio_opened()).when(self.correcting(equity, on))

        outcome.then(opening_corrected(equity, on))
        opening = outcome.aggregate.opening
        assert (opening.equity_balance, opening.equity_as_of) == (Decimal(equity), on)
        assert opening.price_source == "sample"

    def test_what_is_so_already_is_nothing_to_do(self) -> None:
        given(Portfolio, portfolio_opened()).when(
            self.correcting("100000", OPENING_DAY)
        ).then_nothing()

    def test_the_flows_of_a_later_opening_are_part_of_it(self) -> None:
        given(Portfolio, portfolio_opened(), opening_corrected(on=TUESDAY)).when(
            contributing("10.00", TUESDAY)
        ).then_refused(FlowBeforeOpening, "2012-07-03")

    @pytest.mark.parametrize(
        ("corrections", "counts_from"),
        [
            ([opening_corrected("99000.00")], OPENING_DAY),
            ([opening_corrected(on=EARLIER)], EARLIER),
            ([opening_corrected(on=TUESDAY)], TUESDAY),
            ([opening_corrected(on=TUESDAY), opening_corrected(on=MONDAY)], MONDAY),
        ],
        ids=["equity", "earlier", "later", "back again"],
    )
    def test_every_day_of_the_portfolio_counts_anew(
        self, corrections: list[Portfolio.OpeningCorrected], counts_from: date
    ) -> None:
        portfolio = Portfolio.replay(SUBJECT, [portfolio_opened(), *corrections])

        assert portfolio.changed_from(len(corrections)) == counts_from


class TestCorporateActions:
    """The owner's own word on what the shares of a symbol did."""

    def entering(self, kind: ActionKind, value: str) -> Callable[[Portfolio], None]:
        """The decision to say what AAPL did on Monday."""
        return lambda portfolio: portfolio.enter_action(
            number("AAPL"), "AAPL", MONDAY, kind, Decimal(value)
        )

    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            *(("split", "2"), ("split", "0.3333333333"), ("split", "1"), ("split", "10000")),
            ("split", "0.0001"),
            *(("dividend", "3.08"), ("dividend", "0"), ("dividend", "0.000001")),
        ],
    )
    def test_it_is_kept_by_symbol_day_and_kind(self, kind: ActionKind, value: str) -> None:
        outcome = given(Portfolio, portfolio_opened()).when(self.entering(kind, value))

        outcome.then(action_entered("AAPL", MONDAY, kind, value))
        assert outcome.aggregate.actions == {("AAPL", MONDAY, kind): Decimal(value)}
        assert outcome.aggregate.changed_from(1) == MONDAY

    @pytest.mark.parametrize(("kind", "since"), [("split", OPENING_DAY), ("dividend", MONDAY)])
    def test_a_split_counts_from_the_entry_of_what_is_held_on(
        self, kind: ActionKind, since: date
    ) -> None:
        history = portfolio_opened(), imported(numbered(AAPL))
        outcome = given(Portfolio, *history).when(self.entering(kind, "2"))

        assert outcome.aggregate.changed_from(2) == since

    def test_the_latest_word_counts(self) -> None:
        history = portfolio_opened(), action_entered("AAPL", MONDAY, "split", "2")
        outcome = given(Portfolio, *history).when(self.entering("split", "3"))

        outcome.then(action_entered("AAPL", MONDAY, "split", "3"))
        assert outcome.aggregate.actions == {("AAPL", MONDAY, "split"): Decimal(3)}
        given(Portfolio, *history).when(self.entering("split", "2.0")).then_nothing()
        given(Portfolio, *history).when(self.entering("dividend", "2")).then(
            action_entered("AAPL", MONDAY, "dividend", "2")
        )

    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            *(("split", "0"), ("split", "-2"), ("split", "10001"), ("split", "0.33333333333")),
            *(("split", "NaN"), ("dividend", "Infinity"), ("dividend", "-0.01")),
            *(("split", "0.00009"), ("split", "1e30"), ("dividend", "1e30")),
            *(("dividend", "0.0000001"), ("dividend", "1000000001")),
        ],
    )
    def test_what_is_no_ratio_and_no_amount_is_refused(self, kind: ActionKind, value: str) -> None:
        given(Portfolio, portfolio_opened()).when(self.entering(kind, value)).then_refused(
            ActionValueRefused
        )

    @pytest.mark.parametrize("value", ["1.0000000001", "0.9999999999"])
    def test_splits_that_together_are_no_ratio_of_real_ones_are_refused(self, value: str) -> None:
        days = [MONDAY + timedelta(days=n) for n in (1, 2, 3)]
        ratios = ["10000", "0.0001", "10000"]
        history = [
            action_entered("AAPL", day, "split", ratio)
            for day, ratio in zip(days, ratios, strict=True)
        ]
        others = action_entered("GOOG", MONDAY, "split", "2")
        subject = given(Portfolio, portfolio_opened(), *history, others)

        subject.when(self.entering("split", value)).then_refused(ActionValueRefused)
        subject.when(self.entering("split", "1")).then(action_entered("AAPL", MONDAY, "split", "1"))
