"""Specification of reading bytes as records (spec 3.1, reading rules)."""

import codecs
from collections.abc import Sequence

import pytest

from interfaces.files.reading import (
    RECORD_LIMIT_CHARACTERS,
    ROW_LIMIT,
    SIZE_LIMIT_BYTES,
    Header,
    Problem,
    Record,
    Text,
    find_header,
    open_text,
    records,
    rows_below,
    up_to_the_limit,
)


def opened(content: bytes) -> Text:
    text = open_text(content, "positions.csv")
    assert isinstance(text, Text)
    return text


def read(content: bytes, delimiter: str = ",") -> list[tuple[int, list[str]] | str]:
    """Each record as (row, cells), each problem as its message."""
    return [
        (item.row, list(item.cells)) if isinstance(item, Record) else item.message
        for item in records(opened(content), delimiter)
    ]


def refused(content: bytes, file_name: str = "positions.csv") -> Problem:
    problem = open_text(content, file_name)
    assert isinstance(problem, Problem)
    return problem


def letters(cells: Sequence[str]) -> int:
    return len({"A", "B", "C"} & set(cells))


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("cp1252", b""),
    ],
)
def test_all_these_encodings_give_the_same_text(encoding: str, mark: bytes) -> None:
    assert read(mark + "café,€5".encode(encoding)) == [(1, ["café", "€5"])]


def test_utf_16_without_a_mark_is_not_text() -> None:
    assert refused("A,B".encode("utf-16-le")).code == "ERR_CSV_002"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_rows_are_counted_as_an_editor_does_whatever_ends_a_line(end: bytes) -> None:
    content = end.join([b"# one", b"", b"a,b", b" ,", b'"c', b'd",e', b"f,g"])
    assert read(content) == [(3, ["a", "b"]), (5, ["c\nd", "e"]), (7, ["f", "g"])]


def test_line_ends_may_be_mixed() -> None:
    assert read(b"a\r\nb\rc\nd\r\r\ne") == [
        (1, ["a"]),
        (2, ["b"]),
        (3, ["c"]),
        (4, ["d"]),
        (6, ["e"]),
    ]


def test_other_separators_of_unicode_end_no_line() -> None:
    assert read("a\u2028b\x0bc\x0cd\x85e\nf".encode()) == [
        (1, ["a\u2028b\x0bc\x0cd\x85e"]),
        (2, ["f"]),
    ]


def test_quotes_are_those_of_rfc_4180() -> None:
    content = b'"a, b","say ""yes""",""\n"2 lines\n# no comment",x, "spaced" ,5" pipe'
    assert read(content) == [
        (1, ["a, b", 'say "yes"', ""]),
        (2, ["2 lines\n# no comment", "x", "spaced", '5" pipe']),
    ]


def test_comments_and_blank_rows_are_passed_over_wherever_they_stand() -> None:
    content = b'#x\n \t# "an open quote\na,b\n,,\n  \n"",\n#\nc,d\n#'
    assert read(content) == [(3, ["a", "b"]), (8, ["c", "d"])]


def test_a_quoted_cell_is_no_comment() -> None:
    assert read(b'"#a",b') == [(1, ["#a", "b"])]


def test_blank_lines_inside_quotes_belong_to_the_cell() -> None:
    assert read(b'"one\n\n,,\n  \ntwo",b\n\nc') == [(1, ["one\n\n,,\n  \ntwo", "b"]), (7, ["c"])]


def test_the_apostrophe_that_keeps_a_cell_from_being_run_is_taken_off() -> None:
    content = b"'=1+1,'-5 , \"'@x\",''=1,it's,'AAPL"
    assert read(content) == [(1, ["=1+1", "-5", "@x", "'=1", "it's", "'AAPL"])]
    assert read(b'a;\'"\n"2\n\'=x";"\'=y\n"', ";")[1] == (2, ["2\n'=x", "=y"])


def test_values_are_trimmed_inside_quotes_too() -> None:
    assert read(b' a ,"\tb ",\xa0c') == [(1, ["a", "b", "c"])]


