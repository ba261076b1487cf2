"""Specification of the use cases that edit a portfolio by hand (spec 4.1, 4.5)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from application.commands import (
    ClosePosition,
    CorrectOpening,
    CorrectPosition,
    EnterAction,
    NoteFlow,
    OpenPositions,
    RemovePosition,
    RevaluePosition,
    RevertFlow,
)
from application.errors import PortfolioForbidden, PortfolioUnknown
from application.ports import Cause
from domain.edit import Correction
from domain.flow import WithdrawalOverNav
from domain.position_refusals import ClosedOverHeld, ClosingDateRefused, RevaluationRefused
from interfaces.bootstrap import Program
from tests.support.accounts import Owner, calculate, cause, open_sample, register, shares
from tests.support.openings import load_portfolio
from tests.support.racing import at_once

OPENED_ON, MID, END = date(2012, 12, 31), date(2013, 2, 1), date(2013, 3, 1)
NOBODY_S = uuid4()
Edit = Callable[[Program, UUID, Cause], object]
EDITS: list[Edit] = [
    lambda p, i, c: p.positions.open(OpenPositions(portfolio_id=i, terms=[], notes=[]), c),
    lambda p, i, c: p.positions.correct(
        CorrectPosition(portfolio_id=i, position_id=NOBODY_S, correction=lambda _: Correction()), c
    ),
    lambda p, i, c: p.positions.close(
        ClosePosition(portfolio_id=i, position_id=NOBODY_S, closed_on=MID, price=Decimal(1)), c
    ),
    lambda p, i, c: p.positions.remove(RemovePosition(portfolio_id=i, position_id=NOBODY_S), c),
    lambda p, i, c: p.positions.revalue(
        RevaluePosition(portfolio_id=i, position_id=NOBODY_S, revalued_on=MID, price=Decimal(1)), c
    ),
    lambda p, i, c: p.cash_flows.note(
        NoteFlow(portfolio_id=i, dated_on=MID, amount=Decimal(-1), is_withdrawal=True), c
    ),
    lambda p, i, c: p.cash_flows.revert(RevertFlow(portfolio_id=i, flow_id=NOBODY_S), c),
    lambda p, i, c: p.accounts.correct_opening(CorrectOpening(portfolio_id=i, equity_as_of="?"), c),
    lambda p, i, c: p.accounts.enter_action(
        EnterAction(portfolio_id=i, symbol="", ex_on=MID, kind="split", value=Decimal(0)), c
    ),
]


@pytest.fixture
def ada(program: Program) -> Owner:
    """Who owns the account."""
    return register(program)


@pytest.fixture
def portfolio_id(program: Program, ada: Owner) -> UUID:
    """An account with 100 shares of GOOG, opened with 1,000,000.00 USD and not valued."""
    return open_sample(program, ada, [shares("GOOG", 100, "700.00", OPENED_ON)])


def closing(
    program: Program, portfolio_id: UUID, quantity: int | None = None, on: date = MID
) -> ClosePosition:
    """The command to close some of the account's first position at 780.00."""
    position_id = next(iter(load_portfolio(program, portfolio_id).holdings.positions))
    return ClosePosition(
        portfolio_id=portfolio_id,
        position_id=position_id,
        closed_on=on,
        price=Decimal("780.00"),
        quantity=None if quantity is None else Decimal(quantity),
    )


@pytest.mark.parametrize("edit", EDITS)
def test_whose_it_is_is_asked_before_anything_else(
    program: Program, portfolio_id: UUID, edit: Edit
) -> None:
    bob = register(program, "bob@example.com")
    before = program.log.position()
    with pytest.raises(PortfolioForbidden):
        edit(program, portfolio_id, cause(bob.user_id))
    with pytest.raises(PortfolioUnknown):
        edit(program, uuid4(), cause(bob.user_id))
    assert program.log.position() == before


def test_of_many_who_close_at_once_no_more_succeed_than_there_is_to_close(
    program: Program, ada: Owner, portfolio_id: UUID
) -> None:
    command = closing(program, portfolio_id, 30)
    tasks = [lambda: program.positions.close(command, cause(ada.user_id))] * 8
    answers, refusals = at_once(tasks)
    assert len(answers) == 3
    assert {type(refusal) for refusal in refusals} == {ClosedOverHeld}
    [position] = load_portfolio(program, portfolio_id).holdings.positions.values()
    assert (position.open_quantity, len(position.closings)) == (Decimal(10), 3)


def test_days_are_those_of_the_accounts_own_market(
    program: Program, ada: Owner, portfolio_id: UUID
) -> None:
    tomorrow = date(2013, 3, 2)
    late = closing(program, portfolio_id, on=tomorrow)
    with pytest.raises(ClosingDateRefused, match="2013-03-01, today"):
        program.positions.close(late, cause(ada.user_id))
    mark = RevaluePosition(
        portfolio_id=portfolio_id,
        position_id=late.position_id,
        revalued_on=tomorrow,
        price=Decimal(1),
    )
    with pytest.raises(RevaluationRefused, match="2013-03-01, today"):
        program.positions.revalue(mark, cause(ada.user_id))


def test_nothing_is_stale_before_the_first_valuation_nor_after_the_last(
    program: Program, ada: Owner, portfolio_id: UUID
) -> None:
    command = closing(program, portfolio_id, 1)
    assert program.positions.close(command, cause(ada.user_id))[2].restates_from is None
    calculate(program, ada, portfolio_id)
    edited = program.positions.close(command, cause(ada.user_id))[2]
    assert (edited.restates_from, edited.position) == (MID, program.log.position())


def test_a_withdrawal_before_the_first_valuation_is_at_most_the_declared_equity(
    program: Program, ada: Owner, portfolio_id: UUID
) -> None:
    def withdraw(amount: str) -> None:
        command = NoteFlow(
            portfolio_id=portfolio_id, dated_on=MID, amount=Decimal(amount), is_withdrawal=True
        )
        program.cash_flows.note(command, cause(ada.user_id))

    with pytest.raises(WithdrawalOverNav, match=r"1000000\.00 USD"):
        withdraw("1000000.01")
    withdraw("1000000.00")
    assert [flow.amount for flow in load_portfolio(program, portfolio_id).flows.values()] == [
        Decimal("-1000000.00")
    ]


def test_positions_of_one_command_are_recorded_together(
    program: Program, ada: Owner, portfolio_id: UUID
) -> None:
    terms = [shares("IBM", 40, "191.00", MID), shares("IBM", 40, "191.00", MID)]
    command = OpenPositions(portfolio_id=portfolio_id, terms=terms, notes=["", "again"])
    opened, edited = program.positions.open(command, cause(ada.user_id))
    recorded = program.log.read(edited.position - 2, 2)
    assert len({one.cause.command_id for one in recorded}) == 1
    assert [position.symbol for position in opened] == ["IBM", "IBM"]
    assert len({position.position_id for position in opened}) == 2
