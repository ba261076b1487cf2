"""Where an account stands: from when on figures lack something, what its opening found ended."""

from datetime import date

from application.staleness import LatestValuation
from interfaces.bootstrap import Program
from projections.portfolios.view import PortfolioRow
from projections.positions.view import Past

NOT_VALUED = "This has not been valued yet. Calculate the portfolio, then look again."
"""What is said of an account that has no valuation."""


def stale_from(program: Program, portfolio: PortfolioRow) -> date | None:
    """The first valued day that lacks something known by now; None where none does."""
    if portfolio.valuation_on is None:
        return None
    latest = LatestValuation(
        portfolio_id=portfolio.portfolio_id,
        market=portfolio.market,
        session=portfolio.valuation_on,
        portfolio_version=portfolio.valued_version,
        prices_known=portfolio.prices_known,
    )
    return program.staleness.begins_on(latest, portfolio.version)


def past_of(program: Program, portfolio: PortfolioRow) -> Past:
    """What the opening of a portfolio found at its end."""
    market = program.markets[portfolio.market]
    return Past(portfolio.equity_as_of, market.lasts_until(portfolio.equity_as_of))


def stale_after(portfolio: PortfolioRow, counts_from: date | None) -> date | None:
    """The first valued day that a change from `counts_from` on makes stale; None without any."""
    valued_on = portfolio.valuation_on
    if valued_on is None or counts_from is None or counts_from > valued_on:
        return None
    return counts_from
