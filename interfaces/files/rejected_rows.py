"""The rows that an import leaves out: their errors, and a file to mend and import again."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import partial

from domain.position_import import LeftOutRow
from interfaces.files.brokers.broker_file import BrokerFormat
from interfaces.files.parsed_file import Layout, ParsedFile
from interfaces.files.reading import Problem, Record, Text, open_text, records
from interfaces.files.recognition import BROKERS
from interfaces.files.template.columns import ERROR
from interfaces.files.writing import csv_text


def left_out_rows(parsed: ParsedFile) -> tuple[LeftOutRow, ...]:
    """The rows with errors, in file order, each with its codes, none of them twice."""
    symbols: dict[int, str | None] = {}
    codes: dict[int, dict[str, None]] = {}
    for error in parsed.errors:
        if error.row is not None:
            symbols.setdefault(error.row, error.symbol)
            codes.setdefault(error.row, {})[error.code] = None
    return tuple(LeftOutRow(row, symbols[row], tuple(codes[row])) for row in codes)


def rejected_csv(content: bytes, file_name: str, parsed: ParsedFile) -> str:
    """The file without the rows that became positions, its errors in a column `Error`.

    All else stays as it is, apart from comments and blank lines: titles, totals, other accounts.
    So the file is of the same format, and what nobody mends has the same errors again; save the
    duplicate of a row that came in, which the portfolio then refuses as held already.

    Args:
        content: the file that was parsed.
        file_name: what it was called when it was parsed.
        parsed: what came of it; with all its errors, hence of `Choices.accepts_valid`.

    Raises:
        ValueError: the file has no rows that could be read.
    """
    text = open_text(content, file_name)
    if isinstance(text, Problem) or parsed.layout is None:
        raise ValueError("Only a file whose header was found has rejected rows.")
    layout = parsed.layout
    gone = _imported(parsed, layout)
    for broker in BROKERS:
        if broker.guide.name == parsed.source_format:
            gone |= _sums(broker, partial(_records, text, layout), file_name, gone)
    messages: dict[int, str] = {}
    for error in parsed.errors:
        if error.row is not None:
            messages[error.row] = " ".join(filter(None, [messages.get(error.row), error.message]))
    left = _records(text, layout, gone)
    return csv_text(_with_messages(left, layout, messages), layout.delimiter)


def _records(text: Text, layout: Layout, gone: Set[int]) -> Iterator[Record]:
    """The file's records without those that start on the lines `gone`."""
    for item in records(text, layout.delimiter):
        if isinstance(item, Record) and item.row not in gone:
            yield item


def _imported(parsed: ParsedFile, layout: Layout) -> Set[int]:
    rows = {position.row for position in parsed.positions if position.row is not None}
    further = (layout.further_rows.get(row, ()) for row in rows)
    return rows.union(*further)


def _sums(
    broker: BrokerFormat,
    without: Callable[[Set[int]], Iterable[Record]],
    file_name: str,
    imported: Set[int],
) -> Set[int]:
    """The rows that hold something only because the rows `imported` are gone.

    Such is the row of a symbol above its lots: it is their sum, and without them counts itself.
    The file is read anew for each look, since all of its records at once would fill the memory.
    """
    sums: Set[int] = frozenset()
    known = {held.row for held in broker.read(without(sums), file_name).holdings}
    while (
        risen := {held.row for held in broker.read(without(imported | sums), file_name).holdings}
        - known
    ):
        sums |= risen
    return sums


def _with_messages(
    left: Iterable[Record], layout: Layout, messages: Mapping[int, str]
) -> Iterator[Sequence[str]]:
    """The records' cells, headers with the column `Error`, rows with their messages in it."""
    place, is_new = 0, True
    for record in left:
        cells = list(record.cells)
        if record.row in layout.header_rows:
            names = [cell.casefold() for cell in cells]
            is_new = ERROR.casefold() not in names
            place = len(cells) if is_new else names.index(ERROR.casefold())
            yield [*cells, ERROR] if is_new else cells
        elif record.row in messages:
            cells.extend([""] * (place - len(cells)))
            yield [*cells[:place], messages[record.row], *cells[place + (not is_new) :]]
        else:
            yield cells
