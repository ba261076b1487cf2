"""What a portfolio decides on the account itself: its names, opening, shares, and its end."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from domain.account import AccountName, AccountType, PortfolioName
from domain.errors import DomainError, NotAllowedValue

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


class PortfolioArchived(DomainError):
    """The portfolio was put away, so nothing of it changes."""

    code = "ERR_PORT_015"

    def __init__(self) -> None:
        super().__init__(
            "This portfolio is archived and does not change any more; open another one."
        )


def refuse_if_archived(portfolio: "Portfolio") -> None:
    """Say no to whatever would change a portfolio that was put away.

    Raises:
        PortfolioArchived: ERR_PORT_015.
    """
    if portfolio.is_archived:
        raise PortfolioArchived


def rename(portfolio: "Portfolio", name: PortfolioName, account_name: AccountName) -> None:
    """Give portfolio and account these names. Nothing to do if they have them.

    That the account's is free is for the owner's `User` to decide, in the same save.

    Raises:
        PortfolioArchived: ERR_PORT_015.
    """
    if (portfolio.name, portfolio.account_name) != (name.text, account_name.text):
        portfolio.record(portfolio.Renamed(name=name.text, account_name=account_name.text))


def describe(portfolio: "Portfolio", description: str) -> None:
    """Put the account in these words. Nothing to do if it is.

    Raises:
        PortfolioArchived: ERR_PORT_015.
    """
    if portfolio.description != description:
        portfolio.record(portfolio.Described(description=description))


def change_account_type(portfolio: "Portfolio", account_type: AccountType) -> None:
    """Say how the account is taxed. Nothing to do if it is taxed so.

    Raises:
        PortfolioArchived: ERR_PORT_015.
    """
    if portfolio.account_type != account_type:
        portfolio.record(portfolio.AccountTypeChanged(account_type=account_type))


def archive(portfolio: "Portfolio") -> None:
    """Put the portfolio away for good. Nothing to do if it was."""
    if not portfolio.is_archived:
        portfolio.record(portfolio.Archived())


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
