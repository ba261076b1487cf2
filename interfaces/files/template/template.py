"""The 12-column template: a file's bytes into positions, or into all its errors (spec 3.1-3.4).

Pure: no clock, no files, no HTTP. Every way in (API, web page, command line, demo) calls `parse`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from importlib.resources import files
from itertools import islice

from domain.position import PositionTerms
from interfaces.files.parsed_file import ErrorList, ParsedFile
from interfaces.files.reading import (
    ROW_LIMIT,
    Header,
    Problem,
    Record,
    Text,
    find_header,
    open_text,
    records,
    rows_below,
)
from interfaces.files.template.cell_rules import Horizon, quoted
from interfaces.files.template.columns import COLUMNS, REQUIRED_COLUMNS
from interfaces.files.template.row import WHOLE_ROW, Row
from interfaces.files.template.rows import RowReader

SOURCE_FORMAT = "template"
TEMPLATE_FILE_NAME = "sigmasight_portfolio_template.csv"

_NAMES_SHOWN = 20


def template_csv() -> bytes:
    """The template as it is served: instructions, header and an example of each kind, UTF-8."""
    return files("interfaces.files").joinpath(TEMPLATE_FILE_NAME).read_bytes()


def parse(
    content: bytes, file_name: str, today: date, market_end: date | None = None
) -> ParsedFile:
    """Read a template file completely; never raises, whatever the bytes.

    Args:
        content: the file; over 10 MB is ERR_CSV_001.
        file_name: as the user's machine calls it; must end in .csv.
        today: the date in New York at the time of the request.
        market_end: the last day of the portfolio's market if that has ended (the sample market,
            spec 5.2): later entries and exits are ERR_POS_012 and ERR_POS_016.
    """
    parsing = _Parsing(Horizon(today, market_end))
    text = open_text(content, file_name)
    if isinstance(text, Problem):
        parsing.errors.add_for_file(text.code, text.message)
    else:
        parsing.read(text)
    return ParsedFile(
        source_format=SOURCE_FORMAT,
        sha256=sha256(content).hexdigest(),
        positions=tuple(parsing.positions),
        errors=tuple(parsing.errors.listed),
        total_errors=parsing.errors.total,
        warnings=tuple(parsing.warnings),
    )


class _Parsing:
    """One file being read: what was found so far."""

    def __init__(self, horizon: Horizon) -> None:
        self._horizon = horizon
        self.positions: list[PositionTerms] = []
        self.errors = ErrorList()
        self.warnings: list[str] = []

    def read(self, text: Text) -> None:
        """Read header and rows; everything found goes into positions, errors, warnings."""
        header = find_header(text, _count_required)
        if header is None:
            self._explain_missing_header(text)
            return
        first = next(records(text, header.delimiter))
        if not isinstance(first, Record) or first.row < header.row:
            self.warnings.append(f"What stands above the header in line {header.row} was not read.")
        columns = self._read_header(header)
        if not self._read_rows(text, header, columns):
            self.errors.add_for_file(
                "ERR_CSV_003", "The file has a header but no rows. Add a row for each position."
            )

    def _explain_missing_header(self, text: Text) -> None:
        found = list(islice(records(text, ","), ROW_LIMIT))
        problems = [item for item in found if isinstance(item, Problem)]
        for problem in problems:
            self.errors.add_for_file(problem.code, problem.message)
        if not found:
            self.errors.add_for_file(
                "ERR_CSV_003", "The file is empty, comments aside. Start from the template."
            )
        elif isinstance(found[0], Record) and not problems:
            self.errors.add_for_file(
                "ERR_CSV_004",
                "The file has no header row: no line names at least two of "
                f"{', '.join(REQUIRED_COLUMNS)}. The first line reads {_names(found[0].cells)}. "
                "Start from the template.",
            )

    def _read_header(self, header: Header) -> Mapping[str, int]:
        """Where each known column stands; the first counts where one stands twice."""
        known = {_plain(column): column for column in COLUMNS}
        places: dict[str, int] = {}
        unknown: list[str] = []
        for index, name in enumerate(header.cells):
            column = known.get(_plain(name))
            if column is None:
                unknown.append(name)
            elif places.setdefault(column, index) != index:
                self.errors.add_for_file(
                    "ERR_CSV_006",
                    f"The header in line {header.row} has {column} twice, as columns "
                    f"{places[column] + 1} and {index + 1}. Delete or rename one.",
                )
        if any(unknown):
            self.warnings.append(f"Columns that are not known were not read: {_names(unknown)}.")
        for column in REQUIRED_COLUMNS:
            if column not in places:
                self.errors.add_for_file(
                    "ERR_CSV_005",
                    f"The column {column} is missing from the header in line {header.row}. "
                    "Add it, as the template has it.",
                )
        return places

    def _read_rows(self, text: Text, header: Header, places: Mapping[str, int]) -> bool:
        """Read the rows below the header; whether there was anything."""
        reader = RowReader()
        anything = False
        for item in rows_below(text, header):
            anything = True
            if isinstance(item, Problem):
                self.errors.add_for_file(item.code, item.message)
                continue
            self._read_row(item, len(header.cells), places, reader)
        self._warn_of_mislabelled(reader.mislabelled)
        return anything

    def _read_row(
        self, record: Record, width: int, places: Mapping[str, int], reader: RowReader
    ) -> None:
        cells = record.cells
        texts = {column: cells[place] for column, place in places.items() if place < len(cells)}
        row = Row(record.row, texts, self._horizon)
        if len(cells) > width:
            row.complain(
                WHOLE_ROW,
                "ERR_POS_025",
                f"The row has {len(cells)} cells, the header only {width}. Write numbers without "
                "thousands separators, put text with a separator in quotation marks, and delete "
                "separators at the end of the row.",
            )
        position = reader.read(row)
        for error in row.errors:
            if error.field in places or error.field not in REQUIRED_COLUMNS:
                self.errors.add(error)
        if position is not None:
            self.positions.append(position)

    def _warn_of_mislabelled(self, rows: Sequence[int]) -> None:
        if not rows:
            return
        shown = ", ".join(map(str, rows[:_NAMES_SHOWN]))
        more = f" and {len(rows) - _NAMES_SHOWN} more" if len(rows) > _NAMES_SHOWN else ""
        self.warnings.append(
            f"Rows that look like options but have another Investment Class were read as that "
            f"class, without their options columns: {shown}{more}."
        )


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").split()).casefold()


_REQUIRED = frozenset(map(_plain, REQUIRED_COLUMNS))


def _count_required(cells: Sequence[str]) -> int:
    return len(_REQUIRED & set(map(_plain, cells)))


def _names(names: Sequence[str]) -> str:
    named = [name for name in names if name]
    shown = ", ".join(quoted(name) for name in named[:_NAMES_SHOWN])
    more = len(named) - _NAMES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
