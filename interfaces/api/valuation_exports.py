"""Valuations and measures to take along, as CSV or Parquet (spec 4.7)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

import polars as pl
from fastapi import APIRouter, Header, Query, Response

from interfaces.analyses import shown_measures
from interfaces.api.access import Asked, OwnPortfolio
from interfaces.api.asked_days import AskedDays
from interfaces.api.documenting import OWN_PORTFOLIO, file_answers
from interfaces.api.exporting import PortfolioExport
from interfaces.bootstrap import Program
from interfaces.files.measure_tables import measure_table
from interfaces.files.valuation_tables import as_csv, as_parquet, line_table, session_table
from projections.portfolios.view import PortfolioRow
from projections.valuations.view import ValuationRow

router = APIRouter(prefix="/analytics/portfolio/{portfolio_id}", tags=["Valuations"])

PARQUET = "application/vnd.apache.parquet"
_SESSIONS_AT_ONCE = 200

_EXAMPLE = (
    "date,version,opening,net_asset_value,pnl,flows,cash,long_value,short_value,gross_exposure,"
    "net_exposure,realized_pnl,income,daily_return,recorded_at\r\n"
    "2013-03-01,1,false,523114.07,812.00,0.00,412021.07,111093.00,0.00,111093.00,111093.00,0.00,"
    "0.00,0.00155,2026-01-05T14:36:02.123456Z\r\n"
)
_ANSWERS = file_answers(_EXAMPLE, *OWN_PORTFOLIO)
_ANSWERS[200]["content"][PARQUET] = {
    "schema": {"type": "string", "format": "binary"},
    "example": "PAR1...PAR1",
}

Table = Literal["sessions", "lines", "measures"]


@router.get(
    "/export",
    response_class=Response,
    summary="Valuations and measures as a file",
    responses=_ANSWERS,
)
def export_valuations(
    program: Asked,
    portfolio: OwnPortfolio,
    days: AskedDays,
    note: PortfolioExport,
    table: Annotated[
        Table,
        Query(description="A row for each session, or line, or figure measured at the last one."),
    ] = "sessions",
    accept: Annotated[str, Header(description=f"{PARQUET}, or CSV.")] = "text/csv",
) -> Response:
    """The latest version of each valuation of a span of days, oldest first, exact.

    Measures are those of the last valued session of the span.
    """
    note(f"valuations ({table})")
    found = _table(program, portfolio, table, days)
    is_parquet = PARQUET in accept
    name = f"sigmasight_{table}.{'parquet' if is_parquet else 'csv'}"
    return Response(
        as_parquet(found) if is_parquet else as_csv(found),
        media_type=PARQUET if is_parquet else "text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept"},
    )


def _table(
    program: Program, portfolio: PortfolioRow, table: Table, days: tuple[date, date]
) -> pl.DataFrame:
    if table == "sessions":
        return session_table(program.valuations_room.days(portfolio.portfolio_id, *days))
    if table == "measures":
        return _measures(program, portfolio, days)
    return pl.concat([line_table([]), *map(line_table, _pages(program, portfolio, days))])


def _measures(program: Program, portfolio: PortfolioRow, days: tuple[date, date]) -> pl.DataFrame:
    valued = program.valuations_room.days(portfolio.portfolio_id, *days)
    shown = shown_measures(program, portfolio, valued[-1].session) if valued else None
    return measure_table(shown.session, shown.measures) if shown else measure_table()


def _pages(
    program: Program, portfolio: PortfolioRow, days: tuple[date, date]
) -> Iterator[list[ValuationRow]]:
    """The valuations with their lines, some at a time: of years there are too many for once."""
    begin = 0
    while True:
        rows, _ = program.valuations_room.span(
            portfolio.portfolio_id, days, _SESSIONS_AT_ONCE, begin
        )
        if not rows:
            return
        yield list(rows)
        begin += _SESSIONS_AT_ONCE
