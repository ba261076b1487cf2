"""The report of an account for programs, by what they accept (spec 4.7)."""

from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import Response

from interfaces.api.access import Asked, OwnPortfolio
from interfaces.api.asked_days import OnDay
from interfaces.api.documenting import OWN_PORTFOLIO, text_answers
from interfaces.api.exporting import PortfolioExport
from interfaces.reports.answering import PDF, file_of
from interfaces.reports.content import report_of
from interfaces.web.page import page

router = APIRouter(prefix="/api/v1/analytics/portfolio/{portfolio_id}", tags=["Analytics"])

HTML = "text/html"
_EXAMPLE = "<!doctype html>\n...\n<h1>Ada at the bank</h1>\n..."
_ANSWERS = text_answers(HTML, _EXAMPLE, *OWN_PORTFOLIO, "ERR_VAL_001")
_ANSWERS[200]["content"][PDF] = {
    "schema": {"type": "string", "format": "binary"},
    "example": "%PDF-1.7\n...\n%%EOF",
}


@router.get("/report", response_class=Response, summary="A report to hand on", responses=_ANSWERS)
def show_report(
    program: Asked,
    portfolio: OwnPortfolio,
    note: PortfolioExport,
    day: OnDay = None,
    accept: Annotated[str, Header(description=f"{PDF}, or {HTML}.")] = HTML,
) -> Response:
    """What a portfolio is worth, how it did and what it risks at a session, with charts.

    Without a valuation it says why there is none.
    """
    report = report_of(program, portfolio, day)
    if PDF in accept:
        note("report")
        answer = file_of(report)
    else:
        answer = page("report.html", report=report, portfolio=portfolio)
    answer.headers["Vary"] = "Accept"
    return answer
