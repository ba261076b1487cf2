"""The measures of an account as people see them: recorded by a run, or taken on request."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.portfolio import Portfolio
from domain.risk.measures import Measures
from interfaces.bootstrap import Program
from projections.portfolios.view import PortfolioRow


@dataclass(frozen=True, slots=True)
class ShownMeasures:
    """The measures of a portfolio at a valued session.

    `recorded_at` is the UTC instant a run recorded them, None where they were taken just now: of a
    day that no run aimed at, or of a valuation that was restated since.
    """

    session: date
    measures: Measures
    recorded_at: datetime | None


def shown_measures(
    program: Program, portfolio: PortfolioRow, session: date | None = None
) -> ShownMeasures | None:
    """The measures at a session, at the latest valued one where none is named.

    None where the portfolio has no valuation of it.
    """
    session = session or portfolio.valuation_on
    if session is None:
        return None
    recorded = program.analytics_room.one(portfolio.portfolio_id, session)
    if recorded is not None:
        valued = program.valuations_room.days(portfolio.portfolio_id, session, session)
        if valued and valued[0].version == recorded.valuation_version:
            return ShownMeasures(session, recorded.measures, recorded.recorded_at)
    loaded = program.log.load(Portfolio, portfolio.portfolio_id)
    analysis = program.analyses.of(loaded, session) if loaded else None
    return ShownMeasures(session, analysis.measures, None) if analysis else None
