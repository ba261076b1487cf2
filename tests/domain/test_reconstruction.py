"""Specification of the days before an account's opening, for charts (spec 5.5)."""

from datetime import date, timedelta

from domain.position import Position
from domain.reconstruction import ReconstructedDay, reconstructed
from tests.support.books import FRIDAY, book, closes, position, split, weekdays

SESSIONS = weekdays(FRIDAY, 3)
MONDAY, TUESDAY = SESSIONS[1:]
TODAY = FRIDAY + timedelta(days=20)


def series(
    *held: Position, prices: tuple[str, ...], split_on: date | None = None
) -> list[tuple[str, str, int]]:
    """Long and short value and the lines counted, of holdings that all have these closes."""
    marks = {one.position_id: closes(SESSIONS, *prices) for one in held}
    actions = [split("A", split_on, "2")] if split_on else []
    days = reconstructed(book(*held, actions=actions), TODAY, SESSIONS, marks)
    assert [day.session for day in days] == SESSIONS
    return [_told(day) for day in days]


def _told(day: ReconstructedDay) -> tuple[str, str, int]:
    return str(day.long_value), str(day.short_value), day.of


def test_a_holding_counts_from_its_entry_on() -> None:
    bought = position("A", "10", "5", entry_on=MONDAY)

    assert series(bought, prices=("5", "6", "7")) == [
        ("0.00", "0.00", 0),
        ("60.00", "0.00", 1),
        ("70.00", "0.00", 1),
    ]


def test_what_was_entered_on_the_last_session_counts_on_it_to_the_cent() -> None:
    bought = position("A", "1", "0.01", entry_on=TUESDAY)

    assert series(bought, prices=("0.01", "0.01", "0.01"))[1:] == [
        ("0.00", "0.00", 0),
        ("0.01", "0.00", 1),
    ]


def test_shorts_stand_apart() -> None:
    both = position("A", "10", "5"), position("B", "-4", "5")

    assert series(*both, prices=("5", "6", "7"))[0] == ("50.00", "-20.00", 2)


def test_what_was_closed_by_today_is_left_out() -> None:
    gone = position("A", "10", "5", closed=(TUESDAY + timedelta(days=3), "9"))
    partly = position("B", "10", "5", parts=[(TUESDAY + timedelta(days=3), "4", "9")])

    assert series(gone, partly, prices=("5", "5", "5"))[0] == ("30.00", "0.00", 1)


def test_before_a_split_there_were_the_shares_of_then() -> None:
    held = position("A", "10", "5")

    assert series(held, prices=("50", "25", "26"), split_on=MONDAY) == [
        ("500.00", "0.00", 1),
        ("500.00", "0.00", 1),
        ("520.00", "0.00", 1),
    ]


def test_cash_is_not_part_of_it() -> None:
    cash = position("CASH_USD", "1", "100000", subtype="CASH")

    assert series(cash, prices=("1", "1", "1"))[0] == ("0.00", "0.00", 0)


def test_what_is_beyond_int64_is_told_to_the_cent() -> None:
    held = [position("A", "1000000000", "0.01"), position("B", "-1", "0.01")]

    assert series(*held, prices=("1", "1000000000", "1000000000"))[-1] == (
        *("1000000000000000000.00", "-1000000000.00"),
        2,
    )


def test_no_sessions_are_no_days_and_need_no_marks() -> None:
    assert reconstructed(book(position("A", "10", "5")), TODAY, [], {}) == []
