"""What a portfolio's positions are marked at: the book's prices, read once for some days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Self
from uuid import UUID

from application.markets import Markets
from application.option_models import OptionModels
from application.ports import Close, Market, PriceBook, PriceNews
from domain.closing_price import LONGEST_CLOSURE
from domain.mark import CARRIED_SESSIONS, Mark, MarkQuality, mark_all, needs_price
from domain.option_model import price_all
from domain.portfolio import Portfolio
from domain.snapshot import Snapshot
from domain.valuation import PortfolioBook


@dataclass(frozen=True, slots=True)
class Marking:
    """Asks the price book for one portfolio at a time.

    `risk_free_rate` is a year's, continuous: 0.04 is 4 %.
    """

    markets: Markets
    book: PriceBook
    risk_free_rate: Decimal

    @property
    def options(self) -> OptionModels:
        """What prices options, and says when they end."""
        return OptionModels(self.markets, self.book, self.risk_free_rate)

    def knowing(self, market: Market, row: int | None = None) -> Self:
        """The same by what the book knew up to a row, up to the latest one where none is named.

        All that is asked of it rests on the same rows, whatever is learnt meanwhile.
        """
        row = self.book.last_row(market) if row is None else row
        return replace(self, book=self.book.up_to(row))

    def known_book(self, portfolio: Portfolio) -> PortfolioBook:
        """What the portfolio holds, with what the price book knows now of its shares."""
        market, symbols = portfolio.opening.price_source, symbols_to_price(portfolio)
        row = self.book.last_row(market)  # first: what comes meanwhile counts as learnt later
        actions = self.book.actions(market, symbols)
        book = portfolio.book(actions, prices_known=row, risk_free_rate=self.risk_free_rate)
        return book.without(self.options.ended_by_the_opening(portfolio))

    def news(self, portfolio: Portfolio, after: int) -> Sequence[PriceNews]:
        """What was learnt after that row of what enters the portfolio's marks."""
        market, symbols = portfolio.opening.price_source, _marked_by(portfolio)
        return self.book.news(market, symbols, after)

    def marks(
        self, portfolio: Portfolio, book: PortfolioBook, sessions: Sequence[date]
    ) -> Mapping[UUID, Sequence[Mark]]:
        """The marks on each of the sessions, oldest first, of what is held or closed on them."""
        closes = self._closes(portfolio, sessions)
        models = self.options.of(portfolio, book, sessions)
        modelled = dict(zip(models, price_all(list(models.values()), sessions), strict=True))
        calendar = self.markets[portfolio.opening.price_source].calendar.sessions(
            sessions[0] - CARRIED_SESSIONS * LONGEST_CLOSURE, sessions[-1]
        )
        before = max((day for day in calendar if day < sessions[0]), default=sessions[0])
        held = book.lines.of(book.lines.within(before, sessions[-1]))
        revaluations = portfolio.holdings.revaluations
        return mark_all(held, closes, revaluations, sessions, calendar, modelled)

    def _closes(
        self, portfolio: Portfolio, sessions: Sequence[date]
    ) -> Mapping[str, Sequence[Close]]:
        market, symbols = portfolio.opening.price_source, _marked_by(portfolio)
        closes = dict(self.book.closes(market, symbols, sessions[0], sessions[-1]))
        lacking = [
            symbol
            for symbol in symbols
            if not (known := closes.get(symbol)) or known[0].session != sessions[0]
        ]
        if lacking:
            before = self.book.last_closes_before(market, lacking, sessions[0])
            for symbol, close in before.items():
                closes[symbol] = [close, *closes.get(symbol, ())]
        return closes


def symbols_to_price(portfolio: Portfolio) -> list[str]:
    """The symbols that providers are asked for, in order: of an option its underlying's."""
    return sorted(
        {
            option.underlying if (option := position.option) else position.symbol
            for position in portfolio.holdings.positions.values()
            if needs_price(position)
        }
    )


def _marked_by(portfolio: Portfolio) -> list[str]:
    """The symbols whose closes enter marks: an option's own too, where somebody brought some."""
    positions = portfolio.holdings.positions.values()
    return sorted({*symbols_to_price(portfolio), *(p.symbol for p in positions if p.option)})


def price_warnings(portfolio: Portfolio, snapshot: Snapshot) -> list[str]:
    """What a person should know about the marks of what is held and needs a price."""
    symbols: dict[MarkQuality, set[str]] = defaultdict(set)
    for position_id, symbol, quality, quantity in snapshot.lines.rows(
        "position_id", "symbol", "mark_quality", "quantity"
    ):
        position = portfolio.holdings.positions.get(position_id)
        if quantity and position and needs_price(position):
            symbols[quality].add(symbol)
    warnings = []
    if assumed := symbols[MarkQuality.ASSUMED]:
        warnings.append(f"Valued at the entry price, for want of any other: {_listed(assumed)}.")
    if stale := symbols[MarkQuality.STALE]:
        warnings.append(
            f"Valued at a close more than {CARRIED_SESSIONS} sessions old: {_listed(stale)}."
        )
    return warnings


def _listed(symbols: Iterable[str], most: int = 10) -> str:
    ordered = sorted(symbols)
    more = f" and {len(ordered) - most} more" if len(ordered) > most else ""
    return ", ".join(ordered[:most]) + more
