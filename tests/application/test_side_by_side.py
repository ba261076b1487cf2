"""Specification of working on parts: two at a time, in their order, by oneself where that does."""

from threading import Barrier, current_thread, main_thread

import pytest

from application.side_by_side import AT_A_TIME, at_a_time, side_by_side


def test_parts_come_back_in_their_order() -> None:
    assert side_by_side(lambda part: part * part, range(10), "squares") == [
        n * n for n in range(10)
    ]


def test_two_are_worked_on_at_the_same_time() -> None:
    both = Barrier(AT_A_TIME)
    names = side_by_side(lambda _: both.wait(10) >= 0 and current_thread().name, range(2), "parts")
    assert {str(name).partition("_")[0] for name in names} == {"parts"}


@pytest.mark.parametrize("parts", [[], [1]])
def test_what_is_not_several_is_done_by_whoever_asks(parts: list[int]) -> None:
    threads = side_by_side(lambda _: current_thread(), parts, "parts")
    assert threads == [main_thread()] * len(parts)


def test_told_to_do_one_at_a_time_nobody_else_works() -> None:
    before = at_a_time.set(1)
    try:
        assert side_by_side(lambda _: current_thread(), range(3), "parts") == [main_thread()] * 3
    finally:
        at_a_time.reset(before)


@pytest.mark.parametrize("threads", [1, AT_A_TIME])
def test_the_first_that_fails_is_told(threads: int) -> None:
    before = at_a_time.set(threads)
    try:
        with pytest.raises(ZeroDivisionError):
            side_by_side(lambda part: 1 // part, [1, 0, 2], "parts")
    finally:
        at_a_time.reset(before)
