"""Money: Decimal outside, whole units inside, each amount rounded half-even to the cent once.

Units: shares in 1e-8 (`_e8`), prices in 1e-6 USD (`_e6`), amounts in cents. Shares are quantity
x multiplier: 2 contracts are 200. Arrays hold them as int64, up to 9e10 shares and amounts of 1e12
USD. What may be entered can grow beyond that: then it does not fit, an OverflowError, and the
same arithmetic is done with arrays of whole numbers of any size (`WHOLE`), slower and as exact.
"""

from collections.abc import Iterable
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Int64: TypeAlias = npt.NDArray[np.int64]
"""Whole units: of 1e-8, of 1e-6 USD, or cents; the name of the array says which."""

Units: TypeAlias = "np.dtype[Any]"
"""What holds whole units: `FAST` or `WHOLE`."""

FAST: Units = np.dtype(np.int64)
WHOLE: Units = np.dtype(object)
"""Python's integers, for what FAST cannot hold."""

EXACT = Context(prec=1_000)
"""Holds every amount that whole units stand for; the usual 28 digits end at 1e26 USD."""

MOST_CENTS = 10**14
"""The largest amount either way: 1e12 USD."""

ZERO = Decimal("0.00")
_CENT = Decimal("0.01")
_UNITS_IN_A_CENT = 10**12  # 1e-8 x 1e-6 = 1e-14 USD is the unit of a product
_PRICES = _QUANTITIES = 50_000  # told again and again: one night's closes, what is held on
_HALF_A_CENT = _UNITS_IN_A_CENT // 2


def shares_e8(quantity: Decimal, multiplier: int = 1) -> int:
    """The shares a signed quantity stands for, in units of 1e-8.

    Raises:
        ValueError: a quantity of more than 8 decimals, or none.
    """
    return _exact(quantity, 8, "A quantity has at most 8 decimals") * multiplier


@lru_cache(_PRICES)
def price_e6(price: Decimal) -> int:
    """A price in units of 1e-6 USD.

    Raises:
        ValueError: negative, or more than 6 decimals.
    """
    units = _exact(price, 6, "A price has at most 6 decimals")
    if units < 0:
        raise ValueError(f"A price is not negative: {price}.")
    return units


def amount_cents(amount: Decimal) -> int:
    """A signed amount of money in cents.

    Raises:
        ValueError: a fraction of a cent.
    """
    return _exact(amount, 2, "An amount is whole cents")


def column(whole: Iterable[int], units: Units = FAST) -> Int64:
    """An array of whole units.

    Raises:
        OverflowError: one of them is beyond `units`.
    """
    array: Int64 = np.fromiter(whole, dtype=units)
    return array


def amounts(cents: Iterable[int]) -> tuple[Decimal, ...]:
    """Amounts in USD, each as `money` gives it."""
    return tuple(map(_CENT.__mul__, cents))


def money(cents: int) -> Decimal:
    """An amount in USD with its two decimals: 5 is 0.05, 0 is 0.00."""
    return cents * _CENT


@lru_cache(_QUANTITIES)
def quantity(shares: int, multiplier: int = 1) -> Decimal:
    """The quantity of that many shares in 1e-8, without trailing zeros: 100, 0.5."""
    units = shares // multiplier
    whole, part = divmod(units, 10**8)
    return Decimal(units).scaleb(-8, EXACT).normalize(EXACT) if part else Decimal(whole)


def cents(shares: Int64, prices: Int64) -> Int64:
    """Shares (1e-8) x price (1e-6 USD), rounded half-even to the cent once; arrays broadcast.

    The product of the units needs up to 87 bits. It is never formed: a float gives the cents to
    within one, and the rest it leaves, product - cents x 1e12, is so small that int64
    arithmetic, which is exact modulo 2 ** 64, has it right even where both terms overflow. The
    float is off by less than 4 roundings of 2 ** -53 at 1e14 cents, 0.05 of a cent, so a
    correction by one cent, made where the rest is over half a cent, always suffices.

    Raises:
        OverflowError: an amount over 1e12 USD, in int64.
    """
    if WHOLE in (shares.dtype, prices.dtype):
        return _cents_of_any_size(shares, prices)
    estimate = np.multiply(shares, prices, dtype=np.float64)
    estimate /= _UNITS_IN_A_CENT
    np.rint(estimate, out=estimate)
    if reach(estimate) > MOST_CENTS:
        raise OverflowError("An amount of more than 1e12 USD does not fit.")
    nearest = estimate.astype(np.int64)
    rest = np.multiply(shares, prices)
    rest -= np.multiply(nearest, _UNITS_IN_A_CENT, out=estimate.view(np.int64))
    if reach(rest) >= _HALF_A_CENT:
        _correct(nearest, rest)
    return nearest


def reach(array: npt.NDArray[np.int64 | np.float64]) -> float:
    """The largest absolute value."""
    return max(array.max(), -array.min()) if array.size else 0


def _correct(nearest: Int64, rest: Int64) -> None:
    """Move `nearest` by a cent where `rest` exceeds half a cent, or equals it at an odd cent."""
    where = np.nonzero(np.abs(rest) >= _HALF_A_CENT)
    astray, odd = rest[where], nearest[where] & 1
    up = astray + odd > _HALF_A_CENT  # half a cent is even, so an odd cent breaks the tie
    down = astray - odd < -_HALF_A_CENT
    nearest[where] += up.astype(np.int64) - down


def _cents_of_any_size(shares: Int64, prices: Int64) -> Int64:
    product: Int64 = np.asarray(shares * prices, dtype=WHOLE)
    down, rest = product // _UNITS_IN_A_CENT, product % _UNITS_IN_A_CENT
    is_up = rest + (down & 1) > _HALF_A_CENT  # half a cent is even, so an odd cent breaks the tie
    nearest: Int64 = down + np.asarray(is_up, dtype=WHOLE)
    return nearest


def _exact(value: Decimal, decimals: int, rule: str) -> int:
    if not value.is_finite():
        raise ValueError(f"{rule}: {value}.")
    units = int(value.scaleb(decimals, EXACT))
    if Decimal(units).scaleb(-decimals, EXACT) != value:
        raise ValueError(f"{rule}: {value}.")
    return units
