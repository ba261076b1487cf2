"""Specification of what an account is called, and of its end (spec 2.2, 4.5)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.account import AccountName, AccountType, PortfolioName
from domain.edit import Correction
from domain.instrument import InvestmentClass
from domain.portfolio import Portfolio
from domain.portfolio_account import PortfolioArchived
from domain.position_import import Intake
from tests.domain.intakes import ids
from tests.support.events import (
    OPENING_DAY,
    contributed,
    imported,
    number,
    numbered,
    portfolio_opened,
    source,
    stated,
)
from tests.support.specification import given

BARN = numbered(stated("BARN", "1", "90000", investment_class=InvestmentClass.PRIVATE))
MONDAY = date(2012, 7, 2)
NEW = Intake(source=source("new"), terms=[stated("SPY")], stated_on=MONDAY)
TAKEN_BACK = imported(name="taken back")
HELD = (
    portfolio_opened(),
    imported(BARN),
    contributed("bonus", MONDAY, "100.00"),
    TAKEN_BACK,
    Portfolio.ImportReverted(
        import_id=TAKEN_BACK.import_id, reason="wrong", removed=(), reopened=()
    ),
)


def renamed(name: str = "Retirement", account_name: str = "IRA") -> Portfolio.Renamed:
    return Portfolio.Renamed(name=name, account_name=account_name)


def renaming(name: str, account_name: str) -> Callable[[Portfolio], None]:
    return lambda portfolio: portfolio.rename(PortfolioName(name), AccountName(account_name))


def test_portfolio_and_account_get_other_names() -> None:
    given(Portfolio, portfolio_opened()).when(renaming("Old age", "IRA")).then(renamed("Old age"))
    given(Portfolio, portfolio_opened(), renamed("Old age")).when(
        renaming("Retirement", "Roth")
    ).then(renamed(account_name="Roth"))


def test_the_names_it_has_are_nothing_to_do() -> None:
    given(Portfolio, portfolio_opened()).when(renaming("Retirement", "IRA")).then_nothing()
    given(Portfolio, portfolio_opened(), renamed("A", "B")).when(renaming("A", "B")).then_nothing()


def test_an_account_is_described_and_the_words_are_taken_back() -> None:
    described = Portfolio.Described(description="For later")
    given(Portfolio, portfolio_opened()).when(lambda own: own.describe("For later")).then(described)
    given(Portfolio, portfolio_opened(), described).when(lambda own: own.describe("")).then(
        Portfolio.Described(description="")
    )
    given(Portfolio, portfolio_opened()).when(lambda own: own.describe("")).then_nothing()


def test_an_account_is_taxed_otherwise() -> None:
    given(Portfolio, portfolio_opened()).when(
        lambda own: own.change_account_type(AccountType.ROTH_IRA)
    ).then(Portfolio.AccountTypeChanged(account_type=AccountType.ROTH_IRA))
    given(Portfolio, portfolio_opened()).when(
        lambda own: own.change_account_type(AccountType.IRA)
    ).then_nothing()


def test_names_and_words_change_no_day() -> None:
    portfolio = Portfolio.replay(number("any"), [portfolio_opened(), renamed("A", "B")])
    assert portfolio.changed_from(1) is None


def test_a_portfolio_is_archived_once() -> None:
    given(Portfolio, *HELD).when(lambda own: own.archive()).then(Portfolio.Archived())
    given(Portfolio, *HELD, Portfolio.Archived()).when(lambda own: own.archive()).then_nothing()


CHANGES: dict[str, Callable[[Portfolio], Any]] = {
    "rename": renaming("Other", "IRA"),
    "describe": lambda own: own.describe("other"),
    "change_account_type": lambda own: own.change_account_type(AccountType.OTHER),
    "correct_opening": lambda own: own.correct_opening(Decimal(1), OPENING_DAY, ""),
    "enter_action": lambda own: own.enter_action(
        number("split"), "SPY", MONDAY, "split", Decimal(2)
    ),
    "import_positions": lambda own: own.import_positions(number("new"), NEW, ids),
    "revert_import": lambda own: own.revert_import(next(iter(own.holdings.imports)), ""),
    "restore_import": lambda own: own.restore_import(TAKEN_BACK.import_id),
    "open_positions": lambda own: own.open_positions([stated("SPY")], [""], ids),
    "correct": lambda own: own.correct(BARN.position_id, Correction(quantity=Decimal(2)), ""),
    "close": lambda own: own.close(BARN.position_id, MONDAY, Decimal(1), None),
    "remove": lambda own: own.remove(BARN.position_id, ""),
    "expire": lambda own: own.expire(BARN.position_id, MONDAY, Decimal(0)),
    "revalue": lambda own: own.revalue(BARN.position_id, MONDAY, Decimal(1), ""),
    "contribute": lambda own: own.contribute(number("gift"), MONDAY, Decimal(1), ""),
    "withdraw": lambda own: own.withdraw(number("rent"), MONDAY, Decimal(1), "", Decimal(9)),
    "revert_flow": lambda own: own.revert_flow(number("bonus"), ""),
}


def test_no_decision_is_missing_here() -> None:
    asked = {"differences", "book", "changed_from", "refuse_if_archived", "archive"}
    decided = {
        name
        for name, decision in vars(Portfolio).items()
        if getattr(decision, "__module__", "").startswith("domain.portfolio_")
    }
    assert decided - asked == set(CHANGES)


@pytest.mark.parametrize("change", CHANGES)
def test_an_archived_portfolio_refuses_every_change(change: str) -> None:
    given(Portfolio, *HELD, Portfolio.Archived()).when(CHANGES[change]).then_refused(
        PortfolioArchived, "archived"
    )


@pytest.mark.parametrize("change", CHANGES)
def test_another_one_makes_it(change: str) -> None:
    assert given(Portfolio, *HELD).when(CHANGES[change]).aggregate.pending
