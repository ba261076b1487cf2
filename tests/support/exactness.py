"""How the int64 arithmetic compares with Decimal, product by product."""

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from domain.money import Int64, cents, money

MILLION = 1_000_000
MOST_SHARES = 9 * 10**18
"""9e10 in units of 1e-8."""

MOST_PRICE = 10**15
"""1e9 USD in units of 1e-6."""

_CENT = Decimal("0.01")


def in_decimal(shares: int, price: int) -> Decimal:
    """The amount as Decimal gives it: one exact product, one rounding."""
    exact = Decimal(shares).scaleb(-8) * Decimal(price).scaleb(-6)
    return exact.quantize(_CENT, rounding=ROUND_HALF_EVEN)


def differences(shares: Int64, prices: Int64) -> int:
    """In how many products the two arithmetics disagree."""
    columns = (shares.tolist(), prices.tolist(), cents(shares, prices).tolist())
    return sum(money(ours) != in_decimal(n, p) for n, p, ours in zip(*columns, strict=True))


def products_of_every_size(how_many: int = MILLION) -> tuple[Int64, Int64]:
    """Shares and prices of every magnitude whose product is within limits."""
    rng = np.random.default_rng(20130301)
    shares = np.exp(rng.uniform(0, np.log(MOST_SHARES), how_many)).astype(np.int64)
    room = np.minimum(1e26 / shares, MOST_PRICE)
    prices = np.exp(rng.uniform(0, np.log(room))).astype(np.int64)
    return shares * rng.choice([-1, 1], how_many), prices
