"""Editing the positions of a portfolio by hand (spec 4.5)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from application.commands import (
    ClosePosition,
    CorrectPosition,
    OpenPositions,
    RemovePosition,
    RevaluePosition,
)
from domain.position_refusals import PositionUnknown
from interfaces.api.access import Asked, OwnPortfolio, cause_of, show_position
from interfaces.api.documenting import OWN_PORTFOLIO, answers, command_answers
from interfaces.api.edit_shapes import (
    ClosedPosition,
    EditedPosition,
    OpenedPositions,
    Removed,
    StatedPosition,
    outcome,
    realized_pnl,
    stated,
)
from interfaces.api.import_shapes import POSITION_EXAMPLE
from interfaces.api.positions import Position, betas_of, shown_position
from interfaces.bootstrap import Program
from interfaces.files.choices import Horizon
from interfaces.importing import horizon_of
from interfaces.position_rows import (
    CLOSING_CODES,
    CORRECTION_CODES,
    ROW_CODES,
    BulkBody,
    ClosingBody,
    CorrectionBody,
    PositionBody,
    RevaluationBody,
    correction_of,
    read_closing,
    read_positions,
    read_revaluation,
)
from interfaces.values import Reason
from projections.portfolios.view import PortfolioRow

router = APIRouter(prefix="/portfolios/{portfolio_id}/positions", tags=["Positions"])

_OF_ONE = (*OWN_PORTFOLIO, "ERR_POS_404")


def parse_position_id(
    position_id: Annotated[
        str, Path(json_schema_extra={"format": "uuid"}, examples=[POSITION_EXAMPLE])
    ],
) -> UUID:
    """The position's id; a text that is no id is no position.

    Raises:
        PositionUnknown: ERR_POS_404.
    """
    try:
        return UUID(position_id)
    except ValueError:
        raise PositionUnknown from None


PositionId = Annotated[UUID, Depends(parse_position_id)]
"""The position in the path; the portfolio is asked for first."""


@router.post(
    "",
    status_code=201,
    summary="Enter a position",
    responses=command_answers(EditedPosition, *OWN_PORTFOLIO, *ROW_CODES, status=201),
)
def open_position(
    program: Asked,
    portfolio: OwnPortfolio,
    body: PositionBody,
    request: Request,
    response: Response,
) -> EditedPosition:
    """Hold one position more, by the rules of the template's rows. An identical one is kept."""
    opened = _open(program, portfolio, [body], request, response)
    only = opened.positions[0].model_dump()
    return EditedPosition(**only, restates_from=opened.restates_from, message=opened.message)


@router.post(
    "/bulk",
    status_code=201,
    summary="Enter several positions",
    responses=command_answers(OpenedPositions, *OWN_PORTFOLIO, *ROW_CODES, status=201),
)
def open_positions(
    program: Asked, portfolio: OwnPortfolio, body: BulkBody, request: Request, response: Response
) -> OpenedPositions:
    """Hold them all, or none of them where one has a mistake."""
    return _open(program, portfolio, body.positions, request, response)


@router.get("/{position_id}", summary="One position", responses=answers(Position, *_OF_ONE))
def one_position(program: Asked, portfolio: OwnPortfolio, position_id: PositionId) -> Position:
    """A position with the latest figures known of it."""
    row = program.positions_room.one(portfolio.portfolio_id, position_id)
    if row is None:
        raise PositionUnknown
    return shown_position(row, betas_of(program, [row]))


@router.patch(
    "/{position_id}",
    summary="Correct a position",
    responses=command_answers(EditedPosition, *_OF_ONE, *CORRECTION_CODES, status=200),
)
def correct_position(
    program: Asked,
    portfolio: OwnPortfolio,
    position_id: PositionId,
    body: CorrectionBody,
    request: Request,
    response: Response,
) -> EditedPosition:
    """State it as it should have been stated from the first; its id stays what it is."""
    command = CorrectPosition(
        portfolio_id=portfolio.portfolio_id,
        position_id=position_id,
        correction=correction_of(body, _horizon(program, portfolio)),
        reason=body.reason,
    )
    position, edited = program.positions.correct(command, cause_of(request, portfolio.owner_id))
    show_position(program, response, edited.position)
    told = outcome(edited, f"Position corrected: {position.symbol}.")
    return EditedPosition(**stated(portfolio.portfolio_id, position), **told)


