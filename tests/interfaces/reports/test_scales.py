"""Specification of the marks of axes: round, few, and around everything that is drawn (4.7)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.reports.scales import Scale, day_marks, marks_of

AMOUNTS = st.floats(min_value=-1e12, max_value=1e12, allow_subnormal=False)


@pytest.mark.parametrize(
    ("numbers", "texts"),
    [
        ([500_000.0, 526_000.0], ["500,000", "510,000", "520,000", "530,000"]),
        ([0.1, 0.37], ["0.1", "0.2", "0.3", "0.4"]),
        ([-3.0, 7.0], ["\N{MINUS SIGN}4", "\N{MINUS SIGN}2", "0", "2", "4", "6", "8"]),
        ([], ["\N{MINUS SIGN}1.0", "\N{MINUS SIGN}0.5", "0.0", "0.5", "1.0"]),
    ],
)
def test_marks_are_round_numbers(numbers: list[float], texts: list[str]) -> None:
    assert [mark.text for mark in marks_of(numbers)] == texts


@given(st.lists(AMOUNTS, min_size=1, max_size=20))
def test_marks_are_around_everything_and_few(numbers: list[float]) -> None:
    marks = marks_of(numbers, with_zero=True)
    low, high = min(*numbers, 0.0), max(*numbers, 0.0)
    slack = 1e-6 * (high - low)
    assert marks[0].at <= low + slack
    assert marks[-1].at >= high - slack
    assert 2 <= len(marks) <= 9
    assert [mark.at for mark in marks] == sorted({mark.at for mark in marks})


@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)), st.integers(0, 20_000))
def test_days_have_a_handful_of_marks_within_them(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    marks = day_marks(first, last)
    assert 1 <= len(marks) <= 9
    assert all(first.toordinal() <= mark.at <= last.toordinal() for mark in marks)


def test_months_are_named_and_of_a_few_days_their_ends() -> None:
    year = day_marks(date(2012, 6, 29), date(2013, 3, 1))
    assert [mark.text for mark in year] == [
        "Jul 2012",
        "Sep 2012",
        "Nov 2012",
        "Jan 2013",
        "Mar 2013",
    ]
    week = day_marks(date(2013, 2, 25), date(2013, 3, 1))
    assert [mark.text for mark in week] == ["25 Feb 2013", "1 Mar 2013"]


def test_a_scale_puts_its_ends_at_its_ends() -> None:
    scale = Scale(-10.0, 10.0, 100.0, 0.0)
    assert [scale(one) for one in (-10.0, 0.0, 10.0)] == [100.0, 50.0, 0.0]
