"""Long histories of made-up trades at real closes: what a cold valuation and its memory meet.

The closes are the bundled ones in whole cents, laid on the sessions from 2000 on under made-up
symbols. Positions are opened and closed at the close of a session and held for about a year; one
in ten is short. Quantities are whole, so that every amount is whole cents to begin with.

`python -m tests.support.long_histories POSITIONS SYMBOLS YEARS` prints what the arithmetic of one
took, as JSON.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from uuid import UUID

import numpy as np

from application.ports import Close
from domain.arithmetic import Figures, Ledger, Movements, value
from domain.instrument import InvestmentClass
from domain.mark import mark_all
from domain.money import Int64, amount_cents, price_e6, shares_e8
from domain.position import Closing, Position
from domain.snapshot import Snapshot
from domain.valuation import Opening, PortfolioBook, Previous, value_sessions
from infrastructure.bundled_prices import BundledPrices
from tests.support.accounts import SAMPLE_SYMBOLS
from tests.support.price_sources import CALENDAR

SESSIONS_A_YEAR = 252
LIMIT_BYTES = 10**9
"""What 14,400 positions over 12 years may take (spec 9.5)."""

NAV = Decimal("50000000.00")
_PORTFOLIO = UUID(int=1)
_EVER = (date(2000, 3, 1), date(2016, 7, 1))


@dataclass(frozen=True)
class LongHistory:
    """What one account traded: it opens in cash and holds `positions`, oldest entry first.

    Attributes:
        sessions: consecutive ones, the first of which is the opening.
        symbols: made up, in the order of the columns of `closes`.
        closes: cents [sessions, symbols].
        positions: entered after the opening; some are held at the end.
    """

    sessions: Sequence[date]
    symbols: Sequence[str]
    closes: Int64
    positions: Sequence[Position]

    @cached_property
    def book(self) -> PortfolioBook:
        """The account as the engine has it."""
        return PortfolioBook(portfolio_id=_PORTFOLIO, version=2, positions=self.positions)

    @cached_property
    def learnt(self) -> dict[str, list[Close]]:
        """The closes as the price book has them, by symbol."""
        return {
            symbol: [
                Close(symbol, session, Decimal(cents).scaleb(-2), "bundled")
                for session, cents in zip(self.sessions, column, strict=True)
            ]
            for symbol, column in zip(self.symbols, self.closes.T.tolist(), strict=True)
        }

    def snapshots(self, at_once: int) -> Iterator[Snapshot]:
        """The days as the engine has them, some at once, each built on the one before."""
        before: Opening | Previous = Opening(NAV)
        for begin in range(0, len(self.sessions), at_once):
            some = self.sessions[begin : begin + at_once]
            before_first = self.sessions[begin - 1] if begin else date.min
            lines = self.book.lines.of(self.book.lines.within(before_first, some[-1]))
            closes = {s: self.learnt[s][begin : begin + at_once] for s in self.symbols}
            marks = mark_all(lines, closes, {}, some, some, {})
            snapshots = value_sessions(self.book, some, marks, before)
            before = Previous(snapshots[-1], 1)
            yield from snapshots

    def figures(self, at_once: int = SESSIONS_A_YEAR) -> Iterator[Figures]:
        """The arithmetic alone, some sessions at once: figures of the lines that these have.

        Nothing but the state at the last close is carried from one to the next.
        """
        trades, nav, worth = self._trades, amount_cents(NAV), np.zeros(len(self.positions), int)
        for begin in range(0, len(self.sessions), at_once):
            marks = self.closes[begin : begin + at_once] * 10**4
            lines = trades.with_line(begin, begin + len(marks))
            figures = value(
                Ledger(
                    marks=marks[:, trades.column[lines]],
                    entry_price=trades.entry_price[lines],
                    is_cash_like=np.zeros(len(lines), dtype=np.bool_),
                    movements=trades.movements(lines, begin, marks),
                    flows=np.zeros(len(marks), dtype=np.int64),
                    shares_before=trades.held_before(lines, begin),
                    stated_before=trades.held_before(lines, begin),
                    value_before=worth[lines] if begin else None,
                    nav_before=nav,
                )
            )
            worth[lines], nav = figures.market_value[-1], int(figures.nav[-1])
            yield figures

    @cached_property
    def _trades(self) -> "_Trades":
        row = {session: number for number, session in enumerate(self.sessions)}
        column = {symbol: number for number, symbol in enumerate(self.symbols)}
        rows = [
            (
                row[p.entry_on],
                row[p.closings[0].closed_on] if p.closings else len(self.sessions),
                column[p.symbol],
                shares_e8(p.quantity),
                price_e6(p.entry_price),
            )
            for p in self.positions
        ]
        return _Trades(*np.array(rows, dtype=np.int64).T)


@dataclass(frozen=True, slots=True)
class _Trades:
    """The positions as arrays [P]: sessions of entry and exit, column, shares, price."""

    entry: Int64
    exit: Int64
    column: Int64
    shares: Int64
    entry_price: Int64

    def with_line(self, begin: int, end: int) -> Int64:
        """Those held or closed on a session from `begin` to before `end`."""
        return np.flatnonzero((self.entry < end) & (self.exit >= begin))

    def held_before(self, lines: Int64, begin: int) -> Int64:
        return np.where(self.entry[lines] < begin, self.shares[lines], 0)

    def movements(self, lines: Int64, begin: int, marks: Int64) -> Movements:
        """Entries and exits, at the close of their session."""
        opened = np.flatnonzero(self.entry[lines] >= begin)
        closed = np.flatnonzero(self.exit[lines] < begin + len(marks))
        bought, sold = self.shares[lines[opened]], self.shares[lines[closed]]
        none, exits = np.zeros(len(opened), int), self.exit[lines[closed]] - begin
        return Movements(
            session=np.concatenate((self.entry[lines[opened]] - begin, exits)),
            line=np.concatenate((opened, closed)),
            opened=np.concatenate((bought, np.zeros(len(closed), int))),
            closed=np.concatenate((none, sold)),
            traded=np.concatenate((none, sold)),
            exit_price=np.concatenate((none, marks[exits, self.column[lines[closed]]])),
            change=np.concatenate((bought, -sold)),
            income=np.zeros(len(opened) + len(closed), int),
        )


def long_history(positions: int, symbols: int, years: int) -> LongHistory:
    """A history of that size, the same each time."""
    rng = np.random.default_rng(positions)
    sessions = CALENDAR.sessions(_EVER[0], date(2016, 12, 31))[: years * SESSIONS_A_YEAR]
    names = [f"SYM{number:03}" for number in range(symbols)]
    closes = _closes(symbols, len(sessions))
    return LongHistory(
        sessions=sessions,
        symbols=names,
        closes=closes,
        positions=_positions(rng, positions, sessions, names, closes),
    )


def _closes(symbols: int, sessions: int) -> Int64:
    """Cents: real series one after the other, each begun elsewhere, repeated where too short."""
    real = [BundledPrices().fetch({symbol: _EVER}).closes for symbol in SAMPLE_SYMBOLS]
    columns = []
    for number in range(symbols):
        series = real[number % len(real)]
        begin = 97 * (number // len(real))
        chosen = (series[(begin + n) % len(series)].price for n in range(sessions))
        columns.append([int(round(price, 2).scaleb(2)) for price in chosen])
    return np.array(columns, dtype=np.int64).T.copy()


def _positions(
    rng: np.random.Generator,
    count: int,
    sessions: Sequence[date],
    names: Sequence[str],
    closes: Int64,
) -> list[Position]:
    entries = np.sort(rng.integers(1, len(sessions) - 1, count))
    exits = entries + 1 + rng.exponential(SESSIONS_A_YEAR, count).astype(np.int64)
    columns = rng.integers(0, len(names), count)
    quantities = rng.integers(1, 200, count) * rng.choice([1, -1], count, p=[0.9, 0.1])
    found = []
    for number, (entry, exit_, column, quantity) in enumerate(
        zip(*(part.tolist() for part in (entries, exits, columns, quantities)), strict=True)
    ):
        closings: tuple[Closing, ...] = ()
        if exit_ < len(sessions):
            price = Decimal(int(closes[exit_, column])).scaleb(-2)
            closings = (
                Closing(closed_on=sessions[exit_], quantity=Decimal(quantity), price=price),
            )
        found.append(
            Position(
                position_id=UUID(int=number + 2),
                symbol=names[column],
                quantity=Decimal(quantity),
                entry_price=Decimal(int(closes[entry, column])).scaleb(-2),
                entry_on=sessions[entry],
                investment_class=InvestmentClass.PUBLIC,
                closings=closings,
            )
        )
    return found


@dataclass(frozen=True)
class Weighed:
    """What the arithmetic of a history took: the process's peak, and how much of it came then.

    `cells` are lines x sessions.
    """

    peak_bytes: int
    grown_bytes: int
    seconds: float
    cells: int


def weigh(positions: int, symbols: int, years: int) -> Weighed:
    """Compute a history of that size in a process of its own."""
    size = [str(number) for number in (positions, symbols, years)]
    command = [sys.executable, "-m", "tests.support.long_histories", *size]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return Weighed(**json.loads(done.stdout))


def _weigh(positions: int, symbols: int, years: int) -> Weighed:
    history = long_history(positions, symbols, years)
    before, began = _peak(), time.perf_counter()
    cells = sum(figures.pnl.size for figures in history.figures())
    seconds, peak = time.perf_counter() - began, _peak()
    return Weighed(peak, peak - before, seconds, cells)


def _peak() -> int:
    """The most memory this process had at a time, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(_weigh(*map(int, sys.argv[1:])))))
