"""Several accounts as one: which of them, at which session, and what is said of each beside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from application.pooling import PooledMeasures, Pooling
from domain.portfolio import Portfolio
from domain.risk.factors import FactorSet
from domain.risk.finding import Finding, Quality, Reason, ReasonCode
from domain.risk.measures import Measures
from domain.risk.position_exposures import PositionExposures
from interfaces.bootstrap import Program
from projections.portfolios.view import PortfolioRow

MAIN_FIGURES: Mapping[str, Callable[[Any], float | None]] = {
    "exposures": lambda figures: figures.leverage,
    "market_beta": lambda figures: figures.beta,
    "volatility": lambda figures: figures.realised_63,
    "value_at_risk": lambda figures: figures.levels[0].value_at_risk.of_nav,
    "diversification_score": lambda figures: figures.diversification_ratio,
    "concentration": lambda figures: figures.herfindahl,
}
"""Of a measure, the one figure that portfolios are compared by."""

NOT_VALUED = Reason(
    ReasonCode.NOT_VALUED, "None of these has been valued yet. Calculate them, then look again."
)
NO_QUALITY = Quality(observations=0, positions_analyzed=0, positions_total=0)


@dataclass(frozen=True, slots=True)
class Pool:
    """Accounts that can be taken as one, at the latest session that all are valued at."""

    session: date
    rows: Sequence[PortfolioRow]

    def until(self, last: date | None) -> date:
        """The end of a span that is asked for up to `last`: no later than the session."""
        return min(last or self.session, self.session)


def pool_of(
    program: Program, rows: Sequence[PortfolioRow], day: date | None = None
) -> Pool | Reason:
    """The accounts valued, at a session or the latest that all are; or why they cannot be pooled.

    Those opened after the session are left out.

    Raises:
        SessionNotCompleted: ERR_VAL_001.
    """
    valued = [(row, row.valuation_on) for row in rows if row.valuation_on]
    if not valued:
        return NOT_VALUED
    if len({row.market for row, _ in valued}) > 1:
        text = "Live and sample portfolios have no day in common; name those of one market."
        return Reason(ReasonCode.MARKETS_DIFFER, text)
    session = min(last for _, last in valued)
    if day is not None:
        asked = program.markets[valued[0][0].market].completed_session(day)
        if asked > session:
            return Reason(ReasonCode.NOT_VALUED, f"Not all of these are valued on {asked} yet.")
        session = asked
    return Pool(session, [row for row, _ in valued if row.equity_as_of <= session])


def pooled_measures(program: Program, pool: Pool) -> PooledMeasures | None:
    """The measures of the accounts as one; nothing is recorded."""
    return Pooling(program.analyses).of(_portfolios(program, pool), pool.session)


def pooled_exposures(
    program: Program, pool: Pool, factors: FactorSet
) -> Finding[PositionExposures] | None:
    """How each line of the accounts moves with the factors of a set."""
    portfolios = _portfolios(program, pool)
    return Pooling(program.analyses).position_exposures(portfolios, pool.session, factors)


def _portfolios(program: Program, pool: Pool) -> Sequence[Portfolio]:
    loaded = program.log.load_many(Portfolio, [row.portfolio_id for row in pool.rows])
    return [loaded[row.portfolio_id] for row in pool.rows if row.portfolio_id in loaded]


@dataclass(frozen=True, slots=True)
class Part:
    """An account in a pool: its share of NAV and a measure's main figure, where there is one."""

    portfolio_id: UUID
    name: str
    weight: float | None
    figure: float | None


def parts_of(measured: PooledMeasures, names: Mapping[UUID, str], measure: str) -> list[Part]:
    """What is said of each account beside."""
    total = sum(nav for _, nav, _ in measured.parts)
    return [
        Part(
            portfolio_id=portfolio.id,
            name=names.get(portfolio.id, ""),
            weight=nav / total if total > 0 else None,
            figure=_figure(measures, measure),
        )
        for portfolio, nav, measures in measured.parts
    ]


def weighted(parts: Sequence[Part]) -> float | None:
    """The sum of weight x figure; None where one of them is not there."""
    total = 0.0
    for part in parts:
        if part.weight is None or part.figure is None:
            return None
        total += part.weight * part.figure
    return total


def _figure(measures: Measures, measure: str) -> float | None:
    finding: Finding[Any] = getattr(measures, measure)
    told = MAIN_FIGURES.get(measure)
    return told(finding.figures) if told and finding.figures is not None else None
