"""Hypothesis strategies of bad input: valid files of every format, mutated in up to four ways.

A mutation works on the bytes, so that it also meets what is no longer text. Places are shares of
the file in ten-thousandths; rows and cells are counted round, so that every number hits one.
"""

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import mul
from typing import TypeVar

from hypothesis import strategies as st

from tests.support.valid_files import FILES, ValidFile

Mutation = Callable[[bytes], bytes]

LARGEST_MUTANT = 400_000
"""Bytes that are kept of a mutant, so that thousands can be tried."""

_MOST_MUTATIONS = 4
_RECORD = 100_001  # one character over the longest record

_SCRAPS = (
    *(b'"', b'""', b'"\n', b'",', b"'", b"`", b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n"),
    *(b"\0", b"\x01", b"\x0b", b"\x0c", b"\x1b[31m", b"\x1a", b"\x7f", b"\xff", b"\x81", b"\xc3"),
    *(b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0"),
    *(
        text.encode()
        for text in ("\u0663", "\u2028", "\x85", "\u202e", "\u200b", "\xa0", "e\u0301")
    ),
    *("\U0001f4b8".encode(), "\uff11\uff12".encode(), "\u2212".encode(), "\ufeff".encode()),
    *(
        b"#",
        b"\n#",
        b"-",
        b"(",
        b"=1+1",
        b"@SUM(A1)",
        b"''=1",
        b"{}",
        b"{0}",
        b"%s",
        b"\\",
    ),
    *(b"9" * 40, b"A" * 120, b'"' + b"\n" * 500 + b'"'),
    *(b"<script>alert(1)</script>", b"'; DROP TABLE events; --", b"../../etc/passwd"),
)
_CELLS = (
    *("", " ", "-", "--", "n/a", "N/A", "null", "None", "NaN", "sNaN", "Infinity", "-inf", "TRUE"),
    *("0", "-0", "0.0", "+0", "1e9", "1E-400", "1e999999", "0x10", "1_000", "1.2.3", ".", "-."),
    *("9" * 19, "9" * 40, f"{'9' * 30}.{'9' * 30}", f"0.{'0' * 60}1", ".00000000001"),
    *(
        "1,234.50",
        "1.234,50",
        "$1,234.50",
        "($1.00)",
        "-$-5",
        "$",
        "%",
        "5%",
        "(((1)))",
        "€5",
        "+-1",
    ),
    *(
        "1000000000",
        "1000000000.01",
        "999999999999",
        "0.000001",
        "0.00000001",
        "1e-7",
        "٣٤٥",
        "\uff11\uff12",
    ),
    *(
        "2012-02-30",
        "0000-00-00",
        "0001-01-01",
        "9999-12-31",
        "1911-01-01",
        "2999-01-01",
        "20120101",
    ),
    *(
        "02/30/2012",
        "13/13/2012",
        "1/1/12",
        "12/31/0000",
        "Feb-30-2012",
        "Foo 31, 2012",
        "10/05/2012x",
    ),
    *("AAPL", "CASH", "CASH_USD", "TOTAL", "Account Total", "Pending activity", "BROKERAGELINK"),
    *("SPAXX**", "**", "FCASH**", "USD***", "SPY250919C00460000", "SPY   250919C00460000"),
    *("SPY991399C00460000", "SPY250919C00000000", " -SNDK270917C1500", "-SNDK999999C9999999"),
    *("QQQ Dec 31 '26 $600 Put", "QQQ Feb 31 '26 $600 Put", "QQQ Dec 31 '26 $1,2,3 Call"),
    *("MAR 12/28/2018 112.00 C", "MAR 99/99/2018 112.00 C", "MAR 12/28/2018 . C", "$0 Put"),
    *("OPTIONS", "PRIVATE", "PUBLIC", "CALL", "PUT", "CRYPTO", "\u017ftock", "ﬁ", "İ", "ß" * 100),
    *("Symbol", "Quantity", "Entry Date", "Account Number", "Lot", "Description", "Error"),
    *(
        "Positions for account as of",
        "X Lot Details",
        "Account Summary",
        "Date downloaded",
        "as of 1/1",
    ),
    *(
        "...",
        "XXXX-1",
        "=HYPERLINK(1)",
        "'=1",
        "''",
        '"',
        '""',
        "a\nb",
        "#",
        "#NAME?",
        "\x1b[2J",
        "\x00",
    ),
)
_FRAGMENTS = (b",", b"\n", b"\r\n", b'"', b"-", b".", b"2", b"0", b"A", b" ", b"/", b"$", b"e")
_LINE_ENDS = (b"\n", b"\r", b"\r\n", b"\n\r", b"\r\r\n", b"\x0b", b"\x0c", b"\x85", b"\n\n", b"")
_ENCODINGS = (
    *("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp1252", "latin-1"),
    *("shift_jis", "gb18030", "cp500", "ascii"),
)
_FIRST_BYTES = (
    *(b"PK\x03\x04", b"%PDF-1.7", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"\x89PNG\r\n", b"{\\rtf1"),
    *(b"<html>", b'{"a": 1}', b"sep=;\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"#\n", b'"'),
)


_NUMBER = re.compile(rb"[0-9][0-9,./-]*")


@dataclass(frozen=True)
class Mutant:
    """A file as a user's machine might send it, with what may be said beside it."""

    file_name: str
    content: bytes
    source_account: str
    default_entry_date: str
    uses_last_price: bool
    accepts_valid: bool


def _at(content: bytes, place: int) -> int:
    return place * len(content) // 10_000


def _inserted(place: int, scrap: bytes) -> Mutation:
    return lambda content: content[: _at(content, place)] + scrap + content[_at(content, place) :]


def _cut_out(first: int, last: int) -> Mutation:
    return lambda content: content[: _at(content, first)] + content[_at(content, last) :]


def _flipped(place: int, bits: int) -> Mutation:
    def mutate(content: bytes) -> bytes:
        at = _at(content, place)
        return (
            content[:at] + bytes(byte ^ bits for byte in content[at : at + 1]) + content[at + 1 :]
        )

    return mutate


def _replaced(old: bytes, new: bytes, most: int) -> Mutation:
    return lambda content: content.replace(old, new, most)


def _recoded(encoding: str) -> Mutation:
    return lambda content: content.decode("utf-8", "replace").encode(encoding, "replace")


def _half_recoded(place: int, encoding: str) -> Mutation:
    def mutate(content: bytes) -> bytes:
        at = _at(content, place)
        return content[:at] + _recoded(encoding)(content[at:])

    return mutate


def _on_lines(change: Callable[[list[bytes], int], None], number: int) -> Mutation:
    """`change` gets the lines with their ends, and the index of the one meant."""

    def mutate(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        if lines:
            change(lines, number % len(lines))
        return b"".join(lines)

    return mutate


def _with_cell(row: int, column: int, cell: bytes) -> Mutation:
    def change(lines: list[bytes], index: int) -> None:
        cells = lines[index].split(b",")
        place = column % len(cells)
        end = lines[index][len(lines[index].rstrip(b"\r\n")) :] if place == len(cells) - 1 else b""
        cells[place] = cell + end
        lines[index] = b",".join(cells)

    return _on_lines(change, row)


def _with_number(count: int, text: bytes) -> Mutation:
    """Another text for one of the file's numbers or days, whatever cell it stands in."""

    def mutate(content: bytes) -> bytes:
        found = list(_NUMBER.finditer(content))
        if not found:
            return content
        start, end = found[count % len(found)].span()
        return content[:start] + text + content[end:]

    return mutate


def _line_repeated(row: int, times: int) -> Mutation:
    def change(lines: list[bytes], index: int) -> None:
        lines[index] *= times

    return _on_lines(change, row)


def _line_moved(row: int, to: int) -> Mutation:
    def change(lines: list[bytes], index: int) -> None:
        lines.insert(to % len(lines), lines.pop(index))

    return _on_lines(change, row)


def _line_ended(row: int, end: bytes) -> Mutation:
    def change(lines: list[bytes], index: int) -> None:
        lines[index] = lines[index].rstrip(b"\r\n") + end

    return _on_lines(change, row)


def _line_widened(row: int, more: bytes) -> Mutation:
    def change(lines: list[bytes], index: int) -> None:
        line = lines[index].rstrip(b"\r\n")
        lines[index] = line + more + lines[index][len(line) :]

    return _on_lines(change, row)


def _every_line_ended(ends: list[bytes]) -> Mutation:
    """The ends in turn, one line after the other: mixed where there are several."""

    def mutate(content: bytes) -> bytes:
        lines = content.splitlines()
        return b"".join(line + ends[index % len(ends)] for index, line in enumerate(lines))

    return mutate


def _header_repeated(times: int, *, within_its_line: bool, at: int) -> Mutation:
    """The widest line is taken for the header; it comes again further down, or goes on."""

    def mutate(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        if not lines:
            return content
        widest = max(range(len(lines)), key=lambda index: lines[index].count(b","))
        header = lines[widest].rstrip(b"\r\n")
        if within_its_line:
            lines[widest] = b",".join([header] * (times + 1)) + b"\n"
        else:
            lines[at % len(lines)] += (header + b"\n") * times
        return b"".join(lines)

    return mutate


Value = TypeVar("Value")


def mostly(
    usual: st.SearchStrategy[Value], other: st.SearchStrategy[Value], times: int
) -> st.SearchStrategy[Value]:
    """`usual` so many times as often as `other`."""
    return st.integers(0, times).flatmap(lambda number: other if number == times else usual)


_places = st.integers(0, 10_000)
_numbers = st.integers(0, 60)
_huge = st.builds(
    mul, st.sampled_from([b"x", b"9", b'"', b",", b"\n", b"a,"]), st.sampled_from([5_000, _RECORD])
)
_scraps = mostly(st.sampled_from(_SCRAPS), st.one_of(st.binary(max_size=8), _huge), 3)
nasty_texts = mostly(
    st.sampled_from(_CELLS),
    st.one_of(
        st.text(max_size=12),
        st.text(alphabet='09.,-+$()%eE_ \t"#/:CALP*\u0663\u2212€', max_size=12),
    ),
    3,
)
_cells = nasty_texts.map(lambda text: text.encode("utf-8", "surrogatepass"))
_other_files = st.one_of(*FILES.values()).map(lambda file: file.content)

_in_a_cell: st.SearchStrategy[Mutation] = st.one_of(
    st.builds(_with_cell, _numbers, _numbers, _cells),
    st.builds(_with_number, _numbers, _cells),
    st.builds(_inserted, _places, _scraps),
)
_in_the_file: st.SearchStrategy[Mutation] = st.one_of(
    st.builds(_inserted, _places, _other_files),
    st.builds(_cut_out, _places, st.just(10_000)),
    st.builds(_cut_out, _places, _places),
    st.builds(_flipped, _places, st.integers(1, 255)),
    st.builds(
        _replaced,
        st.sampled_from(_FRAGMENTS),
        st.sampled_from(_SCRAPS),
        st.sampled_from([1, 3, -1]),
    ),
    st.builds(
        _replaced, st.just(b","), st.sampled_from([b";", b"\t", b"|", b" ", b",,"]), st.just(-1)
    ),
    st.builds(_recoded, st.sampled_from(_ENCODINGS)),
    st.builds(_half_recoded, _places, st.sampled_from(_ENCODINGS)),
    st.builds(_line_repeated, _numbers, st.sampled_from([0, 0, 2, 3, 1_500])),
    st.builds(_line_moved, _numbers, _numbers),
    st.builds(_line_ended, _numbers, st.sampled_from(_LINE_ENDS)),
    st.builds(
        _line_widened, _numbers, st.sampled_from([b",", b",1", b",,,,,,,,", b" ", b'"', b";1"])
    ),
    st.builds(_every_line_ended, st.lists(st.sampled_from(_LINE_ENDS), min_size=1, max_size=4)),
    st.builds(
        _header_repeated,
        st.sampled_from([1, 1, 2, 300]),
        within_its_line=st.booleans(),
        at=_numbers,
    ),
    st.builds(_inserted, st.just(0), st.sampled_from(_FIRST_BYTES)),
    st.just(gzip.compress),
)
mutations = st.one_of(_in_a_cell, _in_the_file)

file_names = st.one_of(
    st.sampled_from(
        [
            *(
                "",
                ".csv",
                "p.CSV",
                "p.csv ",
                "p.csv.exe",
                "p",
                "p.xlsx",
                "-Positions.csv",
                "\x1b.csv",
            ),
            *("X-Positions-2026-13-45-999999.csv", "Portfolio_Positions_Foo-99-9999.csv", "ﬁ.csv"),
            *(
                "../../p.csv",
                "C:\\p.csv",
                "a\r\nb.csv",
                "\0.csv",
                "\u202evsc.csv",
                "{}.csv",
                "'.csv",
            ),
            *("x" * 10_000 + ".csv", "\U0001f4b8" * 300 + ".csv", "a\x00.csv", "%00.csv", '"".csv'),
        ]
    ),
    st.text(max_size=12).map(lambda text: f"{text}.csv"),
)
_accounts = st.one_of(
    st.sampled_from(
        ["1111", "X1", " ", "{}", "O'Hara", 'say "A"', "\\", "x" * 2_000, "\x1b[2J", "\0"]
    ),
    st.text(max_size=12),
)
_days = st.one_of(st.sampled_from(_CELLS), st.text(max_size=12))


@st.composite
def mutants(draw: st.DrawFn, kind: str) -> Mutant:
    """Mutants of one kind of `FILES`, with choices that mostly suit it."""
    file: ValidFile = draw(FILES[kind])
    content = file.content
    for mutate in draw(st.lists(mutations, min_size=1, max_size=_MOST_MUTATIONS)):
        content = mutate(content)[:LARGEST_MUTANT]
    return Mutant(
        file_name=draw(mostly(st.just(file.file_name), file_names, 9)),
        content=content,
        source_account=draw(mostly(st.just(file.source_account), _accounts, 9)),
        default_entry_date=draw(mostly(st.sampled_from(["2012-12-31"] * 3 + [""]), _days, 4)),
        uses_last_price=draw(st.booleans()),
        accepts_valid=draw(st.booleans()),
    )
