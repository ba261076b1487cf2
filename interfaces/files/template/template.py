"""Our own two formats, the 12-column template and the export (spec 3.1-3.4, 3.7).

Their rows become positions, or all their errors. A header with `Lot` makes the file an export.
"""

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import islice

from interfaces.files import export
from interfaces.files.choices import Choices, Horizon
from interfaces.files.guide import Guide
from interfaces.files.parsed_file import Findings, Layout, names
from interfaces.files.reading import (
    ROW_LIMIT,
    Header,
    Problem,
    Record,
    Text,
    find_header,
    records,
    rows_below,
)
from interfaces.files.template.columnar import PACE, ColumnarReading, Pace
from interfaces.files.template.columns import (
    ERROR,
    EXPORT_RULES,
    LOT,
    REQUIRED_COLUMNS,
    TEMPLATE_RULES,
    Rules,
)
from interfaces.files.template.lots import Lots, RowsTogether, SingleRows
from interfaces.files.template.row import WHOLE_ROW, Row
from interfaces.files.template.rows import RowReader

TEMPLATE_FILE_NAME = "sigmasight_portfolio_template.csv"
GUIDE = Guide(
    name="template",
    title="SigmaSight template",
    file_name=TEMPLATE_FILE_NAME,
    how_to_export="Download the template, fill in a row for each position, save it as CSV (UTF-8).",
    has_cost=True,
    has_entry_dates=True,
    where_cost="The column Entry Price Per Share has it.",
    where_dates="The column Entry Date has them.",
    assumptions=("Quantities are as of the opening of the portfolio, or of the entry if later.",),
    documentation="docs/import/template.md",
)

_ROWS_SHOWN = 20


def template_csv() -> bytes:
    """The template as it is served: instructions, header and an example of each kind, UTF-8."""
    return files("interfaces.files.template").joinpath(TEMPLATE_FILE_NAME).read_bytes()


def read(text: Text, choices: Choices, found: Findings, pace: Pace = PACE) -> None:
    """Read the file completely into `found`; what has no header of ours is told what is known."""
    header = find_header(text, _count_required)
    if header is None:
        _explain_missing_header(text, found)
    elif _words(LOT) in map(_words, header.cells):
        found.source_format = export.GUIDE.name
        _Reading(EXPORT_RULES, Lots(), choices.horizon, found).read(text, header, pace)
    else:
        found.source_format = GUIDE.name
        _Reading(TEMPLATE_RULES, SingleRows(), choices.horizon, found).read(text, header, pace)


def _explain_missing_header(text: Text, found: Findings) -> None:
    first: Record | Problem | None = None
    for item in islice(records(text, ","), ROW_LIMIT):
        first = first or item
        if isinstance(item, Problem):
            found.errors.add_for_file(item.code, item.message)
    if first is None:
        found.errors.add_for_file(
            "ERR_CSV_003", "The file is empty, comments aside. Start from the template."
        )
    elif isinstance(first, Record) and not found.errors.total:
        found.errors.add_for_file(
            "ERR_CSV_004",
            "The file is of no format that is known: exports of Schwab, Fidelity, Vanguard, "
            "E*TRADE and SigmaSight, and the template, whose header names "
            f"{', '.join(REQUIRED_COLUMNS)}. The first line reads {names(first.cells)}. Export "
            "the positions again, or start from the template.",
        )


class _Reading:
    """One file being read."""

    def __init__(
        self, rules: Rules, together: RowsTogether, horizon: Horizon, found: Findings
    ) -> None:
        self._rules = rules
        self._together = together
        self._horizon = horizon
        self._found = found

    def read(self, text: Text, header: Header, pace: Pace) -> None:
        """Read header and rows; everything found goes into positions, errors, warnings."""
        found = self._found
        first = next(records(text, header.delimiter))
        if not isinstance(first, Record) or first.row < header.row:
            found.warnings.append(
                f"What stands above the header in line {header.row} was not read."
            )
        places = self._read_header(header)
        has_any = self._read_rows(self._rows(text, header, places, pace), header, places)
        if not (has_any or self._together.positions()):
            found.errors.add_for_file(
                "ERR_CSV_003", "The file has a header but no rows. Add a row for each position."
            )
        found.positions = self._together.positions()
        further = self._together.further_rows()
        found.layout = Layout(header.delimiter, (header.row,), further)
        self._warn_of_rows(
            "Rows without an error were left out, because their lot has one in another row",
            self._together.rows_held_back(),
        )

    def _read_header(self, header: Header) -> Mapping[str, int]:
        """Where each column that is read stands; the first counts where one stands twice."""
        known = {_words(column): column for column in self._rules.columns}
        places: dict[str, int] = {}
        unknown: list[str] = []
        for index, name in enumerate(header.cells):
            column = known.get(_words(name))
            if column is None:
                unknown.append("" if _words(name) == _words(ERROR) else name)
            elif places.setdefault(column, index) != index:
                self._found.errors.add_for_file(
                    "ERR_CSV_006",
                    f"The header in line {header.row} has {column} twice, as columns "
                    f"{places[column] + 1} and {index + 1}. Delete or rename one.",
                )
        if any(unknown):
            self._found.warnings.append(
                f"Columns that are not known were not read: {names(unknown)}."
            )
        for column in REQUIRED_COLUMNS:
            if column not in places:
                self._found.errors.add_for_file(
                    "ERR_CSV_005",
                    f"The column {column} is missing from the header in line {header.row}. "
                    "Add it, as the template has it.",
                )
        return places

    def _rows(
        self, text: Text, header: Header, places: Mapping[str, int], pace: Pace
    ) -> Iterator[Record | Problem]:
        """What is below the header, apart from rows of a large file that are good for sure."""
        if isinstance(self._together, SingleRows) and pace.suits(text, header):
            reading = ColumnarReading(text, header, self._together, pace)
            return reading.rows_left(places, self._horizon)
        return rows_below(text, header)

    def _read_rows(
        self, rows: Iterator[Record | Problem], header: Header, places: Mapping[str, int]
    ) -> bool:
        """Read these rows; whether there was anything."""
        reader = RowReader(self._rules)
        anything = False
        for item in rows:
            anything = True
            if isinstance(item, Problem):
                self._found.errors.add_for_file(item.code, item.message)
                continue
            self._read_row(item, len(header.cells), places, reader)
        self._warn_of_rows(
            "Rows that look like options but have another Investment Class were read as that "
            "class, without their options columns",
            reader.mislabelled,
        )
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
        self._together.take(row, reader.read(row))
        for error in row.errors:
            if error.field in places or error.field not in REQUIRED_COLUMNS:
                self._found.errors.add(error)

    def _warn_of_rows(self, said: str, rows: Sequence[int]) -> None:
        if not rows:
            return
        shown = ", ".join(map(str, rows[:_ROWS_SHOWN]))
        more = f" and {len(rows) - _ROWS_SHOWN} more" if len(rows) > _ROWS_SHOWN else ""
        self._found.warnings.append(f"{said}: {shown}{more}.")


def _words(name: str) -> tuple[str, ...]:
    """What names of columns are compared by."""
    return tuple(name.replace("_", " ").casefold().split())


_REQUIRED = frozenset(map(_words, REQUIRED_COLUMNS))


def _count_required(cells: Sequence[str]) -> int:
    return len(_REQUIRED & set(map(_words, cells)))
