"""What owners do with single positions: entered, corrected, closed, removed, revalued."""

from decimal import Decimal
from uuid import UUID

from application.commands import (
    ClosePosition,
    CorrectPosition,
    OpenPositions,
    RemovePosition,
    RevaluePosition,
)
from domain.edit import Correction
from domain.mark import Revaluation
from domain.portfolio import Portfolio
from domain.position import Position
from tests.simulator.acts import Act, Deck, Stage, of_account
from tests.simulator.statements import HOUSE, terms


def open_positions(stage: Stage) -> Act | None:
    """An owner enters positions by hand."""
    one = stage.account()
    if one is None:
        return None
    several = [terms(stage, one.opening.equity_as_of) for _ in range(stage.dice.randint(1, 2))]
    command = OpenPositions(portfolio_id=one.id, terms=several, notes=["" for _ in several])
    return of_account(
        stage,
        one,
        "has positions entered",
        ask=lambda process, cause: process.positions.open(command, cause),
        holds=lambda answer: {p.position_id for p in answer[0]} <= one.holdings.positions.keys(),
    )


def correct_position(stage: Stage) -> Act | None:
    """An owner corrects what a position was stated as."""
    price = stage.dice.amount(20, 90)
    one = stage.account()
    held = stage.dice.one_of([*one.holdings.positions]) if one else None
    if one is None or held is None:
        return None
    command = CorrectPosition(
        portfolio_id=one.id, position_id=held, correction=lambda _: Correction(entry_price=price)
    )
    return of_account(
        stage,
        one,
        "has a position corrected",
        ask=lambda process, cause: process.positions.correct(command, cause),
        holds=lambda _: _stated(one, held).entry_price == price,
    )


def close_position(stage: Stage) -> Act | None:
    """An owner closes a position, or a part of it."""
    day, price = stage.day(), stage.dice.amount(20, 90)
    part = stage.dice.choice([None, Decimal(5), Decimal(100)])
    one = stage.account()
    held = stage.dice.one_of([*one.holdings.positions]) if one else None
    if one is None or held is None:
        return None
    command = ClosePosition(
        portfolio_id=one.id, position_id=held, closed_on=day, price=price, quantity=part
    )
    return of_account(
        stage,
        one,
        "has a position closed",
        ask=lambda process, cause: process.positions.close(command, cause),
        holds=lambda answer: answer[1] in _stated(one, held).closings,
    )


def remove_position(stage: Stage) -> Act | None:
    """An owner takes a position out."""
    one = stage.account()
    held = stage.dice.one_of([*one.holdings.positions]) if one else None
    if one is None or held is None:
        return None
    command = RemovePosition(portfolio_id=one.id, position_id=held)
    return of_account(
        stage,
        one,
        "has a position removed",
        ask=lambda process, cause: process.positions.remove(command, cause),
        holds=lambda _: held in one.holdings.removed,
    )


def revalue_position(stage: Stage) -> Act | None:
    """An owner puts a price on something, which is to be private."""
    day, price = stage.day(), stage.dice.amount(1000, 9000)
    one = stage.account()
    held = stage.dice.one_of(_private(stage, one)) if one else None
    if one is None or held is None:
        return None
    command = RevaluePosition(portfolio_id=one.id, position_id=held, revalued_on=day, price=price)
    return of_account(
        stage,
        one,
        "has a position revalued",
        ask=lambda process, cause: process.positions.revalue(command, cause),
        holds=lambda _: Revaluation(day, price) in one.holdings.revaluations[held],
    )


POSITIONS: Deck = (
    *((5, open_positions), (3, correct_position), (5, close_position)),
    *((2, remove_position), (2, revalue_position)),
)


def _private(stage: Stage, one: Portfolio) -> list[UUID]:
    """What has no market; now and then something that has one."""
    return [
        held.position_id
        for held in one.holdings.positions.values()
        if held.symbol == HOUSE or stage.dice.happens(0.1)
    ]


def _stated(one: Portfolio, position_id: UUID) -> Position:
    """A position as its owner states it, an option as if it had not expired."""
    found = one.holdings.unsettled(position_id)
    if found is None:
        raise LookupError(f"{position_id} is no position.")
    return found
