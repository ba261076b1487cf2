"""Tables for the terminal: 80 columns wide, wider only where figures would be cut."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from application.ports import Market
from application.prices import Gathered
from domain.position import PositionTerms
from domain.position_import import PositionClosing
from domain.replacement import Change
from domain.restatement import Restatement
from interfaces.cli.terminal import in_options, plain
from interfaces.files.guide import Guide
from interfaces.files.parsed_file import FileError, quoted
from interfaces.importing import cost_of
from projections.portfolios.view import PortfolioRow
from projections.restatements.view import RestatementRow
from projections.valuations.view import ValuationRow

_VALUATION_COLUMNS = ("NAV", "P&L", "Cash", "Long", "Short", "Gross")
_WIDTH = 80
_OCC_WIDTH = 19
_NARROWEST_TEXT = 7


def valuations_table(portfolio: PortfolioRow, rows: Sequence[ValuationRow]) -> Table:
    """The valuations of a portfolio in USD, gross exposure as a share of NAV."""
    prices = "sample prices" if portfolio.price_source == "sample" else "live prices"
    title = plain(f"{portfolio.name} ({portfolio.account_name}, {prices})")
    table = _table(title.append(f"\n{portfolio.portfolio_id}"))
    table.add_column("Session", no_wrap=True)
    for column in _VALUATION_COLUMNS:
        _add_figures(table, column)
    for row in rows:
        table.add_row(
            row.session.isoformat(),
            *map(money, (row.nav, row.pnl, row.cash, row.long_value, row.short_value)),
            _share(row.gross_exposure, row.nav),
        )
    return table


def restatements_table(portfolio_id: UUID, restatements: Sequence[Restatement]) -> Table:
    """The days of a portfolio that differ, USD before and after."""
    table = _table(plain(str(portfolio_id)))
    table.add_column("Session", no_wrap=True)
    _add_figures(table, "NAV before", "NAV after", "P&L before", "P&L after", "Lines")
    for day in restatements:
        known = (day.nav_before, day.nav_after, day.pnl_before, day.pnl_after)
        figures = ("-" if amount is None else money(amount) for amount in known)
        table.add_row(day.session.isoformat(), *figures, str(len(day.lines)))
    return table


def restated_table(rows: Sequence[RestatementRow]) -> Table:
    """Versions of days in the order they were recorded, USD before and after, and P&L moved."""
    table = _table()
    for column in ("Session", "Recorded"):
        table.add_column(column, no_wrap=True)
    _add_figures(table, "Version", "NAV before", "NAV after", "P&L moved")
    for row in rows:
        before = "-" if row.nav_before is None else money(row.nav_before)
        moved = row.pnl - (row.pnl_before or 0)
        table.add_row(
            *(row.session.isoformat(), f"{row.recorded_at:%Y-%m-%d}", str(row.version)),
            *(before, money(row.nav), money(moved)),
        )
    return table


def positions_table(positions: Sequence[PositionTerms]) -> Table:
    """Positions as a file states them, by its rows; prices and costs in USD."""
    table = _table()
    _add_figures(table, "Row")
    if all(cell_len(stated.symbol) <= _OCC_WIDTH for stated in positions):
        table.add_column("Symbol", no_wrap=True)
    else:
        _add_text(table, "Symbol")
    _add_text(table, "Class")
    _add_figures(table, "Quantity", "Entry price", "Entry date", "Total cost")
    for stated in positions:
        table.add_row(
            str(stated.row),
            plain(stated.symbol),
            f"{stated.investment_class} {stated.investment_subtype or ''}".strip(),
            quantity(stated.quantity),
            _price(stated.entry_price),
            stated.entry_on.isoformat(),
            money(cost_of(stated)),
        )
    return _as_wide_as_needed(table)


def errors_table(errors: Iterable[FileError]) -> Table:
    """What is wrong, where, and what to do; a sentence that comes again names its first row."""
    table = _table()
    _add_figures(table, "Row")
    _add_text(table, "Field", most=13)
    _add_text(table, "Value", most=13)
    table.add_column("Code", no_wrap=True)
    _add_text(table, "What to do")
    first_rows: dict[tuple[str, str], int] = {}
    for error in errors:
        first = first_rows.setdefault((error.code, _gist(error)), error.row or 0)
        table.add_row(
            str(error.row or ""),
            plain(error.field or ""),
            plain(error.value or ""),
            error.code,
            plain(_sentence(error) if first == (error.row or 0) else f"As in row {first}."),
        )
    return _as_wide_as_needed(table)


def changes_table(changes: Iterable[Change]) -> Table:
    """What replacing does, symbol by symbol: what is held, what the file has, what follows."""
    table = _table()
    _add_text(table, "Symbol", most=21)
    _add_figures(table, "Held", "In file")
    _add_text(table, "Opens and closes")
    for change in changes:
        done = [*map(_opening, change.openings), *map(_closing, change.closings)]
        table.add_row(
            plain(change.symbol),
            quantity(change.held),
            quantity(change.stated),
            Text("\n".join(done)),
        )
    return _as_wide_as_needed(table)


def learnt_table(gathered: Mapping[Market, Gathered]) -> Table:
    """Rows that the price book learnt, by market and source."""
    table = _table()
    _add_text(table, "Market")
    _add_text(table, "Source")
    _add_figures(table, "Rows learnt")
    for market, of_market in gathered.items():
        for source, rows in of_market.by_source.items():
            table.add_row(market, source, f"{rows:,}")
    return table


def accounts_table(accounts: Iterable[str]) -> Table:
    """The accounts in a file."""
    table = _table()
    _add_text(table, "Accounts in the file")
    for account in accounts:
        table.add_row(plain(account))
    return table


def facts_table(facts: Iterable[tuple[str, str]]) -> Table:
    """Facts, each under its name."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, fact in facts:
        table.add_row(name, plain(fact))
    return table


