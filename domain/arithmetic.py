"""The arithmetic of one portfolio over consecutive sessions, exact to the cent (spec 5.5).

Matrices are [S, L]: S sessions by L lines. Units as in `domain.money`: quantities in 1e-8, prices
in 1e-6 USD, amounts in cents. Every amount is rounded half-even to the cent once; everything after
that is sums of whole cents, so the identities of spec 2.1 hold exactly.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.money import MOST_CENTS, Int64, cents

_EXACT_SUM = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Movements:
    """What happened to lines after the state before: T rows, in any order, each array [T].

    `session` and `line` say where. `opened` is the signed quantity taking effect there, at the
    line's entry price; `closed` the signed quantity closed at `exit_price`; `income` in cents.
    """

    session: Int64
    line: Int64
    opened: Int64
    closed: Int64
    exit_price: Int64
    income: Int64

    def on(self, session: int) -> list[tuple[int, ...]]:
        """Those of one session: line, opened, closed, exit price, income of each."""
        which = np.flatnonzero(self.session == session)
        columns = (self.line, self.opened, self.closed, self.exit_price, self.income)
        return list(zip(*(column[which].tolist() for column in columns), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What is known of L lines over S consecutive sessions, and their state before the first.

    Without `value_before` the first session is the opening: `nav_before` is the declared NAV,
    `held_before` what the opening holds, and neither movements nor flows fall on it.

    Attributes:
        marks: prices [S, L]; any number where nothing is held.
        multiplier: shares one unit of quantity stands for [L].
        entry_price: [L].
        is_cash_like: [L].
        movements: quantities opened and closed, income.
        flows: contributions less withdrawals by session [S], cents.
        held_before: quantities [L] at the close before the first session.
        value_before: market values [L] at that close, cents; None at an opening.
        nav_before: NAV at that close, cents.
    """

    marks: Int64
    multiplier: Int64
    entry_price: Int64
    is_cash_like: npt.NDArray[np.bool_]
    movements: Movements
    flows: Int64
    held_before: Int64
    value_before: Int64 | None
    nav_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What follows from a ledger.

    By line [S, L]: `held` in 1e-8, `moved` (whether a movement fell there) and, in cents, from
    `market_value` to `unrealized_pnl`. By session [S], in cents: the rest.
    """

    held: Int64
    moved: npt.NDArray[np.bool_]
    market_value: Int64
    cost: Int64
    proceeds: Int64
    income: Int64
    pnl: Int64
    realized_pnl: Int64
    unrealized_pnl: Int64
    nav: Int64
    cash: Int64
    long_value: Int64
    short_value: Int64


def value(ledger: Ledger) -> Figures:
    """The figures of every line and day.

    P&L(t) = MV(t) - MV(t-1) - cost + proceeds + income, NAV(t) = NAV(t-1) + P&L + flows,
    cash = NAV - market value of the lines that are not cash-like (spec 2.1, 5.5).

    Raises:
        ValueError: an amount over 1e12 USD, or a day's total over 4.6e16 USD.
    """
    trades = _trade(ledger)
    market_value = cents(trades.held, ledger.marks, ledger.multiplier)
    _check_sums(market_value)
    before = market_value[0] if ledger.value_before is None else ledger.value_before
    pnl = trades.proceeds + trades.income
    pnl -= trades.cost
    pnl += market_value
    pnl[0] -= before
    pnl[1:] -= market_value[:-1]
    nav = ledger.nav_before + np.cumsum(pnl.sum(axis=1) + ledger.flows)
    exposed = np.where(ledger.is_cash_like, 0, market_value)
    exposure = exposed.sum(axis=1)
    long_value = np.maximum(exposed, 0).sum(axis=1)
    return Figures(
        held=trades.held,
        moved=trades.moved,
        market_value=market_value,
        cost=trades.cost,
        proceeds=trades.proceeds,
        income=trades.income,
        pnl=pnl,
        realized_pnl=trades.proceeds - trades.released,
        unrealized_pnl=market_value - trades.basis,
        nav=nav,
        cash=nav - exposure,
        long_value=long_value,
        short_value=exposure - long_value,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trades:
    """Movements spread over the matrix: quantities, basis and amounts in cents, all [S, L]."""

    held: Int64
    basis: Int64
    moved: npt.NDArray[np.bool_]
    cost: Int64
    released: Int64
    proceeds: Int64
    income: Int64


def _trade(ledger: Ledger) -> _Trades:
    """Basis telescopes: basis(q) = round(q m entry), cost and released basis are its differences.

    For a whole close the released basis is round(q m entry) itself; for partial ones this keeps
    realised + unrealised equal to the sum of P&L to the cent (spec 2.1, identity 4).
    """
    moves, shape = ledger.movements, ledger.marks.shape
    cells, row = np.unique(moves.session * shape[1] + moves.line, return_inverse=True)
    opened, closed, income, proceeds = (
        _sum_by(row, len(cells), amounts)
        for amounts in (
            moves.opened,
            moves.closed,
            moves.income,
            cents(moves.closed, moves.exit_price, ledger.multiplier[moves.line]),
        )
    )
    held = _running(ledger.held_before, shape, cells, opened - closed)
    line, after = cells % max(shape[1], 1), held.reshape(-1)[cells]
    entry_price, multiplier = ledger.entry_price[line], ledger.multiplier[line]
    peak = cents(after + closed, entry_price, multiplier)
    cost = peak - cents(after + closed - opened, entry_price, multiplier)
    released = peak - cents(after, entry_price, multiplier)
    basis_before = cents(ledger.held_before, ledger.entry_price, ledger.multiplier)
    moved = np.zeros(shape, dtype=np.bool_)
    moved.reshape(-1)[cells] = True
    return _Trades(
        held=held,
        basis=_running(basis_before, shape, cells, cost - released),
        moved=moved,
        cost=_spread(shape, cells, cost),
        released=_spread(shape, cells, released),
        proceeds=_spread(shape, cells, proceeds),
        income=_spread(shape, cells, income),
    )


def _sum_by(row: npt.NDArray[np.intp], rows: int, amounts: Int64) -> Int64:
    sums = np.zeros(rows, dtype=np.int64)
    np.add.at(sums, row, amounts)
    return sums


def _spread(shape: tuple[int, ...], cells: Int64, amounts: Int64) -> Int64:
    matrix = np.zeros(shape, dtype=np.int64)
    matrix.reshape(-1)[cells] = amounts
    return matrix


def _running(before: Int64, shape: tuple[int, ...], cells: Int64, changes: Int64) -> Int64:
    """The state at each close: `before`, changed at `cells` from there on."""
    matrix = _spread(shape, cells, changes)
    matrix[0] += before
    return np.cumsum(matrix, axis=0)


def _check_sums(market_value: Int64) -> None:
    lines = market_value.shape[1]
    if lines * MOST_CENTS > _EXACT_SUM and lines * int(np.abs(market_value).max()) > _EXACT_SUM:
        raise ValueError("A portfolio of more than 4.6e16 USD cannot be held exactly.")
