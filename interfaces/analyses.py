"""The measures of an account as people see them: recorded by a run, or taken on request."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from domain.portfolio import Portfolio
from domain.risk.finding import Finding, Quality, ReasonCode, not_found
from domain.risk.measures import Measures
from domain.risk.rounding import as_recorded
from domain.risk.scenarios import Scenario
from domain.risk.stress import StressTest, stress_test
from interfaces.bootstrap import Program
from interfaces.standing import NOT_VALUED, past_of
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


def session_of(program: Program, portfolio: PortfolioRow, day: date | None) -> date | None:
    """The session asked for, else the latest valued one; None where there is none.

    Raises:
        SessionNotCompleted: ERR_VAL_001.
    """
    if day is None:
        return portfolio.valuation_on
    return program.markets[portfolio.market].completed_session(day)


def not_valued(program: Program, portfolio: PortfolioRow, text: str = NOT_VALUED) -> Finding[Any]:
    """That there is no valuation to take measures of."""
    held = program.positions_room.open_counts({portfolio.portfolio_id: past_of(program, portfolio)})
    quality = Quality(
        observations=0, positions_analyzed=0, positions_total=held[portfolio.portfolio_id]
    )
    return not_found(ReasonCode.NOT_VALUED, text, quality)


def tried_scenario(
    program: Program, portfolio: PortfolioRow, session: date, scenario: Scenario
) -> Finding[StressTest] | None:
    """What a scenario of one's own does to a portfolio; None without a valuation of the session.

    Nothing is recorded.
    """
    loaded = program.log.load(Portfolio, portfolio.portfolio_id)
    book = program.analyses.book(loaded, session) if loaded else None
    if loaded is None or book is None:
        return None
    view = program.analyses.view([loaded], session)
    return as_recorded(stress_test(book, view.sensitivities_to([scenario]), [scenario]))
