"""The export: a portfolio's positions as a file that brings all of them back (spec 3.7).

Its header is the template's and the columns Lot and Description. A position has a row for each
part that was closed, in the order of its closings, and one for what is open.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

from domain.position import PositionTerms
from interfaces.files.guide import Guide
from interfaces.files.template.columns import EXPORT_COLUMNS
from interfaces.files.writing import csv_text

GUIDE = Guide(
    name="sigmasight",
    title="SigmaSight export",
    file_name="sigmasight_positions.csv",
    how_to_export="Open the portfolio and export its positions. The file can be imported as it is.",
    has_cost=True,
    has_entry_dates=True,
    where_cost="The column Entry Price Per Share has it.",
    where_dates="The column Entry Date has them.",
    assumptions=(
        "Rows with the same symbol, entry date and Lot are parts of one position.",
        "A blank subtype is none; nothing is found out for it.",
    ),
    documentation="docs/import/export.md",
)

_CENTS = 2


def export_csv(positions: Iterable[PositionTerms]) -> str:
    """The positions as CSV, by content: symbol, entry date, then the rest, in whatever order given.

    Lot counts the positions of a symbol and entry date, from 1. Prices have 2 decimals or as many
    as they need; all other numbers only those they need.
    """
    records: list[tuple[str, ...]] = [EXPORT_COLUMNS]
    ordered = sorted(positions, key=_content)
    for _, lots in groupby(ordered, key=lambda position: (position.symbol, position.entry_on)):
        for number, position in enumerate(lots, 1):
            records.extend(_rows(position, number))
    return csv_text(records)


def _content(position: PositionTerms) -> tuple[Any, ...]:
    """What orders positions: all that they say, so that only equal ones may change places.

    What is not said comes before what is.
    """
    said = (
        position.symbol,
        position.entry_on,
        position.investment_class,
        position.investment_subtype,
        position.underlying,
        position.strike,
        position.expires_on,
        position.right,
        position.entry_price,
        position.quantity,
        [(closing.closed_on, closing.price, closing.quantity) for closing in position.closings],
        position.stated_as,
    )
    return tuple((one is not None, one) for one in said)


def _rows(position: PositionTerms, lot: int) -> Iterator[tuple[str, ...]]:
    for closing in position.closings:
        price = _number(closing.price, _CENTS)
        yield _row(position, lot, closing.quantity, (closing.closed_on.isoformat(), price))
    if position.open_quantity:
        yield _row(position, lot, position.open_quantity, ("", ""))


def _row(
    position: PositionTerms, lot: int, quantity: Decimal, exited: tuple[str, str]
) -> tuple[str, ...]:
    """The cells of `EXPORT_COLUMNS`."""
    return (
        position.symbol,
        _number(quantity),
        _number(position.entry_price, _CENTS),
        position.entry_on.isoformat(),
        position.investment_class,
        position.investment_subtype or "",
        position.underlying or "",
        "" if position.strike is None else _number(position.strike),
        "" if position.expires_on is None else position.expires_on.isoformat(),
        position.right or "",
        *exited,
        str(lot),
        position.stated_as or "",
    )


def _number(value: Decimal, decimals: int = 0) -> str:
    """`value` exactly, in plain notation, with `decimals` of them or as many as it needs."""
    whole, _, part = f"{value:f}".partition(".")
    part = part.rstrip("0").ljust(decimals, "0")
    return f"{whole}.{part}" if part else whole
