"""The worth of today's holdings before the opening, computed when asked for (spec 5.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from application.ownership import own_portfolio
from application.ports import Cause, EventLog
from application.valuations import Valuations
from domain.portfolio import Portfolio
from domain.reconstruction import ReconstructedDay, reconstructed

MOST_SESSIONS = 1_260
"""The longest series of one answer: five years of sessions."""

_AT_ONCE = 252


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """No room keeps it, since every price that is learnt and every position changes all of it."""

    log: EventLog
    valuations: Valuations

    def series(
        self, portfolio_id: UUID, first: date | None, last: date | None, cause: Cause
    ) -> Sequence[ReconstructedDay]:
        """The sessions before the opening from the first entry of what is held today on.

        Only those within `first` and `last`, and of these the latest `MOST_SESSIONS`; oldest first.

        Raises:
            PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
        """
        portfolio = own_portfolio(self.log, portfolio_id, cause)
        market = self.valuations.markets[portfolio.opening.price_source]
        today = market.latest_session()
        book = self.valuations.marking.known_book(portfolio)
        entries = [
            position.entry_on
            for position in book.positions
            if not position.is_cash_like and book.held(position).shares_after(today)
        ]
        begins_on = max(min(entries, default=date.max), first or date.min)
        sessions = _before(portfolio, market.calendar.sessions(begins_on, last or today))
        days: list[ReconstructedDay] = []
        for begin in range(0, len(sessions), _AT_ONCE):
            some = sessions[begin : begin + _AT_ONCE]
            marks = self.valuations.marking.marks(portfolio, book, some)
            days += reconstructed(book, today, some, marks)
        return days


def _before(portfolio: Portfolio, sessions: Sequence[date]) -> Sequence[date]:
    opening = portfolio.opening.equity_as_of
    return [session for session in sessions if session < opening][-MOST_SESSIONS:]
