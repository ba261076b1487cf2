"""Valuing 1,000 portfolios x 50 positions x 252 days: int64 against float NumPy and Decimal.

Each side gets its own kind of input, built beforehand: what is timed is the arithmetic from
arrays to the figures of every line and day. Portfolios are built and valued in blocks, so that
memory stays small. Run it by `python -m tests.benchmarks.valuing`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from time import perf_counter
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from domain.arithmetic import Ledger, Movements, value
from domain.money import Int64, amount_cents, money
from tests.benchmarks.row import Row, show
from tests.support.exactness import MILLION, differences, products_of_every_size

PORTFOLIOS = 1_000
LINES = 50
SESSIONS = 252
ROUNDS = 7
_BLOCK = 20
_CENT = Decimal("0.01")
_NOTHING = Decimal("0.00")
Float64 = npt.NDArray[np.float64]
Kind = TypeVar("Kind")


def measure() -> list[Row]:
    """Two rows, one against each peer. The Decimal loop runs a portfolio a block, scaled up.

    Raises:
        AssertionError: the three sides do not agree on what they compute.
    """
    ours, in_float, in_decimal = (np.zeros(ROUNDS) for _ in range(3))
    wrong = differences(*products_of_every_size(MILLION))
    for block in _blocks():
        floats = [_Floats.of(ledger) for ledger in block]
        decimals = _Decimals.of(block[0])
        _compare(block[0], floats[0], decimals)
        for round_ in range(ROUNDS):
            ours[round_] += _seconds(value, block)
            in_float[round_] += _seconds(_value_floats, floats)
        in_decimal += _seconds(_value_decimals, [decimals]) * _BLOCK
    what = f"Valuing {PORTFOLIOS:,} portfolios x {LINES} positions x {SESSIONS} days"
    note = f"exact to the cent, {wrong} differences in {MILLION:,} products"
    sample = f"one portfolio in {_BLOCK} timed once, scaled up"
    return [
        _row(what, "float NumPy", (ours, in_float), 0.25, note),
        _row(what, "Decimal loop", (ours, in_decimal), 40, sample),
    ]


def _row(what: str, against: str, seconds: tuple[Float64, Float64], goal: float, note: str) -> Row:
    ours, peer = (tuple(side.tolist()) for side in seconds)
    return Row(what=what, against=against, ours=ours, peer=peer, goal=goal, note=note)


def _seconds(work: Callable[[Kind], object], block: Sequence[Kind]) -> float:
    start = perf_counter()
    for portfolio in block:
        work(portfolio)
    return perf_counter() - start


def _blocks() -> Iterator[list[Ledger]]:
    rng = np.random.default_rng(252)
    for _ in range(PORTFOLIOS // _BLOCK):
        yield [_portfolio(rng) for _ in range(_BLOCK)]


def _portfolio(rng: np.random.Generator) -> Ledger:
    """Shares whole and fractional, shorts, options, cash; ten entries or exits, a monthly flow."""
    steps = rng.normal(0, 0.01, (SESSIONS, LINES))
    cents = np.rint(rng.uniform(500, 50_000, LINES) * np.exp(np.cumsum(steps, axis=0)))
    marks = cents.astype(np.int64) * 10**4
    held = rng.integers(1, 2_000, LINES) * 10**8
    held[:20] += rng.integers(0, 10**6, 20) * 100
    held[40:] *= -1
    held[35:40] *= 100
    is_cash_like = np.zeros(LINES, dtype=np.bool_)
    is_cash_like[-1] = True
    lines = rng.choice(LINES - 1, 10, replace=False)
    session, entered = rng.integers(1, SESSIONS, 10), np.arange(10) < 5
    held_before = held.copy()
    held_before[lines[entered]] = 0
    opened, closed = np.where(entered, held[lines], 0), np.where(entered, 0, held[lines])
    movements = Movements(
        session=session,
        line=lines,
        opened=opened,
        closed=closed,
        traded=closed,
        change=opened - closed,
        exit_price=np.where(entered, 0, marks[session, lines]),
        income=np.zeros(10, dtype=np.int64),
    )
    flows = np.zeros(SESSIONS, dtype=np.int64)
    flows[21::21] = 100_000
    return Ledger(
        marks=marks,
        entry_price=marks[0] - marks[0] % 10**4,
        is_cash_like=is_cash_like,
        movements=movements,
        flows=flows,
        shares_before=held_before,
        stated_before=held_before,
        value_before=None,
        nav_before=10**9,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Floats:
    """A ledger as float NumPy has it: quantities, prices and USD as 64-bit floats."""

    marks: Float64
    entry_price: Float64
    is_cash_like: npt.NDArray[np.bool_]
    session: Int64
    line: Int64
    opened: Float64
    closed: Float64
    exit_price: Float64
    flows: Float64
    shares_before: Float64
    nav_before: float

    @classmethod
    def of(cls, ledger: Ledger) -> "_Floats":
        moves = ledger.movements
        return cls(
            marks=ledger.marks / 1e6,
            entry_price=ledger.entry_price / 1e6,
            is_cash_like=ledger.is_cash_like,
            session=moves.session,
            line=moves.line,
            opened=moves.opened / 1e8,
            closed=moves.closed / 1e8,
            exit_price=moves.exit_price / 1e6,
            flows=ledger.flows / 1e2,
            shares_before=ledger.shares_before / 1e8,
            nav_before=ledger.nav_before / 1e2,
        )


def _value_floats(of: _Floats) -> dict[str, Float64]:
    """The same formulas in the same order in floats, amounts rounded by np.round(x, 2)."""
    shape, where = of.marks.shape, (of.session, of.line)
    shares, basis = np.zeros(shape), np.zeros(shape)
    cost = np.round(of.opened * of.entry_price[of.line], 2)
    released = np.round(of.closed * of.entry_price[of.line], 2)
    proceeds = np.round(of.closed * of.exit_price, 2)
    np.add.at(shares, where, of.opened - of.closed)
    shares[0] += of.shares_before
    np.cumsum(shares, axis=0, out=shares)
    np.add.at(basis, where, cost - released)
    basis[0] += np.round(of.shares_before * of.entry_price, 2)
    np.cumsum(basis, axis=0, out=basis)
    market_value = np.round(shares * of.marks, 2)
    pnl = np.empty_like(market_value)
    pnl[0] = 0
    np.subtract(market_value[1:], market_value[:-1], out=pnl[1:])
    np.add.at(pnl, where, proceeds - cost)
    nav = of.nav_before + np.cumsum(np.einsum("sl->s", pnl) + of.flows)
    exposed = market_value * ~of.is_cash_like
    net, gross = np.einsum("sl->s", exposed), np.einsum("sl->s", np.abs(exposed))
    return {
        "shares": shares,
        "market_value": market_value,
        "pnl": pnl,
        "realized_pnl": proceeds - released,
        "unrealized_pnl": market_value - basis,
        "nav": nav,
        "cash": nav - net,
        "long_value": (gross + net) / 2,
        "short_value": (net - gross) / 2,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decimals:
    """A ledger as plain Python has it: by line, the shares and marks of each day, its trades."""

    shares: list[list[Decimal]]
    marks: list[list[Decimal]]
    entry_price: list[Decimal]
    is_cash_like: list[bool]
    closed: list[dict[int, tuple[Decimal, Decimal]]]
    opened: list[dict[int, Decimal]]
    flows: list[Decimal]
    nav_before: Decimal

    @classmethod
    def of(cls, ledger: Ledger) -> "_Decimals":
        moves, lines = ledger.movements, range(LINES)
        closed: list[dict[int, tuple[Decimal, Decimal]]] = [{} for _ in lines]
        opened: list[dict[int, Decimal]] = [{} for _ in lines]
        for session in set(moves.session.tolist()):
            for line, bought, sold, _, price, _, _ in moves.on(session):
                if sold:
                    closed[line][session] = (_decimal(sold, 8), _decimal(price, 6))
                else:
                    opened[line][session] = _decimal(bought, 8)
        shares = value(ledger).shares.T.tolist()
        return cls(
            shares=[[_decimal(units, 8) for units in line] for line in shares],
            marks=[[_decimal(units, 6) for units in line] for line in ledger.marks.T.tolist()],
            entry_price=[_decimal(units, 6) for units in ledger.entry_price.tolist()],
            is_cash_like=ledger.is_cash_like.tolist(),
            closed=closed,
            opened=opened,
            flows=[money(units) for units in ledger.flows.tolist()],
            nav_before=money(ledger.nav_before),
        )


def _decimal(units: int, decimals: int) -> Decimal:
    return Decimal(units).scaleb(-decimals)


class _Day:
    """A day's figures while they are summed up."""

    __slots__ = ("cash", "lines", "long_value", "pnl", "realized", "short_value")

    def __init__(self) -> None:
        self.lines: list[tuple[Decimal, Decimal, Decimal]] = []
        self.pnl = self.realized = self.cash = self.long_value = self.short_value = _NOTHING


