"""When an amount can be told as a share of NAV (spec 5.5, 6)."""

from decimal import Decimal

LEAST_NAV = Decimal("0.01")
"""Of gross: at most that much NAV, and a ratio says nothing."""


def share_of_nav(amount: Decimal, nav: Decimal, gross: Decimal) -> float | None:
    """An amount over NAV, all in USD; None where NAV is not positive or at most 1 % of gross."""
    if nav <= 0 or nav <= LEAST_NAV * gross:
        return None
    return float(amount / nav)
