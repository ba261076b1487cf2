"""What the owner of a portfolio pays in and takes out (spec 4.5)."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field

from application.commands import NoteFlow, RevertFlow
from domain.flow import FlowUnknown
from interfaces.api.access import Asked, OwnPortfolio, cause_of, show_position
from interfaces.api.documenting import OWN_PORTFOLIO, answers, command_answers, example
from interfaces.api.edit_shapes import Outcome, Removed, outcome
from interfaces.flow_entry import read_flow
from interfaces.values import PORTFOLIO_EXAMPLE, Amount, Cell, Instant, Limit, Note, Offset, Reason
from projections.cash_flows.view import CashFlowRow, FlowTotals

router = APIRouter(prefix="/portfolios/{portfolio_id}/cash-flows", tags=["Cash flows"])

_FLOW_EXAMPLE = "0fd1a5a8-6a5b-4a78-8f0e-6d4f2c8b3e90"
_FLOW: dict[str, Any] = {
    "id": _FLOW_EXAMPLE,
    "kind": "CONTRIBUTION",
    "amount": "5000.00",
    "date": "2013-02-01",
    "note": "Bonus of 2012",
}
_TOTALS: dict[str, Any] = {
    "count": 2,
    "contributions": "5000.00",
    "withdrawals": "1200.00",
    "net": "3800.00",
}

Kind = Annotated[
    Literal["CONTRIBUTION", "WITHDRAWAL"],
    BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value),
]


class FlowBody(BaseModel):
    """Money that came in or went out: an amount above 0 with at most 2 decimals, USD."""

    kind: Kind = Field(examples=["CONTRIBUTION"])
    amount: Cell = Field(default="", examples=["5000.00"])
    date: Cell = Field(default="", examples=["2013-02-01"])
    note: Note = Field(default="", examples=["Bonus of 2012"])


class Flow(BaseModel):
    """One flow; the kind says whether its amount came in or went out."""

    id: UUID
    kind: str
    amount: Amount
    date: date
    note: str


class NotedFlow(Flow, Outcome):
    """A flow that was noted, and what that led to."""

    model_config = example(
        {**_FLOW, "restates_from": "2013-02-01", "message": "Contribution of 5000.00 noted."}
    )


class ListedFlow(Flow):
    """A flow with the moment it was noted."""

    created_at: Instant


class FlowList(BaseModel):
    """A page of flows, latest day first, and how many there are in all."""

    model_config = example(
        {"total": 1, "cash_flows": [{**_FLOW, "created_at": "2026-01-05T14:35:00.123456Z"}]}
    )

    total: int
    cash_flows: list[ListedFlow]


class Totals(BaseModel):
    """What flows add up to; `net` is what came in beyond what went out."""

    count: int
    contributions: Amount
    withdrawals: Amount
    net: Amount


class FlowSummary(BaseModel):
    """What flows add up to over the 30 and 90 days up to the market's today, and in all."""

    model_config = example(
        {
            "portfolio_id": PORTFOLIO_EXAMPLE,
            "as_of": "2013-03-01",
            "last_30_days": _TOTALS,
            "last_90_days": _TOTALS,
            "all_time": _TOTALS,
        }
    )

    portfolio_id: UUID
    as_of: date
    last_30_days: Totals
    last_90_days: Totals
    all_time: Totals


def parse_flow_id(
    flow_id: Annotated[str, Path(json_schema_extra={"format": "uuid"}, examples=[_FLOW_EXAMPLE])],
) -> UUID:
    """The flow's id; a text that is no id is no flow.

    Raises:
        FlowUnknown: ERR_EQUITY_404.
    """
    try:
        return UUID(flow_id)
    except ValueError:
        raise FlowUnknown from None


@router.get("", summary="Cash flows of a portfolio", responses=answers(FlowList, *OWN_PORTFOLIO))
def list_flows(
    program: Asked, portfolio: OwnPortfolio, limit: Limit = 50, offset: Offset = 0
) -> FlowList:
    """What came in and went out since the opening, without what was taken back."""
    rows, total = program.cash_flows_room.of_portfolio(portfolio.portfolio_id, limit, offset)
    return FlowList(total=total, cash_flows=list(map(_listed, rows)))


@router.get(
    "/summary",
    summary="What the cash flows add up to",
    responses=answers(FlowSummary, *OWN_PORTFOLIO),
)
def cash_flow_summary(program: Asked, portfolio: OwnPortfolio) -> FlowSummary:
    """Over the last 30 days, the last 90 days, and in all."""
    room, portfolio_id = program.cash_flows_room, portfolio.portfolio_id
    today = program.markets[portfolio.market].today()
    return FlowSummary(
        portfolio_id=portfolio_id,
        as_of=today,
        last_30_days=_totals(room.totals(portfolio_id, today - timedelta(days=30))),
        last_90_days=_totals(room.totals(portfolio_id, today - timedelta(days=90))),
        all_time=_totals(room.totals(portfolio_id)),
    )


@router.post(
    "",
    status_code=201,
    summary="Note a contribution or a withdrawal",
    responses=command_answers(
        NotedFlow,
        *OWN_PORTFOLIO,
        *("ERR_EQUITY_001", "ERR_EQUITY_002", "ERR_EQUITY_003", "ERR_EQUITY_004"),
        status=201,
    ),
)
def note_flow(
    program: Asked, portfolio: OwnPortfolio, body: FlowBody, request: Request, response: Response
) -> NotedFlow:
    """Money counts for the day it moved; a withdrawal is at most what the account was worth."""
    today = program.markets[portfolio.market].today()
    on, amount = read_flow(body.date, body.amount, today)
    command = NoteFlow(
        portfolio_id=portfolio.portfolio_id,
        dated_on=on,
        amount=amount,
        is_withdrawal=body.kind == "WITHDRAWAL",
        note=body.note,
    )
    flow_id, edited = program.cash_flows.note(command, cause_of(request, portfolio.owner_id))
    show_position(program, response, edited.position)
    told = outcome(edited, f"{body.kind.capitalize()} of {command.amount:.2f} USD noted.")
    return NotedFlow(
        id=flow_id, kind=body.kind, amount=command.amount, date=on, note=body.note, **told
    )


@router.delete(
    "/{flow_id}",
    summary="Take back a flow noted by mistake",
    responses=command_answers(Removed, *OWN_PORTFOLIO, "ERR_EQUITY_404", status=200),
)
def revert_flow(
    program: Asked,
    portfolio: OwnPortfolio,
    flow_id: Annotated[UUID, Depends(parse_flow_id)],
    request: Request,
    response: Response,
    reason: Annotated[Reason, Query(description="Why.")] = "",
) -> Removed:
    """It counts no more from its day on. What was recorded stays in the log."""
    command = RevertFlow(portfolio_id=portfolio.portfolio_id, flow_id=flow_id, reason=reason)
    edited = program.cash_flows.revert(command, cause_of(request, portfolio.owner_id))
    show_position(program, response, edited.position)
    return Removed(id=flow_id, **outcome(edited, "Cash flow taken back."))


def _listed(row: CashFlowRow) -> ListedFlow:
    return ListedFlow(
        id=row.flow_id,
        kind="CONTRIBUTION" if row.amount > 0 else "WITHDRAWAL",
        amount=abs(row.amount),
        date=row.dated_on,
        note=row.note,
        created_at=row.noted_at,
    )


def _totals(totals: FlowTotals) -> Totals:
    return Totals(
        count=totals.count,
        contributions=totals.contributed,
        withdrawals=totals.withdrawn,
        net=totals.net,
    )
