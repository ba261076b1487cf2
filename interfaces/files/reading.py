"""Turns uploaded bytes into records: encoding, delimiter, quotes, comments, line numbers.

Spec 3.1, reading rules. Knows no format's columns: the template and each broker format bring
their own. Nothing here raises on any bytes: what cannot be read is a `Problem`. Time is linear in
the file; at any moment one decoded copy or one record is held beside the bytes.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from string import whitespace

from interfaces.files.formula_guard import restored

SIZE_LIMIT_BYTES = 10 * 1024 * 1024
"""Largest file accepted: 10 MB (ERR_CSV_001)."""

ROW_LIMIT = 100_000
"""Most rows after the header, and most records looked through for one."""

RECORD_LIMIT_CHARACTERS = 100_000
"""Longest record; over it a quotation mark is missing. Below csv's own limit of 131,072 a cell."""

DELIMITERS = (",", ";", "\t")

_SIGNATURES = {
    b"PK\x03\x04": "a spreadsheet or an archive",
    b"\xd0\xcf\x11\xe0": "a spreadsheet of an older kind (XLS)",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file",
}
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What makes a file, or a part of it, unreadable: a code of spec 3.2 and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Record:
    """The trimmed cells of one record and the physical line it starts on, the first being 1."""

    row: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Header:
    """The header row and the delimiter it revealed."""

    row: int
    cells: Sequence[str]
    delimiter: str


@dataclass(frozen=True, slots=True)
class Text:
    """A file known to be text, with the encoding that decodes all of it."""

    content: bytes
    encoding: str

    @property
    def delimiters(self) -> Sequence[str]:
        """Those of `DELIMITERS` whose byte occurs: no other needs a look at the whole file."""
        return [delimiter for delimiter in DELIMITERS if ord(delimiter) in self.content]

    def lines(self) -> Iterator[str]:
        """The physical lines as an editor counts them, each ended by a line feed or the file."""
        return io.TextIOWrapper(io.BytesIO(self.content), encoding=self.encoding, newline=None)


def open_text(content: bytes, file_name: str) -> Text | Problem:
    """The file as text, or why it is none: ERR_CSV_001, ERR_CSV_002 or ERR_CSV_006.

    UTF-8 with or without a mark, UTF-16 with one, Windows-1252 where UTF-8 does not fit.
    """
    if not file_name.strip().lower().endswith(".csv"):
        return Problem(
            "ERR_CSV_002", "The file's name does not end in .csv. Save it as CSV and upload that."
        )
    if len(content) > SIZE_LIMIT_BYTES:
        return Problem(
            "ERR_CSV_001", "The file is larger than 10 MB. Split it and import the parts."
        )
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            return _not_text(f"The file is {kind}")
    return _decoded(content)


def _not_text(what: str) -> Problem:
    return Problem("ERR_CSV_002", f"{what}, not text. Open it and save it as CSV (UTF-8).")


def _decoded(content: bytes) -> Text | Problem:
    marked = next((codec for mark, codec in _MARKS.items() if content.startswith(mark)), None)
    if marked != "utf-16" and b"\0" in content:
        return _not_text("The file holds NUL bytes: it is a program's own format")
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            if "\0" in content.decode(encoding):
                return _not_text("The file holds NUL characters: it is a program's own format")
        except UnicodeDecodeError as error:
            undecodable = error
        else:
            return Text(content, encoding)
    before = undecodable.object[: undecodable.start].decode(undecodable.encoding, "ignore")
    line = 1 + before.count("\n") + before.count("\r") - before.count("\r\n")
    return Problem(
        "ERR_CSV_006",
        f"Line {line} holds bytes that are no text in the file's encoding. Save it as CSV (UTF-8).",
    )


def find_header(text: Text, names_known: Callable[[Sequence[str]], int]) -> Header | None:
    """The first record that has at least two known names under one of the delimiters.

    `names_known` counts the column names it knows among cells. Where two delimiters find a
    header on one line, the one that finds more names is right.
    """
    found: list[Header] = []
    for delimiter in text.delimiters:
        last_row = min((header.row for header in found), default=None)
        for record in islice(records(text, delimiter), ROW_LIMIT):
            if isinstance(record, Problem):
                continue
            if last_row and record.row > last_row:
                break
            if names_known(record.cells) >= 2:
                found.append(Header(record.row, record.cells, delimiter))
                break
    return min(found, key=lambda header: (header.row, -names_known(header.cells)), default=None)


def rows_below(text: Text, header: Header) -> Iterator[Record | Problem]:
    """The records after the header; past `ROW_LIMIT` of them a problem, and no more."""
    return up_to_the_limit(
        item
        for item in records(text, header.delimiter)
        if isinstance(item, Problem) or item.row > header.row
    )


def up_to_the_limit(items: Iterable[Record | Problem]) -> Iterator[Record | Problem]:
    """The items; past `ROW_LIMIT` records a problem, and no more."""
    count = 0
    for item in items:
        count += isinstance(item, Record)
        if isinstance(item, Record) and count > ROW_LIMIT:
            yield too_many_rows(item.row)
            return
        yield item