def guide_table(guide: Guide) -> Table:
    """A format: what such a file is called, how to export it, what it lacks."""
    facts = [("File", guide.file_name), ("Export", guide.how_to_export)]
    if not guide.has_cost:
        facts.append(("Cost", f"Not in it. {guide.where_cost} Or give --entry-price last."))
    if not guide.has_entry_dates:
        dates = f"Not in it. {guide.where_dates} Or give --entry-date YYYY-MM-DD."
        facts.append(("Dates", dates))
    return facts_table([*facts, ("More", guide.documentation)])


def money(amount: Decimal) -> str:
    """USD to the cent."""
    return f"{amount:,.2f}"


def quantity(number: Decimal) -> str:
    """A quantity with as many decimals as it has."""
    return f"{number.normalize():,f}"


def _table(title: Text | None = None) -> Table:
    return Table(
        title=title,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )


def _add_figures(table: Table, *names: str) -> None:
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)


def _add_text(table: Table, name: str, most: int | None = None) -> None:
    table.add_column(name, overflow="fold", min_width=_NARROWEST_TEXT, max_width=most)


def _as_wide_as_needed(table: Table) -> Table:
    """The table, at a width of its own where its figures take more than the terminal has."""
    gaps = len(table.columns) - 1
    needed = gaps + sum(
        max(cell_len(str(cell)) for cell in (column.header, *column.cells))
        if column.no_wrap
        else _NARROWEST_TEXT
        for column in table.columns
    )
    if needed > _WIDTH:
        table.width = needed
    return table


def _gist(error: FileError) -> str:
    """The sentence without what differs from row to row: the row, the asset, the value."""
    sentence = _sentence(error).casefold()
    for text in filter(None, (error.symbol, error.value)):
        sentence = sentence.replace(quoted(text).casefold(), "")
    return sentence


def _sentence(error: FileError) -> str:
    """What to do, without the row, which stands beside it."""
    return in_options(error.message.removeprefix(f"Row {error.row}: "))


def _opening(opened: PositionTerms) -> str:
    return f"opens {quantity(opened.quantity)} at {_price(opened.entry_price)} on {opened.entry_on}"


def _closing(closed: PositionClosing) -> str:
    return f"closes {quantity(closed.quantity)} at {_price(closed.price)} on {closed.closed_on}"


def _price(price: Decimal) -> str:
    """USD a share: 2 decimals, more where it has more."""
    exact = price.normalize()
    return money(price) if price == round(price, 2) else f"{exact:,f}"


def _share(amount: Decimal, nav: Decimal) -> str:
    return f"{amount / nav:.0%}" if nav > 0 else "-"
