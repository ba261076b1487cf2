"""Repairing valuations as a superuser does, after seeing what that changes (spec 7.3)."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from application.repair import Repaired
from domain.restatement import LineDifference, LineFigures, Restatement
from interfaces.administrating import RepairToMake
from interfaces.api.access import Asked, Superuser, cause_of, show_position
from interfaces.api.documenting import SUPERUSER, command_answers, example
from interfaces.values import PORTFOLIO_EXAMPLE, Amount

router = APIRouter(prefix="/admin/repair", tags=["Administration"])


class ShownFigures(BaseModel):
    """What a day says of a line."""

    quantity: Amount
    mark_price: Amount
    market_value: Amount
    pnl: Amount


class ShownDifference(BaseModel):
    """A line that differs; null where the day has no such line."""

    position_id: UUID
    symbol: str
    before: ShownFigures | None
    after: ShownFigures | None


class ShownRestatement(BaseModel):
    """A day before and after; null before where it was never valued."""

    date: date
    net_asset_value_before: Amount | None
    net_asset_value_after: Amount
    pnl_before: Amount | None
    pnl_after: Amount
    reason: str
    caused_by: str
    lines: list[ShownDifference]


class RepairedPortfolio(BaseModel):
    """The days of a portfolio that differ, oldest first."""

    portfolio_id: UUID
    restatements: list[ShownRestatement]


class RepairReport(BaseModel):
    """What a repair recorded; of a dry run, what it would record. What is in order is absent."""

    model_config = example(
        {
            "dry_run": True,
            "restated": 1,
            "portfolios": [
                {
                    "portfolio_id": PORTFOLIO_EXAMPLE,
                    "restatements": [
                        {
                            "date": "2013-02-01",
                            "net_asset_value_before": "103120.00",
                            "net_asset_value_after": "103020.00",
                            "pnl_before": "250.00",
                            "pnl_after": "150.00",
                            "reason": "What was learnt of the price of GOOG counts from "
                            "2013-02-01 on.",
                            "caused_by": "price_book:48213",
                            "lines": [
                                {
                                    "position_id": "9a1d6d0c-1c7b-4a7e-8a1f-2f4f5a6b7c8d",
                                    "symbol": "GOOG",
                                    "before": {
                                        "quantity": "100.00",
                                        "mark_price": "776.60",
                                        "market_value": "77660.00",
                                        "pnl": "250.00",
                                    },
                                    "after": {
                                        "quantity": "100.00",
                                        "mark_price": "775.60",
                                        "market_value": "77560.00",
                                        "pnl": "150.00",
                                    },
                                }
                            ],
                        }
                    ],
                }
            ],
        }
    )

    dry_run: bool
    restated: int
    portfolios: list[RepairedPortfolio]


@router.post(
    "/valuations",
    summary="Repair valuations",
    responses=command_answers(RepairReport, *SUPERUSER, "ERR_PORT_404", status=200),
)
def repair_valuations(
    body: RepairToMake, program: Asked, user: Superuser, request: Request, response: Response
) -> RepairReport:
    """Computes each session again from the events and prices now known; nothing is deleted."""
    repaired = program.repair.repair(body.command, cause_of(request, user.user_id))
    show_position(program, response, program.log.position())
    return _report(repaired, is_dry_run=body.dry_run)


def _report(repaired: Sequence[Repaired], *, is_dry_run: bool) -> RepairReport:
    return RepairReport(
        dry_run=is_dry_run,
        restated=sum(len(one.restatements) for one in repaired),
        portfolios=[
            RepairedPortfolio(
                portfolio_id=one.portfolio_id,
                restatements=[_restatement(day) for day in one.restatements],
            )
            for one in repaired
        ],
    )


def _restatement(day: Restatement) -> ShownRestatement:
    return ShownRestatement(
        date=day.session,
        net_asset_value_before=day.nav_before,
        net_asset_value_after=day.nav_after,
        pnl_before=day.pnl_before,
        pnl_after=day.pnl_after,
        reason=day.reason,
        caused_by=day.caused_by,
        lines=[_difference(line) for line in day.lines],
    )


def _difference(line: LineDifference) -> ShownDifference:
    return ShownDifference(
        position_id=line.position_id,
        symbol=line.symbol,
        before=_figures(line.before),
        after=_figures(line.after),
    )


def _figures(figures: LineFigures | None) -> ShownFigures | None:
    if figures is None:
        return None
    return ShownFigures(
        quantity=figures.quantity,
        mark_price=figures.mark_price,
        market_value=figures.market_value,
        pnl=figures.pnl,
    )
