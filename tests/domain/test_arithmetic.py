"""Specification of the arithmetic of lines: parts bought and closed, income, both signs."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.arithmetic import Figures, Ledger, Movements, value
from domain.money import WHOLE, Int64, amount_cents, cents
from tests.support.exactness import in_decimal

Move = tuple[int, int, int, int, int, int, int, int]
"""Session, line, shares opened, closed and traded in 1e-8, exit price in 1e-6, change of the
shares held, income in cents."""


@dataclass(frozen=True)
class History:
    """What a ledger is made of, as plain lists."""

    marks: list[list[int]]
    entry_price: list[int]
    cash_like: list[bool]
    moves: list[Move]
    flows: list[int]
    shares_before: list[int]
    stated_before: list[int]
    is_opening: bool


def column(units: list[int]) -> Int64:
    """An array of whole units."""
    return np.array(units, dtype=np.int64)


def ledger(history: History, nav_before: int = 10**9) -> Ledger:
    """The history as arrays."""
    names = Movements.__slots__
    moves = np.array(history.moves, dtype=np.int64).reshape(-1, len(names)).T
    marks = np.array(history.marks, dtype=np.int64).reshape(len(history.flows), -1)
    shares_before = column(history.shares_before)
    worth = cents(shares_before, column(history.entry_price))
    return Ledger(
        marks=marks,
        entry_price=column(history.entry_price),
        is_cash_like=np.array(history.cash_like, dtype=np.bool_),
        movements=Movements(**dict(zip(names, moves, strict=True))),
        flows=column(history.flows),
        shares_before=shares_before,
        stated_before=column(history.stated_before),
        value_before=None if history.is_opening else worth,
        nav_before=nav_before,
    )


def in_whole_numbers(fast: Ledger) -> Ledger:
    """The same ledger in units of any size."""

    def whole(arrays: Any, *names: str) -> Any:
        columns = {name: getattr(arrays, name) for name in names}
        return replace(arrays, **{n: c.astype(WHOLE) for n, c in columns.items() if c is not None})

    columns = ("marks", "entry_price", "flows", "shares_before", "stated_before", "value_before")
    exact: Ledger = whole(fast, *columns)
    return replace(exact, movements=whole(fast.movements, *Movements.__slots__[2:]))


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Lines that are bought and closed in parts, several times a day, with income."""
    days, lines = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    quantities = st.integers(-(10**12), 10**12)
    prices = st.integers(0, 3 * 10**9)
    is_opening = draw(st.booleans())
    first = 1 if is_opening else 0
    moves = st.tuples(
        st.integers(first, max(first, days - 1)),
        st.integers(0, lines - 1),
        quantities,
        quantities,
        quantities,
        prices,
        quantities,
        st.integers(-(10**6), 10**6),
    )
    flows = draw(st.lists(st.integers(-(10**9), 10**9), min_size=days, max_size=days))
    return History(
        marks=[[draw(prices) for _ in range(lines)] for _ in range(days)],
        entry_price=[draw(prices) for _ in range(lines)],
        cash_like=[draw(st.booleans()) for _ in range(lines)],
        moves=draw(st.lists(moves, max_size=8)) if days > first else [],
        flows=[0, *flows[1:]] if is_opening else flows,
        shares_before=[draw(quantities) for _ in range(lines)],
        stated_before=[draw(quantities) for _ in range(lines)],
        is_opening=is_opening,
    )


def amount(shares: int, price: int) -> int:
    """Cents of shares at a price, as Decimal rounds them."""
    return amount_cents(in_decimal(shares, price))


def plainly(history: History) -> list[list[tuple[int, ...]]]:
    """Each line's shares, MV, cost, proceeds, income, P&L, realised, unrealised, day by day."""
    held, stated = list(history.shares_before), list(history.stated_before)
    first = history.marks[0] if history.is_opening else history.entry_price
    worth = [amount(shares, price) for shares, price in zip(held, first, strict=True)]
    days = []
    for session, marks in enumerate(history.marks):
        day: list[tuple[int, ...]] = []
        for line, entry in enumerate(history.entry_price):
            moves = [m for m in history.moves if m[:2] == (session, line)]
            before, peak = stated[line], stated[line] + sum(m[2] for m in moves)
            stated[line] = peak - sum(m[3] for m in moves)
            held[line] += sum(m[6] for m in moves)
            basis = [amount(q, entry) for q in (before, peak, stated[line])]
            value_now = amount(held[line], marks[line])
            cost, released = basis[1] - basis[0], basis[1] - basis[2]
            proceeds = sum(amount(m[4], m[5]) for m in moves)
            income = sum(m[7] for m in moves)
            pnl = value_now - worth[line] - cost + proceeds + income
            worth[line] = value_now
            labels = (proceeds - released, value_now - basis[2])
            day.append((held[line], value_now, cost, proceeds, income, pnl, *labels))
        days.append(day)
    return days


@settings(max_examples=300, deadline=None)
@given(histories())
def test_parts_bought_and_closed_equal_plain_decimal(history: History) -> None:
    figures = value(ledger(history))
    matrices = (
        *(figures.shares, figures.market_value, figures.cost, figures.proceeds, figures.income),
        *(figures.pnl, figures.realized_pnl, figures.unrealized_pnl),
    )

    assert [[tuple(cell) for cell in day] for day in np.stack(matrices, axis=2).tolist()] == (
        plainly(history)
    )


