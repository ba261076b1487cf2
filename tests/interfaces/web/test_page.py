"""Specification of numbers and days on pages: one way for each (spec 8)."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from interfaces.web.page import day, instant, money, percent, quantity


@pytest.mark.parametrize(
    ("amount", "shown", "as_change"),
    [
        ("1234567.894", "1,234,567.89", "+1,234,567.89"),
        ("0.125", "0.12", "+0.12"),
        ("0", "0.00", "0.00"),
        ("-5.5", "\N{MINUS SIGN}5.50", "\N{MINUS SIGN}5.50"),
        ("-0.001", "0.00", "0.00"),
    ],
)
def test_money_has_cents_separators_and_a_sign(amount: str, shown: str, as_change: str) -> None:
    assert money(Decimal(amount)) == shown
    assert money(Decimal(amount), is_change=True) == as_change


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.1234567, "+12.35%"),
        (-1.5, "\N{MINUS SIGN}150.00%"),
        (0.0, "0.00%"),
        (0.00001, "0.00%"),
        (-0.00001, "0.00%"),
        (-0.00006, "\N{MINUS SIGN}0.01%"),
        (12.5, "+1250.00%"),
    ],
)
def test_a_share_is_shown_in_percent(share: float, shown: str) -> None:
    assert percent(share, is_change=True) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [("1500.50", "1,500.5"), ("100", "100"), ("-0.25000", "\N{MINUS SIGN}0.25"), ("0", "0")],
)
def test_a_quantity_has_no_zeros_that_say_nothing(number: str, shown: str) -> None:
    assert quantity(Decimal(number)) == shown


def test_days_and_moments_cannot_be_misread() -> None:
    assert day(date(2013, 3, 1)) == "1 Mar 2013"
    assert instant(datetime(2013, 3, 1, 21, 5, 9, tzinfo=UTC)) == "1 Mar 2013, 21:05 UTC"
    berlin = timezone(timedelta(hours=1))
    assert instant(datetime(2013, 3, 2, 0, 5, 9, tzinfo=berlin)) == "1 Mar 2013, 23:05 UTC"


def test_what_there_is_not_is_a_dash() -> None:
    assert {money(None), percent(None), quantity(None), day(None), instant(None)} == {"\N{EN DASH}"}
