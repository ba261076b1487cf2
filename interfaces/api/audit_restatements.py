"""Which days were said again over a period, what that moved, and what led to it (spec 7.4)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from msgspec import structs
from pydantic import BaseModel

from application import restated_days
from application.errors import ReadModelBehind
from application.time_travel import Origin
from domain.restatement import Restatement
from interfaces.api.access import Asked, Auditor, OwnPortfolio
from interfaces.api.audit_days import (
    ORIGIN_EXAMPLE,
    RESTATEMENT_EXAMPLE,
    ShownOrigin,
    shown_origin,
)
from interfaces.api.documenting import AUDITOR, OWN_PORTFOLIO, answers, example, file_answers
from interfaces.api.exporting import FullExport, PortfolioExport
from interfaces.api.restatement_shapes import ShownDifference, shown_difference
from interfaces.bootstrap import Program
from interfaces.restating import COLUMNS, as_csv, caught_up
from interfaces.values import PORTFOLIO_EXAMPLE, Amount, Day, GivenInstant, Instant, Limit, Offset
from projections.restatements.view import Period, RestatementRow

router = APIRouter(prefix="/audit", tags=["Audit"])

_ONE: dict[str, Any] = {
    "portfolio_id": PORTFOLIO_EXAMPLE,
    **{name: value for name, value in RESTATEMENT_EXAMPLE.items() if name != "lines"},
    "version": 2,
    "position": 4213,
    "recorded_at": "2026-01-05T14:36:02.123456Z",
    "actor": "0b4d2f6a-8c1e-5f3a-9d7b-2e4c6a8f0d1b",
    "impersonator": None,
    "origin": ORIGIN_EXAMPLE,
    "lines": None,
}


class RestatedDay(BaseModel):
    """A day that was said again: what it says now and said before, who recorded it when, and why.

    `origin` is the event or the row of the price book at the root of it, `through` so many days
    that were but said again after one. `lines` are those that differ, null unless asked for.
    """

    portfolio_id: UUID
    date: date
    version: int
    position: int
    recorded_at: Instant
    actor: UUID | None
    impersonator: UUID | None
    net_asset_value_before: Amount | None
    net_asset_value_after: Amount
    pnl_before: Amount | None
    pnl_after: Amount
    reason: str
    caused_by: str
    origin: ShownOrigin
    lines: list[ShownDifference] | None


class ReportTotals(BaseModel):
    """What the restatements of the period add up to, all pages together.

    `days` counts each day of a portfolio once; `pnl_moved` is the sum of P&L after less P&L before,
    `largest_net_asset_value_moved` the largest such difference of NAV, either way.
    """

    restatements: int
    days: int
    portfolios: int
    pnl_moved: Amount
    largest_net_asset_value_moved: Amount


class RestatementReport(BaseModel):
    """A page of the restatements of a period in the order they were recorded, and their totals."""

    model_config = example(
        {
            "total": 1,
            "totals": {
                "restatements": 1,
                "days": 1,
                "portfolios": 1,
                "pnl_moved": "-7560.00",
                "largest_net_asset_value_moved": "7560.00",
            },
            "restatements": [_ONE],
        }
    )

    total: int
    totals: ReportTotals
    restatements: list[RestatedDay]


def asked_period(
    effective_from: Annotated[
        Day | None, Query(description="First day that figures are of.")
    ] = None,
    effective_to: Annotated[Day | None, Query(description="Last day that figures are of.")] = None,
    recorded_from: Annotated[
        GivenInstant | None, Query(description="Recorded at this instant or later.")
    ] = None,
    recorded_to: Annotated[
        GivenInstant | None, Query(description="Recorded before this instant.")
    ] = None,
) -> Period:
    """The period on either axis of time, or on both; all time where nothing is named."""
    return Period(
        effective_from=effective_from,
        effective_to=effective_to,
        recorded_from=recorded_from,
        recorded_to=recorded_to,
    )


AskedPeriod = Annotated[Period, Depends(asked_period)]
WithLines = Annotated[bool, Query(description="Also the lines that differ.")]
_EXAMPLE = (
    f"{','.join(COLUMNS)}\r\n"
    f"{PORTFOLIO_EXAMPLE},2013-02-01,2,2026-01-05T14:36:02.123456Z,,,508822.00,501262.00,2136.00,"
    "-5424.00,What was learnt of the price of GOOG counts from 2013-02-01 on.,"
    "price_book:48213,price_book:48213,0\r\n"
)


@router.get(
    "/portfolios/{portfolio_id}/restatements",
    summary="Which days of a portfolio were said again, and why",
    responses=answers(RestatementReport, *OWN_PORTFOLIO),
)
def list_restatements(
    program: Asked,
    portfolio: OwnPortfolio,
    period: AskedPeriod,
    *,
    lines: WithLines = False,
    limit: Limit = 50,
    offset: Offset = 0,
) -> RestatementReport:
    """Over days that figures are of, a time of recording, or both."""
    period = structs.replace(period, portfolio_id=portfolio.portfolio_id)
    return _report(program, period, (limit, offset), with_lines=lines)


@router.get(
    "/restatements",
    summary="Which days of all portfolios were said again, and why",
    responses=answers(RestatementReport, *AUDITOR),
)
def list_all_restatements(
    program: Asked,
    _: Auditor,
    period: AskedPeriod,
    *,
    lines: WithLines = False,
    limit: Limit = 50,
    offset: Offset = 0,
) -> RestatementReport:
    """For auditors and superusers: the same over everybody's."""
    return _report(program, period, (limit, offset), with_lines=lines)