def test_an_open_quote_hides_no_other_row() -> None:
    assert read(b'a,b\n1,"2\n3,4\n5,6\n') == [
        (1, ["a", "b"]),
        "The quotation mark opened on line 2 is not closed. Close it or delete it.",
        (3, ["3", "4"]),
        (4, ["5", "6"]),
    ]


def test_an_open_quote_is_told_by_the_line_it_opens_on() -> None:
    content = b'#\n"two\nlines","then ""this""\nc,d'
    assert read(content) == [
        "The quotation mark opened on line 3 is not closed. Close it or delete it.",
        (4, ["c", "d"]),
    ]


def test_delimiters_and_doubled_quotes_inside_an_open_quote_open_no_other() -> None:
    assert read(b'a,"b\nc,""d\ne,f\n') == [
        "The quotation mark opened on line 1 is not closed. Close it or delete it.",
        (2, ["c", "d"]),
        (3, ["e", "f"]),
    ]


@pytest.mark.parametrize("first", [b'"a', b' "a', b'"a ""x', b'x,"a'])
def test_a_doubled_quote_behind_a_delimiter_opens_none_in_a_cell_that_is_quoted(
    first: bytes,
) -> None:
    assert read(first + b'\n,""b\nc') == [
        "The quotation mark opened on line 1 is not closed. Close it or delete it.",
        (2, ["", "b"]),
        (3, ["c"]),
    ]


def test_exactly_as_many_rows_as_the_limit_are_read_and_one_more_is_told() -> None:
    row = Record(2, ["x"])
    full = list(up_to_the_limit([row] * ROW_LIMIT))
    over = list(up_to_the_limit([*[row] * ROW_LIMIT, Record(7, ["y"]), Record(8, ["z"])]))

    assert full == [row] * ROW_LIMIT
    assert over[:-1] == full
    assert isinstance(over[-1], Problem)
    assert "line 7 is the first too many" in over[-1].message


def test_a_quote_left_open_in_a_long_file_costs_only_its_line() -> None:
    rows = b"a,b\n" * 30_000
    found = read(rows + b'1,"2\n' + rows)
    problems = [item for item in found if isinstance(item, str)]
    assert problems == [
        "The quotation mark opened on line 30001 is not closed within 100,000 characters. "
        "Close it or delete it."
    ]
    assert len(found) == 60_001
    assert found[-1] == (60_001, ["a", "b"])


def test_a_line_beyond_all_measure_is_a_problem_and_the_next_is_read() -> None:
    content = b"x" * (RECORD_LIMIT_CHARACTERS + 1) + b"\na,b"
    assert read(content) == ["Line 1 is longer than 100,000 characters.", (2, ["a", "b"])]


def test_a_record_is_as_long_as_the_limit_at_most_on_however_many_lines() -> None:
    half = "x" * (RECORD_LIMIT_CHARACTERS // 2 - 2)
    assert read(f'"{half}\n{half}x"'.encode()) == [(1, [f"{half}\n{half}x"])]
    assert read(b"x" * RECORD_LIMIT_CHARACTERS) == [(1, ["x" * RECORD_LIMIT_CHARACTERS])]
    assert read(f'"{half}\n{half}xx"'.encode()) == [
        "The quotation mark opened on line 1 is not closed within 100,000 characters. "
        "Close it or delete it.",
        (2, [f'{half}xx"']),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"x" * SIZE_LIMIT_BYTES,
        b'"' * SIZE_LIMIT_BYTES,
        b"," * SIZE_LIMIT_BYTES,
        b"\r" * SIZE_LIMIT_BYTES,
        b'a","\n' * (SIZE_LIMIT_BYTES // 5),
        b'"' + b"\r" * (SIZE_LIMIT_BYTES - 1),
    ],
    ids=["one line", "quotes", "commas", "blank lines", "quotes that open on every line", "blanks"],
)
def test_hostile_files_of_full_size_are_read_to_the_end(content: bytes) -> None:
    assert len(read(content)) < 1_000


def test_a_file_of_exactly_the_limit_is_read_and_one_byte_more_is_not() -> None:
    assert opened(b"\n" * SIZE_LIMIT_BYTES).encoding == "utf-8"
    assert refused(b"\n" * (SIZE_LIMIT_BYTES + 1)).code == "ERR_CSV_001"


@pytest.mark.parametrize("name", ["p.csv", "P.CSV", "my.positions.Csv"])
def test_the_file_name_ends_in_csv_in_any_case(name: str) -> None:
    assert isinstance(open_text(b"a", name), Text)


@pytest.mark.parametrize("name", ["", "p.xlsx", "csv", "p.csv.exe", "p.txt"])
def test_other_file_names_are_refused(name: str) -> None:
    assert refused(b"a", name).code == "ERR_CSV_002"


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest", b"%PDF-1.7", b"\x1f\x8brest", b"a,b\0c"],
    ids=["xlsx", "xls", "pdf", "gzip", "NUL"],
)
def test_what_is_not_text_is_refused(content: bytes) -> None:
    assert refused(content).code == "ERR_CSV_002"


