"""Specification of mode=replace through splits: both sides are counted in shares of one day.

That is the day of the file. A broker's file states its quantities as of then, a template's row as
of the opening, or of its entry where that is later (spec 3.7, 5.5).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from msgspec import structs

from domain.corporate_action import CorporateAction
from domain.instrument import InvestmentClass
from domain.portfolio import Portfolio
from domain.position import PositionTerms
from domain.position_import import FileImportedBefore
from tests.domain.intakes import MONDAY, TUESDAY, WEDNESDAY, Decision, file_of, ids, replacing
from tests.domain.test_replacement import NEW, OLD, holding
from tests.support.books import split
from tests.support.events import (
    OPENING_DAY,
    action_entered,
    imported,
    number,
    numbered,
    portfolio_opened,
    position_closed,
    replaced,
    revalued,
    stated,
)
from tests.support.specification import SUBJECT, given

PRICES = {"GOOG": "36.00"}


def replacing_by_broker(
    *terms: PositionTerms,
    actions: Sequence[CorporateAction],
    prices: Mapping[str, str] | None = None,
) -> Decision:
    """The decision to let a broker's file, which counts in shares of its day, take the place."""
    intake = replace(file_of(*terms, prices=prices), actions=actions, quantities_as_of=TUESDAY)
    return lambda portfolio: portfolio.import_positions(number("second file"), intake, ids)


def replaced_by_broker() -> Portfolio.PositionsImported:
    """A broker's file said what is held."""
    return structs.replace(replaced(), quantities_as_of=TUESDAY)


