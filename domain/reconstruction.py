"""What today's holdings were worth before the account's opening: for charts only (spec 5.5).

Nobody said what else the account held then, nor its cash, so this is no valuation: it has no NAV
and no P&L, and is never recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from domain.mark import Mark, needs_price
from domain.money import FAST, WHOLE, Int64, Units, cents, money, price_e6
from domain.shares import Held
from domain.valuation import Marks, PortfolioBook


@dataclass(frozen=True, slots=True)
class ReconstructedDay:
    """What is held today and was entered by then, at the close of `session`.

    Values are USD in whole cents without cash-like lines. `of` counts the lines that need a price,
    `priced` those of them that had a usable one.
    """

    session: date
    long_value: Decimal
    short_value: Decimal
    priced: int
    of: int


def reconstructed(
    book: PortfolioBook, held_on: date, sessions: Sequence[date], marks: Marks
) -> list[ReconstructedDay]:
    """The days of what is held after `held_on`, in the shares that it was on each session.

    Args:
        book: positions, and the splits of their symbols.
        held_on: today; what was closed by then, in part or whole, is left out before, too.
        sessions: oldest first, each before `held_on`.
        marks: of every position held then and entered by the last of `sessions`.
    """
    until = max(sessions, default=date.min)
    lines = [
        held
        for position in book.positions
        if not position.is_cash_like
        and position.entry_on <= until
        and (held := book.held(position)).shares_after(held_on)
    ]
    series = [marks[held.position.position_id] for held in lines]
    try:
        values = _values(lines, held_on, sessions, series, FAST)
    except OverflowError:
        values = _values(lines, held_on, sessions, series, WHOLE)
    days = []
    for row, session in enumerate(sessions):
        needed = [
            mark[row].is_usable
            for held, mark in zip(lines, series, strict=True)
            if held.position.entry_on <= session and needs_price(held.position)
        ]
        amounts = values[row].tolist()
        days.append(
            ReconstructedDay(
                session=session,
                long_value=money(sum(amount for amount in amounts if amount > 0)),
                short_value=money(sum(amount for amount in amounts if amount < 0)),
                priced=sum(needed),
                of=len(needed),
            )
        )
    return days


def _values(
    lines: Sequence[Held],
    held_on: date,
    sessions: Sequence[date],
    series: Sequence[Sequence[Mark]],
    units: Units,
) -> Int64:
    """Cents by session and line; 0 before the entry."""
    shape = len(sessions), len(lines)
    shares, prices = np.zeros(shape, dtype=units), np.zeros(shape, dtype=units)
    for line, (held, marks) in enumerate(zip(lines, series, strict=True)):
        today = held.shares_after(held_on)
        for row, (session, mark) in enumerate(zip(sessions, marks, strict=True)):
            if held.position.entry_on <= session:
                shares[row, line] = round(today * held.actions.share_factor(held_on, session))
                prices[row, line] = price_e6(mark.price)
    return cents(shares, prices)
