"""Specification of a day's lines: what they rest on, splits and dividends, what is left out."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from msgspec import structs

from domain.corporate_action import CorporateAction
from domain.mark import MarkQuality, MarkSource
from domain.money import WHOLE, column
from domain.position import Position
from domain.snapshot import Lines, needs_price_update
from domain.statement import ENGINE_VERSION, inputs_digest
from domain.valuation import value_sessions
from tests.support.books import (
    FRIDAY,
    PORTFOLIO,
    book,
    closes,
    dividend,
    flow,
    opening,
    position,
    split,
    valued,
    weekdays,
)

MONDAY = FRIDAY + timedelta(days=3)


def test_a_digest_is_that_of_the_facts_and_of_eight_bytes_for_each_number() -> None:
    facts = (1, date(2024, 1, 15))
    digested = (
        b'[1,"2024-01-15"]' + (5).to_bytes(8, "little") + (-5).to_bytes(8, "little", signed=True)
    )

    assert inputs_digest(facts, [column([5, -5])]) == hashlib.sha256(digested).hexdigest()


def test_numbers_of_any_size_that_fit_have_the_same_digest() -> None:
    fast, whole = column([5, -5]), column([5, -5], WHOLE)

    assert inputs_digest((), [fast]) == inputs_digest((), [whole])


def test_a_column_with_a_number_beyond_eight_bytes_is_spelt_out() -> None:
    digested = b"[]" + b"[9223372036854775808, 1]"

    assert inputs_digest((), [column([2**63, 1], WHOLE)]) == hashlib.sha256(digested).hexdigest()


def test_a_book_leaves_out_the_positions_that_are_history() -> None:
    held, gone = position("GOOG", "1", "1"), position("SPY", "1", "1")
    whole = book(held, gone)

    assert list(whole.without({gone.position_id}).positions) == [held]
    assert whole.without(set()) is whole


def told(*positions: Position, prices: Sequence[str], actions: Sequence[CorporateAction]) -> Lines:
    """The lines of the last of some days, all positions marked at the same prices."""
    sessions = weekdays(FRIDAY, len(prices))
    marks = {one.position_id: closes(sessions, *prices) for one in positions}
    holding = book(*positions, actions=actions)
    return value_sessions(holding, sessions, marks, opening("100000"))[-1].lines


def test_a_split_of_one_symbol_divides_the_entry_price_of_that_one_alone() -> None:
    goog, spy = position("GOOG", "100", "50"), position("SPY", "10", "20")

    lines = told(goog, spy, prices=["50", "25"], actions=[split("GOOG", MONDAY, "2")])

    assert lines.symbol == ("GOOG", "SPY")
    assert list(lines.quantity) == [200, 10]
    assert list(lines.entry_price) == [25, 20]


def test_a_dividend_closes_nothing_however_dear_a_share_is() -> None:
    dear = position("DEAR", "1", "900000")

    lines = told(dear, prices=["900000"] * 2, actions=[dividend("DEAR", MONDAY, "12.34")])

    assert (lines.income, lines.pnl) == ((Decimal("12.34"),), (Decimal("12.34"),))
    assert [*lines.realized_pnl, *lines.proceeds, *lines.cost] == [0, 0, 0]


def test_a_split_closes_nothing_however_dear_a_share_is() -> None:
    dear = position("DEAR", "1", "90000000")

    lines = told(dear, prices=["90000000", "45000000"], actions=[split("DEAR", MONDAY, "2")])

    assert [*lines.pnl, *lines.unrealized_pnl] == [0, 0]
    assert [*lines.realized_pnl, *lines.proceeds, *lines.cost] == [0, 0, 0]


def test_what_is_bought_has_cost_its_price_however_dear_a_share_is() -> None:
    dear = position("DEAR", "1", "90000000", MONDAY)

    lines = told(dear, prices=["90000000"] * 2, actions=[])

    assert (lines.cost, lines.unrealized_pnl) == ((Decimal("90000000.00"),), (Decimal(0),))
    assert [*lines.realized_pnl, *lines.proceeds, *lines.pnl] == [0, 0, 0]


def test_the_smallest_part_of_a_share_is_a_line_long_or_short() -> None:
    long, short = position("L", "0.00000001", "50"), position("S", "-0.00000001", "50")
    sold = position("G", "1", "50", closed=(MONDAY, "50"))

    day = valued("1000", {long: ["50"] * 2, short: ["50"] * 2, sold: ["50"] * 2})[-1]

    assert (day.counts.lines, day.counts.long, day.counts.short) == (3, 1, 1)


def test_a_digest_is_of_the_state_before_what_happened_and_the_marks() -> None:
    bought = position("A", "10", "5", MONDAY)
    sold = position("B", "4", "5", closed=(MONDAY, "7"))
    paying = position("C", "8", "5")
    actions = [split("C", MONDAY, "2"), dividend("C", MONDAY, "0.5")]
    sessions = weekdays(FRIDAY, 2)
    marks = {one.position_id: closes(sessions, "5", "6") for one in (bought, sold, paying)}
    holding = book(bought, sold, paying, actions=actions, flows=[flow(MONDAY, "20")])

    friday, monday = value_sessions(holding, sessions, marks, opening("1000"))

    ids = (bought.position_id, sold.position_id, paying.position_id)
    share, dollar = 10**8, 10**6
    held = inputs_digest(
        (ids, (False,) * 3, (1,) * 3),
        (column([5 * dollar] * 3), column([10 * share, 0, 16 * share])),
    )
    happened = [
        # opened, closed, traded at, change of the shares held, cents of income
        (ids[0], 0, 0, 0, 0, 10 * share, 0),
        (ids[0], 10 * share, 0, 0, 0, 0, 0),
        (ids[1], 0, 0, 0, 0, -4 * share, 0),
        (ids[1], 0, 4 * share, 4 * share, 7 * dollar, 0, 0),
        (ids[2], 0, 0, 0, 0, 0, 400),
        (ids[2], 0, 0, 0, 0, 8 * share, 0),
    ]
    origin = (MONDAY, MarkSource.CLOSE, MarkQuality.GOOD, "bundled")
    assert monday.inputs_digest == inputs_digest(
        (ENGINE_VERSION, PORTFOLIO, MONDAY, 100_000, 2_000, held, happened, [origin]),
        (column([6 * dollar] * 3), column([0] * 3), column([0, 2_000, 4_000])),
    )
    assert friday.inputs_digest != monday.inputs_digest


def test_what_happened_to_shares_is_worked_out_once_for_a_position() -> None:
    goog = position("GOOG", "1", "1")
    holding, stated_otherwise = book(goog), structs.replace(goog, quantity=Decimal(2))

    assert holding.held(goog) is holding.held(goog)
    assert holding.held(stated_otherwise).position is stated_otherwise


def test_a_dividend_of_more_decimals_than_a_price_is_rounded_to_six() -> None:
    many = position("MANY", "10000000", "1")

    lines = told(many, prices=["1"] * 2, actions=[dividend("MANY", MONDAY, "0.12345678")])

    assert lines.income == (Decimal("1234570.00"),)


@pytest.mark.parametrize(
    ("priced", "need_price", "is_needed"),
    [(7, 10, True), (8, 10, False), (10, 10, False), (3, 4, True), (0, 0, False), (0, 1, True)],
)
def test_fewer_than_80_percent_of_symbols_with_a_price_ask_for_an_update(
    priced: int, need_price: int, *, is_needed: bool
) -> None:
    assert needs_price_update(priced, need_price) is is_needed
