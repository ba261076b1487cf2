"""How much a share moved: the sample standard deviation of its log returns, a year (spec 6)."""

from collections.abc import Sequence

import numpy as np

SESSIONS = 63
"""Returns in the window: a quarter."""

FEWEST_RETURNS = 20
"""About a month: of fewer, the standard error of the figure is over 16 % of it."""

SESSIONS_IN_A_YEAR = 252


def realised_volatility(closes: Sequence[float]) -> float | None:
    """The volatility a year (0.2 is 20 %) of up to 63 returns; None for fewer than 20.

    Log returns between consecutive closes, ddof 1, x sqrt(252).

    Args:
        closes: above zero, oldest first, all in the share terms of one day; the last 64 count.
    """
    returns = np.diff(np.log(np.asarray(closes[-SESSIONS - 1 :], dtype=np.float64)))
    if len(returns) < FEWEST_RETURNS:
        return None
    return float(np.std(returns, ddof=1) * np.sqrt(SESSIONS_IN_A_YEAR))