def _value_decimals(of: _Decimals) -> list[Decimal]:
    """The same formulas one amount at a time; the NAV of each day, everything else on the way."""
    days = [_Day() for _ in range(SESSIONS)]
    for line in range(LINES):
        price, opened, closed = of.entry_price[line], of.opened[line], of.closed[line]
        is_cash_like, before = of.is_cash_like[line], None
        basis = (of.shares[line][0] * price).quantize(_CENT, ROUND_HALF_EVEN)
        for number, (shares, mark) in enumerate(zip(of.shares[line], of.marks[line], strict=True)):
            day = days[number]
            market_value = (shares * mark).quantize(_CENT, ROUND_HALF_EVEN)
            pnl = market_value - (market_value if before is None else before)
            if number in opened:
                basis = (opened[number] * price).quantize(_CENT, ROUND_HALF_EVEN)
                pnl -= basis
            if number in closed:
                sold, exit_price = closed[number]
                proceeds = (sold * exit_price).quantize(_CENT, ROUND_HALF_EVEN)
                pnl += proceeds
                day.realized += proceeds - basis
                basis = _NOTHING
            before = market_value
            day.lines.append((market_value, pnl, market_value - basis))
            day.pnl += pnl
            if not is_cash_like:
                if market_value > 0:
                    day.long_value += market_value
                else:
                    day.short_value += market_value
    nav, navs = of.nav_before, []
    for day, flows in zip(days, of.flows, strict=True):
        nav += day.pnl + flows
        day.cash = nav - day.long_value - day.short_value
        navs.append(nav)
    return navs


def _compare(ledger: Ledger, floats: _Floats, decimals: _Decimals) -> None:
    """Decimal agrees to the cent, floats within a dollar."""
    figures = value(ledger)
    exact = [amount_cents(nav) for nav in _value_decimals(decimals)]
    if figures.nav.tolist() != exact:
        raise AssertionError("int64 and Decimal disagree")
    if np.abs(_value_floats(floats)["nav"] * 100 - figures.nav).max() > 100:
        raise AssertionError("int64 and float compute different things")


def main() -> None:
    """Print the rows."""
    show(measure())


if __name__ == "__main__":
    main()
