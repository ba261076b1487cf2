"""What several portfolios risk together: their positions pooled, then measured (spec 4.7, 6.2)."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.exceptions import RequestValidationError

from domain.risk.attribution import Attribution
from domain.risk.factor_exposures import FactorExposures
from domain.risk.factors import MARKET
from domain.risk.finding import Finding, Reason
from domain.risk.performance_figures import Performance
from domain.risk.pooled_days import pooled_days
from domain.risk.position_exposures import PositionExposures
from domain.risk.rounding import as_recorded
from interfaces.api.access import Asked, Known, readable_portfolio
from interfaces.api.asked_days import AskedSpan, OnDay
from interfaces.api.measure_shapes import NotPooled, finding_told, of_several
from interfaces.api.measures import EXPOSURES_TO, FACTORS, NO_SESSION, ROUTES, FactorSetAsked, Route
from interfaces.api.performance import Benchmark, ByWhat
from interfaces.bootstrap import Program
from interfaces.performing import attributions
from interfaces.pooling import (
    NO_QUALITY,
    NOT_VALUED,
    Pool,
    parts_of,
    pool_of,
    pooled_exposures,
    pooled_measures,
    weighted,
)
from interfaces.spans import from_before
from projections.portfolios.view import PortfolioRow

router = APIRouter(prefix="/analytics/aggregate", tags=["Analytics"])

MOST_PORTFOLIOS = 50
_TOO_MANY = {
    "loc": ("query", "portfolio_ids"),
    "msg": f"There are more than {MOST_PORTFOLIOS}; name those that are meant.",
    "type": "too_long",
}


def chosen(
    program: Asked,
    known: Known,
    portfolio_ids: Annotated[
        list[UUID] | None,
        Query(max_length=MOST_PORTFOLIOS, description="Which; all the caller's where none is."),
    ] = None,
) -> Sequence[PortfolioRow]:
    """The portfolios that are asked for, each once; the caller's own, for auditors anybody's.

    Raises:
        PortfolioUnknown: ERR_PORT_404. PortfolioForbidden: ERR_PORT_403.
        RequestValidationError: ERR_REQUEST_001, where all are asked for and those are too many.
    """
    if portfolio_ids is None:
        own, total = program.portfolios_room.of_owner(known.user.user_id, MOST_PORTFOLIOS, 0)
        if total > len(own):
            raise RequestValidationError([_TOO_MANY])
        return own
    return [readable_portfolio(program, known.user, one) for one in dict.fromkeys(portfolio_ids)]


Chosen = Annotated[Sequence[PortfolioRow], Depends(chosen)]


def _told(
    program: Program, rows: Sequence[PortfolioRow], day: date | None, measure: str
) -> Response:
    """The answer about a measure of portfolios taken as one."""

    def answered(pool: Pool) -> Response | None:
        measured = pooled_measures(program, pool)
        if measured is None:
            return None
        names = {row.portfolio_id: row.name for row in pool.rows}
        parts = parts_of(measured, names, measure)
        finding = getattr(measured.measures, measure)
        return _answer(pool.rows, finding, pool.session, weighted=weighted(parts), portfolios=parts)

    return _pooled(program, rows, answered, day)


def _pooled(
    program: Program,
    rows: Sequence[PortfolioRow],
    answered: Callable[[Pool], Response | None],
    day: date | None = None,
) -> Response:
    """What is answered about portfolios as one; or why they cannot be, or were not valued."""
    pool = pool_of(program, rows, day)
    if isinstance(pool, Reason):
        return _refused(rows, pool)
    return answered(pool) or _refused(rows, NOT_VALUED)


def not_pooled(rows: Sequence[PortfolioRow], reason: Reason) -> NotPooled:
    """That there is no answer about portfolios, and why."""
    return NotPooled.model_validate_json(bytes(_refused(rows, reason).body))


def _refused(rows: Sequence[PortfolioRow], reason: Reason) -> Response:
    return _answer(rows, Finding(figures=None, reason=reason, quality=NO_QUALITY), None)


def _answer(
    rows: Sequence[PortfolioRow], finding: Finding[Any], session: date | None, **more: Any
) -> Response:
    ids = [row.portfolio_id for row in rows]
    about = {"calculation_date": session, "portfolio_ids": ids, **more}
    return Response(finding_told(finding, about), media_type="application/json")


def _add(route: Route) -> None:
    def endpoint(program: Asked, rows: Chosen, day: OnDay = None) -> Response:
        """At the latest session that all are valued at, or another; the figure of each beside."""
        return _told(program, rows, day, route.name)

    router.add_api_route(
        f"/{route.path}",
        endpoint,
        methods=["GET"],
        name=f"pooled_{route.name}",
        summary=f"Several portfolios as one: {route.summary[0].lower()}{route.summary[1:]}",
        **of_several(route.name, route.figures, NO_SESSION),
    )


for _route in ROUTES:
    _add(_route)


@router.get(
    "/factor-exposures",
    summary="Several portfolios as one: how much they move with a set of factors",
    **of_several("factor_exposures", FactorExposures, NO_SESSION),
)
def pooled_factor_exposures(
    program: Asked, rows: Chosen, factor_set: FactorSetAsked = "style", day: OnDay = None
) -> Response:
    """By a joint regression on the set; factors without enough history are named as missing."""
    return _told(program, rows, day, EXPOSURES_TO[factor_set])


@router.get(
    "/performance",
    summary="Several portfolios as one: how they did",
    **of_several("performance", Performance),
)
def pooled_performance(
    program: Asked, rows: Chosen, span: AskedSpan, benchmark: Benchmark = MARKET.symbol
) -> Response:
    """Over the days that all have a valuation of; one that opens later comes in as a flow."""
    first, last = span

    def answered(pool: Pool) -> Response | None:
        histories = [
            program.valuations_room.days(row.portfolio_id, date.min, pool.until(last))
            for row in pool.rows
        ]
        days = from_before(pooled_days(histories), first)
        if not days:
            return None
        finding = as_recorded(program.performances.of(pool.rows[0].market, days, benchmark))
        return _answer(pool.rows, finding, days[-1].session, weighted=None, portfolios=[])

    return _pooled(program, rows, answered)


@router.get(
    "/attribution",
    summary="Several portfolios as one: where the P&L came from",
    **of_several("attribution", Attribution),
)
def pooled_attribution(
    program: Asked, rows: Chosen, span: AskedSpan, by: ByWhat = "position"
) -> Response:
    """In exact parts that add up to the whole; what opens later comes in as a flow."""
    first, last = span

    def answered(pool: Pool) -> Response | None:
        findings, session = attributions(program, pool.rows, (first, pool.until(last)), [by])
        if session is None:
            return None
        return _answer(pool.rows, findings[by], session, weighted=None, portfolios=[])

    return _pooled(program, rows, answered)


@router.get(
    "/positions/factor-exposures",
    summary="Several portfolios as one: how each position moves with a set of factors",
    **of_several("position_exposures", PositionExposures, NO_SESSION),
)
def pooled_position_exposures(
    program: Asked, rows: Chosen, factor_set: FactorSetAsked = "style", day: OnDay = None
) -> Response:
    """By what is known of each symbol at the session."""

    def answered(pool: Pool) -> Response | None:
        finding = pooled_exposures(program, pool, FACTORS[factor_set])
        if finding is None:
            return None
        return _answer(pool.rows, finding, pool.session, weighted=None, portfolios=[])

    return _pooled(program, rows, answered, day)
