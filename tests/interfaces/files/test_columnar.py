"""Specification of the fast path: by columns a file is read as row by row, only faster (9.1)."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.instrument import SHORTEST_OCC_SYMBOL, OptionTerms
from interfaces.files.choices import Choices, Horizon
from interfaces.files.parsed_file import ParsedFile
from interfaces.files.reading import ROW_LIMIT, Lines, Record, Text, find_header, records_of
from interfaces.files.template.cell_rules import DateRule, NumberRule, SymbolRule
from interfaces.files.template.columnar import PACE, ColumnarReading, Pace
from interfaces.files.template.columns import (
    COLUMNS,
    ENTRY_DATE_RULE,
    ENTRY_PRICE_RULE,
    EXIT_DATE_RULE,
    EXIT_PRICE_RULE,
    EXPIRATION_RULE,
    QUANTITY_RULE,
    STRIKE_RULE,
    SYMBOL_RULE,
    UNDERLYING_RULE,
)
from interfaces.files.template.lots import SingleRows
from interfaces.files.template.template import template_csv
from tests.support.large_files import (
    BY_COLUMNS,
    CHOICES,
    FAULTY,
    ROW_BY_ROW,
    TODAY,
    WAYS,
    large_file,
    memory_to_read,
    read,
)

HEADER = ",".join(COLUMNS)
GOOD = "AAPL,100,158.00,2024-01-15"
CALL = "SPY250919C00460000"


def read_alike(
    content: str | bytes, lines_at_once: int = 8_192, choices: Choices = CHOICES
) -> ParsedFile:
    """The file as read row by row, which must be the same by columns, field by field."""
    raw = content.encode() if isinstance(content, str) else content
    expected = read(raw, ROW_BY_ROW, choices)
    assert read(raw, Pace(large_bytes=0, lines_at_once=lines_at_once), choices) == expected
    return expected


def left(content: str | bytes, lines_at_once: int = 8_192) -> list[int]:
    """The lines that are left to be read plainly, in order."""
    text = Text(content.encode() if isinstance(content, str) else content, "utf-8")
    header = find_header(text, lambda cells: len({*cells} & {*COLUMNS}))
    assert header is not None
    pace = Pace(large_bytes=0, lines_at_once=lines_at_once)
    reading = ColumnarReading(text, header, SingleRows(), pace)
    places = {name: index for index, name in enumerate(header.cells) if name in COLUMNS}
    items = reading.rows_left(places, CHOICES.horizon)
    return [item.row for item in items if isinstance(item, Record)]


# What is proven


@pytest.mark.parametrize(
    "row",
    [
        GOOD,
        "msft,-75.5,380,2024-01-19,public,stock,,,,,,",
        "BRK.B,+0.000001,0.01,2024-03-31,PUBLIC",
        "CASH_USD,1,4250.75,2024-01-02",
        "CASH_USD,1,4250.75,2024-01-02,PRIVATE,MONEY_MARKET",
        "BTC,0.75,42500.00,2024-01-12,Private,Crypto",
        "MSFT,75,380.00,2024-01-19,PUBLIC,STOCK,,,,,2024-07-15,450.25",
        f"{CALL},2,45.20,2024-06-03",
        f"{CALL.lower()},-2,45.20,2024-06-03,options,call",
        f"{CALL},2,45.20,2025-09-19",
        "F250919P00012000,2,0.20,2024-06-03,OPTIONS",
        f"{CALL},2,45.20,2024-06-03,OPTIONS,,,,,,2024-07-15,0.05",
        " AAPL ,\t100 , 158.00,2024-01-15 ,,,,,,,,",
        '"AAPL","100","158.00","2024-01-15","","","","","","","",""',
        'AAPL,"100",158.00,"2024-01-15"',
    ],
)
def test_rows_of_common_kinds_are_proven(row: str) -> None:
    content = f"{HEADER}\n{row}\n"
    assert left(content) == []
    assert len(read_alike(content).positions) == 1


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("X,999999999,1001.00,2024-01-15", "ERR_POS_027"),
        (f"{CALL},999999999,10.01,2024-01-15", "ERR_POS_027"),
        ("X,999999999,1.00,2024-01-15,,,,,,,2024-01-16,1001.00", "ERR_POS_027"),
        ("X,1,1.00,2024-01-15,,,,,,,,2.00", "ERR_POS_017"),
        ("X,1,1.00,2024-01-15,,,,,,,2024-01-16,", "ERR_POS_017"),
        ("X,1,1.00,2024-01-15,,,,,,,,,,", "ERR_POS_025"),
        ("X,1,1.00,2024-01-15,,,,,,,,," + "x" * 100_000, "ERR_CSV_006"),
        (f"{CALL},1,1.00,2025-09-20", "ERR_POS_020"),
        (f"{CALL},1,1.00,2024-01-15,OPTIONS,PUT", "ERR_POS_024"),
    ],
)
def test_good_cells_do_not_make_a_good_row(row: str, code: str) -> None:
    file = read_alike(f"{HEADER},Notes\n{GOOD}\n{row}\n")
    assert [error.code for error in file.errors] == [code]


def test_an_option_that_says_it_is_none_is_warned_of_both_ways() -> None:
    content = f"{HEADER}\n{CALL},1,1.00,2024-01-15,PUBLIC"
    assert "2" in read_alike(content).warnings[0]


def test_comments_and_blank_lines_are_no_work() -> None:
    content = f'# a "quote\n{HEADER}\n\n \t# it\n{GOOD}\n , ,\t\n#\nMSFT,1,1.00,2024-01-15'
    assert left(content) == []
    assert [position.row for position in read_alike(content).positions] == [5, 8]


def test_what_is_not_sure_is_left_at_its_turn() -> None:
    rows = (GOOD, "A,0,1,2024-01-15", GOOD, "B,1,1,2024-02-28", ",#,", "C,1,1,2024-02-29")
    assert left("\n".join([HEADER, *rows])) == [3, 4, 6, 7]


def test_a_record_of_several_lines_hides_what_looks_like_rows_in_it() -> None:
    notes = "one\nA,1,1.00,2024-01-15\nB,1,1.00,2024-01-15\ntwo"
    content = f'{HEADER},Notes\n{GOOD},,,,,,,,,"{notes}"\nC,1,1.00,2024-01-15\n'
    for lines_at_once in (1, 2, 3, 8_192):
        assert left(content, lines_at_once) == [2]
        file = read_alike(content, lines_at_once)
        assert [position.symbol for position in file.positions] == ["AAPL", "C"]


def test_good_rows_are_proven_wherever_the_lines_at_once_end() -> None:
    rows = "".join(f"A{n},1,1.00,2024-01-15\n" for n in range(7))
    assert [left(f"{HEADER}\n{rows}", lines_at_once) for lines_at_once in (1, 2, 3)] == [[]] * 3


def test_a_mark_that_is_never_closed_costs_its_own_line_only() -> None:
    rows = "".join(f"A{n},1,1.00,2024-01-15\n" for n in range(3_000))
    content = f'{HEADER}\n{rows}X,"1,1.00,2024-01-15\n{rows.replace("A", "B")}'
    assert left(content) == []
    file = read_alike(content)
    assert len(file.positions) == 6_000
    assert [error.code for error in file.errors] == ["ERR_CSV_006"]


def test_of_duplicates_the_first_is_the_same_whichever_way_it_is_read() -> None:
    rows = (GOOD, "aapl,1,1,2024-01-15", "B,0,1,2024-01-15", "B,1,1,2024-01-15", f"{CALL},1,1,")
    occ = ("SPY   250919C00460000,1,1,2024-01-15", ",1,1,2024-01-15,,,SPY,460,2025-09-19,CALL")
    content = "\n".join([HEADER, *rows, f"{CALL},1,1,2024-01-15", *occ, *rows])
    for lines_at_once in (1, 4, 8_192):
        file = read_alike(content, lines_at_once)
        said = [error.message for error in file.errors if error.code == "ERR_POS_022"]
        assert [message.split(" is in row ")[1].split()[0] for message in said] == [
            *("2", "4", "7", "7"),
            *("2", "2", "4", "4"),
        ]


# What columns accept


NUMBERS = ["1", "-1", "+1", "0", "-0", "0.0", ".5", "5.", "1.25", "1.250001", "1.2500001", "007"]
NUMBERS += ["999999999.99", "1000000000", "1000000000.01", "1" * 40, "0." + "0" * 400 + "1", "1e2"]
NUMBERS += ["", " 1", "1 ", "1\n", "1,000", "1_0", "nan", "inf", "0x1", "\u0663", "--1", "+", "."]
DAYS = ["2024-01-15", "2024-02-29", "2023-02-29", "2026-01-05", "2026-01-06", "1926-01-05"]
DAYS += ["1926-01-04", "0000-01-01", "0001-01-01", "9999-12-31", "2024-1-5", "+2024-1-15"]
DAYS += ["20240115", "2024-01-15T", "2024-01-15\n", " 2024-01-1", "2024-W01-1", "", "-024-01-15"]
SYMBOLS = ["A", "a.b_C-d/9", "X" * 10, "X" * 11, "X" * 100, "X" * 101, "A B", "CAFÉ", "", "A\n"]
NUMBER_RULES = (QUANTITY_RULE, ENTRY_PRICE_RULE, STRIKE_RULE, EXIT_PRICE_RULE)
DATE_RULES = (ENTRY_DATE_RULE, EXPIRATION_RULE, EXIT_DATE_RULE)


def accepted(rule: NumberRule | DateRule | SymbolRule, texts: Sequence[str]) -> list[str]:
    """The texts that the rule accepts of a column."""
    table, cells = pl.DataFrame({"cell": texts}, schema={"cell": pl.String}), pl.col("cell")
    if isinstance(rule, DateRule):
        accepts = rule.accepts(cells, CHOICES.horizon)
    else:
        accepts = rule.accepts(cells)
    return table.filter(accepts)["cell"].to_list()


def is_read(rule: NumberRule | DateRule | SymbolRule, text: str) -> bool:
    """Whether the rule reads a value, not zero, and complains of nothing."""
    said: list[str] = []
    if isinstance(rule, DateRule):
        value: object = rule.read(text, CHOICES.horizon, lambda _, why: said.append(why))
    else:
        value = rule.read(text, lambda _, why: said.append(why))
    return bool(value) and not said


@given(st.lists(st.sampled_from([*NUMBERS, *DAYS, *SYMBOLS]) | st.text("+-.0123456789eE_ \n")))
@settings(max_examples=100, deadline=None)
def test_what_a_column_accepts_its_rule_reads(texts: list[str]) -> None:
    for rule in (*NUMBER_RULES, *DATE_RULES, SYMBOL_RULE, UNDERLYING_RULE):
        assert [text for text in accepted(rule, texts) if not is_read(rule, text)] == []


def test_columns_accept_what_people_write() -> None:
    assert accepted(QUANTITY_RULE, ["1", "-2.5", "+3", "0.000001", "999999999"])[1:4] == [
        *("-2.5", "+3", "0.000001")
    ]
    assert accepted(ENTRY_PRICE_RULE, ["158", "158.0", "158.25", "0.01"])[-1] == "0.01"
    assert accepted(STRIKE_RULE, ["460", "460.1234"]) == ["460", "460.1234"]
    days = [str(day) for n in range(3_000) if (day := TODAY - timedelta(n)).day != 29]
    days.append(str(CHOICES.horizon.first_day))
    assert accepted(ENTRY_DATE_RULE, days) == days
    assert accepted(EXPIRATION_RULE, ["2125-09-19"]) == ["2125-09-19"]
    assert accepted(SYMBOL_RULE, SYMBOLS) == SYMBOLS[:5]


@given(st.from_regex(r"[A-Z0-9 ]{1,6}[0-9]{0,6}[CP]?[0-9]{0,8}", fullmatch=True))
def test_no_shorter_symbol_is_an_options(symbol: str) -> None:
    assert len(symbol) >= SHORTEST_OCC_SYMBOL or OptionTerms.parse(symbol) is None
    assert OptionTerms.parse("A991231C00001000") is not None


# Whole files


def test_the_served_template_is_the_same_both_ways() -> None:
    assert read_alike(template_csv()).errors == ()


@pytest.mark.parametrize("code", FAULTY)
def test_each_error_is_the_same_both_ways(code: str) -> None:
    rows = [GOOD, "MSFT,1,1.00,2024-01-15", FAULTY[code].format(n=7), "TSLA,1,1.00,2024-01-15"]
    file = read_alike("\n".join([HEADER, *rows]))
    assert code in {error.code for error in file.errors}
    assert "TSLA" in {position.symbol for position in file.positions}


@pytest.mark.parametrize("accepts_valid", [False, True], ids=["all", "valid"])
def test_twenty_thousand_rows_with_errors_of_every_code_are_the_same_both_ways(
    accepts_valid: bool,  # noqa: FBT001 - a choice of the request
) -> None:
    content = large_file(20_000) + b'X,"1,1.00,2024-01-15\n'
    file = read_alike(
        content, choices=Choices(horizon=CHOICES.horizon, accepts_valid=accepts_valid)
    )
    assert {error.code for error in file.errors} >= {*FAULTY}
    assert file.total_errors > 1_000
    assert len(file.positions) > 18_000


def test_the_row_limit_is_the_same_both_ways() -> None:
    rows = "".join(f"A{n},1,1,2024-01-15\n" for n in range(ROW_LIMIT - 1))
    for end in ("X,0,1,2024-01-15\n", "X,1,1,2024-01-15\n"):
        full = f"{HEADER}\n{rows}{end}"
        file = read_alike(f"{full}#\nY,1,1,2024-01-15\nZ,1,1,2024-01-15\n")
        assert f"line {ROW_LIMIT + 3} is the first" in file.errors[-1].message
        assert len(file.positions) + (end[2] == "0") == ROW_LIMIT


def test_proven_rows_count_towards_the_limit() -> None:
    rows = "".join(f"A{n},1,1,2024-01-15\n" for n in range(ROW_LIMIT + 2))
    file = read(f"{HEADER}\n{rows}".encode(), BY_COLUMNS)
    assert len(file.positions) == ROW_LIMIT
    assert [f"line {ROW_LIMIT + 2} is" in error.message for error in file.errors] == [True]


def test_a_horizon_that_ends_before_today_is_the_same_both_ways() -> None:
    choices = Choices(horizon=Horizon(today=TODAY, market_end=date(2013, 3, 1)))
    rows = ("A,1,1.00,2013-03-01", "B,1,1.00,2013-03-02", "C,1,1,2013-01-02,,,,,,,2013-03-04,2")
    file = read_alike("\n".join([HEADER, *rows]), choices=choices)
    assert [error.row for error in file.errors] == [3, 4]


def test_a_header_without_rows_or_required_columns_is_the_same_both_ways() -> None:
    assert [error.code for error in read_alike(f"{HEADER}\n#\n").errors] == ["ERR_CSV_003"]
    missing = read_alike(f"Symbol,Quantity,Symbol\n{GOOD}\nB,0,x\n")
    assert {error.code for error in missing.errors} >= {"ERR_CSV_005", "ERR_CSV_006", "ERR_POS_005"}


TEXTS: dict[str, tuple[str, ...]] = {
    "Symbol": (
        *("AAPL", "AAPL", "msft", "BRK.B", "VTSAX", "CASH_USD", "cash_eur", "X" * 100, "X" * 101),
        *(CALL, CALL.lower(), "SPY   250919P00460000", "AAPL1250117C00100000", "#A", "'=A"),
        *("SPY251399C00460000", "CASH_250919C00460000", "SPY250919C0", "", "A B", "CAFÉ"),
        *("\x1cB", "B\xa0"),
    ),
    "Quantity": (
        *("1", "100", "-2.5", "+3", "7.123456", "1", "100", "1000000000", "1000000000.1", "0"),
        *("1.1234567", ".5", "5.", "1e2", "1,000", "(1)", "-0", "'-5", "9" * 40, "", "x"),
    ),
    "Entry Price Per Share": (
        *("158.00", "1", "0.01", "158.00", "1000", "999999999.99", "0", "-1", "1.005", "$5", ""),
        *("158,05", "'@1"),
    ),
    "Entry Date": (
        *("2024-01-15", "2024-01-15", "2024-01-16", "2024-02-29", "2026-01-05", "1926-01-05"),
        *("2023-02-29", "2026-01-06", "1926-01-04", "2024-1-5", "20240115", "0000-01-01", ""),
    ),
    "Investment Class": (
        *("", "", "", "PUBLIC", "public", "OPTIONS", "PRIVATE", "STOCK", "publ\u0131c"),
    ),
    "Investment Subtype": (
        *("", "", "", "", "STOCK", "stock", "CALL", "put", "CASH", "CRYPTO", "ART", "FUND", "ﬁ"),
    ),
    "Underlying Symbol": (*[""] * 6, "SPY", "AAPL", "TOOLONGNAME", "A B", "'"),
    "Strike Price": (*[""] * 6, "460", "100", "0", "x"),
    "Expiration Date": (*[""] * 6, "2025-09-19", "2023-01-01", "soon"),
    "Option Type": (*[""] * 6, "CALL", "put", "c"),
    "Exit Date": (*[""] * 4, "2024-07-15", "2024-01-15", "2020-01-01", "2026-01-06", "x"),
    "Exit Price Per Share": (*[""] * 4, "450.25", "0", "0.00", "-1", "1.234", "x"),
    "Notes": ("", "", "", "good; or not", 'say "yes"', "a, b", "two\nlines", "#", "€", "\u2028"),
}
BARE = ("", "#", '# "', " \t#x", ",,", '"",""', '"', 'A,"1', '"A,1', "x" * 100_001, "\x1c#", ",#,")


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@st.composite
def lines(draw: st.DrawFn, names: Sequence[str], delimiter: str) -> str:
    """A row whose cells are mostly good each by itself, rarely something else."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(BARE)).replace(",", delimiter)
    cells = [draw(st.sampled_from(TEXTS.get(name, ("", "x")))) for name in names]
    spelling = draw(st.sampled_from(["as needed", "as needed", "all", "blanks", "raw"]))
    if spelling == "all":
        cells = [quoted(cell) for cell in cells]
    elif spelling == "as needed":
        cells = [quoted(c) if {*c} & {delimiter, '"', "\n"} else c for c in cells]
    elif spelling == "blanks":
        cells = [f" {cell}\t" for cell in cells]
    return delimiter.join([*cells, *[""] * draw(st.sampled_from([0, 0, 0, 0, 1]))])


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Files of the template with columns in any order, some missing, some unknown or double."""
    names = draw(st.permutations([*COLUMNS, "Notes"]))
    names = names[: draw(st.integers(0, 13)) or None] + draw(
        st.sampled_from([[], ["Symbol", "Quantity"], ["x"]])
    )
    delimiter, end = draw(st.sampled_from(",;\t")), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    above = draw(st.lists(st.sampled_from(BARE), max_size=2))
    header = delimiter.join(draw(st.sampled_from([names, [quoted(name) for name in names]])))
    rows = draw(st.lists(lines(names, delimiter), max_size=12))
    text = "\n".join([*above, header, *rows]).replace("\n", end)
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    return text.encode(encoding, "replace")


@given(files(), st.sampled_from([1, 3, 8_192]), st.booleans())
@settings(max_examples=300, deadline=None)
def test_whatever_the_file_both_ways_read_the_same(
    content: bytes,
    lines_at_once: int,
    accepts_valid: bool,  # noqa: FBT001 - a choice of the request
) -> None:
    choices = Choices(horizon=CHOICES.horizon, accepts_valid=accepts_valid)
    pace = Pace(large_bytes=0, lines_at_once=lines_at_once)
    assert read(content, pace, choices) == read(content, ROW_BY_ROW, choices)


# Which way, and at what cost


def test_small_files_are_read_without_columns() -> None:
    program = (
        "import sys; from datetime import date; from interfaces.files import recognition as r;"
        "from interfaces.files.choices import Choices, Horizon as H;"
        f"r.parse({template_csv()!r}, 'p.csv', Choices(horizon=H(today=date(2026, 1, 5))));"
        "sys.exit('polars' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_large_files_are_read_by_columns_unless_they_have_very_many() -> None:
    def suits(head: bytes, size: int) -> bool:
        text = Text(head + b"\n" * (size - len(head)), "utf-8")
        header = find_header(text, len)
        assert header is not None
        return PACE.suits(text, header)

    assert suits(b"A,B\n", PACE.large_bytes)
    assert not suits(b"A,B\n", PACE.large_bytes - 1)
    assert not suits(b"A," * 100 + b"\n", PACE.large_bytes)
    assert read(large_file(20_000), PACE) == read(large_file(20_000), BY_COLUMNS)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Memory is told by Linux only.")
@pytest.mark.parametrize("way", WAYS)
def test_ten_megabytes_take_less_than_ten_times_their_size(way: str, tmp_path: Path) -> None:
    file = tmp_path / "positions.csv"
    file.write_bytes(large_file(100_000, with_notes=True))
    size = file.stat().st_size
    assert 9.5e6 < size < 10 * 2**20
    assert size < memory_to_read(file, way) < 10 * size


def test_lines_seen_ahead_are_taken_once_and_can_come_again() -> None:
    lines = Lines(iter("abcdefg"))
    assert lines.ahead(3) == ["a", "b", "c"]
    assert (next(lines), lines.row) == ("a", 1)
    lines.skip(1)
    assert (lines.ahead(3), lines.row) == (["c", "d", "e"], 2)
    assert [next(lines) for _ in "cde"] == ["c", "d", "e"]
    assert (next(lines), lines.row) == ("f", 6)
    lines.put_back(["d", "e", "f"])
    assert (lines.row, lines.ahead(9)) == (3, ["d", "e", "f", "g"])
    assert (list(lines), lines.row) == (["d", "e", "f", "g"], 7)


def test_no_more_lines_are_looked_at_than_are_asked_for() -> None:
    of_the_file = iter("abcdefg")
    lines = Lines(of_the_file)
    assert (lines.ahead(2), next(lines), lines.ahead(3)) == (["a", "b"], "a", ["b", "c", "d"])
    assert next(of_the_file) == "e"


def test_one_may_stop_after_any_record() -> None:
    lines = Lines(iter(["a,1\n", "#\n", '"b\n', 'c",2\n', "d,3\n"]))
    rows = records_of(lines, ",")
    assert [(next(rows), lines.row) for _ in range(2)] == [
        (Record(1, ["a", "1"]), 1),
        (Record(3, ["b\nc", "2"]), 4),
    ]
    assert next(lines) == "d,3\n"
