"""From which day on the valuations that people see are stale (spec 2.2, 5.4)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
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


class Valued(Protocol):
    """What is known of the accounts' latest valuations: a list of work, on which no rule rests."""

    def behind(
        self, market: Market, session: date, row: int, changed_before: datetime | None
    ) -> Sequence[tuple[LatestValuation, int]]:
        """Accounts valued at a session with less than is known now, each with its version.

        That is an event of the account, or a row of the price book up to `row`, of whatever
        symbol. Only those not changed since an instant, where one is given.
        """
        ...


class Holders(Protocol):
    """Who holds what: a list of work, on which no rule rests."""

    def holders(self, symbols: Sequence[str]) -> Sequence[tuple[UUID, str]]:
        """Portfolios that ever held one of the symbols, or an option on it, with the symbol."""
        ...


@dataclass(frozen=True, slots=True)
class StaleAccounts:
    """Finds the accounts that are valued at a session and lack something known by now.

    An account is loaded only where it changed itself, or where a price of what it holds came.
    """

    staleness: Staleness
    valued: Valued
    holders: Holders

    def of(
        self, market: Market, session: date, changed_before: datetime | None = None
    ) -> list[UUID]:
        """Those of a market; without those changed since an instant, where one is given."""
        book = self.staleness.valuations.book
        behind = self.valued.behind(market, session, book.last_row(market), changed_before)
        if not behind:
            return []
        news = self._newest_rows(market, min(latest.prices_known for latest, _ in behind))
        return [
            latest.portfolio_id
            for latest, version in behind
            if (
                version > latest.portfolio_version
                or news[latest.portfolio_id] > latest.prices_known
            )
            and self.staleness.begins_on(latest, version)
        ]

    def _newest_rows(self, market: Market, after: int) -> defaultdict[UUID, int]:
        """The newest row learnt of what each portfolio holds, 0 where none came after one."""
        learnt = self.staleness.valuations.book.learnt(market, after)
        newest: defaultdict[UUID, int] = defaultdict(int)
        for portfolio_id, symbol in self.holders.holders(list(learnt)) if learnt else ():
            newest[portfolio_id] = max(newest[portfolio_id], learnt[symbol])
        return newest
