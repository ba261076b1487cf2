"""What edits of a portfolio have in common: whose it is, and which valuations they make stale."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from application.deciding import decide
from application.markets import Markets, MarketTime
from application.ownership import portfolio_to_change
from application.ports import Cause, EventLog
from domain.identity import daily_valuation_id
from domain.portfolio import Portfolio

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit led to.

    `restates_from` is the first day whose recorded valuation became stale, None where nothing is
    valued that late. `position` is that of the last event.
    """

    restates_from: date | None
    position: int


@dataclass(frozen=True, slots=True)
class Editing:
    """Loads a portfolio, lets it decide, and saves it, again if somebody else was first."""

    log: EventLog
    markets: Markets

    def market_of(self, portfolio: Portfolio) -> MarketTime:
        """The market that the portfolio's days are of."""
        return self.markets[portfolio.opening.price_source]

    def run(
        self, portfolio_id: UUID, decision: Callable[[Portfolio], Answer], cause: Cause
    ) -> tuple[Answer, Edited]:
        """The answer of a decision of the caller's portfolio, and what it led to.

        Raises:
            PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
            VersionMovedOn: ERR_VERSION_001. PortfolioArchived: ERR_PORT_015. What the decision
                refuses.
        """

        def attempt() -> tuple[Answer, Edited]:
            portfolio = portfolio_to_change(self.log, portfolio_id, cause)
            version = portfolio.version
            answer = decision(portfolio)
            stale_from = self._stale_from(portfolio, version)
            return answer, Edited(stale_from, self.log.save(portfolio, cause=cause))

        return decide(attempt)

    def last_valued(self, portfolio: Portfolio, until: date) -> date | None:
        """The session of the portfolio's latest valuation up to a day, None where there is none."""
        sessions = self.market_of(portfolio).calendar.sessions(
            portfolio.opening.equity_as_of, until
        )
        ids = {daily_valuation_id(portfolio.id, session): session for session in sessions}
        valued = self.log.existing(list(ids))
        return max((ids[valuation_id] for valuation_id in valued), default=None)

    def _stale_from(self, portfolio: Portfolio, version: int) -> date | None:
        counts_from = portfolio.changed_from(version)
        if counts_from is None:
            return None
        last = self.last_valued(portfolio, self.market_of(portfolio).latest_session())
        return counts_from if last and counts_from <= last else None