def test_a_nul_character_in_utf_16_is_not_text() -> None:
    assert refused(codecs.BOM_UTF16_LE + "a\0b".encode("utf-16-le")).code == "ERR_CSV_002"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a\nb\r\nc\x81", 3),
        (codecs.BOM_UTF8 + b"a\nb\xff", 2),
        (codecs.BOM_UTF16_LE + "a\nb\n".encode("utf-16-le") + b"\x00\xd8", 3),
        (codecs.BOM_UTF16_LE + b"a\x00\n", 1),
    ],
    ids=["windows-1252", "utf-8 by its mark", "half a surrogate pair", "half a character"],
)
def test_undecodable_bytes_are_malformed_and_the_line_is_told(content: bytes, line: int) -> None:
    problem = refused(content)
    assert problem.code == "ERR_CSV_006"
    assert problem.message.startswith(f"Line {line} ")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_row_reveals_the_delimiter(delimiter: str) -> None:
    content = f"Title, with; both\n# A,B;C\nA{delimiter}B{delimiter}x,y;z\n1{delimiter}2".encode()
    header = find_header(opened(content), letters)
    assert header is not None
    assert (header.row, header.delimiter) == (3, delimiter)


def test_of_two_delimiters_on_one_line_the_one_with_more_names_is_right() -> None:
    header = find_header(opened(b"A;B;C;,A,B"), letters)
    assert header is not None
    assert header.delimiter == ";"


def test_a_single_name_is_no_header() -> None:
    assert find_header(opened(b"A,x\nB\nC;A,\n"), letters) is None


def test_a_quote_left_open_above_the_header_does_not_hide_it() -> None:
    header = find_header(opened(b'"My positions\nA,B\n1,2\nB,A\n'), letters)
    assert header == Header(2, ["A", "B"], ",")


def test_rows_below_the_header_are_limited_and_those_above_do_not_count() -> None:
    full = opened(b"t\nA,B\n" + b"1\n" * ROW_LIMIT)
    header = find_header(full, letters)
    assert header is not None
    assert sum(isinstance(item, Record) for item in rows_below(full, header)) == ROW_LIMIT
    *rows, last = rows_below(opened(full.content + b"\n2\n3\n"), header)
    assert len(rows) == ROW_LIMIT
    assert isinstance(last, Problem)
    assert last.code == "ERR_CSV_006"
    assert f"line {ROW_LIMIT + 4} is" in last.message


def test_the_search_for_a_header_ends_at_the_row_limit() -> None:
    assert find_header(opened(b"x\n" * (ROW_LIMIT + 1) + b"A,B\n"), letters) is None


def test_a_header_may_be_quoted_over_two_lines() -> None:
    text = opened(b'"x\ny",A,"B"\n1,2,3')
    assert find_header(text, letters) == Header(1, ["x\ny", "A", "B"], ",")
