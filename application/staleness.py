"""From which day on the valuations that people see are stale (spec 2.2, 5.4)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from application.ports import EventLog, Market
from application.valuations import Valuations
from domain.portfolio import Portfolio


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestValuation:
    """The session of a portfolio's latest valuation, and what was known when it was recorded.

    That is the portfolio's events up to `portfolio_version` and the rows of the price book up to
    `prices_known`.
    """

    portfolio_id: UUID
    market: Market
    session: date
    portfolio_version: int
    prices_known: int


@dataclass(frozen=True, slots=True)
class Staleness:
    """Says what the next calculation will go through again."""

    log: EventLog
    valuations: Valuations

    def begins_on(self, latest: LatestValuation, version: int) -> date | None:
        """The first valued day that lacks something known by now, None where none does.

        `version` is the portfolio's: where the valuation knows it and all prices of its market,
        nothing has to be loaded.
        """
        knows_prices = self.valuations.book.last_row(latest.market) == latest.prices_known
        if knows_prices and latest.portfolio_version == version:
            return None
        portfolio = self.log.load(Portfolio, latest.portfolio_id)
        if portfolio is None:
            return None
        day = self.valuations.stale_from(portfolio, latest.portfolio_version, latest.prices_known)
        return day if day and day <= latest.session else None