@router.get(
    "/portfolios/{portfolio_id}/restatements/export",
    response_class=StreamingResponse,
    summary="The restatements of a portfolio as CSV",
    responses=file_answers(_EXAMPLE, *OWN_PORTFOLIO),
)
def export_restatements(
    program: Asked, portfolio: OwnPortfolio, period: AskedPeriod, note: PortfolioExport
) -> StreamingResponse:
    """All of a period, in the order they were recorded."""
    note("restatements")
    return _file(program, structs.replace(period, portfolio_id=portfolio.portfolio_id))


@router.get(
    "/restatements/export",
    response_class=StreamingResponse,
    summary="The restatements of all portfolios as CSV",
    responses=file_answers(_EXAMPLE, *AUDITOR),
)
def export_all_restatements(
    program: Asked, period: AskedPeriod, note: FullExport
) -> StreamingResponse:
    """For auditors and superusers: the same over everybody's."""
    note("restatements")
    return _file(program, period)


def _caught_up(program: Program) -> None:
    """Let the room know all that is recorded by now.

    Raises:
        ReadModelBehind: ERR_READ_001.
    """
    lacking = caught_up(program)
    if lacking is not None:
        raise ReadModelBehind(lacking)


def _file(program: Program, period: Period) -> StreamingResponse:
    _caught_up(program)
    return StreamingResponse(
        as_csv(program, period),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="sigmasight_restatements.csv"'},
    )


def _report(
    program: Program, period: Period, page: tuple[int, int], *, with_lines: bool
) -> RestatementReport:
    _caught_up(program)
    rows = program.restatements_room.page(period, *page)
    totals = program.restatements_room.totals(period)
    roots = program.restated_days.roots({row.root for row in rows})
    keys = [(row.portfolio_id, row.session, row.version) for row in rows] if with_lines else []
    differences = program.restated_days.differences(keys)
    return RestatementReport(
        total=totals.restatements,
        totals=ReportTotals(
            restatements=totals.restatements,
            days=totals.days,
            portfolios=totals.portfolios,
            pnl_moved=totals.pnl_moved,
            largest_net_asset_value_moved=totals.largest_nav_moved,
        ),
        restatements=[_day(row, roots[row.root], differences) for row in rows],
    )


def _day(
    row: RestatementRow, root: Origin, differences: Mapping[restated_days.RestatedDay, Restatement]
) -> RestatedDay:
    origin = replace(root, through=row.through)
    difference = differences.get((row.portfolio_id, row.session, row.version))
    return RestatedDay(
        portfolio_id=row.portfolio_id,
        date=row.session,
        version=row.version,
        position=row.position,
        recorded_at=row.recorded_at,
        actor=row.actor,
        impersonator=row.impersonator,
        net_asset_value_before=row.nav_before,
        net_asset_value_after=row.nav,
        pnl_before=row.pnl_before,
        pnl_after=row.pnl,
        reason=row.reason,
        caused_by=row.caused_by,
        origin=shown_origin(origin),
        lines=[shown_difference(line) for line in difference.lines] if difference else None,
    )
