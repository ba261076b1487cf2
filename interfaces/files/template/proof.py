"""Makes positions of the lines of a large file that are good rows for sure.

Which class and subtype a wording means, and whether they go together, the rules for rows are
asked once for each wording, so that they stand in one place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from sys import intern
from typing import TypeAlias

import numpy as np
import polars as pl
from msgspec import structs

from domain.instrument import SHORTEST_OCC_SYMBOL, InvestmentClass, OptionTerms
from domain.position import Closing, PositionTerms
from interfaces.files.choices import Horizon
from interfaces.files.reading import Header
from interfaces.files.template.column_rules import BETWEEN_WORDS, INDEX, SureRows
from interfaces.files.template.columns import (
    ENTRY_DATE,
    ENTRY_PRICE,
    INVESTMENT_CLASS,
    INVESTMENT_SUBTYPE,
    QUANTITY,
    SYMBOL,
    TEMPLATE_RULES,
)
from interfaces.files.template.row import Row
from interfaces.files.template.rows import RowReader

_AFTER_ROOT = {"CALL": "991231C00001000", "PUT": "991231P00001000"}
"""What makes the symbol `SHARE` stand for all options with the right."""

_Kind: TypeAlias = tuple[InvestmentClass, str | None]


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of `size` lines below `above` others, by their indices, in file order.

    The lines `proven` have these `positions`. The lines `unproven` have to be read plainly. All
    others are blank or comments.
    """

    above: int
    size: int
    proven: Sequence[int]
    positions: Sequence[PositionTerms]
    unproven: Sequence[int]


class Prover:
    """Proves lines of one file, each of which may begin a record."""

    def __init__(self, header: Header, places: Mapping[str, int], horizon: Horizon) -> None:
        self.sure_rows = SureRows(header, places, horizon)
        self._blank = f" \t\n{header.delimiter}"
        self._kinds = _Kinds(horizon)
        self._days = _Days()

    def prove(self, lines: Sequence[str], rows: pl.DataFrame, above: int) -> Proof:
        """What is known of `lines` below `above` others, of which `rows` are good for sure."""
        indices = rows[INDEX].to_list()
        made = self._positions(rows, above)
        proven = [index for index, position in zip(indices, made, strict=True) if position]
        positions = [position for position in made if position]
        left = np.ones(len(lines), dtype=np.bool_)
        left[proven] = False
        unproven = [index for index in np.flatnonzero(left).tolist() if self._says(lines[index])]
        return Proof(above, len(lines), proven, positions, unproven)

    def _says(self, line: str) -> bool:
        """Whether the line may be anything but blank or a comment."""
        return bool(line.strip(self._blank)) and not line.lstrip(" \t").startswith("#")

    def _positions(self, rows: pl.DataFrame, above: int) -> list[PositionTerms | None]:
        """Of each row its position; None where class or option are not good for sure."""
        columns = [column.to_list() for column in rows.get_columns()]
        indices, symbols, units, prices, entries, exits, exit_prices, wordings = columns
        options = _options(symbols)
        for n, option in options.items():
            wordings[n] += _AFTER_ROOT[option.right]
        quantities = list(map(Decimal, units))
        closings = [
            (Closing(closed_on=self._days[exit_], quantity=quantity, price=Decimal(price)),)
            if exit_
            else ()
            for exit_, quantity, price in zip(exits, quantities, exit_prices, strict=True)
        ]
        positions = [
            PositionTerms(
                symbol=symbol,
                quantity=quantity,
                entry_price=entry_price,
                entry_on=entry_on,
                investment_class=kind[0],
                investment_subtype=kind[1],
                closings=closing,
                row=above + index + 1,
            )
            if kind
            else None
            for index, symbol, quantity, entry_price, entry_on, closing, kind in zip(
                indices,
                symbols,
                quantities,
                map(Decimal, prices),
                map(self._days.__getitem__, entries),
                closings,
                map(self._kinds.__getitem__, wordings),
                strict=True,
            )
        ]
        for n, option in options.items():
            positions[n] = _on_option(positions[n], option)
        return positions


class _Days(dict[str, date]):
    """Days by how they are written, one object for each."""

    def __missing__(self, iso: str) -> date:
        self[iso] = day = date.fromisoformat(iso)
        return day


class _Kinds(dict[str, _Kind | None]):
    """Class and subtype by wording, from the rules for rows; None where those complain."""

    def __init__(self, horizon: Horizon) -> None:
        super().__init__()
        self._horizon = horizon

    def __missing__(self, wording: str) -> _Kind | None:
        investment_class, subtype, symbol = wording.split(BETWEEN_WORDS)
        texts = {
            SYMBOL: symbol,
            QUANTITY: "1",
            ENTRY_PRICE: "1",
            ENTRY_DATE: str(self._horizon.first_day),
            INVESTMENT_CLASS: investment_class,
            INVESTMENT_SUBTYPE: subtype,
        }
        reader = RowReader(TEMPLATE_RULES)
        position = reader.read(Row(0, texts, self._horizon)).position
        kind = None
        if position and not reader.mislabelled:
            kind = position.investment_class, position.investment_subtype
        self[wording] = kind
        return kind


def _options(symbols: Sequence[str]) -> dict[int, OptionTerms]:
    """By index those that are options' symbols."""
    return {
        index: option
        for index, symbol in enumerate(symbols)
        if len(symbol) >= SHORTEST_OCC_SYMBOL and (option := OptionTerms.parse(symbol))
    }


def _on_option(position: PositionTerms | None, option: OptionTerms) -> PositionTerms | None:
    """The position on the option; None where that expired before the entry."""
    if position is None or option.expires_on < position.entry_on:
        return None
    return structs.replace(
        position,
        underlying=intern(option.underlying),
        strike=option.strike,
        expires_on=option.expires_on,
        right=option.right,
    )
