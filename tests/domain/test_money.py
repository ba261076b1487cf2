"""Specification of the money arithmetic: int64 units say to the cent what Decimal says."""

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import (
    ZERO,
    Int64,
    amount_cents,
    cents,
    money,
    price_e6,
    quantity,
    quantity_e8,
)

MILLION = 1_000_000
MOST_QUANTITY = 10**17  # in 1e-8
MOST_PRICE = 10**15  # in 1e-6
CENT = Decimal("0.01")


def in_decimal(quantity_units: int, price_units: int, multiplier: int) -> Decimal:
    """The amount as Decimal gives it: one exact product, one rounding."""
    exact = Decimal(quantity_units).scaleb(-8) * Decimal(price_units).scaleb(-6) * multiplier
    return exact.quantize(CENT, rounding=ROUND_HALF_EVEN)


def differences(quantities: Int64, prices: Int64, multipliers: Int64) -> int:
    """In how many products the two arithmetics disagree."""
    ours = cents(quantities, prices, multipliers)
    columns = (quantities.tolist(), prices.tolist(), multipliers.tolist(), ours.tolist())
    return sum(money(c) != in_decimal(q, p, m) for q, p, m, c in zip(*columns, strict=True))


def one(quantity_text: str, price_text: str, multiplier: int = 1) -> Decimal:
    """The amount of a single quantity and price."""
    quantities = np.array([quantity_e8(Decimal(quantity_text))])
    prices = np.array([price_e6(Decimal(price_text))])
    return money(int(cents(quantities, prices, multiplier)[0]))


def test_a_million_products_of_every_size_equal_decimal() -> None:
    rng = np.random.default_rng(20130301)
    quantities = np.exp(rng.uniform(0, np.log(MOST_QUANTITY), MILLION)).astype(np.int64)
    quantities *= rng.choice([-1, 1], MILLION)
    multipliers = rng.choice([1, 100], MILLION)
    room = np.minimum(1e26 / np.abs(quantities) / multipliers, MOST_PRICE)
    prices = np.exp(rng.uniform(0, np.log(room))).astype(np.int64)

    assert differences(quantities, prices, multipliers) == 0


def test_amounts_around_half_a_cent_of_every_size_equal_decimal() -> None:
    rng = np.random.default_rng(20120629)
    quantities, prices, multipliers = [], [], []
    for shift in range(11):  # factors 2 ** a x 5 ** b whose product ends in exactly half a cent
        factor = 5**shift * 10
        for multiplier in (1, 100):
            half = 10**12 // multiplier // 2
            for odd in (2 * rng.integers(0, 10 ** rng.integers(1, 13, 200)) + 1).tolist():
                if half % factor == 0 and factor * odd <= MOST_PRICE:
                    for off in (-1, 0, 1):
                        quantities.append((half // factor + off) * int(rng.choice([-1, 1])))
                        prices.append(factor * odd)
                        multipliers.append(multiplier)
    arrays = [np.array(column, dtype=np.int64) for column in (quantities, prices, multipliers)]
    fits = np.abs(arrays[0].astype(float)) * arrays[1] * arrays[2] < 1e26
    arrays = [array[fits] for array in arrays]
    on_the_half = sum(
        2 * q * p * m % 10**12 == 0 and q * p * m % 10**12 != 0
        for q, p, m in zip(*(array.tolist() for array in arrays), strict=True)
    )

    assert on_the_half > 1_000
    assert differences(*arrays) == 0


@given(
    st.integers(-MOST_QUANTITY, MOST_QUANTITY),
    st.integers(0, MOST_PRICE),
    st.sampled_from([1, 100]),
)
def test_any_product_within_limits_equals_decimal(
    quantity_units: int, price_units: int, multiplier: int
) -> None:
    price_units = min(price_units, 10**26 // (max(abs(quantity_units), 1) * multiplier))
    arrays = [np.array([n]) for n in (quantity_units, price_units, multiplier)]

    assert differences(*arrays) == 0


def test_halves_of_a_cent_go_to_the_even_cent() -> None:
    assert one("1", "0.005") == Decimal("0.00")
    assert one("1", "0.015") == Decimal("0.02")
    assert one("1", "0.025") == Decimal("0.02")
    assert one("-1", "0.005") == Decimal("0.00")
    assert one("-1", "0.015") == Decimal("-0.02")
    assert one("-0.5", "0.05") == Decimal("-0.02")
    assert one("0.00000001", "500000") == Decimal("0.00")
    assert one("0.00000001", "500000.000100") == Decimal("0.01")


def test_the_largest_amount_is_exact() -> None:
    assert one("1000", "1000000000") == Decimal("1000000000000.00")
    assert one("-999999999.99999", "1000") == Decimal("-999999999999.99")
    assert one("9999.99999999", "999999.999999", 100) == Decimal("999999999998.00")


def test_quantities_of_lines_meet_prices_of_sessions_and_lines() -> None:
    quantities = np.array([100 * 10**8, -2 * 10**8])
    prices = np.array([[50 * 10**6, 3 * 10**6], [52 * 10**6, 4 * 10**6]])
    multipliers = np.array([1, 100])

    assert cents(quantities, prices, multipliers).tolist() == [[500000, -60000], [520000, -80000]]


def test_no_lines_are_no_amounts() -> None:
    nothing = np.zeros((5, 0), dtype=np.int64)

    assert cents(nothing, nothing).shape == (5, 0)


@pytest.mark.parametrize("sign", [1, -1])
def test_an_amount_over_the_limit_is_refused(sign: int) -> None:
    with pytest.raises(ValueError, match="1e12"):
        cents(np.array([sign * 10**17]), np.array([10**15]))


@pytest.mark.parametrize(
    "text", ["0.000000001", "1000000000.1", "-1000000001", "NaN", "Infinity", f"1.{'0' * 40}1"]
)
def test_a_quantity_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quantity"):
        quantity_e8(Decimal(text))


@pytest.mark.parametrize("text", ["0.0000001", "1000000000.1", "-0.01", "NaN", "-Infinity"])
def test_a_price_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="price"):
        price_e6(Decimal(text))


@pytest.mark.parametrize("text", ["0.001", "1000000000000.01", "NaN"])
def test_an_amount_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        amount_cents(Decimal(text))


def test_money_has_two_decimals() -> None:
    assert [str(money(n)) for n in (0, 5, -5, 100, -123456)] == [
        "0.00",
        "0.05",
        "-0.05",
        "1.00",
        "-1234.56",
    ]
    assert str(ZERO) == str(money(0))


@given(st.integers(-(10**14), 10**14))
def test_cents_survive_the_way_out_and_back(n: int) -> None:
    assert amount_cents(money(n)) == n


@given(st.integers(-MOST_QUANTITY, MOST_QUANTITY))
def test_quantities_survive_the_way_out_and_back(n: int) -> None:
    assert quantity_e8(quantity(n)) == n


def test_a_quantity_shows_no_trailing_zeros() -> None:
    assert [str(quantity(n)) for n in (10**10, 5 * 10**7, -(10**8), 0)] == ["100", "0.5", "-1", "0"]
