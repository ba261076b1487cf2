"""Closes of symbols side by side, one row a session, and the returns between them (spec 6.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from domain.risk.normal import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Closes in the share terms of the last session, so that no split is a return.

    Attributes:
        sessions: [T], consecutive sessions of the calendar, oldest first.
        symbols: [N], each once.
        closes: [T, N] USD a share, above zero; NaN where a symbol has no close.
    """

    sessions: tuple[date, ...]
    symbols: tuple[str, ...]
    closes: Floats

    def __post_init__(self) -> None:
        if self.closes.shape != (len(self.sessions), len(self.symbols)):
            raise ValueError("closes are one row a session, one column a symbol")

    def of(self, symbols: Iterable[str]) -> "Panel":
        """The panel of some symbols, in that order; those it does not have are without closes."""
        wanted = tuple(symbols)
        place = {symbol: column for column, symbol in enumerate(self.symbols)}
        closes = np.full((len(self.sessions), len(wanted)), np.nan)
        known = [(to, place[symbol]) for to, symbol in enumerate(wanted) if symbol in place]
        if known:
            closes[:, [to for to, _ in known]] = self.closes[:, [column for _, column in known]]
        return Panel(self.sessions, wanted, closes)

    def until(self, session: date) -> "Panel":
        """The panel up to a session, which keeps its share terms."""
        rows = sum(day <= session for day in self.sessions)
        return Panel(self.sessions[:rows], self.symbols, self.closes[:rows])

    @property
    def simple_returns(self) -> Floats:
        """[T-1, N] between neighbouring rows; NaN where either close is lacking."""
        returns: Floats = self.closes[1:] / self.closes[:-1] - 1.0
        return returns

    @property
    def log_returns(self) -> Floats:
        """[T-1, N] between neighbouring rows; NaN where either close is lacking."""
        returns: Floats = np.diff(np.log(self.closes), axis=0)
        return returns
