"""What a portfolio would gain or lose if factors moved at once (spec 6.3).

Two figures for each scenario. Direct: only the shocked factors move. Correlated, the headline: each
other factor moves too, as its returns went with those of the scenario's driver.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from domain.risk.book import RiskBook
from domain.risk.factor_moves import (
    FactorMoves,
    Method,
    Sensitivities,
    SymbolBetas,
    factor_moves,
)
from domain.risk.factors import FactorName
from domain.risk.finding import Finding, ReasonCode, found, not_found
from domain.risk.normal import Floats
from domain.risk.repricing import line_pnl
from domain.risk.scenarios import SCENARIOS, Scenario, ScenarioId

Status = Literal["complete", "partial", "unavailable"]

_LISTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorMove:
    """What a factor returns in a scenario: 0.1 is +10 %."""

    factor: FactorName
    move: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StressContribution:
    """What a symbol gains or loses in a scenario, options on it included.

    Attributes:
        symbol_return: of the symbol itself: -0.1 is -10 %, never below -1.
        pnl: USD.
    """

    symbol: str
    symbol_return: float
    pnl: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StressedPnl:
    """What the portfolio gains or loses.

    Attributes:
        pnl: USD, below 0 a loss.
        pnl_of_nav: None where NAV is 1 % of gross or less.
        moves: of all factors that moved, the shocked ones first.
        contributions: the three largest either way, the largest first.
    """

    pnl: float
    pnl_of_nav: float | None
    moves: tuple[FactorMove, ...]
    contributions: tuple[StressContribution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StressedScenario:
    """A scenario and what it does to the portfolio.

    Attributes:
        shocks: what the scenario says.
        driver: the factor that moves the others in the correlated figure.
        method: what symbols move by: their beta to the market, or the betas to all factors.
        status: partial where a shocked factor has no data; unavailable where none has, or where no
            symbol held has the betas.
        factors_missing: the shocked factors without data: their shocks count nowhere.
        factors_unmoved: the others without data: they stand still in the correlated figure.
        skipped: symbols held without the betas, which contribute 0.
        direct: None where unavailable.
        correlated: None where unavailable.
    """

    scenario_id: ScenarioId
    title: str
    shocks: tuple[FactorMove, ...]
    driver: FactorName
    method: Method
    status: Status
    factors_missing: tuple[FactorName, ...]
    factors_unmoved: tuple[FactorName, ...]
    skipped: tuple[str, ...]
    direct: StressedPnl | None
    correlated: StressedPnl | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StressTest:
    """Scenarios on one portfolio.

    Attributes:
        scenarios: in the order given.
        worst: the id of the one with the lowest correlated P&L; None where none is available.
        best: with the highest.
    """

    scenarios: tuple[StressedScenario, ...]
    worst: ScenarioId | None
    best: ScenarioId | None


def stress_test(
    book: RiskBook, by: Sensitivities, scenarios: Sequence[Scenario] = SCENARIOS
) -> Finding[StressTest]:
    """What each scenario does to the book, directly and with what goes along.

    Options are repriced in full under the shocked underlying, at constant volatility. Private
    assets stand still and are skipped. Quality counts a line where every scenario can move it.
    """
    moves = [factor_moves(scenario, by) for scenario in scenarios]
    lacking = {
        method: _lacking(book, by, method) for method in dict.fromkeys(one.method for one in moves)
    }
    quality = book.quality(
        by.observations, {symbol: why for each in lacking.values() for symbol, why in each.items()}
    )
    if not book.lines:
        return not_found(ReasonCode.NOTHING_HELD, "Nothing but cash is held.", quality)
    pnl_of = _PnlOf(book, by)
    stressed = tuple(
        _stressed(pnl_of, scenario, each, lacking[each.method])
        for scenario, each in zip(scenarios, moves, strict=True)
    )
    pnl = {one.scenario_id: one.correlated.pnl for one in stressed if one.correlated}
    if not pnl:
        text = "No scenario has both a factor with enough prices and a symbol with betas to it."
        return not_found(ReasonCode.FACTOR_MISSING, text, quality)
    worst, best = min(pnl, key=pnl.__getitem__), max(pnl, key=pnl.__getitem__)
    return found(StressTest(scenarios=stressed, worst=worst, best=best), quality)


def _lacking(book: RiskBook, by: Sensitivities, method: Method) -> dict[str, ReasonCode]:
    """The symbols held that the method cannot move, and why."""
    without = {
        line.symbol: by.lacking.get(line.moved_by, ReasonCode.NO_PRICES)
        for line in book.lines
        if not by.knows(line.moved_by, method)
    }
    return without | dict(book.unmoved)


def _stressed(
    pnl_of: "_PnlOf",
    scenario: Scenario,
    moves: FactorMoves,
    lacking: Mapping[str, ReasonCode],
) -> StressedScenario:
    status: Status = "partial" if moves.missing else "complete"
    direct = correlated = None
    if not moves.direct or not _is_reached(pnl_of.book, lacking):
        status = "unavailable"
    else:
        direct = pnl_of.moves(moves.direct, moves.method)
        is_alike = moves.correlated == moves.direct
        correlated = direct if is_alike else pnl_of.moves(moves.correlated, moves.method)
    return StressedScenario(
        scenario_id=scenario.id,
        title=scenario.title,
        shocks=_listed(moves.shocks),
        driver=moves.driver,
        method=moves.method,
        status=status,
        factors_missing=moves.missing,
        factors_unmoved=moves.unmoved,
        skipped=tuple(sorted(lacking)),
        direct=direct,
        correlated=correlated,
    )


def _is_reached(book: RiskBook, lacking: Mapping[str, ReasonCode]) -> bool:
    """Whether anything moves, or nothing could: private assets alone stand still."""
    return bool(book.is_private.all()) or any(line.symbol not in lacking for line in book.lines)


@dataclass(frozen=True)
class _PnlOf:
    """What moves of factors do to a book."""

    book: RiskBook
    by: Sensitivities

    @cached_property
    def _betas(self) -> SymbolBetas:
        return SymbolBetas.of(self.book.movers, self.by)

    def moves(self, moves: Mapping[FactorName, float], method: Method) -> StressedPnl:
        """What is gained or lost, and by which symbols most."""
        book, returns = self.book, self._betas.returns(moves, method, self.by.factors)
        pnl = book.by_mover(line_pnl(book, returns[book.mover, None])[:, 0])
        total = float(pnl.sum())
        return StressedPnl(
            pnl=total,
            pnl_of_nav=book.of_nav(total),
            moves=_listed(moves),
            contributions=_contributions(book, returns, pnl),
        )


def _contributions(book: RiskBook, returns: Floats, pnl: Floats) -> tuple[StressContribution, ...]:
    largest = np.argsort(-np.abs(pnl), kind="stable")[:_LISTED].tolist()
    return tuple(
        StressContribution(
            symbol=book.movers[place],
            symbol_return=float(returns[place]),
            pnl=float(pnl[place]),
        )
        for place in largest
        if pnl[place]
    )


def _listed(moves: Mapping[FactorName, float]) -> tuple[FactorMove, ...]:
    return tuple(FactorMove(factor=name, move=move) for name, move in moves.items())
