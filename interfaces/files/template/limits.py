"""How large the numbers of any file may be (ERR_POS_027)."""

from decimal import Decimal

LARGEST_NUMBER = Decimal(10**9)
"""Largest quantity or price."""

LARGEST_AMOUNT = Decimal(10**12)
"""Largest quantity x price x multiplier, in USD."""
