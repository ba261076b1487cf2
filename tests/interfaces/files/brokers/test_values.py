"""Specification of numbers and days as brokers write them (spec 3.6)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.files.brokers.values import day, is_nothing, number

NUMBERS = {
    "10": "10",
    "10,000": "10000",
    "$1,234.50": "1234.50",
    "-$5.94": "-5.94",
    "$-5.94": "-5.94",
    "+$5.71": "5.71",
    "($290.04)": "-290.04",
    "(1,234.50)": "-1234.50",
    "+4.12%": "4.12",
    "4.12 %": "4.12",
    "-.02": "-0.02",
    " 601.2701 ": "601.2701",
    "110000.0000": "110000.0000",
    "\N{MINUS SIGN}7": "-7",
    "1.": "1",
}
NO_NUMBERS = ["", "--", "N/A", "1e5", "1_000", "0x10", "NaN", "1,23", "12,34.5", "$", "()", "1.2.3"]


@pytest.mark.parametrize(("text", "meant"), NUMBERS.items())
def test_a_brokers_number_is_read(text: str, meant: str) -> None:
    assert number(text) == Decimal(meant)


@pytest.mark.parametrize("text", [*NO_NUMBERS, "\N{ARABIC-INDIC DIGIT THREE}", "5 shares"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize("text", ["", " ", "--", "N/A", "n/a", "null", "-"])
def test_brokers_have_many_words_for_nothing(text: str) -> None:
    assert is_nothing(text)
    assert not is_nothing("0")


@given(st.decimals(-(10**9), 10**9, places=4))
def test_a_number_is_read_in_every_dress(amount: Decimal) -> None:
    plain = abs(amount)
    sign = "-" if amount.is_signed() else ""
    assert number(f"{sign}${plain:,.4f}") == amount
    assert number(f"{amount:f}%") == amount
    assert number(f"(${plain:,})") == -plain


DAYS = {
    "2025/11/16": date(2025, 11, 16),
    "2025-11-16": date(2025, 11, 16),
    "11/16/2025": date(2025, 11, 16),
    "9/3/2020": date(2020, 9, 3),
    "11/16/25": date(2025, 11, 16),
    "Nov-16-2025": date(2025, 11, 16),
    "Nov 16, 2025": date(2025, 11, 16),
    "November 16 2025": date(2025, 11, 16),
    "Jan 18 2019 10:23:53 AM ET": date(2019, 1, 18),
    "08/24/2020 13:22:52": date(2020, 8, 24),
    "2026-05-11T14:19:00Z": date(2026, 5, 11),
}


@pytest.mark.parametrize(("text", "meant"), DAYS.items())
def test_a_day_is_read_whatever_time_follows(text: str, meant: date) -> None:
    assert day(text) == meant


@pytest.mark.parametrize(
    "text", ["", "--", "02/30/2020", "13/01/2020", "2020", "20200102", "1/2/20201", "Foo 1 2020"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert day(text) is None


@given(st.text())
def test_nothing_makes_them_raise(text: str) -> None:
    assert is_nothing(text) or number(text) is None or isinstance(number(text), Decimal)
    assert day(text) is None or isinstance(day(text), date)
