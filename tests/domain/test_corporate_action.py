"""Specification of splits and dividends: shares become others, values stay (spec 5.5)."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from domain.corporate_action import Actions, CorporateAction, actions_by_symbol
from domain.money import ZERO
from domain.position import Closing, Position
from domain.shares import Held, per_share
from domain.snapshot import Snapshot
from domain.valuation import Previous, value_sessions
from tests.support.books import (
    FRIDAY,
    book,
    closes,
    dividend,
    opening,
    position,
    split,
    weekdays,
)

SESSIONS = weekdays(FRIDAY, 6)
MONDAY, TUESDAY, WEDNESDAY = SESSIONS[1:4]
ENTERED = FRIDAY - timedelta(days=400)


def usd(text: str) -> Decimal:
    """An amount."""
    return Decimal(text)


def of_line(snapshot: Snapshot, column: str) -> str:
    """What the only line says in a column."""
    (value,) = getattr(snapshot.lines, column)
    return str(value)


def valued(
    held: Position, prices: list[str], *actions: CorporateAction, stated_on: date | None = None
) -> list[Snapshot]:
    """A portfolio of 100,000 USD with one position, at these closes from Friday on."""
    sessions = SESSIONS[: len(prices)]
    marks = {held.position_id: closes(sessions, *prices)}
    holding = book(held, actions=actions, stated_on=stated_on)
    return value_sessions(holding, sessions, marks, opening("100000"))


class TestFactor:
    """How many shares one became."""

    def test_a_split_counts_from_its_ex_date_on(self) -> None:
        actions = Actions([split("A", MONDAY, "2"), split("A", WEDNESDAY, "1.5")])

        assert actions.share_factor(FRIDAY, FRIDAY) == 1
        assert actions.share_factor(FRIDAY, MONDAY) == 2
        assert actions.share_factor(MONDAY, WEDNESDAY) == Fraction(3, 2)
        assert actions.share_factor(WEDNESDAY, FRIDAY) == Fraction(1, 3)

    def test_one_for_three_is_a_third_exactly(self) -> None:
        reverse = Actions([split("A", MONDAY, "0.3333333333")])

        assert reverse.share_factor(FRIDAY, MONDAY) == Fraction(1, 3)

    def test_a_ratio_finer_than_real_ones_stays_above_zero(self) -> None:
        actions = Actions([split("A", MONDAY, "0.00001")])

        assert actions.share_factor(FRIDAY, MONDAY) == Fraction(1, 100_000)
        assert actions.share_factor(MONDAY, FRIDAY) == 100_000

    def test_the_owners_own_entry_wins_for_its_symbol_day_and_kind(self) -> None:
        market = [split("A", MONDAY, "2"), dividend("A", MONDAY, "1"), split("B", MONDAY, "3")]
        known = actions_by_symbol(market, [split("A", MONDAY, "4")])

        assert known["A"].share_factor(FRIDAY, MONDAY) == 4
        assert [paid.value for paid in known["A"].dividends] == [1]
        assert known["B"].share_factor(FRIDAY, MONDAY) == 3


class TestHeldThroughASplit:
    """A position entered before the opening and held through its symbol's split on Monday."""

    def test_the_pnl_of_the_ex_date_is_the_real_move(self) -> None:
        before, after = valued(
            position("AAPL", "100", "60.00"), ["88.99", "44.86"], split("AAPL", MONDAY, "2")
        )

        assert (of_line(before, "quantity"), of_line(after, "quantity")) == ("100", "200")
        assert after.pnl == usd("73.00")
        assert after.lines.entry_price == (usd("30.00"),)
        assert after.lines.unrealized_pnl == (usd("2972.00"),)
        assert after.cash == before.cash

    def test_a_short_owes_the_new_shares(self) -> None:
        _, after = valued(position("S", "-100", "60"), ["60", "31"], split("S", MONDAY, "2"))

        assert of_line(after, "quantity") == "-200"
        assert after.pnl == usd("-200.00")

    def test_a_quantity_that_contains_the_split_is_divided_before_it(self) -> None:
        held = position("AAPL", "100", "30.00", entry_on=ENTERED)
        before, after = valued(held, ["88", "45"], split("AAPL", MONDAY, "2"), stated_on=TUESDAY)

        assert (of_line(before, "quantity"), of_line(after, "quantity")) == ("50", "100")
        assert (before.lines.entry_price, after.lines.entry_price) == ((usd("60"),), (usd("30"),))
        assert before.lines.unrealized_pnl == (usd("1400.00"),)
        assert after.pnl == usd("100.00")

    def test_a_quantity_stated_on_the_ex_date_contains_the_split(self) -> None:
        held = position("AAPL", "100", "30.00", entry_on=ENTERED)
        after = valued(held, ["88", "45"], split("AAPL", MONDAY, "2"), stated_on=MONDAY)[1]

        assert of_line(after, "quantity") == "100"

    def test_an_entry_on_a_later_day_is_in_shares_of_that_day(self) -> None:
        bought = position("AAPL", "100", "45.00", entry_on=TUESDAY)
        tuesday = valued(bought, ["88", "44", "45"], split("AAPL", MONDAY, "2"))[2]

        assert (of_line(tuesday, "quantity"), of_line(tuesday, "cost")) == ("100", "4500.00")

    def test_fractions_of_a_share_keep_eight_decimals(self) -> None:
        after = valued(
            position("R", "100", "3.00"), ["3", "9"], split("R", MONDAY, "0.3333333333")
        )[1]

        assert after.lines.quantity == (usd("33.33333333"),)
        assert after.lines.entry_price == (usd("9"),)
        assert after.lines.unrealized_pnl == (ZERO,)

    @pytest.mark.parametrize(("contracts", "left"), [("1", "0.33333333"), ("-2", "-0.66666667")])
    def test_fractions_of_a_contract_keep_eight_decimals_too(
        self, contracts: str, left: str
    ) -> None:
        calls = position("C", contracts, "3.00", subtype="CALL")
        third = split("C", MONDAY, "0.3333333333")
        _, monday, tuesday = valued(calls, ["3", "9", "9"], third)

        assert monday.lines.quantity == (usd(left),)
        assert monday.lines.market_value == (round(usd(left) * 100 * 9, 2),)
        marks = {calls.position_id: closes([TUESDAY], "9")}
        again = value_sessions(book(calls, actions=[third]), [TUESDAY], marks, Previous(monday, 1))
        assert again == [tuesday]

    def test_a_closing_of_the_stated_quantity_is_of_all_its_shares(self) -> None:
        sold = position("AAPL", "100", "60.00", closed=(TUESDAY, "45.00"))
        tuesday = valued(sold, ["88", "44", "45"], split("AAPL", MONDAY, "2"))[2]

        assert of_line(tuesday, "quantity") == "0"
        assert tuesday.lines.proceeds == (usd("9000.00"),)
        assert tuesday.lines.realized_pnl == (usd("3000.00"),)

    def test_the_next_day_builds_on_the_split_one(self) -> None:
        held, splits = position("AAPL", "100", "60.00"), split("AAPL", MONDAY, "2")
        friday, monday, tuesday = valued(held, ["88", "44", "45"], splits)
        for before, rest, expected in (
            (friday, [MONDAY, TUESDAY], [monday, tuesday]),
            (monday, [TUESDAY], [tuesday]),
        ):
            marks = {held.position_id: closes(rest, *["44", "45"][-len(rest) :])}
            again = value_sessions(book(held, actions=[splits]), rest, marks, Previous(before, 1))
            assert again == expected


