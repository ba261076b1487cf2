"""Options for tests, stated as a file would state them by their OCC symbols."""

from datetime import date
from decimal import Decimal

from domain.instrument import InvestmentClass, OptionTerms
from domain.option_model import ModelPrice, OptionModel, price_all
from domain.position import PositionTerms


def price_on(model: OptionModel, session: date) -> ModelPrice | None:
    """The price of one option at the close of a session."""
    [[price]] = price_all([model], [session])
    return price


def contracts(symbol: str, quantity: int, premium: str, entry_on: date) -> PositionTerms:
    """A position in the option of an OCC symbol."""
    terms = OptionTerms.parse(symbol)
    assert terms is not None
    return PositionTerms(
        symbol=symbol,
        quantity=Decimal(quantity),
        entry_price=Decimal(premium),
        entry_on=entry_on,
        investment_class=InvestmentClass.OPTIONS,
        investment_subtype=terms.right,
        underlying=terms.underlying,
        strike=terms.strike,
        expires_on=terms.expires_on,
        right=terms.right,
    )
