"""What lines gain or lose where what moves them returns something: options repriced in full."""

from dataclasses import replace

import numpy as np

from domain.risk.black_scholes import price
from domain.risk.book import RiskBook
from domain.risk.normal import Floats


def line_pnl(book: RiskBook, returns: Floats) -> Floats:
    """USD that each line gains, [L, S], where what moves the lines returns `returns` [L, S].

    At constant volatility and without time passing. An option's price changes from its mark by
    what the model's does, and not to below zero. Private assets, and options that no model prices,
    stand still.

    Args:
        book: what is held.
        returns: simple, at least -1; no NaN.
    """
    pnl = book.market_values[:, None] * returns
    pnl[book.is_private | book.is_any_option] = 0.0
    if book.is_option.any():
        pnl[book.is_option] = _option_pnl(book, returns[book.is_option])
    return pnl


def _option_pnl(book: RiskBook, returns: Floats) -> Floats:
    """[K, S] of the options that a model prices."""
    now, shares = book.options, book.shares[book.is_option, None]
    marks = np.array([line.price for line in book.lines if line.option])[:, None]
    spot = np.asarray(now.spot)[:, None]
    shocked = replace(
        now,
        is_call=np.asarray(now.is_call)[:, None],
        spot=spot * (1.0 + returns),
        strike=np.asarray(now.strike)[:, None],
        years=np.asarray(now.years)[:, None],
        dividend_yield=np.asarray(now.dividend_yield)[:, None],
    )
    change = price(shocked, book.volatilities[:, None]) - price(now, book.volatilities)[:, None]
    return np.asarray(shares * np.maximum(change, -marks))
