"""What rows have to do with each other: duplicates of the template, lots of the export.

In the template a row is a position, and no other has its symbol and entry date (ERR_POS_022). In
the export rows that share symbol, entry date and Lot are parts of one position (spec 3.7): each
part that was closed, and what is open.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Protocol, Self, TypeAlias

from msgspec import structs

from domain.position import PositionTerms
from interfaces.files.parsed_file import quoted
from interfaces.files.template.columns import (
    DESCRIPTION,
    ENTRY_DATE,
    ENTRY_PRICE,
    EXIT_DATE,
    EXIT_PRICE,
    EXPIRATION,
    INVESTMENT_CLASS,
    INVESTMENT_SUBTYPE,
    LOT,
    OPTION_TYPE,
    QUANTITY,
    STRIKE,
    UNDERLYING,
)
from interfaces.files.template.limits import LARGEST_AMOUNT, LARGEST_NUMBER
from interfaces.files.template.row import WHOLE_ROW, Row
from interfaces.files.template.rows import RowFound

_AGREED = (
    *(QUANTITY, ENTRY_PRICE, INVESTMENT_CLASS, INVESTMENT_SUBTYPE),
    *(UNDERLYING, STRIKE, EXPIRATION, OPTION_TYPE, DESCRIPTION),
)
"""What all parts of a lot say alike; of the quantity, its sign."""

_Terms: TypeAlias = tuple[str | Decimal | date | None, ...]


class RowsTogether(Protocol):
    """Makes positions of rows, in file order."""

    def take(self, row: Row, found: RowFound) -> None:
        """Take the next row; what is wrong with it beside the others is noted on it."""
        ...

    def positions(self) -> list[PositionTerms]:
        """Those without an error, in the order of their first rows."""
        ...

    def further_rows(self) -> Mapping[int, Sequence[int]]:
        """By the row of such a position its other rows, where it has any."""
        ...

    def rows_held_back(self) -> list[int]:
        """The rows without an error whose position has one in another row."""
        ...


class SingleRows:
    """The template's: each row is a position."""

    def __init__(self) -> None:
        self._first_rows: dict[tuple[str, date], int] = {}
        self._positions: list[PositionTerms] = []

    def take(self, row: Row, found: RowFound) -> None:
        """See `RowsTogether.take`; a row is a duplicate of a faulty row too."""
        symbol, entry_on = found.asset.symbol, found.entry_on
        if symbol and entry_on:
            first = self._first_rows.setdefault((symbol, entry_on), row.number)
            if first != row.number:
                row.complain(
                    WHOLE_ROW,
                    "ERR_POS_022",
                    f"{symbol} with the {ENTRY_DATE} {entry_on} is in row {first} already. Put "
                    "both into one row, or correct one of the dates.",
                )
        if found.position and not row.is_faulty:
            self._positions.append(found.position)

    def take_proven(self, positions: Sequence[PositionTerms]) -> int:
        """Take the next rows, which have no error of their own, up to a duplicate; how many."""
        first_rows = self._first_rows
        taken = 0
        for position in positions:
            row = position.row or 0
            if first_rows.setdefault((position.symbol, position.entry_on), row) != row:
                break
            taken += 1
        self._positions += positions[:taken]
        return taken

    def positions(self) -> list[PositionTerms]:
        """See `RowsTogether.positions`."""
        return self._positions

    def further_rows(self) -> Mapping[int, Sequence[int]]:
        """None: each position has one row."""
        return {}

    def rows_held_back(self) -> list[int]:
        """None: each position has one row."""
        return []


class Lots:
    """The export's: each row is a part of a lot. A lot with a faulty part is no position.

    Most lots have one part: it is kept as it is, without a `_Lot` around it.
    """

    def __init__(self) -> None:
        self._lots: dict[tuple[date, str], dict[str, PositionTerms | _Lot]] = {}

    def take(self, row: Row, found: RowFound) -> None:
        """See `RowsTogether.take`; parts that contradict each other are ERR_POS_022."""
        symbol, entry_on = found.asset.symbol, found.entry_on
        if symbol is None or entry_on is None:
            return  # the row is faulty, and nobody knows which lot it is of
        lots = self._lots.setdefault((entry_on, row.text(LOT)), {})
        known = lots.get(symbol)
        if known is None and found.position:
            lots[symbol] = found.position
            return
        if known is None:
            lot = _Lot(row.number, _terms(row, found))
        else:
            lot = known if isinstance(known, _Lot) else _Lot.of(known)
        lots[symbol] = lot
        lot.add(row, found)

    def positions(self) -> list[PositionTerms]:
        """See `RowsTogether.positions`."""
        found = [lot.position() if isinstance(lot, _Lot) else lot for lot in self._sound()]
        return sorted(found, key=lambda position: position.row or 0)

    def further_rows(self) -> Mapping[int, Sequence[int]]:
        """See `RowsTogether.further_rows`."""
        rows = (lot.sound_rows() for lot in self._sound() if isinstance(lot, _Lot))
        return {first: further for first, *further in rows}

    def rows_held_back(self) -> list[int]:
        """See `RowsTogether.rows_held_back`."""
        faulty = (lot for lot in self._all() if isinstance(lot, _Lot) and lot.is_faulty)
        return sorted(row for lot in faulty for row in lot.sound_rows())

    def _all(self) -> Iterator["PositionTerms | _Lot"]:
        return chain.from_iterable(lots.values() for lots in self._lots.values())

    def _sound(self) -> Iterator["PositionTerms | _Lot"]:
        return (lot for lot in self._all() if not (isinstance(lot, _Lot) and lot.is_faulty))


