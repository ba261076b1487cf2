"""Spread factors: how much moves with the difference of two funds (spec 6.2)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from domain.risk.factors import SPREADS, SPREADS_VERSION, Spread, SpreadName
from domain.risk.finding import Finding, ReasonCode, found
from domain.risk.normal import Floats
from domain.risk.panel import Panel
from domain.risk.regression import Regression, Regressions, regress
from domain.risk.returns import paired_returns, window_of
from domain.risk.weights import Weights, nothing_measured, split

SESSIONS = 180
FEWEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadBeta:
    """A symbol's line on a spread."""

    spread: SpreadName
    line: Regression


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingSpread:
    """A spread that nothing could be measured to."""

    spread: SpreadName
    reason: ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadBetas:
    """A symbol's lines on the spreads, each on its own.

    Attributes:
        spreads_version: which reference data.
        betas: those that could be measured.
        missing: the others.
    """

    spreads_version: int
    betas: tuple[SpreadBeta, ...]
    missing: tuple[MissingSpread, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadExposure:
    """How much of a portfolio moves with a spread.

    Attributes:
        long: the fund held.
        short: the fund sold short.
        beta: the portfolio's return where the spread returns 1.
        exposure_usd: beta x NAV.
        observations: the fewest returns that entered for a symbol.
    """

    spread: SpreadName
    long: str
    short: str
    beta: float
    exposure_usd: float
    observations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadExposures:
    """A portfolio's exposures to the spreads, each on its own.

    Attributes:
        spreads_version: which reference data.
        exposures: those that could be measured.
        missing: the others.
    """

    spreads_version: int
    exposures: tuple[SpreadExposure, ...]
    missing: tuple[MissingSpread, ...]


def symbol_spread_betas(panel: Panel) -> dict[str, SpreadBetas | ReasonCode]:
    """Each symbol's lines on the spreads over the last 180 sessions, of at least 60 returns.

    A return of a spread is that of its first fund less that of its second, over sessions that the
    symbol and both funds have. The panel has the funds among its symbols.
    """
    window = window_of(panel, SESSIONS)
    lines = {spread.name: _lines(window, spread) for spread in SPREADS}
    return {
        symbol: _of(column, window.closes[:, column], lines)
        for column, symbol in enumerate(panel.symbols)
    }


def _lines(window: Panel, spread: Spread) -> Regressions | None:
    """None where the funds have no history together."""
    funds = window.of([spread.long.symbol, spread.short.symbol]).closes
    if np.isfinite(funds).all(axis=1).sum() <= FEWEST:
        return None
    returns, (held, sold) = paired_returns(window.closes, funds)
    return regress(returns, held - sold)


def _of(
    column: int, closes: Floats, lines: Mapping[SpreadName, Regressions | None]
) -> SpreadBetas | ReasonCode:
    if not np.isfinite(closes).any():
        return ReasonCode.NO_PRICES
    of_each = {
        name: of_all.of(column, FEWEST) if of_all else ReasonCode.FACTOR_MISSING
        for name, of_all in lines.items()
    }
    betas = tuple(
        SpreadBeta(spread=name, line=line)
        for name, line in of_each.items()
        if isinstance(line, Regression)
    )
    missing = tuple(
        MissingSpread(spread=name, reason=line)
        for name, line in of_each.items()
        if isinstance(line, ReasonCode)
    )
    if not betas:
        own = (one.reason for one in missing if one.reason is not ReasonCode.FACTOR_MISSING)
        return next(own, ReasonCode.FACTOR_MISSING)
    return SpreadBetas(spreads_version=SPREADS_VERSION, betas=betas, missing=missing)


def spread_exposures(
    betas: Mapping[str, SpreadBetas | ReasonCode], weights: Weights, nav: float
) -> Finding[SpreadExposures]:
    """The sums of weight x beta; a symbol without beta contributes 0.

    Args:
        betas: of the symbols.
        weights: of the portfolio.
        nav: USD.
    """
    measured, skipped = split(weights, betas)
    if not measured:
        return nothing_measured(weights, skipped, FEWEST)
    exposures = [_exposure(spread, measured, weights, nav) for spread in SPREADS]
    there = tuple(one for one in exposures if one)
    reasons = {one.spread: one.reason for each in measured.values() for one in each.missing}
    figures = SpreadExposures(
        spreads_version=SPREADS_VERSION,
        exposures=there,
        missing=tuple(
            MissingSpread(spread=spread.name, reason=reasons[spread.name])
            for spread, exposure in zip(SPREADS, exposures, strict=True)
            if exposure is None
        ),
    )
    return found(figures, weights.quality(min(one.observations for one in there), skipped))


def _exposure(
    spread: Spread, measured: Mapping[str, SpreadBetas], weights: Weights, nav: float
) -> SpreadExposure | None:
    lines = {
        symbol: one.line
        for symbol, each in measured.items()
        for one in each.betas
        if one.spread is spread.name
    }
    if not lines:
        return None
    beta = sum(weights.by_symbol[symbol] * line.beta for symbol, line in lines.items())
    return SpreadExposure(
        spread=spread.name,
        long=spread.long.symbol,
        short=spread.short.symbol,
        beta=beta,
        exposure_usd=beta * nav,
        observations=min(line.observations for line in lines.values()),
    )