class TestDividends:
    """USD a share held at the close before the ex date."""

    def test_income_is_pnl_and_cash(self) -> None:
        before, after = valued(
            position("MSFT", "200", "26.00"), ["29.97", "27.39"], dividend("MSFT", MONDAY, "3.08")
        )

        assert after.lines.income == (usd("616.00"),)
        assert after.pnl == usd("-516.00") + usd("616.00")
        assert after.cash - before.cash == usd("616.00")
        assert after.income == usd("616.00")

    def test_a_short_pays_it(self) -> None:
        after = valued(position("S", "-200", "26"), ["26", "26"], dividend("S", MONDAY, "0.5"))[1]

        assert after.lines.income == (usd("-100.00"),)

    def test_shares_bought_on_the_ex_date_get_none(self) -> None:
        bought = position("A", "100", "26", entry_on=MONDAY)

        assert valued(bought, ["26", "26"], dividend("A", MONDAY, "0.5"))[1].income == 0

    def test_shares_sold_on_the_ex_date_get_it(self) -> None:
        sold = position("A", "100", "26", closed=(MONDAY, "25.50"))

        assert valued(sold, ["26", "26"], dividend("A", MONDAY, "0.5"))[1].income == usd("50.00")

    def test_after_the_full_sale_there_is_none(self) -> None:
        sold = position("A", "100", "26", closed=(MONDAY, "25.50"))
        days = valued(sold, ["26", "26", "26"], dividend("A", TUESDAY, "0.5"))

        assert [day.income for day in days] == [0, 0, 0]

    def test_one_on_or_before_the_opening_is_in_the_declared_equity(self) -> None:
        held = position("A", "100", "26", entry_on=ENTERED)

        assert valued(held, ["26", "26"], dividend("A", FRIDAY, "0.5"))[1].income == 0

    def test_one_of_a_day_without_session_comes_with_the_next(self) -> None:
        saturday = FRIDAY + timedelta(days=1)

        assert valued(position("A", "100", "26"), ["26", "26"], dividend("A", saturday, "0.5"))[
            1
        ].income == usd("50.00")


