"""Panels of closes: the bundled ones, and made-up ones with and without gaps."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache

import numpy as np

from domain.risk.factors import FUNDS
from domain.risk.normal import Floats
from domain.risk.panel import Panel
from domain.risk.symbol_measures import SESSIONS
from infrastructure.bundled_prices import SAMPLE_MARKET_ENDS_ON, BundledPrices

SHARES = ("AAPL", "GOOG", "IBM", "MSFT", "FB")
MACRO_FUNDS = ("SPY", "TLT", "LQD", "TIP", "EFA", "EEM", "XLE", "XLK")
_FIRST = date(2010, 6, 1)


@cache
def bundled_panel(
    symbols: Sequence[str] = (*SHARES, *MACRO_FUNDS, "DIA", "XLF"), sessions: int = SESSIONS
) -> Panel:
    """Real closes up to the last session of the sample market; no split falls into the span.

    FB has closes from 2012-05-18 on.
    """
    span = (_FIRST, SAMPLE_MARKET_ENDS_ON)
    closes = BundledPrices().fetch(dict.fromkeys(symbols, span)).closes
    days = sorted({close.session for close in closes})[-sessions:]
    rows, columns = _places(days), _places(symbols)
    table = np.full((len(days), len(symbols)), np.nan)
    for close in closes:
        if close.session in rows:
            table[rows[close.session], columns[close.symbol]] = float(close.price)
    return Panel(tuple(days), tuple(symbols), table)


def _places(of: Iterable[object]) -> dict[object, int]:
    return {one: place for place, one in enumerate(of)}


def made_up_panel(
    symbols: Sequence[str] = (*SHARES, *FUNDS), sessions: int = SESSIONS, seed: int = 1
) -> Panel:
    """Closes that walk at random, without gaps, half of each step common to all."""
    dice = np.random.default_rng(seed)
    steps = dice.normal(0.0003, 0.01, (sessions, len(symbols)))
    steps += dice.normal(0.0, 0.01, (sessions, 1))
    return panel_of(symbols, 100.0 * np.exp(np.cumsum(steps, axis=0)))


def panel_of(symbols: Sequence[str], closes: Floats) -> Panel:
    """A panel of given closes, on days one after another."""
    first = date(2020, 1, 1)
    days = tuple(first + timedelta(days=number) for number in range(len(closes)))
    return Panel(days, tuple(symbols), closes)


def with_gaps(panel: Panel, share: float, seed: int = 2) -> Panel:
    """The panel with a share of its closes lacking at random."""
    is_lacking = np.random.default_rng(seed).random(panel.closes.shape) < share
    closes = np.where(is_lacking, np.nan, panel.closes)
    return Panel(panel.sessions, panel.symbols, closes)
