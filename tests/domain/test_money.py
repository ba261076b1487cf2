"""Specification of the money arithmetic: int64 units say to the cent what Decimal says."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import (
    EXACT,
    WHOLE,
    ZERO,
    amount_cents,
    cents,
    column,
    money,
    price_e6,
    quantity,
    shares_e8,
)
from tests.support.exactness import (
    MILLION,
    MOST_PRICE,
    MOST_SHARES,
    differences,
    products_of_every_size,
)


def one(quantity_text: str, price_text: str, multiplier: int = 1) -> Decimal:
    """The amount of a single quantity and price."""
    shares = np.array([shares_e8(Decimal(quantity_text), multiplier)])
    prices = np.array([price_e6(Decimal(price_text))])
    return money(int(cents(shares, prices)[0]))


def test_a_million_products_of_every_size_equal_decimal() -> None:
    assert differences(*products_of_every_size(MILLION)) == 0


def test_amounts_around_half_a_cent_of_every_size_equal_decimal() -> None:
    rng = np.random.default_rng(20120629)
    pairs = []
    for tens in range(11):  # factors of half a cent: their product with an odd number is a tie
        for twos in range(11):
            factor = 10**tens * 2 ** min(twos, 11 - tens)
            most = min(MOST_PRICE // factor, 2 * 10**26 // 10**12)
            for odd in (2 * rng.integers(0, most, 40, dtype=np.int64) // 2 * 2 + 1).tolist():
                for off in (-1, 0, 1):
                    pairs.append((5 * 10**11 // factor + off, factor * odd))
                    pairs.append((-5 * 10**11 // factor + off, factor * odd))
    within = [(n, p) for n, p in pairs if 0 < p <= MOST_PRICE and abs(n) * p <= 10**26]
    shares, prices = (np.array(column, dtype=np.int64) for column in zip(*within, strict=True))
    is_tie = np.array([n * p % 10**12 == 5 * 10**11 for n, p in within])

    assert is_tie.sum() > 1_000
    assert differences(shares, prices) == 0
    assert differences(shares[is_tie], prices[is_tie]) == 0


@given(st.integers(-MOST_SHARES, MOST_SHARES), st.integers(0, MOST_PRICE))
def test_any_product_within_limits_equals_decimal(shares: int, price: int) -> None:
    price = min(price, 10**26 // max(abs(shares), 1))

    assert differences(np.array([shares]), np.array([price])) == 0


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


def test_shares_of_lines_meet_prices_of_sessions_and_lines() -> None:
    shares = np.array([100 * 10**8, -200 * 10**8])
    prices = np.array([[50 * 10**6, 3 * 10**6], [52 * 10**6, 4 * 10**6]])

    assert cents(shares, prices).tolist() == [[500000, -60000], [520000, -80000]]


def test_no_lines_are_no_amounts() -> None:
    nothing = np.zeros((5, 0), dtype=np.int64)

    assert cents(nothing, nothing).shape == (5, 0)


@pytest.mark.parametrize("sign", [1, -1])
def test_an_amount_over_the_limit_does_not_fit_and_is_exact_in_whole_numbers(sign: int) -> None:
    shares, prices = column([sign * 10**17 + 1]), column([10**15])
    with pytest.raises(OverflowError, match="1e12"):
        cents(shares, prices)

    assert cents(shares.astype(WHOLE), prices).tolist() == [sign * 10**20 + 1000]


@given(st.integers(-(10**40), 10**40), st.integers(0, 10**40))
def test_whole_numbers_of_any_size_equal_decimal(shares: int, price: int) -> None:
    with localcontext(EXACT):
        assert differences(column([shares], WHOLE), column([price], WHOLE)) == 0


def test_whole_numbers_round_halves_as_the_others_do() -> None:
    shares, prices = products_of_every_size(10_000)
    ties = column([5, -5, 15, -15, 25, 4, -4, 6, 0]) * 10**11
    for held, price in ((shares, prices), (ties, column([1] * len(ties)))):
        fast = cents(held, price).tolist()
        assert cents(held.astype(WHOLE), price.astype(WHOLE)).tolist() == fast


def test_units_beyond_int64_need_whole_numbers() -> None:
    with pytest.raises(OverflowError):
        column([2**63])

    assert column([2**63], WHOLE).tolist() == [2**63]


@pytest.mark.parametrize(
    "text", ["0.000000001", "-1000000001.000000001", "NaN", "Infinity", f"1.{'0' * 40}1"]
)
def test_a_quantity_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quantity"):
        shares_e8(Decimal(text))


@pytest.mark.parametrize("text", ["0.0000001", "1000000000.0000001", "-0.01", "NaN", "-Infinity"])
def test_a_price_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="price"):
        price_e6(Decimal(text))


def test_a_price_may_be_nothing() -> None:
    assert [price_e6(Decimal(text)) for text in ("0", "0.000001", "0.000000")] == [0, 1, 0]


@pytest.mark.parametrize("text", ["0.001", "1000000000000.001", "NaN"])
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


@given(st.integers(-(10**26), 10**26))
def test_cents_survive_the_way_out_and_back(n: int) -> None:
    assert amount_cents(money(n)) == n


@given(st.integers(-(10**17), 10**17), st.sampled_from([1, 100]))
def test_quantities_survive_the_way_out_and_back(n: int, multiplier: int) -> None:
    held = quantity(n * multiplier, multiplier)

    assert shares_e8(held) == n


def test_contracts_stand_for_a_hundred_shares_each() -> None:
    assert shares_e8(Decimal(-2), 100) == -200 * 10**8
    assert quantity(-200 * 10**8, 100) == Decimal(-2)
    assert shares_e8(Decimal(10**9), 100) == 10**19


def test_a_quantity_shows_no_trailing_zeros() -> None:
    assert [str(quantity(n)) for n in (10**10, 5 * 10**7, -(10**8), 0)] == ["100", "0.5", "-1", "0"]
