"""What an account started from, and what its shares went through: the owner's word (spec 4.5)."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, BeforeValidator, Field, PlainSerializer, WithJsonSchema

from application.commands import CorrectOpening, EnterAction
from application.errors import ActionDateRefused
from domain.portfolio_account import ActionValueRefused
from interfaces.api.access import Asked, OwnPortfolio, cause_of, show_position
from interfaces.api.documenting import OWN_PORTFOLIO, answers, command_answers, example
from interfaces.api.edit_shapes import Outcome, outcome
from interfaces.files.formula_guard import PLAIN_NUMBER
from interfaces.position_rows import read_symbol
from interfaces.values import (
    PORTFOLIO_EXAMPLE,
    Amount,
    Cell,
    Instant,
    Limit,
    Offset,
    Reason,
    parse_day,
)
from projections.corporate_actions.view import CorporateActionRow

router = APIRouter(prefix="/portfolios/{portfolio_id}", tags=["Portfolios"])

_ACTION: dict[str, Any] = {
    "symbol": "AAPL",
    "kind": "split",
    "ex_date": "2005-02-28",
    "value": "2",
}

Kind = Annotated[
    Literal["split", "dividend"],
    BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value),
]
Ratio = Annotated[
    Decimal,
    PlainSerializer(lambda value: f"{value.normalize():f}", return_type=str),
    WithJsonSchema({"type": "string"}),
]
"""New shares for one old one, or USD a share: as many decimals as it needs."""


class OpeningBody(BaseModel):
    """What the account started from as it is right; what is left out stays as it is."""

    equity_balance: Cell = Field(default="", examples=["512500.00"])
    equity_as_of: Cell = Field(default="", examples=["2012-12-31"])
    reason: Reason = Field(default="", examples=["The statement was read wrongly."])


class CorrectedOpening(Outcome):
    """What the account starts from now."""

    model_config = example(
        {
            "portfolio_id": PORTFOLIO_EXAMPLE,
            "equity_balance": "512500.00",
            "equity_as_of": "2012-12-31",
            "restates_from": "2012-12-31",
            "message": "Opening corrected: 512500.00 USD as of 2012-12-31. Valuations from "
            "2012-12-31 on are stale until the next calculation.",
        }
    )

    portfolio_id: UUID
    equity_balance: Amount
    equity_as_of: date


class ActionBody(BaseModel):
    """A split (new shares for one old) or a dividend (USD a share) on its ex date.

    It wins over the market's for its symbol, day and kind: a split of 1 and a dividend of 0 say
    that there was none.
    """

    symbol: Cell = Field(default="", examples=["AAPL"])
    kind: Kind = Field(examples=["split"])
    ex_date: Cell = Field(default="", examples=["2005-02-28"])
    value: Cell = Field(default="", examples=["2"])


class Action(BaseModel):
    """A corporate action that the owner entered."""

    symbol: str
    kind: str
    ex_date: date
    value: Ratio


class EnteredAction(Action, Outcome):
    """A corporate action that was entered, and what that led to."""

    model_config = example(
        {**_ACTION, "restates_from": None, "message": "Split of AAPL on 2005-02-28 entered: 2."}
    )


class ListedAction(Action):
    """A corporate action with the moment it was entered."""

    created_at: Instant


class ActionList(BaseModel):
    """A page of the owner's corporate actions, latest day first, and how many there are in all."""

    model_config = example(
        {
            "total": 1,
            "corporate_actions": [{**_ACTION, "created_at": "2026-01-05T14:35:00.123456Z"}],
        }
    )

    total: int
    corporate_actions: list[ListedAction]


@router.patch(
    "/opening",
    summary="Correct what the account started from",
    responses=command_answers(
        CorrectedOpening,
        *OWN_PORTFOLIO,
        *("ERR_PORT_005", "ERR_PORT_006", "ERR_PORT_012"),
        status=200,
    ),
)
def correct_opening(
    program: Asked, portfolio: OwnPortfolio, body: OpeningBody, request: Request, response: Response
) -> CorrectedOpening:
    """Declare another equity balance, another day, or both: every day is valued anew."""
    command = CorrectOpening(
        portfolio_id=portfolio.portfolio_id,
        equity_balance=body.equity_balance,
        equity_as_of=body.equity_as_of,
        reason=body.reason,
    )
    cause = cause_of(request, portfolio.owner_id)
    opening, edited = program.accounts.correct_opening(command, cause)
    show_position(program, response, edited.position)
    told = f"Opening corrected: {opening.equity_balance:.2f} USD as of {opening.equity_as_of}."
    return CorrectedOpening(
        portfolio_id=portfolio.portfolio_id,
        equity_balance=opening.equity_balance,
        equity_as_of=opening.equity_as_of,
        **outcome(edited, told),
    )


@router.get(
    "/corporate-actions",
    summary="The owner's own splits and dividends",
    responses=answers(ActionList, *OWN_PORTFOLIO),
)
def list_actions(
    program: Asked, portfolio: OwnPortfolio, limit: Limit = 50, offset: Offset = 0
) -> ActionList:
    """The latest entry for each symbol, day and kind. The market's are not among them."""
    room = program.corporate_actions_room
    rows, total = room.of_portfolio(portfolio.portfolio_id, limit, offset)
    return ActionList(total=total, corporate_actions=list(map(_listed, rows)))


@router.post(
    "/corporate-actions",
    status_code=201,
    summary="Enter a split or a dividend",
    responses=command_answers(
        EnteredAction,
        *OWN_PORTFOLIO,
        *("ERR_ACTION_001", "ERR_ACTION_002", "ERR_POS_001", "ERR_POS_002", "ERR_POS_003"),
        status=201,
    ),
)
def enter_action(
    program: Asked, portfolio: OwnPortfolio, body: ActionBody, request: Request, response: Response
) -> EnteredAction:
    """It counts for this portfolio alone, in place of what the market says."""
    market = program.markets[portfolio.market]
    symbol = read_symbol(body.symbol)
    ex_on = parse_day(body.ex_date)
    if ex_on is None:
        raise ActionDateRefused(market.earliest.isoformat(), market.today().isoformat())
    if not PLAIN_NUMBER.fullmatch(body.value):
        raise ActionValueRefused
    command = EnterAction(
        portfolio_id=portfolio.portfolio_id,
        symbol=symbol,
        ex_on=ex_on,
        kind=body.kind,
        value=Decimal(body.value),
    )
    edited = program.accounts.enter_action(command, cause_of(request, portfolio.owner_id))
    show_position(program, response, edited.position)
    told = f"{body.kind.capitalize()} of {symbol} on {ex_on} entered: {body.value}."
    return EnteredAction(
        symbol=symbol,
        kind=body.kind,
        ex_date=ex_on,
        value=command.value,
        **outcome(edited, told),
    )


def _listed(row: CorporateActionRow) -> ListedAction:
    return ListedAction(
        symbol=row.symbol,
        kind=row.kind,
        ex_date=row.ex_on,
        value=row.value,
        created_at=row.entered_at,
    )
