"""What other factors did when one moved: the correlated figures of stress tests (spec 6.3)."""

from collections.abc import Sequence

import numpy as np

from domain.risk.factors import Factor
from domain.risk.panel import Panel
from domain.risk.regression import weighted_slopes
from domain.risk.returns import paired_returns, window_of

SESSIONS = 252
FEWEST = 60
DECAY = 0.97
"""The weight of a session by that of the one after it: half of it is gone after 23 sessions."""


def conditional_betas(
    panel: Panel, factors: Sequence[Factor], driver: Factor
) -> dict[Factor, float]:
    """What each other factor returned for a return of 1 of the driver, recent sessions most.

    The slope of an exponentially weighted regression with intercept over the panel's last 252
    sessions. Factors with fewer than 60 returns beside the driver's are left out, and all where
    the driver never moves.
    """
    window = window_of(panel, SESSIONS)
    others = [factor for factor in factors if factor != driver]
    driven = window.of(factor.symbol for factor in others).closes
    returns, beside = paired_returns(driven, window.of([driver.symbol]).closes)
    ages = np.arange(len(returns), dtype=np.float64)[::-1]
    slopes = weighted_slopes(returns, beside[0], np.power(DECAY, ages))
    is_known = np.isfinite(slopes) & (np.isfinite(returns).sum(axis=0) >= FEWEST)
    return {
        factor: slope
        for factor, slope, there in zip(others, slopes.tolist(), is_known.tolist(), strict=True)
        if there
    }
