"""Factor exposures: a joint ridge regression on a set of factors (spec 6.2).

The slopes of a portfolio are the weighted sums of its symbols' slopes. A ridge regression is linear
in what is explained: where the symbols have the same sessions, that is the regression of the
portfolio's own returns, to the last digits.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from domain.risk.factors import FactorName, FactorSet, FactorSetName
from domain.risk.finding import Finding, ReasonCode, found
from domain.risk.normal import Floats
from domain.risk.panel import Panel
from domain.risk.regression import RidgeLines, ridge
from domain.risk.returns import carried, joint_returns, lack_of, simple_returns, window_of
from domain.risk.weights import Weights, nothing_measured, split

SESSIONS = 252
FEWEST = 60
PENALTY = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorBeta:
    """How much moves with a factor, the others held still.

    Attributes:
        beta: the return for a return of 1 of the factor.
    """

    factor: FactorName
    beta: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingFactor:
    """A factor that the regression ran without.

    Attributes:
        symbol: the fund that stands for it.
    """

    factor: FactorName
    symbol: str
    reason: ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorBetas:
    """A symbol's joint ridge regression on a set of factors.

    Attributes:
        factor_set: with `set_version`, which reference data.
        betas: in the order of the set, those missing left out.
        missing: factors without enough history.
        alpha_daily: the intercept, a return a session.
        r_squared: in the sample, 0 to 1.
        condition_number: of the standardised factor returns; None where they depend on each other.
        observations: returns that entered.
    """

    factor_set: FactorSetName
    set_version: int
    betas: tuple[FactorBeta, ...]
    missing: tuple[MissingFactor, ...]
    alpha_daily: float
    r_squared: float
    condition_number: float | None
    observations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorExposure:
    """How much of a portfolio moves with a factor.

    Attributes:
        symbol: the fund that stands for the factor.
        beta: the portfolio's return for a return of 1 of the factor.
        exposure_usd: beta x NAV.
    """

    factor: FactorName
    symbol: str
    beta: float
    exposure_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorExposures:
    """A portfolio's exposures to a set of factors.

    Attributes:
        factor_set: with `set_version`, which reference data.
        exposures: in the order of the set, those missing left out.
        missing: factors without enough history.
        penalty: of the ridge regression on standardised factor returns.
        r_squared: of the holdings' returns by these exposures, up to 1; None where there are fewer
            than 60 from the first close of the youngest on.
        condition_number: of the standardised factor returns; None where they depend on each other.
    """

    factor_set: FactorSetName
    set_version: int
    exposures: tuple[FactorExposure, ...]
    missing: tuple[MissingFactor, ...]
    penalty: float
    r_squared: float | None
    condition_number: float | None


def symbol_factor_betas(panel: Panel, factor_set: FactorSet) -> dict[str, FactorBetas | ReasonCode]:
    """Each symbol's regression over the last 252 sessions, of at least 60 returns.

    The panel has the factors' funds among its symbols; one without 60 returns in the window is
    missing, and the regression runs on the others.
    """
    window = window_of(panel, SESSIONS)
    missing = _missing(window, factor_set)
    absent = {one.factor for one in missing}
    present = [factor for factor in factor_set.factors if factor.name not in absent]
    if not present:
        return dict.fromkeys(panel.symbols, ReasonCode.FACTOR_MISSING)
    betas: dict[str, FactorBetas | ReasonCode] = {}
    factors = window.of(factor.symbol for factor in present).closes
    for columns, returns, beside in joint_returns(window.closes, factors):
        lines = ridge(returns, beside, PENALTY) if len(returns) >= FEWEST else None
        for place, column in enumerate(columns.tolist()):
            betas[panel.symbols[column]] = (
                _lack(window.closes[:, column])
                if lines is None
                else _betas_of(place, lines, len(returns), (factor_set, missing))
            )
    return betas


def _missing(window: Panel, factor_set: FactorSet) -> tuple[MissingFactor, ...]:
    closes = window.of(factor.symbol for factor in factor_set.factors).closes
    reasons = [_factor_lack(closes[:, column]) for column in range(closes.shape[1])]
    return tuple(
        MissingFactor(factor=factor.name, symbol=factor.symbol, reason=reason)
        for factor, reason in zip(factor_set.factors, reasons, strict=True)
        if reason
    )


def _factor_lack(closes: Floats) -> ReasonCode | None:
    known = closes[np.isfinite(closes)]
    if len(known) <= FEWEST:
        return lack_of(len(known) - 1)
    return ReasonCode.CONSTANT_SERIES if known.min() == known.max() else None


def _lack(closes: Floats) -> ReasonCode:
    return lack_of(int(np.isfinite(closes).sum()) - 1)


def _betas_of(
    place: int,
    lines: RidgeLines,
    observations: int,
    of: tuple[FactorSet, tuple[MissingFactor, ...]],
) -> FactorBetas | ReasonCode:
    factor_set, missing = of
    if np.isnan(lines.r_squared[place]):
        return ReasonCode.CONSTANT_SERIES
    absent = {one.factor for one in missing}
    present = [factor.name for factor in factor_set.factors if factor.name not in absent]
    condition = lines.condition_number
    return FactorBetas(
        factor_set=factor_set.name,
        set_version=factor_set.version,
        betas=tuple(
            FactorBeta(factor=factor, beta=beta)
            for factor, beta in zip(present, lines.beta[:, place].tolist(), strict=True)
        ),
        missing=missing,
        alpha_daily=float(lines.alpha[place]),
        r_squared=float(lines.r_squared[place]),
        condition_number=condition if np.isfinite(condition) else None,
        observations=observations,
    )


def factor_exposures(
    betas: Mapping[str, FactorBetas | ReasonCode],
    weights: Weights,
    nav: float,
    panel: Panel,
    factor_set: FactorSet,
) -> Finding[FactorExposures]:
    """The sums of weight x beta, and what they explain; a symbol without betas contributes 0.

    Args:
        betas: of the symbols, on the same set.
        weights: of the portfolio.
        nav: USD.
        panel: has the symbols and the factors' funds; R2 is taken of it.
        factor_set: which factors.
    """
    measured, skipped = split(weights, betas)
    if not measured:
        return nothing_measured(weights, skipped, FEWEST)
    sums = _sums(measured, weights)
    fund = {factor.name: factor.symbol for factor in factor_set.factors}
    best = max(measured.values(), key=lambda one: one.observations)
    figures = FactorExposures(
        factor_set=factor_set.name,
        set_version=factor_set.version,
        exposures=tuple(
            FactorExposure(factor=name, symbol=fund[name], beta=beta, exposure_usd=beta * nav)
            for name in fund
            if (beta := sums.get(name)) is not None
        ),
        missing=tuple(one for one in best.missing if one.factor not in sums),
        penalty=PENALTY,
        r_squared=_explained(
            window_of(panel, SESSIONS),
            weights,
            list(measured),
            {fund[name]: beta for name, beta in sums.items()},
        ),
        condition_number=best.condition_number,
    )
    observations = min(one.observations for one in measured.values())
    return found(figures, weights.quality(observations, skipped))


def _sums(measured: Mapping[str, FactorBetas], weights: Weights) -> dict[FactorName, float]:
    sums: dict[FactorName, float] = {}
    for symbol, one in measured.items():
        for each in one.betas:
            sums[each.factor] = sums.get(each.factor, 0.0) + weights.by_symbol[symbol] * each.beta
    return sums


def _explained(
    window: Panel, weights: Weights, symbols: list[str], betas: Mapping[str, float]
) -> float | None:
    """1 - the variance of what is left of the holdings' returns / their variance."""
    closes = np.hstack([carried(window.of(symbols).closes), window.of(betas).closes])
    closes = closes[np.isfinite(closes).all(axis=1)]
    if len(closes) <= FEWEST:
        return None
    returns = simple_returns(closes)
    held = returns[:, : len(symbols)] @ weights.of(symbols)
    left = held - returns[:, len(symbols) :] @ np.array(list(betas.values()))
    total = float(held.var())
    return 1.0 - float(left.var()) / total if total > 0 else None
