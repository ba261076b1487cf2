"""The arithmetic of one portfolio over consecutive sessions, exact to the cent (spec 5.5).

Matrices are [S, L]: S sessions by L lines. Units as in `domain.money`: shares (quantity x
multiplier) in 1e-8, prices in 1e-6 USD, amounts in cents; places in matrices are int64 whatever
the units are. Every amount is rounded half-even to
the cent once; everything after that is sums of whole cents, so the identities of spec 2.1 hold
exactly.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from domain.money import MOST_CENTS, WHOLE, Int64, cents, reach

_FITTING_SUM = 2**61


@dataclass(frozen=True, slots=True, kw_only=True)
class Movements:
    """What happened to lines after the state before: T rows, in any order, each array [T].

    `session` and `line` say where. Shares are signed as the position. `opened` is what took
    effect there, at the line's entry price, and `closed` what was closed: both in shares as the
    position states them, by which its cost is kept. `traded` of the day's own shares were closed
    at `exit_price`; `change` is what the shares held change by, a split's included. Where nothing
    was ever split, `traded` is `closed` and `change` is `opened` - `closed`. `income` in cents.
    """

    session: Int64
    line: Int64
    opened: Int64
    closed: Int64
    traded: Int64
    exit_price: Int64
    change: Int64
    income: Int64

    def on(self, session: int) -> list[tuple[int, ...]]:
        """Those of one session, their columns from `line` on."""
        which = np.flatnonzero(self.session == session)
        columns = (getattr(self, name) for name in self.__slots__[1:])
        return list(zip(*(column[which].tolist() for column in columns), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What is known of L lines over S consecutive sessions, and their state before the first.

    Without `value_before` the first session is the opening: `nav_before` is the declared NAV,
    `shares_before` what the opening holds, and neither movements nor flows fall on it.

    Attributes:
        marks: prices [S, L]; any number where nothing is held.
        entry_price: [L].
        is_cash_like: [L].
        movements: what was opened and closed, and income.
        flows: contributions less withdrawals by session [S], cents.
        shares_before: shares [L] at the close before the first session.
        stated_before: the same in shares as the positions state them.
        value_before: market values [L] at that close, cents; None at an opening.
        nav_before: NAV at that close, cents.
    """

    marks: Int64
    entry_price: Int64
    is_cash_like: npt.NDArray[np.bool_]
    movements: Movements
    flows: Int64
    shares_before: Int64
    stated_before: Int64
    value_before: Int64 | None
    nav_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trades:
    """The movements, put together by line and session: K cells, few among S x L.

    `cells` are their places in a matrix read row by row, ascending; cents of each are `cost`,
    `proceeds`, `income`, and `released`, the basis of what was closed.
    """

    cells: Int64
    cost: Int64
    proceeds: Int64
    income: Int64
    released: Int64


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What follows from a ledger.

    By line [S, L]: `shares` in 1e-8, the others in cents; what is zero nearly everywhere is kept
    in `trades` and spread out when asked for. By session [S], in cents: from `nav` on.
    """

    shares: Int64
    market_value: Int64
    pnl: Int64
    unrealized_pnl: Int64
    trades: Trades
    nav: Int64
    cash: Int64
    long_value: Int64
    short_value: Int64

    @cached_property
    def cost(self) -> Int64:
        """What was paid for shares that took effect [S, L], cents."""
        return self._spread(self.trades.cost)

    @cached_property
    def proceeds(self) -> Int64:
        """What was paid for shares that were closed [S, L], cents."""
        return self._spread(self.trades.proceeds)

    @cached_property
    def income(self) -> Int64:
        """What the shares paid [S, L], cents."""
        return self._spread(self.trades.income)

    @cached_property
    def realized_pnl(self) -> Int64:
        """Proceeds less the basis of what was closed [S, L], cents: a label, not added again."""
        return self._spread(self.trades.proceeds - self.trades.released)

    def _spread(self, amounts: Int64) -> Int64:
        return _spread(self.shares.shape, self.trades.cells, amounts)


def value(ledger: Ledger) -> Figures:
    """The figures of every line and day.

    P&L(t) = MV(t) - MV(t-1) - cost + proceeds + income, NAV(t) = NAV(t-1) + P&L + flows,
    cash = NAV - market value of the lines that are not cash-like (spec 2.1, 5.5).

    Raises:
        OverflowError: an amount over 1e12 USD or a total over 2.3e16 USD, in int64.
    """
    shares, trades = _trade(ledger)
    market_value = cents(shares, ledger.marks)
    _check_sums(ledger, market_value, trades)
    pnl = np.empty_like(market_value)
    before = market_value[0] if ledger.value_before is None else ledger.value_before
    np.subtract(market_value[:1], before, out=pnl[:1])
    np.subtract(market_value[1:], market_value[:-1], out=pnl[1:])
    pnl.reshape(-1)[trades.cells] += trades.proceeds + trades.income - trades.cost
    nav = ledger.nav_before + np.cumsum(_by_session(pnl) + ledger.flows)
    exposed = market_value
    if ledger.is_cash_like.any():
        exposed = market_value * ~ledger.is_cash_like
    net, gross = _by_session(exposed), _by_session(np.abs(exposed))
    basis_before = cents(ledger.stated_before, ledger.entry_price)
    bound = trades.cost - trades.released
    return Figures(
        shares=shares,
        market_value=market_value,
        pnl=pnl,
        unrealized_pnl=market_value - _running(basis_before, shares.shape, trades.cells, bound),
        trades=trades,
        nav=nav,
        cash=nav - net,
        long_value=(gross + net) // 2,
        short_value=(net - gross) // 2,
    )


def _trade(ledger: Ledger) -> tuple[Int64, Trades]:
    """The shares held at each close [S, L], and what the movements came to.

    Basis telescopes: basis(q) = round(q entry), cost and released basis are its differences.
    For a whole close the released basis is round(q entry) itself; for partial ones this keeps
    realised + unrealised equal to the sum of P&L to the cent (spec 2.1, identity 4). It is kept
    by the stated shares, since a split changes neither cost nor basis.
    """
    moves, shape = ledger.movements, ledger.marks.shape
    lines = shape[1]
    cells, row = np.unique(moves.session * lines + moves.line, return_inverse=True)
    proceeds = cents(moves.traded, moves.exit_price)
    opened, closed, change, proceeds, income = (
        _sum_by(row, len(cells), column)
        for column in (moves.opened, moves.closed, moves.change, proceeds, moves.income)
    )
    shares = _running(ledger.shares_before, shape, cells, change)
    after = _running_at(ledger.stated_before, lines, cells, opened - closed)
    most = after + closed
    entry_price = ledger.entry_price[cells % lines] if lines else cells
    start, peak, end = cents(np.stack((most - opened, most, after)), entry_price)
    return shares, Trades(
        cells=cells, cost=peak - start, proceeds=proceeds, income=income, released=peak - end
    )


def _by_session(matrix: Int64) -> Int64:
    sums: Int64 = np.einsum("sl->s", matrix)
    return sums


def _sum_by(row: npt.NDArray[np.intp], rows: int, amounts: Int64) -> Int64:
    sums = np.zeros(rows, dtype=amounts.dtype)
    np.add.at(sums, row, amounts)
    return sums


def _spread(shape: tuple[int, ...], cells: Int64, amounts: Int64) -> Int64:
    matrix = np.zeros(shape, dtype=amounts.dtype)
    matrix.reshape(-1)[cells] = amounts
    return matrix


def _running(before: Int64, shape: tuple[int, ...], cells: Int64, changes: Int64) -> Int64:
    """The state at each close: `before`, changed at `cells` from there on."""
    matrix = _spread(shape, cells, changes)
    matrix[0] += before
    return np.cumsum(matrix, axis=0, out=matrix)


def _running_at(before: Int64, lines: int, cells: Int64, changes: Int64) -> Int64:
    """The state after the change at each of `cells`: the same as `_running` has there."""
    line = cells % lines if lines else cells
    by_line = np.argsort(line, kind="stable")  # the cells of a line stay in order of sessions
    summed = np.cumsum(changes[by_line])
    ordered = line[by_line]
    begins = np.flatnonzero(np.diff(ordered, prepend=-1))
    runs = np.diff(begins, append=len(ordered))
    summed -= np.repeat(summed[begins] - changes[by_line][begins], runs)
    after = np.empty_like(changes)
    after[by_line] = summed + before[ordered]
    return after


def _check_sums(ledger: Ledger, market_value: Int64, trades: Trades) -> None:
    """No sum of what the figures are made of may leave int64."""
    if market_value.dtype == WHOLE:
        return
    moved = (ledger.flows, trades.cost, trades.proceeds, trades.income)
    most = abs(ledger.nav_before) + sum(float(np.abs(column).sum(dtype=float)) for column in moved)
    lines = market_value.shape[1]
    if most + lines * MOST_CENTS <= _FITTING_SUM:
        return
    if most + lines * reach(market_value) > _FITTING_SUM:
        raise OverflowError("A portfolio of more than 2.3e16 USD does not fit.")
