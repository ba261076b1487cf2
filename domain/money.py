"""Money: Decimal outside, int64 units inside, each amount rounded half-even to the cent once.

Units: shares in 1e-8 (`_e8`), prices in 1e-6 USD (`_e6`), amounts in cents. Shares are quantity
x multiplier: 2 contracts are 200. Limits: a quantity up to 1e9 and 9e10 shares either way, a
price up to 1e9 USD, an amount up to 1e12 USD. Whatever enters was validated before, so a figure
out of limits is a defect of the caller and a ValueError.
"""

from decimal import Decimal
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Int64: TypeAlias = npt.NDArray[np.int64]
"""Whole units: of 1e-8, of 1e-6 USD, or cents; the name of the array says which."""

MOST_CENTS = 10**14
"""The largest amount either way: 1e12 USD."""

ZERO = Decimal("0.00")
_CENT = Decimal("0.01")
_MOST = Decimal(10**9)
_MOST_MONEY = Decimal(10**12)
_MOST_SHARES = 9 * 10**18
_UNITS_IN_A_CENT = 10**12  # 1e-8 x 1e-6 = 1e-14 USD is the unit of a product
_HALF_A_CENT = _UNITS_IN_A_CENT // 2


def shares_e8(quantity: Decimal, multiplier: int = 1) -> int:
    """The shares a signed quantity stands for, in units of 1e-8.

    Raises:
        ValueError: a quantity of more than 8 decimals or 1e9 either way; more than 9e10 shares.
    """
    units = _exact(quantity, 8, _MOST, "A quantity has at most 8 decimals and is within 1e9")
    if abs(units * multiplier) > _MOST_SHARES:
        raise ValueError(f"A quantity stands for at most 9e10 shares: {quantity} x {multiplier}.")
    return units * multiplier


def price_e6(price: Decimal) -> int:
    """A price in units of 1e-6 USD.

    Raises:
        ValueError: negative, more than 6 decimals, or over 1e9 USD.
    """
    units = _exact(price, 6, _MOST, "A price has at most 6 decimals and is within 1e9 USD")
    if units < 0:
        raise ValueError(f"A price is not negative: {price}.")
    return units


def amount_cents(amount: Decimal) -> int:
    """A signed amount of money in cents.

    Raises:
        ValueError: a fraction of a cent, or more than 1e12 USD either way.
    """
    return _exact(amount, 2, _MOST_MONEY, "An amount is whole cents within 1e12 USD")


def money(cents: int) -> Decimal:
    """An amount in USD with its two decimals: 5 is 0.05, 0 is 0.00."""
    return cents * _CENT


def quantity(shares: int, multiplier: int = 1) -> Decimal:
    """The quantity of that many shares in 1e-8, without trailing zeros: 100, 0.5."""
    units = shares // multiplier
    whole, part = divmod(units, 10**8)
    return Decimal(units).scaleb(-8).normalize() if part else Decimal(whole)


def cents(shares: Int64, prices: Int64) -> Int64:
    """Shares (1e-8) x price (1e-6 USD), rounded half-even to the cent once; arrays broadcast.

    The product of the units needs up to 87 bits. It is never formed: a float gives the cents to
    within one, and the rest it leaves, product - cents x 1e12, is so small that int64
    arithmetic, which is exact modulo 2 ** 64, has it right even where both terms overflow. The
    float is off by less than 4 roundings of 2 ** -53 at 1e14 cents, 0.05 of a cent, so a
    correction by one cent, made where the rest is over half a cent, always suffices.

    Raises:
        ValueError: an amount over 1e12 USD.
    """
    estimate = np.multiply(shares, prices, dtype=np.float64)
    estimate /= _UNITS_IN_A_CENT
    np.rint(estimate, out=estimate)
    if _reach(estimate) > MOST_CENTS:
        raise ValueError("An amount of more than 1e12 USD cannot be held exactly.")
    nearest = estimate.astype(np.int64)
    rest = np.multiply(shares, prices)
    rest -= np.multiply(nearest, _UNITS_IN_A_CENT, out=estimate.view(np.int64))
    if _reach(rest) >= _HALF_A_CENT:
        _correct(nearest, rest)
    return nearest


def _reach(array: npt.NDArray[np.int64 | np.float64]) -> float:
    """The largest absolute value."""
    return max(array.max(), -array.min()) if array.size else 0


def _correct(nearest: Int64, rest: Int64) -> None:
    """Move `nearest` by a cent where `rest` exceeds half a cent, or equals it at an odd cent."""
    where = np.nonzero(np.abs(rest) >= _HALF_A_CENT)
    astray, odd = rest[where], nearest[where] & 1
    up = astray + odd > _HALF_A_CENT  # half a cent is even, so an odd cent breaks the tie
    down = astray - odd < -_HALF_A_CENT
    nearest[where] += up.astype(np.int64) - down


def _exact(value: Decimal, decimals: int, most: Decimal, rule: str) -> int:
    if not value.is_finite() or abs(value) > most:
        raise ValueError(f"{rule}: {value}.")
    units = int(value.scaleb(decimals))
    if Decimal(units).scaleb(-decimals) != value:  # compares exactly, whatever the context rounds
        raise ValueError(f"{rule}: {value}.")
    return units