class _Lot:
    """The parts of one position, the first of which says what the others have to be."""

    def __init__(self, first_row: int, terms: _Terms) -> None:
        self._first_row = first_row
        self._first = terms
        self._parts: list[PositionTerms] = []
        self._size = Decimal(0)
        self._open_row: int | None = None
        self.is_faulty = False

    @classmethod
    def of(cls, part: PositionTerms) -> Self:
        """A lot with one part, which has no error."""
        lot = cls(part.row or 0, _terms_of(part))
        lot._parts.append(part)
        lot._size = abs(part.quantity)
        lot._open_row = None if part.closings else part.row
        return lot

    def add(self, row: Row, found: RowFound) -> None:
        """Take a part, which must agree with the first."""
        is_first_sound = [part.row for part in self._parts[:1]] == [self._first_row]
        is_sound = is_first_sound and not row.is_faulty
        differences = [
            f"{column} says {_shown(here)} here, {_shown(there)} there"
            for column, here, there in zip(_AGREED, _terms(row, found), self._first, strict=True)
            if here != there and (is_sound or None not in (here, there))
        ]
        if differences:
            row.complain(
                WHOLE_ROW,
                "ERR_POS_022",
                f"The lot has other terms in row {self._first_row}: {'; '.join(differences)}. "
                "Parts of a lot differ in quantity and exit only. Correct one, or change its "
                f"{LOT}.",
            )
        self._refuse_second_open_part(row)
        if found.position:
            self._refuse_huge_lot(row, found.position)
        if found.position and not row.is_faulty:
            self._parts.append(found.position)
        else:
            self.is_faulty = True

    def position(self) -> PositionTerms:
        """All parts together; of a lot that is not faulty."""
        if len(self._parts) == 1:
            return self._parts[0]
        return structs.replace(
            self._parts[0],
            quantity=sum((part.quantity for part in self._parts), Decimal(0)),
            closings=tuple(closing for part in self._parts for closing in part.closings),
        )

    def sound_rows(self) -> list[int]:
        """The parts without an error of their own."""
        return [part.row for part in self._parts if part.row]

    def _refuse_second_open_part(self, row: Row) -> None:
        if row.text(EXIT_DATE) or row.text(EXIT_PRICE):
            return
        if self._open_row:
            row.complain(
                WHOLE_ROW,
                "ERR_POS_022",
                f"The open part of the lot is in row {self._open_row} already. Put both into one "
                f"row, or change the {LOT} of one.",
            )
        else:
            self._open_row = row.number

    def _refuse_huge_lot(self, row: Row, part: PositionTerms) -> None:
        """ERR_POS_027 for a part with which those above it are too much."""
        before, self._size = self._size, self._size + abs(part.quantity)
        amount = self._size * part.multiplier * part.entry_price
        if before and (self._size > LARGEST_NUMBER or amount > LARGEST_AMOUNT):
            row.complain(
                QUANTITY,
                "ERR_POS_027",
                "With the parts above it the lot is over 1 billion, or over 1 trillion USD. "
                f"Correct the number that is too large, or change its {LOT}.",
            )


def _terms(row: Row, found: RowFound) -> _Terms:
    """What the row says of `_AGREED`; None where that is nothing, or wrong."""
    quantity, asset, option = found.quantity, found.asset, found.asset.option
    return (
        None if quantity is None else "short" if quantity < 0 else "long",
        found.entry_price,
        asset.investment_class,
        asset.subtype,
        option.underlying if option else None,
        option.strike if option else None,
        option.expires_on if option else None,
        option.right if option else None,
        row.text(DESCRIPTION) or None,
    )


def _terms_of(part: PositionTerms) -> _Terms:
    """The same of a row that has no error."""
    return (
        "short" if part.quantity < 0 else "long",
        part.entry_price,
        part.investment_class,
        part.investment_subtype,
        part.underlying,
        part.strike,
        part.expires_on,
        part.right,
        part.stated_as,
    )


def _shown(term: str | Decimal | date | None) -> str:
    if term is None:
        return "nothing"
    return f"{term:f}" if isinstance(term, Decimal) else quoted(str(term))
