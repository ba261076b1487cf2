"""Specification of mode=replace: what a file does to what is held, symbol by symbol (spec 3.7)."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from domain.instrument import InvestmentClass
from domain.kernel import Event
from domain.portfolio import Portfolio
from domain.position import Closing, Position, PositionTerms
from domain.position_import import ClosingPriceMissing, PositionClosing
from domain.replacement import Change
from tests.domain.intakes import MONDAY, TUESDAY, WEDNESDAY, file_of, replacing
from tests.support.events import (
    OPENING_DAY,
    closing,
    expired,
    imported,
    numbered,
    portfolio_opened,
    replaced,
    revalued,
    stated,
)
from tests.support.specification import SUBJECT, Given, given

OLD_DAY = date(2011, 1, 3)
OLD = numbered(stated("GOOG", "100", "50.00", OLD_DAY))
NEW = numbered(stated("GOOG", "60", "70.00", OPENING_DAY))
SHORT = numbered(stated("SPY", "-10", "136.00"))


def holding(*positions: Position) -> Given[Portfolio]:
    """The portfolio holds these positions."""
    return given(Portfolio, portfolio_opened(), imported(*positions))


def private(symbol: str, quantity: str, price: str, subtype: str = "REAL_ESTATE") -> PositionTerms:
    """A private asset; of subtype CASH an amount."""
    return stated(
        symbol, quantity, price, investment_class=InvestmentClass.PRIVATE, subtype=subtype
    )


def call(quantity: str, price: str) -> PositionTerms:
    """Calls on GOOG, of which each stands for 100 shares."""
    option = stated(
        "GOOG130119C00600000", quantity, price, investment_class=InvestmentClass.OPTIONS
    )
    terms = {"underlying": "GOOG", "strike": Decimal(600), "expires_on": date(2013, 1, 19)}
    return msgspec.structs.replace(option, investment_subtype="CALL", right="CALL", **terms)


class TestAgreement:
    """What the file states and the portfolio holds."""

    def test_equal_holdings_change_nothing(self) -> None:
        holding(OLD, SHORT).when(
            replacing(stated("GOOG", "100", "49.00"), stated("SPY", "-10", "1.00"))
        ).then(replaced())

    def test_lots_are_compared_by_their_sum(self) -> None:
        holding(OLD, NEW).when(replacing(stated("GOOG", "160", "57.50"))).then(replaced())

    def test_closed_lots_of_the_file_do_not_count(self) -> None:
        whole = Closing(closed_on=MONDAY, quantity=Decimal(30), price=Decimal(55))
        closed = msgspec.structs.replace(stated("GOOG", "30", "1.00"), closings=(whole,))
        partly = msgspec.structs.replace(stated("GOOG", "130", "1.00"), closings=(whole,))

        holding(OLD).when(replacing(stated("GOOG"), closed)).then(replaced())
        holding(OLD).when(replacing(partly)).then(replaced())

    def test_a_position_that_was_closed_does_not_count(self) -> None:
        gone = replaced(closings=[closing(OLD, "100", "55.00", MONDAY)], name="gone")
        anew = stated("GOOG", "5", "70.00", MONDAY)

        given(Portfolio, portfolio_opened(), imported(OLD), gone).when(replacing(anew)).then(
            replaced(numbered(anew))
        )


class TestSurplus:
    """More is held than the file states."""

    def test_it_is_closed_first_in_first_out_at_the_price_of_the_file(self) -> None:
        holding(NEW, OLD).when(replacing(stated("GOOG", "30"), prices={"GOOG": "80.125"})).then(
            replaced(
                closings=[
                    closing(OLD, "100", "80.125", TUESDAY),
                    closing(NEW, "30", "80.125", TUESDAY),
                ]
            )
        )

    def test_a_lot_is_closed_in_part(self) -> None:
        holding(OLD, NEW).when(replacing(stated("GOOG", "119.5"), prices={"GOOG": "80"})).then(
            replaced(closings=[closing(OLD, "40.5", "80", TUESDAY)])
        )

    def test_lots_of_one_day_are_closed_in_the_order_they_came(self) -> None:
        first, second = (
            numbered(stated("GOOG", "10", "50")),
            numbered(stated("GOOG", "10", "60"), 2),
        )

        holding(first, second).when(replacing(stated("GOOG", "5"), prices={"GOOG": "80"})).then(
            replaced(
                closings=[closing(first, "10", "80", TUESDAY), closing(second, "5", "80", TUESDAY)]
            )
        )

    def test_what_is_left_of_a_lot_is_closed_next(self) -> None:
        before = replaced(closings=[closing(OLD, "70", "75", MONDAY)], name="before")

        given(Portfolio, portfolio_opened(), imported(OLD, NEW), before).when(
            replacing(stated("GOOG", "50"), prices={"GOOG": "80"})
        ).then(
            replaced(
                closings=[closing(OLD, "30", "80", TUESDAY), closing(NEW, "10", "80", TUESDAY)]
            )
        )

    def test_a_short_is_closed_likewise(self) -> None:
        holding(SHORT).when(replacing(stated("SPY", "-4"), prices={"SPY": "130"})).then(
            replaced(closings=[closing(SHORT, "-6", "130", TUESDAY)])
        )

    def test_a_symbol_that_the_file_lacks_is_closed(self) -> None:
        holding(OLD, SHORT).when(replacing(stated("GOOG"), prices={"SPY": "130"})).then(
            replaced(closings=[closing(SHORT, "-10", "130", TUESDAY)])
        )

    def test_what_was_entered_after_the_day_of_the_file_is_closed_on_its_entry(self) -> None:
        later = numbered(stated("GOOG", "100", "50.00", WEDNESDAY))

        holding(later).when(replacing(stated("GOOG", "60"), prices={"GOOG": "80"})).then(
            replaced(closings=[closing(later, "40", "80", WEDNESDAY)])
        )

    def test_an_option_may_be_closed_at_nothing(self) -> None:
        calls = numbered(call("5", "41.20"))

        holding(calls).when(replacing(call("3", "41.20"), prices={calls.symbol: "0"})).then(
            replaced(closings=[closing(calls, "2", "0", TUESDAY)])
        )

    def test_a_money_fund_is_closed_at_one(self) -> None:
        fund = numbered(stated("SPAXX", "5000", "1.00"))

        holding(fund).when(replacing(stated("SPAXX", "3000", "1.00"))).then(
            replaced(closings=[closing(fund, "2000", "1", TUESDAY)])
        )


class TestPrices:
    """What a surplus is closed at where the file has no price."""

    def test_a_private_asset_is_closed_at_the_latest_price_of_its_owner_by_that_day(self) -> None:
        barn, byre = numbered(private("BARN", "1", "90000")), numbered(private("BARN", "1", "1"), 2)
        marks = [(byre, TUESDAY, "95000"), (barn, MONDAY, "91000"), (barn, WEDNESDAY, "99000")]
        history = portfolio_opened(), imported(barn, byre), *(revalued(*mark) for mark in marks)

        given(Portfolio, *history).when(replacing(private("BARN", "1", "90000"))).then(
            replaced(closings=[closing(barn, "1", "95000", TUESDAY)])
        )

    def test_the_price_of_the_file_comes_before_the_owners(self) -> None:
        barn = numbered(private("BARN", "1", "90000"))
        history = portfolio_opened(), imported(barn), revalued(barn, MONDAY, "95000")

        given(Portfolio, *history).when(replacing(prices={"BARN": "97000"})).then(
            replaced(closings=[closing(barn, "1", "97000", TUESDAY)])
        )

    def test_without_any_it_is_refused_naming_every_symbol(self) -> None:
        dear = stated("DEAR", "10", "1.00")
        outcome = holding(OLD, SHORT, numbered(stated("DEAR", "9", "90.00"))).when(
            replacing(stated("GOOG", "60"), dear, prices={"IBM": "1"})
        )

        outcome.then_refused(ClosingPriceMissing, "DEAR, GOOG, SPY,", "Calculate the portfolio")
        assert outcome.refusal is not None
        assert outcome.refusal.details == {"symbols": ["DEAR", "GOOG", "SPY"]}

    def test_of_many_symbols_ten_are_told(self) -> None:
        lots = [numbered(stated(f"S{n:02}")) for n in range(12)]

        holding(*lots).when(replacing(stated("GOOG"))).then_refused(
            ClosingPriceMissing, "S09 and 2 more, which"
        )


class TestShortfall:
    """The file states more than is held."""

    def test_a_lot_opens_at_what_the_difference_cost(self) -> None:
        opened = numbered(stated("GOOG", "50", "70.000000", TUESDAY))

        holding(OLD).when(replacing(stated("GOOG", "150", "56.666667"))).then(
            replaced(msgspec.structs.replace(opened, entry_price=Decimal("70.000001")))
        )

    @pytest.mark.parametrize(
        ("quantity", "price", "entry_price"),
        [
            ("103", "51.00", "84.333333"),
            ("116", "51.00", "57.25"),
            ("100.5", "50.00000001", "50.000002"),
        ],
    )
    def test_the_price_is_rounded_half_even_to_six_decimals(
        self, quantity: str, price: str, entry_price: str
    ) -> None:
        more = str(Decimal(quantity) - 100)

        holding(OLD).when(replacing(stated("GOOG", quantity, price))).then(
            replaced(numbered(stated("GOOG", more, entry_price, TUESDAY)))
        )

    def test_only_what_is_open_counts_in_the_old_cost(self) -> None:
        before = replaced(closings=[closing(OLD, "40", "75", MONDAY)], name="before")

        given(Portfolio, portfolio_opened(), imported(OLD), before).when(
            replacing(stated("GOOG", "80", "60.00"))
        ).then(replaced(numbered(stated("GOOG", "20", "90.00", TUESDAY))))

    @pytest.mark.parametrize("cost", ["40.00", "33.333333", "0.000001"])
    def test_it_opens_at_the_last_price_where_the_difference_cost_nothing(self, cost: str) -> None:
        holding(OLD).when(replacing(stated("GOOG", "120", cost), prices={"GOOG": "80"})).then(
            replaced(numbered(stated("GOOG", "20", "80", TUESDAY)))
        )

    def test_it_opens_at_the_last_price_where_the_difference_cost_beyond_reason(self) -> None:
        hardly_more = stated("GOOG", "100.00000001", "90.00")

        holding(OLD).when(replacing(hardly_more, prices={"GOOG": "80"})).then(
            replaced(numbered(stated("GOOG", "0.00000001", "80", TUESDAY)))
        )
        holding(OLD).when(replacing(hardly_more)).then_refused(ClosingPriceMissing, "GOOG")

    @pytest.mark.parametrize("price", ["1000000000", "0.000001"])
    def test_the_difference_may_cost_up_to_a_thousand_million_and_down_to_a_millionth(
        self, price: str
    ) -> None:
        one = numbered(stated("GOOG", "1", price))

        holding(one).when(replacing(stated("GOOG", "2", price), prices={"GOOG": "80"})).then(
            replaced(numbered(stated("GOOG", "1", price, TUESDAY)))
        )
        dearer = stated("GOOG", "2", str(Decimal(price) + Decimal("0.000001")))
        expected = "80" if price == "1000000000" else "0.000003"
        holding(one).when(replacing(dearer, prices={"GOOG": "80"})).then(
            replaced(numbered(stated("GOOG", "1", expected, TUESDAY)))
        )

    def test_nothing_is_opened_at_a_price_of_nothing(self) -> None:
        holding(OLD).when(
            replacing(stated("GOOG", "120", "1.00"), prices={"GOOG": "0"})
        ).then_refused(ClosingPriceMissing, "GOOG")

    def test_a_short_grows_likewise(self) -> None:
        holding(SHORT).when(replacing(stated("SPY", "-15", "138.00"))).then(
            replaced(numbered(stated("SPY", "-5", "142.00", TUESDAY)))
        )

    def test_an_option_stands_for_a_hundred_shares(self) -> None:
        more = msgspec.structs.replace(
            call("3", "50.00"), entry_on=TUESDAY, entry_price=Decimal("50.00")
        )

        holding(numbered(call("5", "41.20"))).when(replacing(call("8", "44.50"))).then(
            replaced(numbered(more))
        )

    def test_a_money_fund_grows_at_one(self) -> None:
        fund = numbered(stated("SPAXX", "5000", "1.00"))

        holding(fund).when(replacing(stated("SPAXX", "6000", "0.50"))).then(
            replaced(numbered(stated("SPAXX", "1000", "1", TUESDAY)))
        )

    def test_the_lot_is_what_the_last_of_the_file_is(self) -> None:
        words = {"investment_subtype": "ETF", "stated_as": "Gold Fund", "row": 7}
        last = msgspec.structs.replace(stated("GOOG", "50", "80.00", OPENING_DAY), **words)
        older = stated("GOOG", "70", "50.00", OLD_DAY)
        expected = msgspec.structs.replace(stated("GOOG", "20", "125.00", TUESDAY), **words)

        holding(OLD).when(replacing(last, older)).then(replaced(numbered(expected)))

    def test_a_symbol_that_is_not_held_comes_as_the_file_has_it(self) -> None:
        part = Closing(closed_on=MONDAY, quantity=Decimal(5), price=Decimal(9))
        partly = msgspec.structs.replace(stated("IBM", "15", "8.00"), closings=(part,))
        lots = stated("GOOG", "100"), stated("IBM", "10", "190.00", OLD_DAY), partly

        holding(OLD).when(replacing(*lots)).then(replaced(*map(numbered, lots[1:])))


class TestTheOtherWayRound:
    """Long is compared with long, short with short."""

    def test_a_short_becomes_long(self) -> None:
        long = stated("SPY", "7", "131.00", MONDAY)

        holding(SHORT).when(replacing(long, prices={"SPY": "130"})).then(
            replaced(numbered(long), closings=[closing(SHORT, "-10", "130", TUESDAY)])
        )

    def test_both_ways_at_once_are_told_apart(self) -> None:
        both = stated("GOOG", "80", "50.00"), stated("GOOG", "-20", "75.00", MONDAY)

        holding(OLD).when(replacing(*both, prices={"GOOG": "80"})).then(
            replaced(numbered(both[1]), closings=[closing(OLD, "20", "80", TUESDAY)])
        )

    def test_a_long_and_a_short_that_make_nothing_are_closed_where_the_file_has_neither(
        self,
    ) -> None:
        against = numbered(stated("GOOG", "-100", "75.00", MONDAY))

        holding(OLD, against).when(replacing(prices={"GOOG": "80"})).then(
            replaced(
                closings=[
                    closing(OLD, "100", "80", TUESDAY),
                    closing(against, "-100", "80", TUESDAY),
                ]
            )
        )


class TestCash:
    """Cash without a ticker is an amount, not a quantity."""

    CASH = numbered(private("CASH_USD", "1", "5000.00", "CASH"))

    def test_the_same_amount_changes_nothing(self) -> None:
        holding(self.CASH).when(replacing(private("CASH_USD", "1", "5000", "CASH"))).then(
            replaced()
        )

    def test_another_amount_takes_its_place_from_the_day_of_the_file_on(self) -> None:
        amount = private("CASH_USD", "1", "7250.10", "CASH")
        from_then_on = msgspec.structs.replace(amount, entry_on=TUESDAY)

        holding(self.CASH).when(replacing(amount)).then(
            replaced(numbered(from_then_on), closings=[closing(self.CASH, "1", "5000.00", TUESDAY)])
        )

    def test_only_what_is_open_of_an_amount_takes_its_place(self) -> None:
        half = Closing(closed_on=MONDAY, quantity=Decimal(1), price=Decimal("7000"))
        amount = msgspec.structs.replace(
            private("CASH_USD", "2", "7000.00", "CASH"), closings=(half,)
        )
        left = msgspec.structs.replace(amount, quantity=Decimal(1), closings=(), entry_on=TUESDAY)

        holding(self.CASH).when(replacing(amount)).then(
            replaced(numbered(left), closings=[closing(self.CASH, "1", "5000.00", TUESDAY)])
        )

    def test_cash_that_the_file_lacks_is_gone(self) -> None:
        holding(self.CASH).when(replacing()).then(
            replaced(closings=[closing(self.CASH, "1", "5000.00", TUESDAY)])
        )

    def test_cash_that_was_not_held_comes_as_the_file_has_it(self) -> None:
        amount = private("CASH_USD", "1", "7250.10", "CASH")

        holding(OLD).when(replacing(amount, stated("GOOG"))).then(replaced(numbered(amount)))

    def test_cash_becomes_a_debt(self) -> None:
        debt = private("CASH_USD", "-1", "300.00", "CASH")

        holding(self.CASH).when(replacing(debt)).then(
            replaced(numbered(debt, lot=2), closings=[closing(self.CASH, "1", "5000.00", TUESDAY)])
        )

    def test_what_is_cash_on_one_side_alone_is_no_amount(self) -> None:
        fund = stated("CASH_USD", "1", "6000.00")

        holding(self.CASH).when(replacing(fund)).then(replaced())
        holding(numbered(fund)).when(replacing(private("CASH_USD", "1", "1", "CASH"))).then(
            replaced()
        )

    def test_another_private_asset_is_no_amount(self) -> None:
        barn = numbered(private("BARN", "1", "90000.00"))

        holding(barn).when(replacing(private("BARN", "1", "95000.00"))).then(replaced())


class TestTellingFirst:
    """What replacing would change is told before, and done exactly so."""

    EEM = numbered(stated("EEM", "30", "40.00"))
    FILE = (
        stated("GOOG", "60"),
        stated("IBM", "5", "190.00", OLD_DAY),
        stated("SPY", "-10"),
        stated("EEM", "40", "40.00"),
        stated("EEM", "-3", "40.00"),
    )
    MORE, AGAINST, SOLD = (
        stated("EEM", "10", "40.00", TUESDAY),
        FILE[4],
        closing(OLD, "40", "80", TUESDAY),
    )

    @staticmethod
    def change(
        symbol: str,
        held: str,
        file: str,
        *came: PositionTerms,
        went: tuple[PositionClosing, ...] = (),
    ) -> Change:
        """What happens to a symbol."""
        quantities = {"held": Decimal(held), "stated": Decimal(file)}
        return Change(symbol=symbol, **quantities, openings=came, closings=went)

    def test_each_symbol_that_changes_is_told_with_its_quantities(self) -> None:
        outcome = holding(OLD, SHORT, self.EEM).when(replacing(*self.FILE, prices={"GOOG": "80"}))
        before = Portfolio.replay(SUBJECT, outcome.history)
        told = before.differences(file_of(*self.FILE, prices={"GOOG": "80"}))

        assert told == [
            self.change("EEM", "30", "37", self.MORE, self.AGAINST),
            self.change("GOOG", "100", "60", went=(self.SOLD,)),
            self.change("IBM", "0", "5", self.FILE[1]),
        ]
        assert before.pending == ()
        came = numbered(self.MORE), numbered(self.AGAINST, lot=2), numbered(self.FILE[1])
        outcome.then(replaced(*came, closings=[self.SOLD]))

    def test_what_was_done_is_told_in_the_same_words(self) -> None:
        before = Portfolio.replay(SUBJECT, [portfolio_opened(), imported(OLD, SHORT, self.EEM)])
        told = before.differences(file_of(*self.FILE, prices={"GOOG": "80"}))

        assert replacing(*self.FILE, prices={"GOOG": "80"})(before) == told


class TestEndedOptions:
    """What an option comes to is for its settlement to say, not for a later file."""

    OVER = msgspec.structs.replace(numbered(call("5", "9.00")), expires_on=MONDAY)
    SETTLED = expired(OVER, "3.25", MONDAY)

    @pytest.mark.parametrize("history", [(), (SETTLED,)], ids=["not settled yet", "settled"])
    @pytest.mark.parametrize("contracts", [None, "5", "3", "-1"])
    def test_one_that_ended_before_the_day_of_the_file_is_left_alone(
        self, contracts: str | None, history: tuple[Event, ...]
    ) -> None:
        rows = [] if contracts is None else [call(contracts, "9.00")]
        over = [msgspec.structs.replace(row, expires_on=MONDAY) for row in rows]

        given(Portfolio, portfolio_opened(), imported(self.OVER), *history).when(
            replacing(*over, prices={self.OVER.symbol: "4.00"})
        ).then(replaced())

    def test_one_that_ends_on_its_day_is_not(self) -> None:
        ending = msgspec.structs.replace(self.OVER, expires_on=TUESDAY)

        holding(ending).when(replacing(prices={ending.symbol: "4.00"})).then(
            replaced(closings=[closing(ending, "5", "4.00", TUESDAY)])
        )

    def test_one_that_was_never_held_comes_as_the_file_has_it(self) -> None:
        over = msgspec.structs.replace(call("5", "9.00"), expires_on=MONDAY)

        holding().when(replacing(over)).then(replaced(numbered(over)))
