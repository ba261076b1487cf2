"""The return on the money that was in: the rate at which flows and values balance (spec 6.2).

Known as XIRR: days are counted act/365, amounts paid in are negative.
"""

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from domain.risk.normal import Floats

_WIDEST = 30.0  # of the logarithm over the span: a factor of 1e13 either way
_STEPS = 2_401
_HALVINGS = 100


def balancing_log_return(dated: Sequence[tuple[date, float]]) -> float | None:
    """The log return over the whole span at which all amounts together are worth nothing.

    Of several, the one nearest to 0; None where there is none within a factor of 1e13. The annual
    rate is exp(it x 365 / days of the span) - 1.

    Args:
        dated: amounts with their days: below 0 paid in, above 0 paid out, oldest first, over at
            least a day.
    """
    first, last = dated[0][0], dated[-1][0]
    share = np.array([(day - first) / (last - first) for day, _ in dated])
    amounts = np.array([amount for _, amount in dated])

    def balance(rate: Floats) -> Floats:
        return np.asarray(np.exp(-np.multiply.outer(rate, share)) @ amounts)

    grid = np.linspace(-_WIDEST, _WIDEST, _STEPS)
    signs = np.sign(balance(grid))
    changes = np.flatnonzero(signs[:-1] * signs[1:] <= 0)
    if not changes.size or not amounts.any():
        return None
    brackets = zip(grid[changes], grid[changes + 1], strict=True)
    return min((_root(balance, float(low), float(high)) for low, high in brackets), key=abs)


def _root(balance: Callable[[Floats], Floats], low: float, high: float) -> float:
    """Where the balance changes its sign, by halving the bracket to the last bit."""
    below = float(balance(np.array(low)))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if float(balance(np.array(middle))) * below > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
