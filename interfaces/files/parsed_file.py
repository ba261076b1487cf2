"""What parsing a file gives: positions, and everything that is wrong with it (spec 3.2, 3.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from domain.position import PositionTerms
from domain.position_import import Assumption

ERRORS_LISTED = 1_000
"""Most errors an answer lists; all are counted."""

ERRORS_KEPT = 100_000
"""Most errors of rows that may be left out, so that they fit into the memory."""

QUOTED_CHARACTERS = 100
"""Most characters of a value given back."""


@dataclass(frozen=True, slots=True)
class FileError:
    """One thing wrong, as the answer lists it.

    `row` is the physical line; `field` the template's column name, or `row` or `options columns`
    where no single column is at fault. Errors of the whole file have only code and message.
    """

    row: int | None
    symbol: str | None
    field: str | None
    code: str
    value: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file is written: its delimiter, and the physical lines of its headers.

    `further_rows` has, by the `row` of a position, its other lines: further parts of its lot.
    """

    delimiter: str
    header_rows: tuple[int, ...]
    further_rows: Mapping[int, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFile:
    """A parsed file.

    `positions` are those of the rows without an error, in file order. All of the file may be
    imported only where `total_errors` is 0; its good rows where every error has a row. `errors`
    are in file order, the first `ERRORS_LISTED` of `total_errors`, or all where the request asked
    for the good rows and these may come in. `warnings` are sentences. `sha256` is the digest of
    the bytes, in hex. `source_format` is None where the format is not recognised.

    Of a broker's file: `accounts` are those in the file, `account` the chosen one, `as_of` its own
    date, None where it names none; `cash` is the sum of its cash rows, None without any;
    `last_prices` are USD a unit by symbol; `assumptions` what was concluded beyond the text.
    """

    source_format: str | None
    sha256: str
    positions: tuple[PositionTerms, ...]
    errors: tuple[FileError, ...]
    total_errors: int
    warnings: tuple[str, ...]
    accounts: tuple[str, ...]
    account: str | None
    as_of: date | None
    cash: Decimal | None
    last_prices: Mapping[str, Decimal]
    assumptions: tuple[Assumption, ...]
    layout: Layout | None

    @property
    def refuses_file(self) -> bool:
        """Whether something is wrong with the file as a whole, so that no row may come in."""
        return any(error.row is None for error in self.errors)


@dataclass(slots=True)
class ErrorList:
    """Errors as they are found: all counted, the first `most` kept."""

    most: int = ERRORS_LISTED
    listed: list[FileError] = field(default_factory=list)
    total: int = 0

    def add(self, error: FileError) -> None:
        """Count `error`, and keep it while there is room."""
        self.total += 1
        if len(self.listed) < self.most:
            self.listed.append(error)

    def add_for_file(self, code: str, message: str) -> None:
        """Count an error of the whole file."""
        self.add(FileError(None, None, None, code, None, message))


@dataclass(slots=True)
class Findings:
    """What is found in a file while it is read; becomes a `ParsedFile`, whose fields it has."""

    errors: ErrorList
    source_format: str | None = None
    positions: Sequence[PositionTerms] = ()
    warnings: list[str] = field(default_factory=list)
    accounts: tuple[str, ...] = ()
    account: str | None = None
    as_of: date | None = None
    cash: Decimal | None = None
    last_prices: Mapping[str, Decimal] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()
    layout: Layout | None = None

    def parsed(self, sha256: str) -> ParsedFile:
        """All that was found, of the file with this digest."""
        return ParsedFile(
            source_format=self.source_format,
            sha256=sha256,
            positions=tuple(self.positions),
            errors=tuple(self.errors.listed),
            total_errors=self.errors.total,
            warnings=tuple(self.warnings),
            accounts=self.accounts,
            account=self.account,
            as_of=self.as_of,
            cash=self.cash,
            last_prices=self.last_prices,
            assumptions=self.assumptions,
            layout=self.layout,
        )


def shortened(value: str) -> str:
    """`value` on one line and at most `QUOTED_CHARACTERS` long, to be given back to the user.

    What cannot be seen, control characters among it, shows as a replacement character.
    """
    if len(value) <= QUOTED_CHARACTERS and value.isprintable() and " " not in value:
        return value
    line = " ".join(value[: 2 * QUOTED_CHARACTERS].split())
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    return line if len(line) <= QUOTED_CHARACTERS else line[: QUOTED_CHARACTERS - 1] + "…"


def quoted(text: str) -> str:
    """`text` as a message gives it back: on one line, shortened, in quotation marks."""
    return f"'{shortened(text)}'"


def listed(words: Sequence[str]) -> str:
    """`words` as a sentence lists them: A, B or C."""
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def names(texts: Sequence[str], most: int = 20) -> str:
    """The first of `texts`, each in quotation marks, and how many more there are."""
    named = [text for text in texts if text]
    shown = ", ".join(quoted(text) for text in named[:most])
    more = len(named) - most
    return f"{shown} and {more} more" if more > 0 else shown
