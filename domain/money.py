"""Money: Decimal outside, int64 units inside, each amount rounded half-even to the cent once.

Units: quantities in 1e-8 (`_e8`), prices in 1e-6 USD (`_e6`), amounts in cents. Limits: a quantity
up to 1e9 either way, a price up to 1e9 USD, an amount up to 1e12 USD. Whatever enters was
validated before, so a figure out of limits is a defect of the caller and a ValueError.
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
_UNITS_IN_A_CENT = 10**12  # 1e-8 x 1e-6 = 1e-14 USD is the unit of a product


def quantity_e8(quantity: Decimal) -> int:
    """A signed quantity in units of 1e-8.

    Raises:
        ValueError: more than 8 decimals, or more than 1e9 either way.
    """
    return _exact(quantity, 8, _MOST, "A quantity has at most 8 decimals and is within 1e9")


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


def quantity(units_e8: int) -> Decimal:
    """A quantity without trailing zeros: 10 ** 10 is 100, 5 * 10 ** 7 is 0.5."""
    whole, part = divmod(units_e8, 10**8)
    return Decimal(units_e8).scaleb(-8).normalize() if part else Decimal(whole)


def cents(quantities_e8: Int64, prices_e6: Int64, multiplier: Int64 | int = 1) -> Int64:
    """Quantity x price x multiplier, rounded half-even to the cent once; arrays broadcast.

    The product of the units needs up to 87 bits. It is never formed: a float gives the cents to
    within one, and the rest it leaves, product - cents x unit, is smaller than a unit, so that
    int64 arithmetic, which is exact modulo 2 ** 64, has it right even where both terms
    overflow. The float is off by less than 4 roundings of 2 ** -53 at 1e14 cents, 0.05 of a
    cent, so a correction by one cent, made where the rest is over half a unit, always suffices.

    Args:
        quantities_e8: signed quantities in 1e-8.
        prices_e6: prices in 1e-6 USD.
        multiplier: shares one unit of quantity stands for, 1 or 100.

    Raises:
        ValueError: an amount over 1e12 USD.
    """
    unit = _UNITS_IN_A_CENT // multiplier
    estimate = np.multiply(quantities_e8, np.divide(1.0, unit)) * prices_e6
    np.rint(estimate, out=estimate)
    if estimate.size and max(estimate.max(), -estimate.min()) > MOST_CENTS:
        raise ValueError("An amount of more than 1e12 USD cannot be held exactly.")
    nearest = estimate.astype(np.int64)
    rest = np.multiply(quantities_e8, prices_e6)
    rest -= nearest * unit
    astray = np.abs(rest) >= unit // 2
    if astray.any():
        _correct(nearest, rest, np.broadcast_to(unit, rest.shape), astray)
    return nearest


def _correct(nearest: Int64, rest: Int64, unit: Int64, where: npt.NDArray[np.bool_]) -> None:
    """Move `nearest` by a cent where `rest` exceeds half a `unit`, or equals it at an odd cent."""
    twice, odd, whole = 2 * rest[where], nearest[where] % 2, unit[where]
    up = (twice + odd) > whole  # `whole` and `twice` are even, so an odd cent breaks the tie
    down = (twice - odd) < -whole
    nearest[where] += up.astype(np.int64) - down


def _exact(value: Decimal, decimals: int, most: Decimal, rule: str) -> int:
    if not value.is_finite() or abs(value) > most:
        raise ValueError(f"{rule}: {value}.")
    units = int(value.scaleb(decimals))
    if Decimal(units).scaleb(-decimals) != value:  # compares exactly, whatever the context rounds
        raise ValueError(f"{rule}: {value}.")
    return units
