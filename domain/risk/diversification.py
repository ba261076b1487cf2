"""How far risks of holdings differ from each other (spec 6.2).

Over the window of the correlation matrix, of all names, each pair as measured.
"""

from dataclasses import dataclass

import numpy as np

from domain.risk.correlation import FEWEST, correlated
from domain.risk.finding import Finding, found
from domain.risk.normal import Floats
from domain.risk.panel import Panel
from domain.risk.weights import Weights, nothing_measured

_NOISE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversification:
    """Three figures of how far risks differ.

    Attributes:
        average_correlation: of all pairs, each by the product of its absolute weights; None for a
            single name.
        effective_bets: 1 / (w' R w), w absolute weights that add up to 1; 1 where all move as one.
            None where w' R w is not above 0.
        diversification_ratio: the sum of absolute weight x volatility by the volatility of the
            holdings, long and short as they are (Choueifaty and Coignard, J. Portfolio Management,
            2008); None where the holdings cancel out.
        names: that entered.
    """

    average_correlation: float | None
    effective_bets: float | None
    diversification_ratio: float | None
    names: int


def diversification(panel: Panel, weights: Weights) -> Finding[Diversification]:
    """The figures of what is held; a symbol without correlations contributes 0."""
    known = correlated(panel, weights)
    signed = weights.of(known.symbols)
    total = float(np.abs(signed).sum())
    if total == 0:
        return nothing_measured(weights, known.skipped, FEWEST)
    shares = np.abs(signed) / total
    concentration = float(shares @ known.correlations @ shares)
    figures = Diversification(
        average_correlation=_average(shares, concentration),
        effective_bets=1 / concentration if concentration > _NOISE else None,
        diversification_ratio=_ratio(signed * known.deviations, known.correlations),
        names=len(known.symbols),
    )
    return found(figures, weights.quality(known.fewest_common, known.skipped))


def _average(shares: Floats, concentration: float) -> float | None:
    """The part of w' R w beside the diagonal, by that of w' w."""
    own = float(shares @ shares)
    return (concentration - own) / (1 - own) if 1 - own > _NOISE else None


def _ratio(risks: Floats, correlations: Floats) -> float | None:
    """The risks added up by the risk of them together."""
    apart = float(np.abs(risks).sum())
    together = float(risks @ correlations @ risks)
    return apart / float(np.sqrt(together)) if together > _NOISE * apart**2 else None
