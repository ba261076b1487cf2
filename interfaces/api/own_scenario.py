"""What a portfolio would gain or lose in a scenario of one's own (spec 6.3)."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from domain.portfolio import Portfolio
from domain.risk.finding import Finding
from domain.risk.own_scenario import own_scenario
from domain.risk.rounding import as_recorded
from domain.risk.stress import StressTest, stress_test
from interfaces.api.access import Asked, ReadablePortfolio
from interfaces.api.documenting import OWN_PORTFOLIO, answers, example
from interfaces.api.measure_shapes import NotMeasured, measured_shape
from interfaces.api.measures import OnDay, answer, not_valued, session_of

router = APIRouter(prefix="/analytics/portfolio/{portfolio_id}", tags=["Analytics"])

_STRESS = measured_shape("stress_test", StressTest)


class ScenarioBody(BaseModel):
    """A scenario: what factors of the style set return at once, -0.1 for -10 %.

    `yield_change_bp` is a change of yields in basis points, instead of a shock of Interest Rate.
    """

    model_config = example({"title": "Oil shock", "shocks": {"Market": -0.12, "Size": -0.05}})

    title: Annotated[str, Field(min_length=1, max_length=100)] = "My scenario"
    shocks: dict[str, float] = {}
    yield_change_bp: float | None = None


@router.post(
    "/stress-test",
    summary="A scenario of one's own",
    response_model=_STRESS | NotMeasured,
    responses=answers(
        _STRESS,
        *OWN_PORTFOLIO,
        *("ERR_VAL_001", "ERR_RISK_001", "ERR_RISK_002", "ERR_RISK_003"),
        otherwise=NotMeasured,
    ),
)
def try_scenario(
    program: Asked, portfolio: ReadablePortfolio, body: ScenarioBody, day: OnDay = None
) -> Response:
    """The portfolio's P&L in it, as for the eighteen that come along; nothing is recorded."""
    scenario = own_scenario(body.title, body.shocks, body.yield_change_bp)
    session = session_of(program, portfolio, day)
    loaded = program.log.load(Portfolio, portfolio.portfolio_id)
    book = program.analyses.book(loaded, session) if loaded and session else None
    if loaded is None or session is None or book is None:
        finding: Finding[StressTest] = not_valued(program, portfolio)
        return answer(program, portfolio, finding, None)
    view = program.analyses.view([loaded], session)
    finding = stress_test(book, view.sensitivities_to([scenario]), [scenario])
    return answer(program, portfolio, as_recorded(finding), session)
