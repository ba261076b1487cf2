"""Valuations as tables to take along: a row for each session, or for each of its lines."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from interfaces.files.writing import csv_text
from projections.valuations.view import DayFigures, ValuationRow

_MONEY, _PRICE, _QUANTITY = pl.Decimal(38, 2), pl.Decimal(38, 6), pl.Decimal(38, 8)

SESSION_COLUMNS: dict[str, Any] = {
    "date": pl.Date,
    "version": pl.Int64,
    "opening": pl.Boolean,
    **dict.fromkeys(("net_asset_value", "pnl", "flows", "cash"), _MONEY),
    **dict.fromkeys(("long_value", "short_value", "gross_exposure", "net_exposure"), _MONEY),
    **dict.fromkeys(("realized_pnl", "income"), _MONEY),
    "daily_return": pl.Float64,
    "recorded_at": pl.Datetime("us", "UTC"),
}
"""The columns of a session and their types; money is exact."""

LINE_COLUMNS: dict[str, Any] = {
    "date": pl.Date,
    "position_id": pl.String,
    "symbol": pl.String,
    "quantity": _QUANTITY,
    "multiplier": pl.Int64,
    "entry_price": _PRICE,
    "mark_price": _PRICE,
    "mark_on": pl.Date,
    **dict.fromkeys(("mark_source", "mark_quality", "mark_provider"), pl.String),
    **dict.fromkeys(("market_value", "cost", "proceeds", "income"), _MONEY),
    **dict.fromkeys(("pnl", "unrealized_pnl", "realized_pnl"), _MONEY),
}
"""The columns of a line and their types."""

_OF_LINES = tuple(LINE_COLUMNS)[1:]


def session_table(days: Iterable[DayFigures]) -> pl.DataFrame:
    """A row for each session, oldest first."""
    rows = [(day.session, *(_session_value(day, name) for name in _REST)) for day in days]
    return pl.DataFrame(rows, schema=SESSION_COLUMNS, orient="row")


_REST = tuple(SESSION_COLUMNS)[1:]
_FIELD_OF = {"net_asset_value": "nav"}


def _session_value(day: DayFigures, column: str) -> Any:
    return getattr(day, _FIELD_OF.get(column, column))


def line_table(rows: Sequence[ValuationRow]) -> pl.DataFrame:
    """A row for each line of each session, oldest session first, in the order of its lines."""
    columns: dict[str, list[Any]] = {name: [] for name in LINE_COLUMNS}
    for row in rows:
        columns["date"] += [row.session] * len(row.lines.symbol)
        columns["position_id"] += map(str, row.lines.position_id)
        for name in _OF_LINES[1:]:
            columns[name] += getattr(row.lines, name)
    return pl.DataFrame(columns, schema=LINE_COLUMNS)


def as_csv(table: pl.DataFrame) -> bytes:
    """The table as CSV with a header; nothing a spreadsheet would run, null as an empty cell."""
    cells = table.with_columns(pl.selectors.datetime().dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"))
    rows = cells.with_columns(pl.all().cast(pl.String).fill_null("")).iter_rows()
    return csv_text([table.columns, *rows]).encode()


def as_parquet(table: pl.DataFrame) -> bytes:
    """The table as Parquet, its types kept."""
    file = io.BytesIO()
    table.write_parquet(file)
    return file.getvalue()
