"""One row of our own formats: its texts by column, and what is found wrong with it."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Protocol, TypeVar

from interfaces.files.choices import Horizon
from interfaces.files.parsed_file import FileError, shortened
from interfaces.files.template.cell_rules import Complain, DateRule
from interfaces.files.template.columns import COLUMNS, SYMBOL

WHOLE_ROW = "row"
OPTIONS_COLUMNS = "options columns"
"""What stands for a column's name in errors that no single column is to blame for (spec 3.3)."""

_ORDER = {column: index for index, column in enumerate(COLUMNS)}
Value_co = TypeVar("Value_co", covariant=True)


class CellRule(Protocol[Value_co]):
    """A rule that needs nothing but the cell's text."""

    @property
    def column(self) -> str:
        """The column whose cells the rule reads."""
        ...

    def read(self, text: str, complain: Complain) -> Value_co | None:
        """The value; None if blank or not allowed."""
        ...


class Row:
    """A row as it is being read. Blank cells and columns the file lacks have the text ""."""

    def __init__(self, number: int, texts: Mapping[str, str], horizon: Horizon) -> None:
        self.number = number
        self._texts = texts
        self._horizon = horizon
        self._errors: list[FileError] = []

    def text(self, column: str) -> str:
        """The trimmed text of the column's cell."""
        return self._texts.get(column, "")

    def value(self, rule: CellRule[Value_co]) -> Value_co | None:
        """The cell's value by its rule; None if blank or not allowed."""
        return rule.read(self.text(rule.column), self._complain_of(rule.column))

    def day(self, rule: DateRule) -> date | None:
        """The cell's day by its rule; None if blank or not allowed."""
        return rule.read(self.text(rule.column), self._horizon, self._complain_of(rule.column))

    def complain(self, field: str, code: str, sentence: str) -> None:
        """Note that something is wrong with the column `field`, or with the whole row."""
        symbol = shortened(self.text(SYMBOL)).upper() or None
        value = shortened(self.text(field)) or None
        message = f"Row {self.number}: {sentence}"
        self._errors.append(FileError(self.number, symbol, field, code, value, message))

    @property
    def is_faulty(self) -> bool:
        """Whether anything is wrong."""
        return bool(self._errors)

    @property
    def errors(self) -> list[FileError]:
        """All that is wrong, in the template's order of columns, the whole row last."""
        return sorted(self._errors, key=lambda error: _ORDER.get(error.field or "", len(_ORDER)))

    def _complain_of(self, column: str) -> Complain:
        return partial(self.complain, column)
