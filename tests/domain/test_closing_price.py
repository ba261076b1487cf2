"""Specification of what can be a close."""

from decimal import Decimal

import pytest

from domain.closing_price import is_price


@pytest.mark.parametrize("price", ["0.000001", "1", "1000000000", "12.340000000"])
def test_a_price_is_above_zero_with_up_to_six_decimals(price: str) -> None:
    assert is_price(Decimal(price))


@pytest.mark.parametrize("price", ["0", "-1", "NaN", "sNaN", "Infinity", "1.0000001", "1e10"])
def test_anything_else_is_no_price(price: str) -> None:
    assert not is_price(Decimal(price))
