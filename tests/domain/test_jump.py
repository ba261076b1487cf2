"""Specification of the jump check: quotes 10 or 100 times off, and real jumps, a day later."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.ports import Close
from domain.corporate_action import NO_ACTIONS, Actions
from domain.jump import jumps
from tests.support.books import split, weekdays

WEEK = weekdays(date(2024, 1, 8), 5)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = WEEK


def closes(*prices: str | None) -> list[Close]:
    """Closes from Monday on, None for a day without one."""
    return [
        Close("XYZ", day, Decimal(price), "yahoo")
        for day, price in zip(WEEK, prices, strict=False)
        if price
    ]


def doubted(
    quotes: Sequence[Close], known: Sequence[Close] = (), actions: Actions = NO_ACTIONS
) -> dict[date, list[date]]:
    """The sessions of doubted quotes, each with those of its neighbours."""
    return {
        jump.quote.session: [close.session for close in jump.neighbours]
        for jump in jumps(quotes, known, actions)
    }


@pytest.mark.parametrize("off", ["1000", "10000", "10", "1", "510", "19.79"])
def test_a_quote_off_by_more_than_five_times_between_two_closes_is_doubted(off: str) -> None:
    assert doubted(closes("100", off, "101")) == {TUESDAY: [MONDAY, WEDNESDAY]}


@pytest.mark.parametrize("price", ["500", "20", "250", "55"])
def test_a_move_of_up_to_five_times_is_believed(price: str) -> None:
    assert doubted(closes("100", price, "100")) == {}


def test_the_newest_quote_is_doubted_until_the_next_session_confirms_it() -> None:
    known = closes("100", "101")
    assert doubted(closes(None, None, "1000"), known) == {WEDNESDAY: [TUESDAY]}
    assert doubted(closes(None, None, "1000", "1010"), known) == {}


def test_a_quote_that_the_next_session_contradicts_stays_doubted() -> None:
    known = closes("100", "101")
    assert doubted(closes(None, None, "1000", "102"), known) == {WEDNESDAY: [TUESDAY, THURSDAY]}


def test_a_correction_of_a_known_day_is_held_against_the_days_around_it() -> None:
    known = closes("100", None, "102")
    assert doubted(closes(None, "1.01"), known) == {TUESDAY: [MONDAY, WEDNESDAY]}
    assert doubted(closes(None, "101"), known) == {}


def test_a_split_of_that_ratio_explains_a_jump() -> None:
    ten_for_one = Actions([split("XYZ", WEDNESDAY, "10")])
    known = closes("1000", "1010")
    assert doubted(closes(None, None, "101"), known, ten_for_one) == {}
    assert doubted(closes(None, None, "101"), known) == {WEDNESDAY: [TUESDAY]}


def test_a_close_that_does_not_move_across_a_split_is_doubted() -> None:
    ten_for_one = Actions([split("XYZ", WEDNESDAY, "10")])
    assert doubted(closes(None, None, "1000"), closes("1000", "1010"), ten_for_one) == {
        WEDNESDAY: [TUESDAY]
    }


def test_of_the_first_three_quotes_the_one_that_the_others_contradict_is_doubted() -> None:
    assert doubted(closes("1", "100", "101")) == {MONDAY: [TUESDAY]}
    assert doubted(closes("1", "100", "101", "102")) == {MONDAY: [TUESDAY]}
    assert doubted(closes("1", "100", "1.01")) == {TUESDAY: [MONDAY, WEDNESDAY]}


def test_a_quote_that_nothing_can_be_held_against_is_believed() -> None:
    assert doubted(closes("1")) == {}
    assert doubted([]) == {}


PRICES = st.decimals(min_value="0.01", max_value="10000", places=2)


@given(st.lists(PRICES, min_size=1, max_size=5), st.integers(0, 4))
def test_no_close_is_believed_that_all_of_its_believed_neighbours_contradict(
    prices: list[Decimal], how_many_known: int
) -> None:
    line = closes(*map(str, prices))
    known, quotes = line[:how_many_known], line[how_many_known:]
    gone = {jump.quote.session for jump in jumps(quotes, known, NO_ACTIONS)}
    assert gone <= {quote.session for quote in quotes}
    left = [close for close in line if close.session not in gone]
    if len(known) == 1 and len(quotes) == 1:
        ratio = quotes[0].price / known[0].price
        assert (len(left) == 2) == (Decimal("0.2") <= ratio <= 5)
