"""Tables for the terminal."""

from collections.abc import Sequence
from decimal import Decimal

from rich.table import Table

from projections.portfolios.view import PortfolioRow
from projections.valuations.view import ValuationRow

_COLUMNS = ("NAV", "P&L", "Flows", "Cash", "Long", "Short", "Gross / NAV", "Priced")


def valuations_table(portfolio: PortfolioRow, rows: Sequence[ValuationRow]) -> Table:
    """The valuations of a portfolio, in USD, oldest first."""
    prices = "sample prices" if portfolio.price_source == "sample" else "live prices"
    table = Table(
        title=f"{portfolio.name} ({portfolio.account_name}, {prices})\n{portfolio.portfolio_id}",
        title_justify="left",
    )
    table.add_column("Session")
    for column in _COLUMNS:
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(
            row.session.isoformat(),
            *map(_money, (row.nav, row.pnl, row.flows, row.cash, row.long_value, row.short_value)),
            _share(row.gross_exposure, row.nav),
            f"{row.counts.priced} of {row.counts.need_price}",
        )
    return table


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _share(amount: Decimal, nav: Decimal) -> str:
    return f"{amount / nav:.1%}" if nav > 0 else "-"