@router.delete(
    "/{position_id}",
    summary="Remove a position entered by mistake",
    responses=command_answers(Removed, *_OF_ONE, status=200),
)
def remove_position(
    program: Asked,
    portfolio: OwnPortfolio,
    position_id: PositionId,
    request: Request,
    response: Response,
    reason: Annotated[Reason, Query(description="Why.")] = "",
) -> Removed:
    """From now on it is as if it had never been. What was sold is closed, not removed."""
    command = RemovePosition(
        portfolio_id=portfolio.portfolio_id, position_id=position_id, reason=reason
    )
    edited = program.positions.remove(command, cause_of(request, portfolio.owner_id))
    show_position(program, response, edited.position)
    return Removed(id=position_id, **outcome(edited, "Position removed."))


@router.post(
    "/{position_id}/close",
    summary="Close a position, in part or whole",
    responses=command_answers(ClosedPosition, *_OF_ONE, *CLOSING_CODES, status=200),
)
def close_position(
    program: Asked,
    portfolio: OwnPortfolio,
    position_id: PositionId,
    body: ClosingBody,
    request: Request,
    response: Response,
) -> ClosedPosition:
    """What was sold, or of a short bought back; the realised P&L is (exit - entry) x quantity."""
    closed_on, price, quantity = read_closing(body, _horizon(program, portfolio))
    command = ClosePosition(
        portfolio_id=portfolio.portfolio_id,
        position_id=position_id,
        closed_on=closed_on,
        price=price,
        quantity=quantity,
    )
    cause = cause_of(request, portfolio.owner_id)
    position, closing, edited = program.positions.close(command, cause)
    show_position(program, response, edited.position)
    left = f"{position.open_quantity:f}" if position.open_quantity else "nothing"
    told = outcome(edited, f"Position closed: of {position.symbol} {left} is left.")
    return ClosedPosition(
        **stated(portfolio.portfolio_id, position),
        realized_pnl=realized_pnl(position, closing),
        **told,
    )


@router.post(
    "/{position_id}/revalue",
    summary="Put a price on a private asset",
    responses=command_answers(
        EditedPosition, *_OF_ONE, "ERR_POS_027", "ERR_POS_029", "ERR_POS_031", status=200
    ),
)
def revalue_position(
    program: Asked,
    portfolio: OwnPortfolio,
    position_id: PositionId,
    body: RevaluationBody,
    request: Request,
    response: Response,
) -> EditedPosition:
    """The price is the position's mark from that day on, until another one is given."""
    day, price = read_revaluation(body, _horizon(program, portfolio))
    command = RevaluePosition(
        portfolio_id=portfolio.portfolio_id,
        position_id=position_id,
        revalued_on=day,
        price=price,
        note=body.note,
    )
    position, edited = program.positions.revalue(command, cause_of(request, portfolio.owner_id))
    show_position(program, response, edited.position)
    told = outcome(edited, f"Position revalued: {position.symbol} at {price:f} from {day} on.")
    return EditedPosition(**stated(portfolio.portfolio_id, position), **told)


def _open(
    program: Program,
    portfolio: PortfolioRow,
    bodies: list[PositionBody],
    request: Request,
    response: Response,
) -> OpenedPositions:
    command = OpenPositions(
        portfolio_id=portfolio.portfolio_id,
        terms=read_positions(bodies, _horizon(program, portfolio)),
        notes=[body.notes for body in bodies],
    )
    opened, edited = program.positions.open(command, cause_of(request, portfolio.owner_id))
    show_position(program, response, edited.position)
    positions = [StatedPosition(**stated(portfolio.portfolio_id, p)) for p in opened]
    told = f"{len(opened):,} positions" if len(opened) > 1 else f"Position {opened[0].symbol}"
    return OpenedPositions(
        total=len(opened), positions=positions, **outcome(edited, f"{told} entered.")
    )


def _horizon(program: Program, portfolio: PortfolioRow) -> Horizon:
    """The days that the portfolio's own market knows."""
    return horizon_of(program.markets, portfolio.market)
