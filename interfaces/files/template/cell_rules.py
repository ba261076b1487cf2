"""Rules that read one cell: numbers, days, words, symbols (spec 3.1, 3.3).

A rule reads the text of a cell into a value, or says what is wrong with it: a code and a sentence
that tells what to write instead. Which column has which rule stands in `columns`.

For large files `accepts` says of a whole column of trimmed texts which ones `read` is sure to take
without a complaint. It may be false of others that `read` would take, too.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from sys import intern
from typing import TYPE_CHECKING

from interfaces.files.choices import Horizon
from interfaces.files.formula_guard import PLAIN_NUMBER
from interfaces.files.parsed_file import listed, quoted, shortened
from interfaces.files.template.limits import LARGEST_NUMBER

if TYPE_CHECKING:  # at run time polars is imported where large files are read, and nowhere else
    from polars import Expr

_THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]{1,2}")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY_OF_ANY_YEAR = (
    r"^[0-9]{4}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
    r"|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)$"
)
_SYMBOL_CHARACTERS = re.compile(r"[A-Za-z0-9._/-]+")

Complain = Callable[[str, str], None]
"""Takes a code and a sentence about the cell at hand."""


class Sign(Enum):
    """Which numbers a column takes."""

    NOT_ZERO = "not zero"
    ABOVE_ZERO = "above zero"
    ZERO_OR_ABOVE = "zero or above"

    def allows(self, number: Decimal) -> bool:
        """Whether the column takes `number`."""
        if self is Sign.NOT_ZERO:
            return number != 0
        return number > 0 or (self is Sign.ZERO_OR_ABOVE and not number.is_signed())


@dataclass(frozen=True, slots=True)
class NumberRule:
    """A plain decimal: ASCII digits with at most one point and a sign, decimals as written."""

    column: str
    unreadable: str
    sign: Sign
    wrong_sign: str
    decimals: int | None = None
    too_fine: str = ""
    required: bool = False

    def read(self, text: str, complain: Complain) -> Decimal | None:
        """The number in `text`; None if blank or not allowed."""
        if not text:
            if self.required:
                complain(self.unreadable, f"{self.column} is missing. Write a number.")
            return None
        if not PLAIN_NUMBER.fullmatch(text):
            complain(self.unreadable, _how_to_write(self.column, text))
            return None
        number = _number(text)
        allowed = [
            self._has_right_sign(number, text, complain),
            self._is_coarse_enough(text, complain),
            self._is_in_bounds(number, text, complain),
        ]
        return number if all(allowed) else None

    def accepts(self, cells: "Expr") -> "Expr":
        """Where `read` is sure to give a number, which is not zero."""
        most_digits = LARGEST_NUMBER.adjusted()
        decimals = "*" if self.decimals is None else f"{{0,{self.decimals}}}"
        is_plain = cells.str.contains(rf"^[+-]?[0-9]{{1,{most_digits}}}(\.[0-9]{decimals})?$")
        number = cells.cast(float, strict=False)
        return is_plain & (number != 0 if self.sign is Sign.NOT_ZERO else number > 0)

    def _has_right_sign(self, number: Decimal, text: str, complain: Complain) -> bool:
        if self.sign.allows(number):
            return True
        said = f"{self.column} {quoted(text)} is not allowed. Write a number {self.sign.value}."
        if self.sign is Sign.NOT_ZERO:
            said = f"{self.column} is zero. Write the number held, negative for a short position."
        complain(self.wrong_sign, said)
        return False

    def _is_coarse_enough(self, text: str, complain: Complain) -> bool:
        if self.decimals is None or len(text.partition(".")[2]) <= self.decimals:
            return True
        complain(
            self.too_fine,
            f"{self.column} {quoted(text)} has more than {self.decimals} decimals. "
            f"Round it to {self.decimals}.",
        )
        return False

    def _is_in_bounds(self, number: Decimal, text: str, complain: Complain) -> bool:
        if number.copy_abs() <= LARGEST_NUMBER:
            return True
        complain(
            "ERR_POS_027",
            f"{self.column} {quoted(text)} is over 1 billion. Correct it, or split the position.",
        )
        return False


@dataclass(frozen=True, slots=True)
class DateRule:
    """A day as YYYY-MM-DD; with `too_late` up to the horizon, with `too_early` from its start."""

    column: str
    unreadable: str
    missing: str = ""
    too_late: str = ""
    too_early: str = ""

    def read(self, text: str, horizon: Horizon, complain: Complain) -> date | None:
        """The day in `text`; None if blank or not allowed."""
        if not text:
            if self.missing:
                complain(self.missing, f"{self.column} is missing. Write it as YYYY-MM-DD.")
            return None
        day = self._day(text, complain)
        if day is None:
            return None
        late = horizon.why_too_late(day) if self.too_late else None
        if late:
            complain(self.too_late, f"{self.column} {day} {late}")
        early = bool(self.too_early) and day < horizon.first_day
        if early:
            complain(
                self.too_early,
                f"{self.column} {day} is over 100 years ago. Write a day from "
                f"{horizon.first_day} on.",
            )
        return None if late or early else day

    def accepts(self, cells: "Expr", horizon: Horizon) -> "Expr":
        """Where `read` is sure to give a day; a leap day is left to it."""
        first = horizon.first_day if self.too_early else date.min
        last = horizon.last_day if self.too_late else date.max
        in_time = (cells >= first.isoformat()) & (cells <= last.isoformat())
        return cells.str.contains(_DAY_OF_ANY_YEAR) & in_time

    def _day(self, text: str, complain: Complain) -> date | None:
        said = "is not a date. Write it as YYYY-MM-DD with leading zeros, such as 2024-01-15."
        if _ISO_DATE.fullmatch(text):
            if day := _calendar_day(text):
                return day
            said = "is no day of the calendar. Write a day that exists."
        complain(self.unreadable, f"{self.column} {quoted(text)} {said}")
        return None


@lru_cache(maxsize=4096)  # one object for each number: files repeat many, and they are large
def _number(text: str) -> Decimal:
    return Decimal(text)


@lru_cache(maxsize=4096)  # one object for each day: a file of 100,000 rows has few days
def _calendar_day(iso: str) -> date | None:
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class ChoiceRule:
    """One of a few words, in any case."""

    column: str
    unknown: str
    choices: tuple[str, ...]

    def read(self, text: str, complain: Complain) -> str | None:
        """The word in `text` in upper case; None if blank or not one of the choices."""
        if not text or text.upper() in self.choices:
            return intern(text.upper()) if text else None
        complain(
            self.unknown, f"{self.column} {quoted(text)} is unknown. Use {listed(self.choices)}."
        )
        return None


@dataclass(frozen=True, slots=True)
class SymbolRule:
    """A symbol without blanks, stored in upper case."""

    column: str
    longest: int
    too_long: str
    wrong_characters: str

    def allows(self, text: str) -> bool:
        """Whether a symbol may have these characters and this length."""
        return bool(_SYMBOL_CHARACTERS.fullmatch(text)) and len(text) <= self.longest

    def accepts(self, cells: "Expr") -> "Expr":
        """Where `read` is sure to give a symbol."""
        is_short = cells.str.len_bytes() <= self.longest
        return cells.str.contains(f"^{_SYMBOL_CHARACTERS.pattern}$") & is_short

    def read(self, text: str, complain: Complain) -> str | None:
        """The symbol in `text`; None if blank or not allowed."""
        wrong = bool(text) and not _SYMBOL_CHARACTERS.fullmatch(text)
        if wrong:
            complain(
                self.wrong_characters,
                f"{self.column} {quoted(text)} has characters that no symbol has. "
                "Use letters, digits, '.', '_', '-' and '/' only.",
            )
        if len(text) > self.longest:
            complain(
                self.too_long,
                f"{self.column} {quoted(text)} is longer than {self.longest} characters. "
                "Shorten it.",
            )
        return None if wrong or not text or len(text) > self.longest else text.upper()


def _how_to_write(column: str, text: str) -> str:
    """What to write instead of a number that is not plain, the number itself where it is clear."""
    bare = text.replace("\N{MINUS SIGN}", "-").replace("$", "").replace(" ", "")
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    sign = "-" if bare.startswith("-") else ""
    digits = bare.removeprefix("-")
    if _THOUSANDS.fullmatch(digits):
        digits = digits.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(digits):
        digits = digits.replace(",", ".")
    clear = PLAIN_NUMBER.fullmatch(sign + digits)
    instead = shortened(sign + digits) if clear else "digits and a decimal point, such as 1234.50"
    return f"{column} {quoted(text)} is not a plain number. Write {instead}."
