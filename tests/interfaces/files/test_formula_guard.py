"""Specification of the formula guard: nothing runs, nothing is lost (spec 9.3)."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from interfaces.files.formula_guard import neutralised, restored
from interfaces.files.reading import Record, Text, open_text, records
from interfaces.files.writing import csv_text

RUNNABLE = re.compile(r"[=+\-@\t\r\n]")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
cells = st.one_of(
    st.text(alphabet="'=+-@\t\r 15.aA", max_size=6),
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1+1", "'+1+1"),
        ("-SNDK270917C1500", "'-SNDK270917C1500"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("-", "'-"),
        ("--", "'--"),
        ("-$5.94", "'-$5.94"),
        ("+1e5", "'+1e5"),
        ("-5\n", "'-5\n"),
        ("'=1+1", "''=1+1"),
        ("''-5", "'''-5"),
        ("'-5", "''-5"),
    ],
)
def test_what_might_run_gets_one_apostrophe(cell: str, written: str) -> None:
    assert neutralised(cell) == written
    assert restored(written) == cell


@pytest.mark.parametrize(
    "cell", ["", "AAPL", "1=1", "-5", "+5", "-.5", "-1234.50", "'", "'AAPL", "it's"]
)
def test_what_cannot_run_and_numbers_stay_as_they_are(cell: str) -> None:
    assert neutralised(cell) == cell
    assert restored(cell) == cell


@given(cells)
def test_no_cell_runs_and_none_loses_a_character(cell: str) -> None:
    written = neutralised(cell)
    assert not RUNNABLE.match(written) or NUMBER.fullmatch(written)
    assert restored(written) == cell


@example(rows=[["'\r1"]], delimiter=",")
@given(
    rows=st.lists(
        st.lists(cells.map(str.strip), min_size=1, max_size=4).filter(any), min_size=1, max_size=5
    ),
    delimiter=st.sampled_from(",;\t"),
)
def test_records_are_read_back_as_they_were_written(rows: list[list[str]], delimiter: str) -> None:
    header = ["A", "B"]
    content = csv_text([header, *rows], delimiter).encode()
    text = open_text(content, "p.csv")
    assert isinstance(text, Text)
    read = [item.cells for item in records(text, delimiter) if isinstance(item, Record)]
    line_ends_are_one = [
        [cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row] for row in rows
    ]
    assert read == [header, *line_ends_are_one]
