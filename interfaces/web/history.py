"""What happened to a portfolio, and any day of it as it was known at any time (spec 7.4, 8)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel

from application.time_travel import AsOf, Version
from domain.snapshot import Snapshot
from interfaces.values import Day, Moment, Offset
from interfaces.web.forms import FormWrong, filled_in, told_at_fields
from interfaces.web.history_parts import entries_of, restated_days, stops_of
from interfaces.web.paging import A_PAGE, Paging
from interfaces.web.people import names_in, who
from interfaces.web.portfolio_frame import portfolio_page, url_of
from interfaces.web.tracing_back import traced
from interfaces.web.two_versions import TwoVersions
from interfaces.web.visits import PageRoute, UserVisit, Visit
from interfaces.web.worth import worth_of
from projections.portfolios.view import PortfolioRow

router = APIRouter(
    prefix="/portfolios/{portfolio_id}/history", include_in_schema=False, route_class=PageRoute
)

_RESTATED_SHOWN = 10


class AsOfForm(BaseModel):
    """A day and an instant; blank is the latest valued session, and now."""

    effective: Day | None = None
    known: Moment | None = None


@router.get("")
def history(at: UserVisit, portfolio_id: UUID, offset: Offset = 0) -> Response:
    """The events in words, and a day as it was known then beside what is known of it now."""
    portfolio = at.portfolio(portfolio_id)
    try:
        with told_at_fields():
            form = AsOfForm.model_validate(filled_in(at.request.query_params))
    except FormWrong as wrong:
        return _history(at, portfolio, offset, AsOfForm(), wrong.by_field)
    return _history(at, portfolio, offset, form, {})


@router.get("/restated")
def restated(at: UserVisit, portfolio_id: UUID, offset: Offset = 0) -> Response:
    """Every session that was said again."""
    portfolio = at.portfolio(portfolio_id)
    days, total = restated_days(at.program, portfolio, A_PAGE, offset)
    url = url_of(portfolio_id, "/history/restated")
    paging = Paging(url, {}, offset, total)
    return portfolio_page(at, portfolio, "history_restated.html", days=days, paging=paging)


@router.get("/{session}")
def day(
    at: UserVisit,
    portfolio_id: UUID,
    session: Day,
    version: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """All versions of a day, and what one of them says otherwise than the one before."""
    portfolio = at.portfolio(portfolio_id)
    versions = at.program.time_travel.versions(portfolio_id, session)
    wanted = [one for one in versions if version in (None, one.number)]
    shown = wanted[-1] if wanted else None
    names = names_in(at.program, (one.cause for one in versions))
    told: dict[str, Any] = _difference(at, portfolio, session, versions, shown) if shown else {}
    return portfolio_page(
        at,
        portfolio,
        "history_day.html",
        200 if shown else 404,
        session=session,
        versions=[(one, who(one.cause, names)) for one in versions],
        shown=shown,
        **told,
    )


def _difference(
    at: Visit, portfolio: PortfolioRow, session: date, versions: Sequence[Version], shown: Version
) -> dict[str, Any]:
    before = next((one for one in versions if one.number == shown.number - 1), None)
    origins = [at.program.time_travel.origin(shown)] if before else []
    return {
        "before": before,
        "sides": TwoVersions.of(session, _snapshot(before), shown.snapshot),
        "causes": traced(at.program, portfolio.portfolio_id, session, origins),
    }


def _history(
    at: Visit, portfolio: PortfolioRow, offset: int, form: AsOfForm, wrong: Mapping[str, str]
) -> HTMLResponse:
    program, own = at.program, portfolio.portfolio_id
    worth = worth_of(program, [portfolio])
    latest = worth.days[1] if worth else None
    effective = form.effective or latest
    found = (
        program.time_travel.as_of(own, portfolio.market, effective, form.known)
        if effective and not wrong
        else None
    )
    entries, total = entries_of(program, portfolio, offset)
    days, restated_in_all = restated_days(program, portfolio, _RESTATED_SHOWN)
    asked = at.request.query_params
    query = {name: asked[name] for name in ("effective", "known") if name in asked}
    return portfolio_page(
        at,
        portfolio,
        "history.html",
        422 if wrong else 200,
        worth=worth,
        values=query,
        wrong=wrong,
        stops=stops_of(program, portfolio, latest),
        known=form.known,
        found=found,
        entries=entries,
        paging=Paging(url_of(own, "/history"), query, offset, total),
        days=days,
        restated_in_all=restated_in_all,
        **_compared(at, portfolio, found),
    )


def _compared(at: Visit, portfolio: PortfolioRow, found: AsOf | None) -> dict[str, Any]:
    if found is None:
        return {"sides": None, "causes": []}
    own = portfolio.portfolio_id
    return {
        "sides": TwoVersions.of(found.session, _snapshot(found.then), _snapshot(found.now)),
        "causes": traced(at.program, own, found.session, found.origins),
    }


def _snapshot(version: Version | None) -> Snapshot | None:
    return version.snapshot if version else None
