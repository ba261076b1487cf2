"""What a portfolio would gain or lose in a scenario of one's own (spec 6.3)."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from domain.risk.own_scenario import own_scenario
from domain.risk.stress import StressTest
from interfaces.analyses import not_valued, session_of, tried_scenario
from interfaces.api.access import Asked, ReadablePortfolio
from interfaces.api.asked_days import OnDay
from interfaces.api.measure_shapes import of_one
from interfaces.api.measures import answer

router = APIRouter(prefix="/analytics/portfolio/{portfolio_id}", tags=["Analytics"])

_REFUSED_WITH = ("ERR_VAL_001", "ERR_RISK_001", "ERR_RISK_002", "ERR_RISK_003")


class ScenarioBody(BaseModel):
    """A scenario: what factors of the style set return at once, -0.1 for -10 %.

    `yield_change_bp` is a change of yields in basis points, instead of a shock of Interest Rate.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"title": "Oil shock", "shocks": {"Market": -0.12, "Size": -0.05}}]
        },
    )

    title: Annotated[str, Field(min_length=1, max_length=100)] = "My scenario"
    shocks: dict[str, float] = {}
    yield_change_bp: float | None = None


@router.post(
    "/stress-test",
    summary="A scenario of one's own",
    **of_one("stress_test", StressTest, *_REFUSED_WITH),
)
def try_scenario(
    program: Asked, portfolio: ReadablePortfolio, body: ScenarioBody, day: OnDay = None
) -> Response:
    """The portfolio's P&L in it, as for the eighteen that come along; nothing is recorded."""
    scenario = own_scenario(body.title, body.shocks, body.yield_change_bp)
    session = session_of(program, portfolio, day)
    finding = tried_scenario(program, portfolio, session, scenario) if session else None
    if finding is None:
        return answer(program, portfolio, not_valued(program, portfolio), None)
    return answer(program, portfolio, finding, session)
