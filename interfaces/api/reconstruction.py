"""What today's holdings were worth before the account's opening, for charts (spec 5.5)."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from domain.reconstruction import ReconstructedDay
from interfaces.api.access import Asked, OwnPortfolio, cause_of
from interfaces.api.answer_shapes import NoFigure
from interfaces.api.documenting import OWN_PORTFOLIO, answers, example
from interfaces.api.valuation_shapes import Priced
from interfaces.values import PORTFOLIO_EXAMPLE, Amount, Day

router = APIRouter(prefix="/analytics/portfolio/{portfolio_id}", tags=["Valuations"])

_NOTHING_BEFORE = NoFigure(
    code="nothing_before_opening",
    text="Nothing that is held today was entered before the account's opening within these days.",
)


class Point(BaseModel):
    """A session: what is held today and was entered by then, without cash, in USD.

    Of the `of` lines that need a price `priced.n` had a usable one; the others count at the price
    that their mark degrades to.
    """

    date: date
    long_value: Amount
    short_value: Amount
    market_value: Amount
    priced: Priced


class Reconstructed(BaseModel):
    """A series for charts, oldest first. Never a valuation: it has no NAV, no cash and no P&L."""

    model_config = example(
        {
            "available": True,
            "reason": None,
            "reconstructed": True,
            "portfolio_id": PORTFOLIO_EXAMPLE,
            "opening_on": "2013-01-02",
            "series": [
                {
                    "date": "2012-12-31",
                    "long_value": "70738.00",
                    "short_value": "0.00",
                    "market_value": "70738.00",
                    "priced": {"n": 1, "of": 1},
                }
            ],
        }
    )

    available: bool
    reason: NoFigure | None
    reconstructed: Literal[True] = True
    portfolio_id: UUID
    opening_on: date
    series: list[Point]


@router.get(
    "/reconstructed",
    summary="Today's holdings before the opening",
    responses=answers(Reconstructed, *OWN_PORTFOLIO),
)
def show_reconstructed(
    program: Asked,
    portfolio: OwnPortfolio,
    request: Request,
    first: Annotated[Day | None, Query(alias="from", description="First day.")] = None,
    last: Annotated[Day | None, Query(alias="to", description="Last day.")] = None,
) -> Reconstructed:
    """Sessions from the first entry to the day before the opening; at most the last five years."""
    days = program.reconstruction.series(
        portfolio.portfolio_id, first, last, cause_of(request, portfolio.owner_id)
    )
    return Reconstructed(
        available=bool(days),
        reason=None if days else _NOTHING_BEFORE,
        portfolio_id=portfolio.portfolio_id,
        opening_on=portfolio.equity_as_of,
        series=[Point(**_point(day)) for day in days],
    )


def _point(day: ReconstructedDay) -> dict[str, Any]:
    return {
        "date": day.session,
        "long_value": day.long_value,
        "short_value": day.short_value,
        "market_value": day.long_value + day.short_value,
        "priced": Priced(n=day.priced, of=day.of),
    }
