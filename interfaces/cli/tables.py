"""Tables for the terminal."""

from collections.abc import Sequence
from decimal import Decimal

from rich import box
from rich.table import Table

from projections.portfolios.view import PortfolioRow
from projections.valuations.view import ValuationRow

_COLUMNS = ("NAV", "P&L", "Cash", "Long", "Short", "Gross")


def valuations_table(portfolio: PortfolioRow, rows: Sequence[ValuationRow]) -> Table:
    """The valuations of a portfolio in USD, gross exposure as a share of NAV; 80 columns wide."""
    prices = "sample prices" if portfolio.price_source == "sample" else "live prices"
    table = Table(
        title=f"{portfolio.name} ({portfolio.account_name}, {prices})\n{portfolio.portfolio_id}",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    table.add_column("Session", no_wrap=True)
    for column in _COLUMNS:
        table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            row.session.isoformat(),
            *map(_money, (row.nav, row.pnl, row.cash, row.long_value, row.short_value)),
            _share(row.gross_exposure, row.nav),
        )
    return table


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _share(amount: Decimal, nav: Decimal) -> str:
    return f"{amount / nav:.0%}" if nav > 0 else "-"
