"""Which charts a page has of the accounts that it shows."""

from collections.abc import Sequence
from uuid import UUID

from fastapi.responses import Response

from application.ports import Cause
from interfaces.bootstrap import Program
from interfaces.web.allocation import by_class, pieces_of
from interfaces.web.charts import (
    Chart,
    month_map,
    nav_chart,
    reconstruction,
    treemap,
    waterfall,
)
from interfaces.web.holdings import Holding
from interfaces.web.visits import Visit
from interfaces.web.worth import Worth
from projections.portfolios.view import PortfolioRow

_SESSIONS = 520
_ROWS = 25
_MOST_IMPORTS = 200

WHOLE = _SESSIONS
"""Rows that tables have where all are wanted."""


def charts_of(
    program: Program,
    portfolios: Sequence[PortfolioRow],
    worth: Worth | None,
    holdings: Sequence[Holding],
    *,
    rows: int = _ROWS,
) -> list[Chart]:
    """The charts of accounts; those over time, of the last two years or so, of one alone.

    Their tables have the last `rows` sessions.
    """
    if worth is None:
        return []
    pieces = pieces_of(worth, holdings)
    charts = [waterfall(worth), treemap(pieces, by_class(worth, pieces))]
    if len(portfolios) > 1:
        return charts
    portfolio = portfolios[0]
    days = program.valuations_room.last_days(portfolio.portfolio_id, _SESSIONS)
    imports, _ = program.imports_room.of_portfolio(portfolio.portfolio_id, _MOST_IMPORTS, 0)
    more = _more(portfolio, holdings)
    return [nav_chart(days, imports, rows, more), *charts, month_map(days)]


def reconstruction_of(program: Program, portfolio: PortfolioRow, cause: Cause) -> Chart:
    """What the account's holdings were worth before its opening: computed when asked for."""
    return reconstruction(program.reconstruction.series(portfolio.portfolio_id, None, None, cause))


def file_of(at: Visit, chart: Chart, portfolio_id: UUID | None = None) -> Response:
    """The table behind a chart, as a file: noted as an export before it leaves.

    Raises:
        StoreUnavailable: ERR_BUSY_001; it cannot be noted.
    """
    at.program.security_log.note_export(portfolio_id, f"chart ({chart.name})", at.cause)
    headers = {"Content-Disposition": f'attachment; filename="sigmasight_{chart.name}.csv"'}
    return Response(chart.csv, media_type="text/csv; charset=utf-8", headers=headers)


def _more(portfolio: PortfolioRow, holdings: Sequence[Holding]) -> str:
    """Where the part before the opening is; nowhere where nothing was held then."""
    if not any(held.position.entry_on < portfolio.equity_as_of for held in holdings):
        return ""
    return f"/portfolios/{portfolio.portfolio_id}/charts/reconstructed"
