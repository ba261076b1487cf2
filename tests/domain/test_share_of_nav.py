"""Specification of when an amount is told as a share of NAV (spec 5.5, 6)."""

from decimal import Decimal

import pytest

from domain.share_of_nav import share_of_nav


@pytest.mark.parametrize(
    ("nav", "gross", "share"),
    [
        ("125.00", "12499.99", 0.008),  # just over 1 %
        ("100.00", "10000.00", None),
        ("0.00", "0.00", None),
        ("-5.00", "0.00", None),
        ("4.00", "0.00", 0.25),
        ("0.50", "0.00", 2.0),
    ],
)
def test_a_nav_of_at_most_one_percent_of_gross_says_nothing(
    nav: str, gross: str, share: float | None
) -> None:
    assert share_of_nav(Decimal("1.00"), Decimal(nav), Decimal(gross)) == share
