"""Which charts a page has of the accounts that it shows."""

from collections.abc import Sequence

from interfaces.bootstrap import Program
from interfaces.web.charts import Chart, month_map, nav_chart, treemap, waterfall
from interfaces.web.holdings import ClassShare, Holding, allocation
from interfaces.web.worth import Worth
from projections.portfolios.view import PortfolioRow

_SESSIONS = 520
_MOST_IMPORTS = 200


def charts_of(
    program: Program,
    portfolios: Sequence[PortfolioRow],
    worth: Worth | None,
    holdings: Sequence[Holding],
) -> list[Chart]:
    """The charts of accounts; those over time, of the last two years or so, of one alone."""
    if worth is None:
        return []
    charts = [waterfall(holdings), treemap(holdings, allocation_of(worth, holdings))]
    if len(portfolios) > 1:
        return charts
    portfolio_id = portfolios[0].portfolio_id
    rows = program.valuations_room.last(portfolio_id, _SESSIONS)
    imports, _ = program.imports_room.of_portfolio(portfolio_id, _MOST_IMPORTS, 0)
    return [nav_chart(rows, imports), *charts, month_map(rows)]


def allocation_of(worth: Worth | None, holdings: Sequence[Holding]) -> list[ClassShare]:
    """What the classes are worth; nothing before the first valuation."""
    if worth is None:
        return []
    return allocation(holdings, worth.cash_like, worth.cash, worth.nav)
