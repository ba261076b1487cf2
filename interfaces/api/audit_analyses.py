"""What was measured of a session, as it was known then and as it is known now (spec 7.4)."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from itertools import islice
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from application.errors import PortfolioUnknown
from application.past_analyses import AnalysisVersion, MeasureDifference
from domain.portfolio import Portfolio
from domain.risk.finding import Finding
from domain.risk.measures import Measures
from interfaces.api.access import Asked, OwnPortfolio
from interfaces.api.audit_days import ORIGIN_EXAMPLE, ShownOrigin, shown_origin
from interfaces.api.documenting import OWN_PORTFOLIO, answers, example
from interfaces.files.measure_tables import figures_of
from interfaces.values import PORTFOLIO_EXAMPLE, Day, GivenInstant, Instant

router = APIRouter(prefix="/audit/portfolios/{portfolio_id}", tags=["Audit"])

_FIRST_FIGURES = 20
_MEASURES = f"^({'|'.join(field.name for field in fields(Measures))})$"
_VERSION: dict[str, Any] = {
    "version": 2,
    "recorded_at": "2026-01-05T14:36:02.123456Z",
    "actor": None,
    "valuation_version": 2,
    "prices_known": 48213,
    "engine_version": 2,
}


class ShownAnalysis(BaseModel):
    """When measures were recorded, and what they were taken of: the valuation, and price rows.

    `version` and `recorded_at` are null where they were taken for this answer.
    """

    version: int | None
    recorded_at: Instant | None
    actor: UUID | None
    valuation_version: int
    prices_known: int
    engine_version: int


class ChangedFigure(BaseModel):
    """A figure by where it is in the measure's own answer; null where there is none."""

    figure: str
    then: float | str | None
    now: float | str | None


class ChangedMeasure(BaseModel):
    """A measure that differs: how many figures, the first of them, and reasons in place of any."""

    measure: str
    changed: int
    figures: list[ChangedFigure]
    reason_then: str | None
    reason_now: str | None


class MeasuresAsOf(BaseModel):
    """The measures of a session as they were known then and as they are known now.

    Null where none were. `difference` is by measure, `origins` are what it comes from; there are
    none where reference data changed.
    """

    model_config = example(
        {
            "portfolio_id": PORTFOLIO_EXAMPLE,
            "date": "2013-03-01",
            "known": "2026-01-04T12:00:00Z",
            "then": _VERSION | {"version": 1, "valuation_version": 1, "prices_known": 40100},
            "now": _VERSION,
            "difference": [
                {
                    "measure": "volatility",
                    "changed": 1,
                    "figures": [{"figure": "realised_63", "then": 0.1482, "now": 0.1517}],
                    "reason_then": None,
                    "reason_now": None,
                }
            ],
            "origins": [ORIGIN_EXAMPLE],
        }
    )

    portfolio_id: UUID
    date: date | None
    known: Instant | None
    then: ShownAnalysis | None
    now: ShownAnalysis | None
    difference: list[ChangedMeasure]
    origins: list[ShownOrigin]


@router.get(
    "/measures/as-of",
    summary="Measures as they were known then, and as they are known now",
    responses=answers(MeasuresAsOf, *OWN_PORTFOLIO),
)
def show_measures_as_of(
    program: Asked,
    portfolio: OwnPortfolio,
    effective: Annotated[Day, Query(description="Of the last session up to this day.")],
    known: Annotated[
        GivenInstant | None, Query(description="As known at this instant; now, where left out.")
    ] = None,
    measure: Annotated[
        str | None,
        Query(description="This one alone, with all of its figures.", pattern=_MEASURES),
    ] = None,
) -> MeasuresAsOf:
    """What was measured then, what is measured now, the figures that differ, and why they do."""
    loaded = program.log.load(Portfolio, portfolio.portfolio_id)
    if loaded is None:
        raise PortfolioUnknown
    found = program.past_analyses.as_of(loaded, effective, known)
    differing = found.difference if found else []
    return MeasuresAsOf(
        portfolio_id=portfolio.portfolio_id,
        date=found.session if found else None,
        known=known,
        then=_analysis(found.then) if found and found.then else None,
        now=_analysis(found.now) if found and found.now else None,
        difference=[
            _measure(one, None if measure else _FIRST_FIGURES)
            for one in differing
            if measure in (None, one.measure)
        ],
        origins=[shown_origin(one) for one in found.origins] if found else [],
    )


def _analysis(version: AnalysisVersion) -> ShownAnalysis:
    analysis = version.analysis
    return ShownAnalysis(
        version=version.number,
        recorded_at=version.recorded_at,
        actor=version.cause.actor if version.cause else None,
        valuation_version=analysis.valuation_version,
        prices_known=analysis.prices_known,
        engine_version=analysis.engine_version,
    )


def _measure(one: MeasureDifference, most: int | None) -> ChangedMeasure:
    changed = list(_changed(one))
    return ChangedMeasure(
        measure=one.measure,
        changed=len(changed),
        figures=list(islice(changed, most)),
        reason_then=_reason(one.then),
        reason_now=_reason(one.now),
    )


def _changed(one: MeasureDifference) -> Iterator[ChangedFigure]:
    then, now = (dict(figures_of(finding)) for finding in (one.then, one.now))
    for figure in dict.fromkeys((*then, *now)):
        if then.get(figure) != now.get(figure):
            yield ChangedFigure(
                figure=figure, then=_value(then.get(figure)), now=_value(now.get(figure))
            )


def _value(value: Any) -> float | str | None:
    """Numbers as numbers, words as words."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None if value is None else str(value)


def _reason(finding: Finding[Any]) -> str | None:
    return finding.reason.text if finding.reason else None
