"""The report of an account for people: to look at, and to keep (spec 4.7, 8)."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from interfaces.reports.answering import file_of
from interfaces.reports.content import report_of
from interfaces.values import Day
from interfaces.web.visits import PageRoute, UserVisit

router = APIRouter(
    prefix="/portfolios/{portfolio_id}", include_in_schema=False, route_class=PageRoute
)


@router.get("/report")
def report(at: UserVisit, portfolio_id: UUID, date: Day | None = None) -> Response:
    """The report as a page."""
    portfolio = at.portfolio(portfolio_id)
    told = report_of(at.program, portfolio, date)
    return at.page("report.html", report=told, portfolio=portfolio)


@router.get("/report.pdf")
def report_file(at: UserVisit, portfolio_id: UUID, date: Day | None = None) -> Response:
    """The report as a PDF."""
    told = report_of(at.program, at.portfolio(portfolio_id), date)
    at.program.security_log.note_export(portfolio_id, "report", at.cause)
    return file_of(told)
