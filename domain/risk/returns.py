"""Simple daily returns between consecutive sessions that all series involved have (spec 6.1).

A window is its last so-many sessions and the one before them. Where a series lacks a close, the
session does not exist for whoever is compared with it: the return spans it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from domain.risk.finding import ReasonCode, Skipped
from domain.risk.normal import Floats
from domain.risk.panel import Panel
from domain.risk.weights import Weights

Columns: TypeAlias = npt.NDArray[np.intp]


def window_of(panel: Panel, returns: int) -> Panel:
    """The end of a panel that has so many returns between sessions, or all there is."""
    first = max(len(panel.sessions) - returns - 1, 0)
    return Panel(panel.sessions[first:], panel.symbols, panel.closes[first:])


def simple_returns(closes: Floats) -> Floats:
    """[T-1, N] between neighbouring rows."""
    returns: Floats = closes[1:] / closes[:-1] - 1.0
    return returns


def paired_returns(closes: Floats, others: Floats) -> tuple[Floats, Floats]:
    """Returns of each column beside those of the others over the same sessions.

    Args:
        closes: [T, N], NaN where there is none.
        others: [T, K], needed by every column.

    Returns:
        [T-1, N], NaN where a session is not one of the pair's, and [K, T-1, N]; that is
        [K, T-1, 1] where nothing is lacking.
    """
    known = np.isfinite(closes) & _whole_rows(others)[:, None]
    if known.all():
        return simple_returns(closes), simple_returns(others).T[:, :, None]
    rows = np.where(known, np.arange(len(closes))[:, None], -1)
    before = np.maximum.accumulate(rows, axis=0)[:-1]
    is_return = known[1:] & (before >= 0)
    earlier = np.take_along_axis(closes, before, axis=0)
    with np.errstate(invalid="ignore"):
        returns = np.where(is_return, closes[1:] / earlier - 1.0, np.nan)
        beside = others[1:].T[:, :, None] / others.T[:, before] - 1.0
    return returns, np.where(is_return, beside, np.nan)


def joint_returns(closes: Floats, others: Floats) -> Iterator[tuple[Columns, Floats, Floats]]:
    """Columns that have the same sessions with all the others, together.

    Yields:
        The columns [G], their returns [n, G] and those of the others [n, K], without gaps.
    """
    known = np.isfinite(closes) & _whole_rows(others)[:, None]
    if known.all():
        yield np.arange(closes.shape[1]), simple_returns(closes), simple_returns(others)
        return
    patterns, group = np.unique(np.packbits(known, axis=0), axis=1, return_inverse=True)
    for number in range(patterns.shape[1]):
        columns = np.flatnonzero(group == number)
        rows = known[:, columns[0]]
        together = closes[np.ix_(rows, columns)]
        yield columns, simple_returns(together), simple_returns(others[rows])


def _whole_rows(closes: Floats) -> npt.NDArray[np.bool_]:
    return np.asarray(np.isfinite(closes).all(axis=1))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldReturns:
    """What today's holdings would have returned, by weights times the symbols' returns.

    Attributes:
        returns: [n] between the sessions from which on all who entered have closes.
        symbols: who entered.
        skipped: who has too few returns in the window.
    """

    returns: Floats
    symbols: tuple[str, ...]
    skipped: tuple[Skipped, ...]


def held_returns(panel: Panel, weights: Weights, sessions: int, fewest: int) -> HeldReturns:
    """The daily returns of what is held over the last `sessions`, as shares of NAV.

    A symbol that has fewer than `fewest` returns of its own in the window is skipped. Where one
    lacks a close its last one stands in, as in valuations.
    """
    closes = window_of(panel, sessions).of(weights.symbols).closes
    counts = np.isfinite(closes).sum(axis=0) - 1
    entered = counts >= fewest
    together = carried(closes[:, entered])
    together = together[_whole_rows(together)]
    symbols = tuple(np.array(weights.symbols, dtype=object)[entered].tolist())
    returns = simple_returns(together) @ weights.of(symbols)
    return HeldReturns(
        returns=returns if symbols else np.zeros(0),
        symbols=symbols,
        skipped=tuple(
            Skipped(symbol, lack_of(int(count)))
            for symbol, count in zip(weights.symbols, counts.tolist(), strict=True)
            if count < fewest
        ),
    )


def carried(closes: Floats) -> Floats:
    """[T, N] with the last close where one is lacking; NaN before the first."""
    if np.isfinite(closes).all():
        return closes
    rows = np.where(np.isfinite(closes), np.arange(len(closes))[:, None], 0)
    return np.take_along_axis(closes, np.maximum.accumulate(rows, axis=0), axis=0)


def lack_of(returns: int) -> ReasonCode:
    """Why a symbol with so few returns, or -1 without a close at all, has no figure."""
    return ReasonCode.TOO_FEW_OBSERVATIONS if returns >= 0 else ReasonCode.NO_PRICES