def too_many_rows(row: int) -> Problem:
    """That the file has more than `ROW_LIMIT` rows; `row` is the line of the first beyond."""
    return Problem(
        "ERR_CSV_006",
        f"The file has over {ROW_LIMIT:,} rows: line {row} is the first too many. Split the file "
        "and import the parts.",
    )


def records(text: Text, delimiter: str) -> Iterator[Record | Problem]:
    """All records, header and all, without comments and blank ones; quotes as in RFC 4180.

    Cells are trimmed, then given back what keeps spreadsheets from running them. A quotation mark
    that is never closed is a problem of its own line: reading goes on below it, so that it hides
    no other row.
    """
    return records_of(Lines(text.lines()), delimiter)


def records_of(lines: "Lines", delimiter: str) -> Iterator[Record | Problem]:
    """The records of these lines. Each takes its own lines only, so one may stop after any."""
    feed = _Feed(lines, delimiter)
    reader = csv.reader(feed, delimiter=delimiter, skipinitialspace=True)
    while feed.begin():
        if feed.size > RECORD_LIMIT_CHARACTERS:
            yield Problem(
                "ERR_CSV_006",
                f"Line {feed.row} is longer than {RECORD_LIMIT_CHARACTERS:,} characters.",
            )
            continue
        cells = [cell.strip() for cell in next(reader)]
        if feed.has_apostrophes:
            cells = [restored(cell) for cell in cells]
        if feed.cut:
            yield feed.resume_below_the_open_quote()
        elif any(cells):
            yield Record(feed.row, cells)


class Lines(Iterator[str]):
    """Physical lines that can be looked at ahead, and the last ones put back.

    `row` is the number of the last one taken; the first of the file is 1.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        self.row = 0
        self._lines = lines
        self._ahead: list[str] = []  # those from `_next` on
        self._next = 0

    def __next__(self) -> str:
        """The next line."""
        if self._next < len(self._ahead):
            line = self._ahead[self._next]
            self._next += 1
        else:
            line = next(self._lines)
        self.row += 1
        return line

    def put_back(self, lines: Sequence[str]) -> None:
        """Let these lines, the last that were taken, come again."""
        self._ahead[: self._next] = lines
        self._next = 0
        self.row -= len(lines)

    def ahead(self, most: int) -> list[str]:
        """Up to `most` of the next lines, without taking them."""
        del self._ahead[: self._next]
        self._next = 0
        self._ahead.extend(islice(self._lines, max(0, most - len(self._ahead))))
        return self._ahead[:most]

    def skip(self, count: int) -> None:
        """Take as many of the lines that were looked at."""
        self._next += count
        self.row += count


class _Feed(Iterator[str]):
    """Hands csv.reader its lines, and knows what it does not tell.

    That is: the line a record began on; whether a line begins a record, so that it may be a
    comment; whether a record ended for want of lines (`cut`), which means an open quote; whether
    it has apostrophes, which few have.
    """

    def __init__(self, lines: Lines, delimiter: str) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._blank = delimiter + whitespace
        self._record: list[str] = []
        self._begun = self.cut = self.has_apostrophes = False
        self.row = self.size = 0

    def begin(self) -> bool:
        """Go to the next line that begins a record; False at the end of the file."""
        for line in self._lines:
            if line.strip(self._blank) and not line.lstrip().startswith("#"):
                self.row, self.size = self._lines.row, len(line)
                self._record = [line]
                self._begun = self.cut = False
                self.has_apostrophes = "'" in line
                return True
        return False

    def __next__(self) -> str:
        """The record's next line; none past the end of the file or over the record limit."""
        if not self._begun:
            self._begun = True
            return self._record[0]
        self.cut = True
        line = next(self._lines)
        self._record.append(line)
        self.size += len(line)
        self.has_apostrophes |= "'" in line
        if self.size > RECORD_LIMIT_CHARACTERS:
            raise StopIteration
        self.cut = False
        return line

    def resume_below_the_open_quote(self) -> Problem:
        """Give up the record up to the line where its quote opened; the lines below come again.

        Below that line the record holds no mark that could open another quote, hence each line
        is read at most twice.
        """
        opened = _index_of_open_quote(self._record, self._delimiter)
        self._lines.put_back(self._record[opened + 1 :])
        told = f"The quotation mark opened on line {self._lines.row} is not closed"
        if self.size > RECORD_LIMIT_CHARACTERS:
            told += f" within {RECORD_LIMIT_CHARACTERS:,} characters"
        return Problem("ERR_CSV_006", f"{told}. Close it or delete it.")


def _index_of_open_quote(lines: Sequence[str], delimiter: str) -> int:
    """Which of a record's lines opened the quote that its last line leaves open."""
    opened, state = 0, "start"
    for index, line in enumerate(lines):
        for character in line:
            if state == "quoted":
                state = "closing" if character == '"' else "quoted"
            elif character == '"' and state in ("start", "closing"):
                opened = index if state == "start" else opened
                state = "quoted"
            elif character == delimiter:
                state = "start"
            elif not (state == "start" and character == " "):
                state = "plain"
    return opened
