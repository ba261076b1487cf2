"""A file as a grid: a row for each position, and every error beside its cell (spec 3.7, 8)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.position import PositionTerms
from interfaces.files.parsed_file import FileError, ParsedFile
from interfaces.files.template.columns import COLUMNS
from interfaces.importing import cost_of
from interfaces.web.page import day, money, quantity

ROWS_SHOWN = 250
COST = "Cost"
HEADINGS = (*COLUMNS, COST)
NUMBERS = frozenset(
    {"Quantity", "Entry Price Per Share", "Strike Price", "Exit Price Per Share", COST}
)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says, and what is wrong with it."""

    heading: str
    text: str
    errors: Sequence[FileError]

    @property
    def is_number(self) -> bool:
        """Whether it stands at the right."""
        return self.heading in NUMBERS


@dataclass(frozen=True, slots=True)
class GridRow:
    """A physical line of the file: its cells, and the errors that are of none of them."""

    row: int
    cells: Sequence[Cell]
    errors: Sequence[FileError]


def grid(parsed: ParsedFile) -> Sequence[GridRow]:
    """The first `ROWS_SHOWN` rows of the file, in its order."""
    stated = {terms.row: terms for terms in parsed.positions if terms.row is not None}
    errors: dict[int, list[FileError]] = defaultdict(list)
    for error in parsed.errors:
        if error.row is not None:
            errors[error.row].append(error)
    rows = sorted(stated.keys() | errors.keys())[:ROWS_SHOWN]
    return [_row(row, stated.get(row), errors.get(row, ())) for row in rows]


def count_rows(parsed: ParsedFile) -> int:
    """How many rows of the file there are to show."""
    rows = {terms.row for terms in parsed.positions} | {error.row for error in parsed.errors}
    return len(rows - {None})


def _row(row: int, stated: PositionTerms | None, errors: Sequence[FileError]) -> GridRow:
    texts = dict(_texts(stated)) if stated else _said(errors)
    cells = [
        Cell(heading, texts.get(heading, ""), [e for e in errors if e.field == heading])
        for heading in HEADINGS
    ]
    return GridRow(row, cells, [error for error in errors if error.field not in HEADINGS])


def _said(errors: Sequence[FileError]) -> Mapping[str, str]:
    """Of a row with errors no more is known than what they quote."""
    symbol = next((error.symbol for error in errors if error.symbol), "")
    return {COLUMNS[0]: symbol} | {
        error.field: error.value for error in errors if error.field and error.value
    }


def _texts(stated: PositionTerms) -> Iterator[tuple[str, str]]:
    values = (
        stated.symbol,
        quantity(stated.quantity),
        _price(stated.entry_price),
        day(stated.entry_on),
        stated.investment_class.value,
        stated.investment_subtype or "",
        stated.underlying or "",
        _price(stated.strike),
        day(stated.expires_on) if stated.expires_on else "",
        stated.right or "",
        day(stated.exit_on) if stated.exit_on else "",
        _price(stated.exit_price),
        money(cost_of(stated)),
    )
    return zip(HEADINGS, values, strict=True)


def _price(price: Decimal | None) -> str:
    """A price with all its decimals, at least two."""
    if price is None:
        return ""
    exponent = price.normalize().as_tuple().exponent
    return money(price) if isinstance(exponent, int) and exponent >= -2 else quantity(price)
