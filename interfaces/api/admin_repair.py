"""Repairing valuations as a superuser does, after seeing what that changes (spec 7.3)."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from application.repair import Repaired
from interfaces.administrating import RepairToMake
from interfaces.api.access import Asked, Superuser, cause_of, show_position
from interfaces.api.documenting import SUPERUSER, command_answers, example
from interfaces.api.restatement_shapes import ShownRestatement, shown_restatement
from interfaces.values import PORTFOLIO_EXAMPLE

router = APIRouter(prefix="/admin/repair", tags=["Administration"])


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
                restatements=[shown_restatement(day) for day in one.restatements],
            )
            for one in repaired
        ],
    )