FIGURES = ("shares", "market_value", "cost", "proceeds", "income", "realized_pnl", "pnl")
DAYS = ("unrealized_pnl", "nav", "cash", "long_value", "short_value")


@settings(max_examples=100, deadline=None)
@given(histories())
def test_whole_numbers_give_the_same_figures(history: History) -> None:
    fast = ledger(history)
    fitting, whole = value(fast), value(in_whole_numbers(fast))

    for name in (*FIGURES, *DAYS):
        assert getattr(whole, name).tolist() == getattr(fitting, name).tolist()
        assert getattr(whole, name).dtype == WHOLE


@settings(max_examples=100, deadline=None)
@given(histories(), st.integers(2**55, 2**63 - 1))
def test_a_net_worth_near_the_end_of_int64_is_exact_or_does_not_fit(
    history: History, nav: int
) -> None:
    fast = ledger(history, nav)
    whole = value(in_whole_numbers(fast))
    try:
        fitting = value(fast)
    except OverflowError:
        assert nav > 2**60
    else:
        assert fitting.nav.tolist() == whole.nav.tolist()
        assert fitting.cash.tolist() == whole.cash.tolist()


@settings(max_examples=300, deadline=None)
@given(histories())
def test_the_five_identities_hold_to_the_cent(history: History) -> None:
    given_ledger = ledger(history)
    figures = value(given_ledger)
    exposed = ~given_ledger.is_cash_like
    before = 10**9
    for day, flows in enumerate(history.flows):
        pnl = int(figures.pnl[day].sum())
        assert figures.nav[day] == before + pnl + flows
        before = int(figures.nav[day])
    assert (figures.nav == figures.cash + figures.long_value + figures.short_value).all()
    assert figures.long_value.dtype == figures.short_value.dtype == figures.nav.dtype
    assert (figures.short_value <= 0).all()
    assert (figures.long_value >= 0).all()
    check_span(given_ledger, figures)
    trades = figures.proceeds + figures.income - figures.cost
    moved = np.where(exposed, trades, figures.pnl).sum(axis=1) + given_ledger.flows
    assert (np.diff(figures.cash) == moved[1:]).all()


def check_span(given_ledger: Ledger, figures: Figures) -> None:
    """Identity 4: P&L of a span = realised + change of unrealised + income."""
    since = figures.pnl[1:].sum()
    labels = figures.realized_pnl[1:].sum() + figures.income[1:].sum()
    assert since == labels + figures.unrealized_pnl[-1].sum() - figures.unrealized_pnl[0].sum()
    flows = given_ledger.flows[1:].sum()
    assert figures.nav[-1] - figures.nav[0] - flows == since


def test_three_thirds_closed_at_the_entry_price_release_the_whole_basis() -> None:
    third = 33333333  # of 0.99999999 shares for 100.01; each third alone rounds to 33.34
    history = History(
        marks=[[100_010_000]] * 4,
        entry_price=[100_010_000],
        cash_like=[False],
        moves=[(day, 0, 0, third, third, 100_010_000, -third, 0) for day in (1, 2, 3)],
        flows=[0] * 4,
        shares_before=[3 * third],
        stated_before=[3 * third],
        is_opening=True,
    )
    figures = value(ledger(history))

    released = figures.proceeds - figures.realized_pnl
    assert released.ravel().tolist() == [0, 3334, 3333, 3334]
    assert figures.unrealized_pnl.ravel().tolist() == [0, 0, 0, 0]
    assert figures.realized_pnl.sum() == figures.pnl.sum() == 1


def test_income_is_pnl_and_cash() -> None:
    history = History(
        marks=[[50 * 10**6]] * 2,
        entry_price=[50 * 10**6],
        cash_like=[False],
        moves=[(1, 0, 0, 0, 0, 0, 0, 308)],
        flows=[0, 0],
        shares_before=[100 * 10**8],
        stated_before=[100 * 10**8],
        is_opening=True,
    )
    figures = value(ledger(history))

    assert figures.pnl.ravel().tolist() == [0, 308]
    assert np.diff(figures.cash).tolist() == [308]
    assert figures.realized_pnl.sum() == 0


def test_a_day_over_the_largest_sum_does_not_fit_and_is_exact_in_whole_numbers() -> None:
    lines = 50_000
    history = History(
        marks=[[10**15] * lines],
        entry_price=[0] * lines,
        cash_like=[False] * lines,
        moves=[],
        flows=[0],
        shares_before=[1000 * 10**8] * lines,
        stated_before=[1000 * 10**8] * lines,
        is_opening=True,
    )
    with pytest.raises(OverflowError, match="portfolio"):
        value(ledger(history))

    assert value(in_whole_numbers(ledger(history))).long_value.tolist() == [lines * 10**14]


@pytest.mark.parametrize(("nav", "fits"), [(2**61 - 256, True), (2**61 + 512, False)])
def test_sums_may_reach_the_largest_and_no_more(nav: int, *, fits: bool) -> None:
    history = History(
        marks=[[2_560_000]],
        entry_price=[0],
        cash_like=[False],
        moves=[],
        flows=[0],
        shares_before=[10**8],
        stated_before=[10**8],
        is_opening=True,
    )
    reached = ledger(history, nav)

    if fits:
        assert value(reached).nav.tolist() == [nav]
    else:
        with pytest.raises(OverflowError, match="portfolio"):
            value(reached)
