"""Whose portfolio it is, and whether it may change: asked before any other work."""

from contextvars import ContextVar
from uuid import UUID

from application.errors import PortfolioForbidden, PortfolioUnknown, VersionMovedOn
from application.ports import Cause, EventLog
from domain.portfolio import Portfolio

expected_versions: ContextVar[frozenset[int] | None] = ContextVar("expected_versions", default=None)
"""The versions of the portfolio that whoever asks would change; None for whichever there is.

Ambient, so that no command has to carry it. Compared with what a decision is made upon, which
nobody has changed when it is saved: else the save is refused, and the decision made again.
"""


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


def expected_portfolio(log: EventLog, portfolio_id: UUID, cause: Cause) -> Portfolio:
    """The own portfolio at a version that whoever asks expects.

    Raises:
        PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
        VersionMovedOn: ERR_VERSION_001.
    """
    portfolio = own_portfolio(log, portfolio_id, cause)
    expected = expected_versions.get()
    if expected is not None and portfolio.version not in expected:
        raise VersionMovedOn(portfolio.version)
    return portfolio


def portfolio_to_change(log: EventLog, portfolio_id: UUID, cause: Cause) -> Portfolio:
    """The own portfolio, as expected and not put away.

    Raises:
        PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
        VersionMovedOn: ERR_VERSION_001. PortfolioArchived: ERR_PORT_015.
    """
    portfolio = expected_portfolio(log, portfolio_id, cause)
    portfolio.refuse_if_archived()
    return portfolio
