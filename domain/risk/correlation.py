"""Correlations of what is held, alike names side by side (spec 6.2).

Of daily log returns between neighbouring sessions. A pair is compared over the sessions where both
have a return, of at least 30; a name that lacks that with others is skipped.
"""

from dataclasses import dataclass, field

import numpy as np

from domain.risk.clusters import clustered_order
from domain.risk.finding import Finding, ReasonCode, Skipped, found
from domain.risk.normal import Floats
from domain.risk.panel import Panel
from domain.risk.returns import window_of
from domain.risk.rounding import ROUNDED
from domain.risk.weights import Weights, nothing_measured

SESSIONS = 90
FEWEST = 30
MOST_NAMES = 50
DECIMALS = 4

_NOISE = 1e-12
_ZERO = 1e-10  # below zero by less, an eigenvalue is zero
_AT_REST = 1e-6
_MOST_PROJECTIONS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelationMatrix:
    """Pearson correlations of daily log returns.

    Attributes:
        symbols: in clustered order: average linkage on 1 - correlation.
        weights: shares of NAV, signed, in that order.
        rows: [N][N] in that order, at four decimals.
        average: of all pairs, each counting the same; None for a single name.
        fewest_common: returns that the pair with the fewest has in common.
        is_repaired: whether pairs contradicted each other, so that the nearest matrix that can be
            is shown.
        names_left_out: names beyond the 50 largest by absolute weight.
    """

    symbols: tuple[str, ...]
    weights: tuple[float, ...]
    rows: tuple[tuple[float, ...], ...] = field(metadata=ROUNDED)
    average: float | None
    fewest_common: int
    is_repaired: bool
    names_left_out: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Correlated:
    """Correlations of some symbols as arrays, each pair as measured.

    Attributes:
        symbols: [N], largest absolute weight first.
        correlations: [N, N].
        deviations: [N] of daily log returns, ddof 1.
        fewest_common: returns in common at the least.
        has_gaps: whether pairs were measured over different sessions.
        skipped: who has no correlation.
    """

    symbols: tuple[str, ...]
    correlations: Floats
    deviations: Floats
    fewest_common: int
    has_gaps: bool
    skipped: tuple[Skipped, ...]


def correlation_matrix(panel: Panel, weights: Weights) -> Finding[CorrelationMatrix]:
    """The matrix of up to 50 largest names over the last 90 sessions."""
    known = correlated(panel, weights, MOST_NAMES)
    names = len(known.symbols)
    if not names:
        return nothing_measured(weights, known.skipped, FEWEST)
    is_repaired = known.has_gaps and not _is_possible(known.correlations)
    matrix = nearest_correlations(known.correlations) if is_repaired else known.correlations
    order = clustered_order(1.0 - matrix)
    symbols = [known.symbols[place] for place in order]
    pairs = matrix[np.triu_indices(names, 1)]
    left_out = weights.largest_first()[MOST_NAMES:]
    figures = CorrelationMatrix(
        symbols=tuple(symbols),
        weights=tuple(weights.of(symbols).tolist()),
        rows=tuple(map(tuple, matrix[np.ix_(order, order)].round(DECIMALS).tolist())),
        average=float(pairs.mean()) if names > 1 else None,
        fewest_common=known.fewest_common,
        is_repaired=is_repaired,
        names_left_out=len(left_out),
    )
    return found(figures, weights.quality(known.fewest_common, known.skipped, left_out))


def correlated(panel: Panel, weights: Weights, most: int | None = None) -> Correlated:
    """Correlations of the largest names that can be compared with each other."""
    names = weights.largest_first()[:most]
    returns = window_of(panel, SESSIONS).of(names).log_returns
    correlations, common = pairwise_correlations(returns, FEWEST)
    kept, skipped = _comparable(names, correlations, common)
    own = returns[:, kept]
    return Correlated(
        symbols=tuple(names[place] for place in kept),
        correlations=correlations[np.ix_(kept, kept)],
        deviations=np.nanstd(own, axis=0, ddof=1),
        fewest_common=int(common[np.ix_(kept, kept)].min()) if kept else 0,
        has_gaps=bool(np.isnan(own).any()),
        skipped=skipped,
    )


