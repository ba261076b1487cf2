"""What parsing a file gives: positions, or everything that is wrong with it (spec 3.2, 3.3)."""

from dataclasses import dataclass, field

from domain.position import PositionTerms

ERRORS_LISTED = 1_000
"""Most errors an answer lists; all are counted."""

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
class ParsedFile:
    """A parsed file. It may be imported only where `total_errors` is 0.

    `positions` are those of the rows without an error, in file order, so that a preview can show
    them beside the errors. `errors` are in file order, the first `ERRORS_LISTED` of
    `total_errors`. `warnings` are sentences. `sha256` is the digest of the bytes, in hex.
    """

    source_format: str
    sha256: str
    positions: tuple[PositionTerms, ...]
    errors: tuple[FileError, ...]
    total_errors: int
    warnings: tuple[str, ...]


@dataclass(slots=True)
class ErrorList:
    """Errors as they are found: all counted, the first `ERRORS_LISTED` kept."""

    listed: list[FileError] = field(default_factory=list)
    total: int = 0

    def add(self, error: FileError) -> None:
        """Count `error`, and keep it while there is room."""
        self.total += 1
        if len(self.listed) < ERRORS_LISTED:
            self.listed.append(error)

    def add_for_file(self, code: str, message: str) -> None:
        """Count an error of the whole file."""
        self.add(FileError(None, None, None, code, None, message))


def shortened(value: str) -> str:
    """`value` on one line and at most `QUOTED_CHARACTERS` long, to be given back to the user."""
    line = " ".join(value[: 2 * QUOTED_CHARACTERS].split())
    return line if len(line) <= QUOTED_CHARACTERS else line[: QUOTED_CHARACTERS - 1] + "…"
