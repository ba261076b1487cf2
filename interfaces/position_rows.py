"""Positions in JSON, read by the rules of the template's rows, with their codes (spec 3.3, 4.5).

What a row of a file would be refused for, the same field of a request is refused for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import structs
from pydantic import BaseModel, Field

from domain.edit import Correction
from domain.position import Position, PositionTerms
from interfaces.files.choices import Horizon
from interfaces.files.parsed_file import FileError
from interfaces.files.template.cell_rules import DateRule, NumberRule, Sign
from interfaces.files.template.columns import (
    ENTRY_DATE,
    ENTRY_PRICE,
    EXIT_DATE,
    EXIT_DATE_RULE,
    EXIT_PRICE,
    EXIT_PRICE_RULE,
    EXPIRATION,
    EXPORT_RULES,
    INVESTMENT_CLASS,
    INVESTMENT_SUBTYPE,
    OPTION_TYPE,
    QUANTITY,
    QUANTITY_RULE,
    STRIKE,
    SYMBOL,
    SYMBOL_RULE,
    TEMPLATE_RULES,
    UNDERLYING,
)
from interfaces.files.template.row import Row
from interfaces.files.template.rows import RowReader
from interfaces.values import Cell, Note, Reason

MOST_AT_ONCE = 1_000
"""Most positions of one request."""

ROW_CODES = tuple(f"ERR_POS_{n:03}" for n in range(1, 28) if n not in (22, 25))
"""What a position in a request can be refused for; duplicates and cells it has not."""

CORRECTION_CODES = (
    *("ERR_POS_004", "ERR_POS_005", "ERR_POS_006", "ERR_POS_007", "ERR_POS_008", "ERR_POS_009"),
    *("ERR_POS_010", "ERR_POS_011", "ERR_POS_012", "ERR_POS_013", "ERR_POS_015", "ERR_POS_020"),
    *("ERR_POS_024", "ERR_POS_027", "ERR_POS_030"),
)
CLOSING_CODES = (
    *("ERR_POS_004", "ERR_POS_005", "ERR_POS_006", "ERR_POS_016", "ERR_POS_017"),
    *("ERR_POS_023", "ERR_POS_027", "ERR_POS_028"),
)

_COLUMNS = {
    "symbol": SYMBOL,
    "quantity": QUANTITY,
    "entry_price": ENTRY_PRICE,
    "entry_date": ENTRY_DATE,
    "investment_class": INVESTMENT_CLASS,
    "investment_subtype": INVESTMENT_SUBTYPE,
    "underlying_symbol": UNDERLYING,
    "strike_price": STRIKE,
    "expiration_date": EXPIRATION,
    "option_type": OPTION_TYPE,
    "exit_date": EXIT_DATE,
    "exit_price": EXIT_PRICE,
    "price": "Price",
    "date": "Date",
}
_FIELDS = {column: name for name, column in _COLUMNS.items()}
_PART_RULE = replace(QUANTITY_RULE, required=False)
_MARK_RULE = NumberRule(
    _COLUMNS["price"],
    *("ERR_POS_031", Sign.ZERO_OR_ABOVE, "ERR_POS_031", 2, "ERR_POS_031"),
    required=True,
)
_MARK_DAY_RULE = DateRule(_COLUMNS["date"], "ERR_POS_031", "ERR_POS_031", too_late="ERR_POS_031")


class RowsRefused(Exception):
    """Positions in a request break the rules of rows: told with the code of the first error.

    `errors` are as in a file's list; `message` is a sentence about them.
    """

    def __init__(self, message: str, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(message)
        self.message = message
        self.errors = errors


class PositionBody(BaseModel):
    """A position as a row of the template states it; numbers as texts or as numbers."""

    symbol: Cell = Field(default="", examples=["GOOG"])
    quantity: Cell = Field(default="", examples=["100"])
    entry_price: Cell = Field(default="", examples=["707.38"])
    entry_date: Cell = Field(default="", examples=["2012-12-31"])
    investment_class: Cell = Field(default="", examples=["PUBLIC"])
    investment_subtype: Cell = Field(default="", examples=["STOCK"])
    underlying_symbol: Cell = ""
    strike_price: Cell = ""
    expiration_date: Cell = ""
    option_type: Cell = ""
    exit_date: Cell = ""
    exit_price: Cell = ""
    notes: Note = ""


class BulkBody(BaseModel):
    """Positions to be entered at once, all of them or none."""

    positions: list[PositionBody] = Field(min_length=1, max_length=MOST_AT_ONCE)


class CorrectionBody(BaseModel):
    """What is wrong about a position, as it is right; what is left out stays as it is."""

    quantity: Cell | None = Field(default=None, examples=["120"])
    entry_price: Cell | None = Field(default=None, examples=["706.00"])
    entry_date: Cell | None = Field(default=None, examples=["2012-12-31"])
    investment_subtype: Cell | None = Field(default=None, examples=["STOCK"])
    notes: Note | None = None
    reason: Reason = Field(default="", examples=["The confirmation said 120."])


class ClosingBody(BaseModel):
    """What was sold, or of a short bought back: all of it if `quantity` is left out.

    `quantity` and `exit_price` are in shares of that day.
    """

    exit_date: Cell = Field(default="", examples=["2013-02-01"])
    exit_price: Cell = Field(default="", examples=["775.60"])
    quantity: Cell = Field(default="", examples=["40"])


class RevaluationBody(BaseModel):
    """What a share of a private asset was worth on a day, USD."""

    date: Cell = Field(default="", examples=["2013-02-01"])
    price: Cell = Field(default="", examples=["95000.00"])
    note: Note = Field(default="", examples=["Appraisal by the fund."])


def read_positions(bodies: Sequence[PositionBody], horizon: Horizon) -> list[PositionTerms]:
    """The positions, if none breaks a rule.

    Raises:
        RowsRefused: with every error of all of them, counted from 1.
    """
    reader, rows = RowReader(TEMPLATE_RULES), []
    terms: list[PositionTerms] = []
    for number, body in enumerate(bodies, 1):
        said = body.model_dump(exclude={"notes"})
        row = Row(number, {_COLUMNS[name]: text for name, text in said.items()}, horizon)
        position = reader.read(row).position
        rows.append(row)
        if position:
            terms.append(structs.replace(position, row=None))
    if any(row.is_faulty for row in rows):
        raise _refusal(rows)
    return terms


def correction_of(body: CorrectionBody, horizon: Horizon) -> Callable[[Position], Correction]:
    """How a position is corrected, told once it is known what it is.

    A number that stays as it is may have the decimals that it has.

    Raises (when told):
        RowsRefused: with every rule that the corrected position would break.
    """
    said = {
        _COLUMNS[name]: text
        for name, text in body.model_dump(exclude={"notes", "reason"}).items()
        if text is not None and (text or name != "investment_subtype")
    }
    rules = replace(
        TEMPLATE_RULES,
        quantity=(TEMPLATE_RULES if QUANTITY in said else EXPORT_RULES).quantity,
        entry_price=(TEMPLATE_RULES if ENTRY_PRICE in said else EXPORT_RULES).entry_price,
    )

    def correction(position: Position) -> Correction:
        row = Row(1, {**_texts_of(position), **said}, horizon)
        found = RowReader(rules).read(row)
        if row.is_faulty:
            raise _refusal([row])
        return Correction(
            quantity=found.quantity if QUANTITY in said else None,
            entry_price=found.entry_price if ENTRY_PRICE in said else None,
            entry_on=found.entry_on if ENTRY_DATE in said else None,
            investment_subtype=found.asset.subtype if INVESTMENT_SUBTYPE in said else None,
            notes=body.notes,
        )

    return correction


def read_closing(body: ClosingBody, horizon: Horizon) -> tuple[date, Decimal, Decimal | None]:
    """Day, price and quantity of a closing, None for all of it.

    Raises:
        RowsRefused: ERR_POS_016, 017, 023 for day and price; 004, 005, 006, 027 for the quantity.
    """
    row = Row(1, {_COLUMNS[name]: text for name, text in body.model_dump().items()}, horizon)
    day, price = row.day(EXIT_DATE_RULE), row.value(EXIT_PRICE_RULE)
    quantity = row.value(_PART_RULE)
    for column in (EXIT_DATE, EXIT_PRICE):
        if not row.text(column):
            row.complain(column, "ERR_POS_017", f"{column} is missing. Give day and price.")
    if row.is_faulty or day is None or price is None:
        raise _refusal([row])
    return day, price, quantity


def read_revaluation(body: RevaluationBody, horizon: Horizon) -> tuple[date, Decimal]:
    """Day and price of a revaluation.

    Raises:
        RowsRefused: ERR_POS_031, 027.
    """
    row = Row(1, {_COLUMNS["date"]: body.date, _COLUMNS["price"]: body.price}, horizon)
    day, price = row.day(_MARK_DAY_RULE), row.value(_MARK_RULE)
    if row.is_faulty or day is None or price is None:
        raise _refusal([row])
    return day, price


def read_symbol(text: str) -> str:
    """A symbol in upper case.

    Raises:
        RowsRefused: ERR_POS_001, 002, 003.
    """
    row = Row(1, {SYMBOL: text}, Horizon(today=date.max))
    if not text:
        row.complain(SYMBOL, "ERR_POS_001", f"{SYMBOL} is empty. Write the ticker.")
    symbol = row.value(SYMBOL_RULE)
    if row.is_faulty or symbol is None:
        raise _refusal([row])
    return symbol


def _texts_of(position: PositionTerms) -> Mapping[str, str]:
    """The cells of a row that states the position, without what was closed of it."""
    return {
        SYMBOL: position.symbol,
        QUANTITY: f"{position.quantity:f}",
        ENTRY_PRICE: f"{position.entry_price:f}",
        ENTRY_DATE: position.entry_on.isoformat(),
        INVESTMENT_CLASS: position.investment_class,
        INVESTMENT_SUBTYPE: position.investment_subtype or "",
        UNDERLYING: position.underlying or "",
        STRIKE: "" if position.strike is None else f"{position.strike:f}",
        EXPIRATION: "" if position.expires_on is None else position.expires_on.isoformat(),
        OPTION_TYPE: position.right or "",
    }


def _refusal(rows: Sequence[Row]) -> RowsRefused:
    """All that is wrong with the rows, of which at least one is faulty."""
    errors = [_told(error, of_one=len(rows) == 1) for row in rows for error in row.errors]
    more = f" The details have {len(errors) - 1} more." if len(errors) > 1 else ""
    return RowsRefused(errors[0]["message"] + more, errors)


def _told(error: FileError, *, of_one: bool) -> dict[str, Any]:
    told = asdict(error)
    told["field"] = _FIELDS.get(error.field or "", error.field)
    if of_one:
        told["message"] = error.message.removeprefix(f"Row {error.row}: ")
    return told