class TestSplits:
    """What is held is counted as the file counts: through the splits up to its day."""

    SPLIT = split("GOOG", MONDAY, "2")

    def test_twice_the_shares_after_a_split_change_nothing(self) -> None:
        holding(NEW).when(
            replacing_by_broker(stated("GOOG", "120", "35.00"), actions=[self.SPLIT])
        ).then(replaced_by_broker())

    def test_a_surplus_is_told_in_the_lots_own_shares_and_in_those_traded(self) -> None:
        outcome = holding(NEW).when(
            replacing_by_broker(
                stated("GOOG", "20", "35.00"),
                actions=[self.SPLIT],
                prices={"GOOG": "36.00"},
            )
        )
        (closed,) = outcome.aggregate.holdings.positions[NEW.position_id].closings

        told = (str(closed.quantity), str(closed.traded), str(closed.price))
        assert told == ("50", "100", "36.00")

    def test_all_of_it_is_all_of_it(self) -> None:
        third = split("GOOG", MONDAY, "0.3333333333")
        outcome = holding(OLD).when(replacing_by_broker(actions=[third], prices={"GOOG": "150.00"}))
        (lot,) = outcome.aggregate.holdings.positions.values()

        assert lot.open_quantity == 0
        assert lot.closings[0].traded == Decimal("33.33333333")

    def test_what_a_split_learnt_late_left_is_held(self) -> None:
        unaware = position_closed(OLD, "50", "80.00", TUESDAY)
        history = given(Portfolio, portfolio_opened(), imported(OLD), unaware)
        prices = {"GOOG": "36.00"}

        same = history.when(
            replacing_by_broker(stated("GOOG", "150"), actions=[self.SPLIT], prices=prices)
        )
        same.then(replaced_by_broker())
        gone = history.when(replacing_by_broker(actions=[self.SPLIT], prices=PRICES)).aggregate
        fewer = replacing_by_broker(stated("GOOG", "50"), actions=[self.SPLIT], prices=PRICES)
        left = history.when(fewer).aggregate
        assert [self.sold(portfolio) for portfolio in (gone, left)] == [
            (Decimal(50), Decimal(150)),
            (Decimal("33.33333333"), Decimal(100)),
        ]

    def test_what_a_split_learnt_late_left_nothing_of_is_not_held(self) -> None:
        unaware = position_closed(OLD, "50", "80.00", TUESDAY)
        third = split("GOOG", MONDAY, "0.3333333333")
        history = given(Portfolio, portfolio_opened(), imported(OLD), unaware)

        history.when(replacing_by_broker(actions=[third])).then(replaced_by_broker())

    def test_a_template_states_shares_of_the_opening_or_of_a_later_entry(self) -> None:
        later = split("GOOG", TUESDAY, "2")
        first, row = stated("GOOG", "60", "70.00"), stated("GOOG", "40", "80.00", MONDAY)
        came = given(Portfolio, portfolio_opened(), imported(numbered(first), numbered(row)))

        came.when(replacing(first, row, actions=[later])).then(replaced())
        twice = [split("GOOG", MONDAY, "3"), later]
        came.when(replacing(first, row, actions=twice)).then(replaced())

    def test_the_same_template_again_changes_nothing_of_what_it_brought(self) -> None:
        row = stated("GOOG", "200", "35.00", OPENING_DAY)
        history = [portfolio_opened(), replaced(numbered(row))]

        given(Portfolio, *history).when(
            replacing(row, actions=[self.SPLIT], name="again", file="second file")
        ).then_refused(FileImportedBefore)
        again = replace(file_of(row, name="again"), actions=[self.SPLIT], is_forced=True)
        assert Portfolio.replay(SUBJECT, history).differences(again) == []

    def test_more_in_a_template_is_more_in_shares_of_its_day(self) -> None:
        row = stated("GOOG", "90", "70.00", OPENING_DAY)
        outcome = holding(NEW).when(replacing(row, actions=[self.SPLIT]))

        outcome.then(replaced(numbered(stated("GOOG", "60", "35.00", TUESDAY))))
        held = outcome.aggregate.book([self.SPLIT])
        shares = [held.held(lot).shares_after(TUESDAY) // 10**8 for lot in held.positions]
        assert sum(shares) == 180

    def test_less_in_a_template_is_traded_in_shares_of_its_day(self) -> None:
        row = stated("GOOG", "20", "70.00", OPENING_DAY)
        outcome = holding(NEW).when(replacing(row, actions=[self.SPLIT], prices=PRICES))
        (closed,) = outcome.aggregate.holdings.positions[NEW.position_id].closings

        assert (closed.quantity, closed.traded) == (Decimal(40), Decimal(80))

    def test_what_was_entered_after_a_split_behind_the_file_is_closed_in_its_own_shares(
        self,
    ) -> None:
        late = numbered(stated("GOOG", "60", "30.00", WEDNESDAY))
        outcome = holding(late).when(
            replacing_by_broker(
                stated("GOOG", "20", "60.00"),
                actions=[split("GOOG", WEDNESDAY, "2")],
                prices={"GOOG": "66.00"},
            )
        )
        (closed,) = outcome.aggregate.holdings.positions[late.position_id].closings

        told = (closed.closed_on, closed.quantity, closed.traded, closed.price)
        assert told == (WEDNESDAY, Decimal(20), Decimal(20), Decimal(33))

    @staticmethod
    def sold(portfolio: Portfolio) -> tuple[Decimal, Decimal | None]:
        """What the latest closing took, in shares as the lot states them and as traded."""
        closed = portfolio.holdings.positions[OLD.position_id].closings[-1]
        return closed.quantity, closed.traded


class TestPrices:
    """What is closed at is a price of a share of the file's day."""

    FARM = numbered(stated("FARM", "2", "80000", investment_class=InvestmentClass.PRIVATE))
    MARKED = revalued(FARM, OPENING_DAY, "90000")

    @pytest.mark.parametrize(
        ("ex_on", "price"), [(MONDAY, "45000"), (OPENING_DAY, "90000"), (WEDNESDAY, "90000")]
    )
    def test_a_split_since_divides_what_the_owner_said(self, ex_on: date, price: str) -> None:
        own = action_entered("FARM", ex_on, "split", "2")
        history = [portfolio_opened(), imported(self.FARM), self.MARKED, own]
        changed = Portfolio.replay(SUBJECT, history).differences(file_of())

        assert [closing.price for change in changed for closing in change.closings] == [
            Decimal(price)
        ]
