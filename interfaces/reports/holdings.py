"""What is held at the close of a session, with the mark of each: a part of a report."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from domain.mark import MarkQuality, MarkSource
from domain.money import ZERO
from interfaces.web.charts import Chart
from interfaces.web.measured import Part, share_cell
from interfaces.web.page import day, price, quantity
from projections.valuations.view import ValuationRow

NAV = "Net asset value"
MOST_HOLDINGS = 25


def holdings_part(row: ValuationRow) -> Part:
    """The largest positions at the close with their marks; the table ends with NAV."""
    columns = (
        *("symbol", "quantity", "mark_price", "mark_source", "mark_quality", "mark_on"),
        *("market_value", "pnl", "unrealized_pnl", "cash_like"),
    )
    lines = [
        dict(zip(columns, line, strict=True))
        for line in row.lines.rows(*columns)
        if line[1] and not line[-1]
    ]
    lines.sort(key=lambda line: (-abs(line["market_value"]), line["symbol"]))
    largest, others = lines[:MOST_HOLDINGS], lines[MOST_HOLDINGS:]
    which = f"The {MOST_HOLDINGS} largest of {len(lines)} positions" if others else "All positions"
    return Part(
        name="holdings",
        title="Holdings",
        method="Quantities, shorts below zero, and marks as at the close; a mark says which rule"
        " gave it, and how far it can be relied on. Cash holds what counts as such.",
        charts=[
            Chart(
                "holdings",
                f"{which}, by market value",
                (
                    *("Symbol", "Mark", "Quantity", "Price, USD", "Market value, USD"),
                    *("% of NAV", "P&L of the day", "Unrealised"),
                ),
                [
                    *(_holding(row, line) for line in largest),
                    *([_others(row, others)] if others else []),
                    _total(row, "Cash", row.cash),
                    _total(row, NAV, row.nav),
                ],
                {},
                words=2,
            )
        ],
    )


def _holding(row: ValuationRow, line: dict[str, Any]) -> tuple[str, ...]:
    return (
        *(line["symbol"], _mark(row.session, line)),
        *(_plain(quantity(line["quantity"])), _plain(price(line["mark_price"]))),
        *_amounts_of(row, line["market_value"], line["pnl"], line["unrealized_pnl"]),
    )


def _mark(session: date, line: dict[str, Any]) -> str:
    """Quality and rule of a mark, and its day where that is another one."""
    source: MarkSource = line["mark_source"]
    quality: MarkQuality = line["mark_quality"]
    of = "" if line["mark_on"] == session else f" of {day(line['mark_on'])}"
    return f"{quality}{of}" if source is MarkSource.CARRIED else f"{quality}, {source}{of}"


def _others(row: ValuationRow, others: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    sums = (
        sum((line[name] for line in others), ZERO)
        for name in ("market_value", "pnl", "unrealized_pnl")
    )
    return (f"{len(others)} others", "", "", "", *_amounts_of(row, *sums))


def _amounts_of(
    row: ValuationRow, value: Decimal, pnl: Decimal, unrealized: Decimal
) -> tuple[str, ...]:
    share = share_cell(row.share_of_nav(value))
    return _cents(value), share, _cents(pnl), _cents(unrealized)


def _total(row: ValuationRow, name: str, amount: Decimal) -> tuple[str, ...]:
    return name, "", "", "", _cents(amount), share_cell(row.share_of_nav(amount)), "", ""


def _cents(amount: Decimal) -> str:
    return f"{amount:z.2f}"


def _plain(number: str) -> str:
    return number.replace("\N{MINUS SIGN}", "-").replace(",", "")
