"""Specification of a position as it was on a day (spec 7.2): in shares and prices of that day."""

from datetime import date, timedelta
from decimal import Decimal

from domain.corporate_action import NO_ACTIONS, actions_by_symbol
from domain.position import Position
from domain.position_on import PositionOn
from domain.shares import Held
from tests.support.books import FRIDAY, position, split

MONDAY, TUESDAY, WEDNESDAY = (FRIDAY + timedelta(days=n) for n in (3, 4, 5))


def held(one: Position, *, splits: str = "") -> Held:
    """The position, split on Tuesday into that many shares for one."""
    actions = actions_by_symbol([split(one.symbol, TUESDAY, splits)] if splits else [])
    return Held(one, one.entry_on, actions.get(one.symbol, NO_ACTIONS))


def on(day: date, one: Held) -> PositionOn:
    """The position on a day on which there is one."""
    told = PositionOn.of(one, day)
    assert told is not None
    return told


def test_before_its_entry_there_is_none() -> None:
    entered = held(position("GOOG", "100", "50", entry_on=MONDAY))

    assert PositionOn.of(entered, FRIDAY) is None
    assert on(MONDAY, entered).quantity == 100


def test_closings_count_from_their_day_on() -> None:
    parts = [(MONDAY, "30", "51"), (WEDNESDAY, "70", "52")]
    one = position("GOOG", "100", "50", parts=parts)

    told = [on(day, held(one)) for day in (FRIDAY, MONDAY, TUESDAY, WEDNESDAY)]

    assert [day.quantity for day in told] == [100, 70, 70, 0]
    assert [day.closings for day in told] == [
        (),
        one.closings[:1],
        one.closings[:1],
        one.closings,
    ]


def test_after_a_split_there_are_more_shares_at_less_each() -> None:
    one = held(position("GOOG", "100", "50"), splits="2")

    assert [on(day, one).quantity for day in (MONDAY, TUESDAY)] == [100, 200]
    assert [on(day, one).entry_price for day in (MONDAY, TUESDAY)] == [50, 25]


def test_it_says_what_the_position_is() -> None:
    one = position("GOOG", "-2", "3.00", subtype="CALL")

    told = on(FRIDAY, held(one))

    assert (told.position_id, told.symbol, told.entry_on) == (one.position_id, "GOOG", FRIDAY)
    assert (told.investment_class, told.investment_subtype) == (one.investment_class, "CALL")
    assert (told.quantity, told.entry_price) == (Decimal(-2), Decimal("3.00"))
