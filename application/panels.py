"""Closes of many symbols side by side, from the price book (spec 6.1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from application.markets import Markets
from application.ports import Market, PriceBook, PriceSeries
from domain.corporate_action import NO_ACTIONS, Actions, actions_by_symbol
from domain.risk.normal import Floats
from domain.risk.panel import Panel
from domain.risk.symbol_measures import SESSIONS as SESSIONS_OF_MEASURES


@dataclass(frozen=True, slots=True)
class Panels:
    """Asks the price book for panels. Splits are the market's; prices as known now."""

    markets: Markets
    book: PriceBook

    def until(self, market: Market, symbols: Iterable[str], session: date) -> Panel:
        """The closes that measures of a session need, in the share terms of that session."""
        calendar = self.markets[market].calendar.sessions(date.min, session)
        return self._panel(market, symbols, calendar[-SESSIONS_OF_MEASURES:])

    def between(self, market: Market, symbols: Iterable[str], first: date, last: date) -> Panel:
        """The closes of the sessions from `first` to `last`, in the share terms of `last`."""
        return self._panel(market, symbols, self.markets[market].calendar.sessions(first, last))

    def _panel(self, market: Market, symbols: Iterable[str], days: Sequence[date]) -> Panel:
        wanted = tuple(dict.fromkeys(symbols))
        closes = np.full((len(days), len(wanted)), np.nan)
        if days and wanted:
            known = self.book.price_series(market, wanted, days[0], days[-1])
            actions = actions_by_symbol(self.book.actions(market, wanted))
            _fill(closes, days, [known.get(s) for s in wanted], [actions.get(s) for s in wanted])
        return Panel(tuple(days), wanted, closes)


def _fill(
    closes: Floats,
    days: Sequence[date],
    series: Sequence[PriceSeries | None],
    actions: Sequence[Actions | None],
) -> None:
    """Put each symbol's closes into its column, on the rows of their sessions."""
    rows: Mapping[date, int] = {day: row for row, day in enumerate(days)}
    for column, (one, its_actions) in enumerate(zip(series, actions, strict=True)):
        if one is not None:
            places = [rows[session] for session in one.sessions]
            closes[places, column] = one.closes
            _undo_splits(closes[:, column], days, its_actions or NO_ACTIONS)


def _undo_splits(column: Floats, days: Sequence[date], actions: Actions) -> None:
    """State the closes before each split in the shares of after it."""
    for ex_on, ratio in actions.splits:
        if days[0] < ex_on <= days[-1]:
            before = sum(day < ex_on for day in days)
            column[:before] /= float(ratio)
