"""Whose portfolio it is: asked before any other work."""

from uuid import UUID

from application.errors import PortfolioForbidden, PortfolioUnknown
from application.ports import Cause, EventLog
from domain.portfolio import Portfolio


def own_portfolio(log: EventLog, portfolio_id: UUID, cause: Cause) -> Portfolio:
    """The portfolio, if it belongs to whoever asks; the system may touch any.

    Raises:
        PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
    """
    portfolio = log.load(Portfolio, portfolio_id)
    if portfolio is None:
        raise PortfolioUnknown
    if cause.actor not in (None, portfolio.owner_id):
        raise PortfolioForbidden
    return portfolio
