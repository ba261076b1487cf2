"""What the engine asks of a portfolio: what to value, and since when that is another thing."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from domain.corporate_action import CorporateAction, actions_by_symbol
from domain.valuation import PortfolioBook

if TYPE_CHECKING:
    from domain.portfolio import Portfolio


def book(
    portfolio: "Portfolio",
    market: Sequence[CorporateAction] = (),
    prices_known: int = 0,
    risk_free_rate: Decimal | None = None,
) -> PortfolioBook:
    """The positions and flows as stated so far.

    `market` are the splits and dividends known up to that row of the price book; the owner's own
    entries win for their symbol, day and kind. `risk_free_rate` is what models price options by.
    """
    own = [
        CorporateAction(symbol, ex_on, kind, value, "owner")
        for (symbol, ex_on, kind), value in portfolio.actions.items()
    ]
    return PortfolioBook(
        portfolio_id=portfolio.id,
        version=portfolio.version,
        positions=tuple(portfolio.holdings.positions.values()),
        flows=tuple(portfolio.flows.values()),
        stated_on=portfolio.holdings.stated_on,
        actions=actions_by_symbol(market, own),
        prices_known=prices_known,
        risk_free_rate=risk_free_rate,
    )


def changed_from(portfolio: "Portfolio", version: int) -> date | None:
    """The day from which what was recorded after `version` counts; None if nothing does."""
    days = [on for recorded, on in portfolio.effects if recorded > version and on]
    return max(min(days), portfolio.opening.equity_as_of) if days else None