quantities = st.decimals(min_value="0.01", max_value="100000", places=8)
prices = st.decimals(min_value="0.01", max_value="2000", places=2)
ratios = st.sampled_from(["2", "3", "1.5", "0.1", "0.3333333333", "28", "1.05", "0.0333333333"])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_the_identities_hold_through_any_splits_and_dividends(data: st.DataObject) -> None:
    sign = data.draw(st.sampled_from([1, -1]))
    quantity = sign * data.draw(quantities)
    days = st.sampled_from(SESSIONS[1:])
    actions = [
        split("A", on, data.draw(ratios))
        for on in data.draw(st.lists(days, max_size=3, unique=True))
    ]
    actions += [dividend("A", data.draw(days), str(data.draw(prices)))]
    exit_ = (data.draw(days), str(data.draw(prices))) if data.draw(st.booleans()) else None
    subtype = data.draw(st.sampled_from(["STOCK", "CALL"]))
    held = position("A", str(quantity), str(data.draw(prices)), closed=exit_, subtype=subtype)
    marks = [str(data.draw(prices)) for _ in SESSIONS]
    stated_on = data.draw(st.sampled_from(SESSIONS))
    snapshots = valued(held, marks, *actions, stated_on=stated_on)

    earned = sum(snapshot.pnl for snapshot in snapshots)
    last, first = snapshots[-1].lines, snapshots[0].lines
    unrealized = sum(last.unrealized_pnl, ZERO) - sum(first.unrealized_pnl, ZERO)
    labels = sum(day.realized_pnl + day.income for day in snapshots)
    assert snapshots[-1].nav - snapshots[0].nav == earned == labels + unrealized
    for snapshot in snapshots:
        assert snapshot.nav == snapshot.cash + snapshot.long_value + snapshot.short_value
    cut = data.draw(st.integers(1, len(SESSIONS) - 1))
    rest = {held.position_id: closes(SESSIONS[cut:], *marks[cut:])}
    holding = book(held, actions=actions, stated_on=stated_on)
    before = Previous(snapshots[cut - 1], version=1)
    assert value_sessions(holding, SESSIONS[cut:], rest, before) == snapshots[cut:]