def _comparable(
    names: list[str], correlations: Floats, common: Floats
) -> tuple[list[int], tuple[Skipped, ...]]:
    """Who has a correlation with everybody else; whoever lacks most of them goes first."""
    kept = list(range(len(names)))
    reasons: dict[int, ReasonCode] = {}
    for place in range(len(names)):
        own = common[place, place]
        if own < FEWEST:
            reasons[place] = ReasonCode.TOO_FEW_OBSERVATIONS if own else ReasonCode.NO_PRICES
        elif np.isnan(correlations[place, place]):
            reasons[place] = ReasonCode.CONSTANT_SERIES
    kept = [place for place in kept if place not in reasons]
    while (lacking := np.isnan(correlations[np.ix_(kept, kept)]).sum(axis=0)).any():
        worst = kept[len(kept) - 1 - int(lacking[::-1].argmax())]
        reasons[worst] = ReasonCode.TOO_FEW_OBSERVATIONS
        kept.remove(worst)
    return kept, tuple(Skipped(names[place], reason) for place, reason in reasons.items())


def pairwise_correlations(returns: Floats, fewest: int) -> tuple[Floats, Floats]:
    """Pearson's correlation of each pair of columns over the rows that both have.

    Args:
        returns: [T, N], NaN where there is none.
        fewest: rows that a pair must have in common; at least 2.

    Returns:
        [N, N], NaN where a pair has fewer or one of it never moves then, and [N, N] rows in common.
    """
    known = np.isfinite(returns)
    count = known.sum(axis=0)
    filled = np.where(known, returns, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.where(known, filled - filled.sum(axis=0) / count, 0.0)
        largest = np.abs(filled).max(axis=0, initial=0.0)
        is_constant = np.abs(apart).max(axis=0, initial=0.0) <= _NOISE * largest
        if known.all():
            common = np.full((returns.shape[1],) * 2, float(len(returns)))
            unit = apart / np.sqrt((apart * apart).sum(axis=0))
            correlations = unit.T @ unit
        else:
            common, correlations = _gappy(known.astype(np.float64), apart)
    np.clip(correlations, -1.0, 1.0, out=correlations)
    np.fill_diagonal(correlations, 1.0)
    correlations[(common < fewest) | is_constant | is_constant[:, None]] = np.nan
    return correlations, common


def _gappy(known: Floats, apart: Floats) -> tuple[Floats, Floats]:
    """Rows in common, and correlations over them, by sums over all pairs at once.

    In place, since the tables of pairs are what takes the time.
    """
    common = known.T @ known
    sums = apart.T @ known  # [i, j] of i over the rows that j has too
    squares = (apart * apart).T @ known
    together = apart.T @ apart
    sums /= np.sqrt(common)
    together -= sums * sums.T
    sums *= sums
    squares[sums >= (1 - _NOISE) * squares] = np.nan  # at rest over those rows
    squares -= sums
    sums[:] = squares.T
    sums *= squares
    together /= np.sqrt(sums, out=sums)
    return common, together


def _is_possible(correlations: Floats) -> bool:
    """Whether no mix of the series would have a variance below zero."""
    try:
        np.linalg.cholesky(correlations + _ZERO * np.eye(len(correlations)))
    except np.linalg.LinAlgError:
        return False
    return True


def nearest_correlations(correlations: Floats) -> Floats:
    """The nearest matrix, in the Frobenius norm, that correlations can be.

    Alternating projections with Dykstra's correction: Higham, "Computing the Nearest Correlation
    Matrix", IMA J. Numer. Anal. 22 (2002). The last step clips and scales, so that the result is
    positive semidefinite whether or not the projections came to rest.
    """
    matrix, correction = correlations.copy(), np.zeros_like(correlations)
    for _ in range(_MOST_PROJECTIONS):
        before = matrix
        corrected = matrix - correction
        clipped = _clipped(corrected)
        correction = clipped - corrected
        matrix = clipped.copy()
        np.fill_diagonal(matrix, 1.0)
        if np.abs(matrix - before).max() <= _AT_REST:
            break
    clipped = _clipped(matrix)
    scale = np.sqrt(np.diagonal(clipped))
    nearest: Floats = clipped / np.outer(scale, scale)
    np.fill_diagonal(nearest, 1.0)
    return (nearest + nearest.T) / 2


def _clipped(matrix: Floats) -> Floats:
    """The nearest positive semidefinite matrix: eigenvalues below zero become zero."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T)
