"""What a portfolio decides on the account itself: its opening, and what its shares went through."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from domain.errors import NotAllowedValue

if TYPE_CHECKING:
    from domain.portfolio import Portfolio

_LARGEST_RATIO = 10_000
_LARGEST_RATIO_IN_ALL = 10**12
_LARGEST_DIVIDEND = 10**9


class ActionValueRefused(NotAllowedValue):
    """A split has a ratio of real ones; a dividend is an amount a share, not negative."""

    code = "ERR_ACTION_001"

    def __init__(self) -> None:
        super().__init__(
            "A split is the number of new shares for one old, from 0.0001 to 10,000 with at most "
            "10 decimals (1 cancels the market's); those of a symbol together make at most 10^12 "
            "of one share, or one of as many. A dividend is USD a share, 0 or more with "
            "at most 6 decimals (0 cancels the market's)."
        )


def correct_opening(
    portfolio: "Portfolio", equity_balance: Decimal, equity_as_of: date, reason: str
) -> None:
    """State what the account started from as it should have been. Nothing to do if it was so."""
    opening = portfolio.opening
    if (opening.equity_balance, opening.equity_as_of) == (equity_balance, equity_as_of):
        return
    portfolio.record(
        portfolio.OpeningCorrected(
            equity_balance=equity_balance, equity_as_of=equity_as_of, reason=reason
        )
    )


def enter_action(
    portfolio: "Portfolio",
    action_id: UUID,
    symbol: str,
    ex_on: date,
    kind: Literal["split", "dividend"],
    value: Decimal,
) -> None:
    """Say what a symbol's shares did on a day. Nothing to do if the latest word is the same.

    Raises:
        ActionValueRefused: ERR_ACTION_001.
    """
    if not _is_ratio(value) if kind == "split" else not _is_dividend(value):
        raise ActionValueRefused
    if kind == "split" and _reach_with(portfolio, (symbol, ex_on), value) > _LARGEST_RATIO_IN_ALL:
        raise ActionValueRefused
    if portfolio.actions.get((symbol, ex_on, kind)) != value:
        portfolio.record(
            portfolio.CorporateActionEntered(
                action_id=action_id, symbol=symbol, ex_on=ex_on, kind=kind, value=value
            )
        )


def _is_ratio(value: Decimal) -> bool:
    is_within = value.is_finite() and 1 <= value * _LARGEST_RATIO <= _LARGEST_RATIO**2
    return is_within and value == round(value, 10)


def _reach(ratio: Decimal) -> Fraction:
    """How many times more or fewer shares a split makes."""
    return max(Fraction(ratio), 1 / Fraction(ratio))


def _reach_with(portfolio: "Portfolio", where: tuple[str, date], ratio: Decimal) -> Fraction:
    """That of all splits of the symbol, between whatever days, with `ratio` on its day."""
    symbol, ex_on = where
    others = [
        _reach(known)
        for (held, day, kind), known in portfolio.actions.items()
        if held == symbol and kind == "split" and day != ex_on
    ]
    return prod(others, start=_reach(ratio))


def _is_dividend(value: Decimal) -> bool:
    return value.is_finite() and 0 <= value <= _LARGEST_DIVIDEND and value == round(value, 6)
