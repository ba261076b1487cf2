"""Prices as CSV: `symbol,date,close`, and splits and dividends as `symbol,ex_date,kind,value`."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import count

import msgspec

from application.ports import Close
from domain.corporate_action import ActionKind, CorporateAction
from domain.text import has_control_characters

CLOSES = ("symbol", "date", "close")
ACTIONS = ("symbol", "ex_date", "kind", "value")

_NUMBER = re.compile(r"[0-9]{1,10}(\.[0-9]{1,10})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST_SYMBOL = 50
_OVERLONG = f"A cell has over {csv.field_size_limit():,} characters."
_KINDS: Mapping[str, ActionKind] = {"split": "split", "dividend": "dividend"}


class BadRow(msgspec.Struct, frozen=True):
    """A row that was left out: its line, its symbol (blank where it has none), and why."""

    line: int
    symbol: str
    reason: str


class PriceFile(msgspec.Struct, frozen=True):
    """What a file says: good rows, closes with their lines, and bad ones."""

    closes: list[tuple[int, Close]] = []
    actions: list[CorporateAction] = []
    bad_rows: list[BadRow] = []


class _RowRefused(Exception):
    """Why a row cannot be read, as a sentence."""


def read_price_file(text: str, source: str) -> PriceFile:
    """Read a CSV of closes, or of splits and dividends, as its header tells.

    Columns stand in any order, others are ignored, upper and lower case do not matter. Numbers are
    plain decimals, as in position files (spec 3.1). Whatever cannot be read is among the bad rows.
    """
    file = PriceFile([], [], [])
    rows = _rows(text, file.bad_rows)
    header_line, header = next(rows, (1, []))
    names = [name.strip().lower() for name in header]
    for columns in (CLOSES, ACTIONS):
        if set(columns) <= set(names):
            _read_rows(file, rows, [names.index(column) for column in columns], source)
            return file
    file.bad_rows.append(
        BadRow(header_line, "", f"The header needs {','.join(CLOSES)} or {','.join(ACTIONS)}.")
    )
    return file


def read_price_rows(rows: Iterable[tuple[int, list[str]]], source: str) -> PriceFile:
    """Read closes whose numbered rows have symbol, date and close, in this order."""
    file = PriceFile([], [], [])
    _read_rows(file, rows, list(range(len(CLOSES))), source)
    return file


def _read_rows(
    file: PriceFile, rows: Iterable[tuple[int, list[str]]], places: list[int], source: str
) -> None:
    for line, cells in rows:
        texts = [cells[place].strip() if place < len(cells) else "" for place in places]
        symbol = texts[0].upper()
        try:
            _demand_symbol(symbol)
            if len(texts) == len(CLOSES):
                price = _number(texts[2], "close")
                file.closes.append((line, Close(symbol, _day(texts[1]), price, source)))
            else:
                file.actions.append(_action(symbol, *texts[1:], source=source))
        except _RowRefused as refused:
            file.bad_rows.append(BadRow(line, symbol, str(refused)))


def _rows(text: str, bad_rows: list[BadRow]) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the number of its line; what is no row is a bad one."""
    lines = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").splitlines()
    for line, content in zip(count(1), lines, strict=False):
        if content.strip():
            try:
                cells = next(csv.reader([content]), [])
            except csv.Error:
                bad_rows.append(BadRow(line, "", _OVERLONG))
            else:
                yield line, cells


def _action(symbol: str, ex_on: str, kind: str, value: str, *, source: str) -> CorporateAction:
    known = _KINDS.get(kind.lower())
    if known is None:
        raise _RowRefused("The kind is split or dividend.")
    number = _number(value, "value")
    if number == 0:
        raise _RowRefused("The value is above zero.")
    return CorporateAction(symbol, _day(ex_on), known, number, source)


def _demand_symbol(symbol: str) -> None:
    if not symbol or len(symbol) > _LONGEST_SYMBOL or has_control_characters(symbol):
        raise _RowRefused("The row has no symbol.")


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _RowRefused("The date is written YYYY-MM-DD, such as 2013-03-01.")


def _number(text: str, column: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise _RowRefused(f"The {column} is a plain decimal such as 430.47, without signs.")
    return Decimal(text)
