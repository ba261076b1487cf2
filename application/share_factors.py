"""How many shares one share of a position has become, by the splits that are known."""

from datetime import date
from decimal import Decimal

from application.ports import PriceBook
from domain.portfolio import Portfolio
from domain.position import Position


def share_factor(prices: PriceBook, portfolio: Portfolio, position: Position, day: date) -> Decimal:
    """Shares of a day for one share as the position states it; the owner's own splits win."""
    market = portfolio.opening.price_source
    book = portfolio.book(prices.actions(market, [position.symbol]))
    held = book.held(position)
    factor = held.actions.share_factor(held.stated_on, day)
    return Decimal(factor.numerator) / Decimal(factor.denominator)