@given(quantity=quantities, ratio=ratios, price=prices)
def test_a_split_changes_no_cost(quantity: Decimal, ratio: str, price: Decimal) -> None:
    held = position("A", str(quantity), str(price))
    through = Held(held, held.entry_on, Actions([split("A", MONDAY, ratio)]))

    assert through.stated_after(TUESDAY) == through.stated_after(FRIDAY)
    exact = through.shares_after(FRIDAY) * Fraction(ratio).limit_denominator(100)
    assert abs(through.shares_after(TUESDAY) - exact) <= Fraction(1, 2)


def test_what_cost_nothing_costs_nothing_after_a_split() -> None:
    assert per_share(ZERO, Fraction(3)) == 0
    assert per_share(usd("0.000001"), Fraction(3)) == usd("0.000001")
    assert per_share(usd("9"), Fraction(3)) == 3


class TestDaysOfAPosition:
    """When something happens to the shares of a position, and when none is left."""

    @pytest.mark.parametrize(
        ("after", "until", "is_quiet"),
        [
            (FRIDAY, MONDAY, True),
            (FRIDAY, TUESDAY, False),
            (MONDAY, TUESDAY, False),
            (TUESDAY, WEDNESDAY, True),
            (FRIDAY - timedelta(days=1), FRIDAY, False),
        ],
    )
    def test_entry_and_closings_count_from_their_day_on(
        self, after: date, until: date, *, is_quiet: bool
    ) -> None:
        sold = Held(position("A", "10", "5", closed=(TUESDAY, "6")), FRIDAY)

        assert sold.is_quiet(after, until) is is_quiet

    def test_splits_and_dividends_of_its_symbol_do_too(self) -> None:
        through = Held(position("A", "10", "5"), FRIDAY, Actions([split("A", TUESDAY, "2")]))

        assert through.is_quiet(FRIDAY, MONDAY) is True
        assert through.is_quiet(MONDAY, TUESDAY) is False
        assert through.is_quiet(TUESDAY, WEDNESDAY) is True

    def test_it_is_gone_from_the_day_of_the_part_that_leaves_nothing(self) -> None:
        parts = [(MONDAY, "4", "6"), (WEDNESDAY, "6", "7")]

        assert Held(position("A", "10", "5", parts=parts), FRIDAY).gone_on == WEDNESDAY
        assert Held(position("A", "10", "5", parts=parts[:1]), FRIDAY).gone_on == date.max


class TestTradedShares:
    """Closings by hand say what was traded on the day, whatever the splits known then."""

    def held(self, *closings: Closing, ratio: str = "2") -> Held:
        """100 shares stated on Friday, split on Monday."""
        lot = structs.replace(position("AAPL", "100", "60.00"), closings=closings)
        return Held(lot, FRIDAY, Actions([split("AAPL", MONDAY, ratio)]))

    def closing(self, quantity: str, traded: str) -> Closing:
        """Closed on Tuesday."""
        return Closing(
            closed_on=TUESDAY,
            quantity=Decimal(quantity),
            price=Decimal("45.00"),
            traded=Decimal(traded),
        )

    def test_part_of_the_new_shares(self) -> None:
        half = self.held(self.closing("50", "100"))

        assert half.shares_after(TUESDAY) == 100 * 10**8
        assert half.stated_after(TUESDAY) == 50 * 10**8

    def test_a_split_learnt_after_a_partial_closing_leaves_what_was_not_traded(self) -> None:
        unaware = self.held(self.closing("50", "50"))

        assert unaware.shares_after(TUESDAY) == 150 * 10**8
        assert unaware.stated_after(TUESDAY) == 75 * 10**8

    def test_a_split_learnt_after_the_whole_was_closed_leaves_nothing(self) -> None:
        unaware = self.held(self.closing("100", "100"))

        assert unaware.shares_after(TUESDAY) == 0
        assert [part.traded for part in unaware.closed_parts] == [200 * 10**8]

    def test_no_more_is_closed_than_was_held(self) -> None:
        unaware = self.held(self.closing("50", "50"), ratio="0.1")

        assert unaware.shares_after(TUESDAY) == 0
        assert [part.traded for part in unaware.closed_parts] == [10 * 10**8]
