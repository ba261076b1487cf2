"""Filling the gaps of the price book, for symbols named or for all that anybody holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from application.marking import symbols_to_price
from application.ports import Accounts, EventLog, Market
from application.prices import BACKFILL, Gathered, Prices
from domain.portfolio import Portfolio

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Backfilling:
    """The use case behind `sigmasight prices backfill`."""

    log: EventLog
    accounts: Accounts
    prices: Prices

    def of_symbols(
        self, market: Market, symbols: Sequence[str], from_on: date | None = None
    ) -> Gathered:
        """Fetch what the book lacks of these, from that day or from 800 days ago on."""
        latest = self.prices.markets[market].latest_session()
        return self.prices.backfill(market, symbols, from_on or latest - BACKFILL)

    def of_all_held(self, market: Market, from_on: date | None = None) -> Gathered:
        """Fetch what the book lacks of all symbols held in a market.

        From that day on, or from 800 days before the earliest opening of those accounts.
        """
        symbols: set[str] = set()
        earliest = self.prices.markets[market].latest_session()
        for portfolio in self._portfolios(market):
            symbols.update(symbols_to_price(portfolio))
            earliest = min(earliest, portfolio.opening.equity_as_of)
        return self.prices.backfill(market, sorted(symbols), from_on or earliest - BACKFILL)

    def _portfolios(self, market: Market) -> Iterator[Portfolio]:
        ids = iter(self.accounts.active(market))
        while some := list(islice(ids, _AT_ONCE)):
            yield from self.log.load_many(Portfolio, some).values()
