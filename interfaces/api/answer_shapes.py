"""What answers with figures say first, and what those without do (spec 4.7)."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel

from domain.risk.finding import Flag
from interfaces.values import PORTFOLIO_EXAMPLE

NOTHING_EXAMPLE: dict[str, Any] = {
    "available": False,
    "reason": {"code": "not_valued", "text": "This has not been valued yet."},
    "calculation_date": None,
    "data_quality": {
        "flag": "none",
        "observations": 0,
        "positions_analyzed": 0,
        "positions_total": 2,
        "skipped": [],
    },
    "portfolio_id": PORTFOLIO_EXAMPLE,
}


class NoFigure(BaseModel):
    """Why there is nothing to show."""

    code: str
    text: str


class LineQuality(BaseModel):
    """How many observations figures rest on, and how many of the lines held."""

    flag: Flag
    observations: int
    positions_analyzed: int
    positions_total: int


class Answered(BaseModel):
    """That there are figures, and of which session."""

    available: Literal[True] = True
    reason: None = None
    calculation_date: date


class Unanswered(BaseModel):
    """That there are none, why, and which session was the latest valued: not an error."""

    available: Literal[False] = False
    reason: NoFigure
    calculation_date: date | None
