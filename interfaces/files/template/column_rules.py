"""Rules of the template for whole columns at once: which lines are good rows for sure.

`accepts` of the cell rules does what takes one cell; what takes several stands here. What is rare,
or would be work to be sure of, is left out, good as it may be: amounts near the limit, options by
their columns, quotes that matter. Nothing here knows what is wrong with a row.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from interfaces.files.choices import Horizon
from interfaces.files.reading import RECORD_LIMIT_CHARACTERS, Header
from interfaces.files.template.columns import (
    COLUMNS,
    ENTRY_DATE,
    ENTRY_DATE_RULE,
    ENTRY_PRICE,
    ENTRY_PRICE_RULE,
    EXIT_DATE,
    EXIT_DATE_RULE,
    EXIT_PRICE,
    EXIT_PRICE_RULE,
    INVESTMENT_CLASS,
    INVESTMENT_SUBTYPE,
    OPTION_COLUMNS,
    QUANTITY,
    QUANTITY_RULE,
    SYMBOL,
    SYMBOL_RULE,
)
from interfaces.files.template.limits import LARGEST_AMOUNT

INDEX, WORDING = "index", "wording"
"""Columns beside the template's: which of the lines a row is; class, subtype and kind of symbol."""

BETWEEN_WORDS = "\n"
SHARE, CASH = "A", "CASH_"
"""Symbols that stand for all of their kind in a wording: others, and those of private cash."""

_LINE, _CELLS = "line", "cells"
_COMMENT = r"^[\s\x1c-\x1f]*#"
"""A comment, for a Python of which `\\x1c` to `\\x1f` are blanks, too."""
_AROUND_CELLS = ' \t\n"'
_SURE_AMOUNT = float(LARGEST_AMOUNT) / 200
"""Quantity x price in floats that is within the limit, whatever the multiplier and rounding."""


class SureRows:
    """Finds the rows of one file that are good for sure, apart from class, option and duplicate."""

    def __init__(self, header: Header, places: Mapping[str, int], horizon: Horizon) -> None:
        self._delimiter = header.delimiter
        line = pl.col(_LINE)
        is_short = line.str.len_bytes() <= RECORD_LIMIT_CHARACTERS
        is_comment = line.str.contains(_COMMENT)
        self._is_plain = line.str.contains(_plain_line(header)) & is_short & ~is_comment
        self._cells = [_cell(places.get(column)).alias(column) for column in COLUMNS]
        self._is_good = _is_good(horizon)

    def among(self, lines: Sequence[str]) -> pl.DataFrame:
        """Their texts, trimmed, the symbol in upper case.

        Columns: `INDEX`, symbol, quantity, entry price and date, exit date and price, `WORDING`.
        """
        return (
            pl.LazyFrame({_LINE: lines}, schema={_LINE: pl.String})
            .with_row_index(INDEX)
            .filter(self._is_plain)
            .select(INDEX, pl.col(_LINE).str.split(self._delimiter).alias(_CELLS))
            .select(INDEX, *self._cells)
            .filter(self._is_good)
            .with_columns(pl.col(SYMBOL).str.to_uppercase())
            .select(
                *(INDEX, SYMBOL, QUANTITY, ENTRY_PRICE, ENTRY_DATE, EXIT_DATE, EXIT_PRICE),
                _wording().alias(WORDING),
            )
            .collect()
        )


def _plain_line(header: Header) -> str:
    """A pattern of lines with no more cells than the header; quotes only around whole cells."""
    delimiter = header.delimiter
    cell = f'(?:[^"{delimiter}\n]*|"[^"{delimiter}\n]*")'
    return f"^{cell}(?:{delimiter}{cell}){{0,{len(header.cells) - 1}}}\n?$"


def _cell(place: int | None) -> pl.Expr:
    if place is None:
        return pl.lit("")
    text = pl.col(_CELLS).list.get(place, null_on_oob=True).fill_null("")
    return text.str.strip_chars(_AROUND_CELLS)


def _wording() -> pl.Expr:
    kind = pl.when(pl.col(SYMBOL).str.starts_with(CASH)).then(pl.lit(CASH)).otherwise(pl.lit(SHARE))
    return pl.concat_str(INVESTMENT_CLASS, INVESTMENT_SUBTYPE, kind, separator=BETWEEN_WORDS)


def _is_good(horizon: Horizon) -> pl.Expr:
    symbol, quantity, price, entry = map(pl.col, (SYMBOL, QUANTITY, ENTRY_PRICE, ENTRY_DATE))
    exit_, exit_price = pl.col(EXIT_DATE), pl.col(EXIT_PRICE)
    is_open = (exit_ == "") & (exit_price == "")
    is_closed = (
        EXIT_DATE_RULE.accepts(exit_, horizon)
        & EXIT_PRICE_RULE.accepts(exit_price)
        & (exit_ >= entry)
        & _is_amount_sure(quantity, exit_price)
    )
    return pl.all_horizontal(
        SYMBOL_RULE.accepts(symbol),
        QUANTITY_RULE.accepts(quantity),
        ENTRY_PRICE_RULE.accepts(price),
        ENTRY_DATE_RULE.accepts(entry, horizon),
        _is_amount_sure(quantity, price),
        is_open | is_closed,
        *(pl.col(column) == "" for column in OPTION_COLUMNS),
    )


def _is_amount_sure(quantity: pl.Expr, price: pl.Expr) -> pl.Expr:
    units, amount = (number.cast(float, strict=False) for number in (quantity, price))
    return units.abs() * amount < _SURE_AMOUNT
