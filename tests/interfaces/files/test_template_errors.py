"""Specification of the template's errors: each code, where it is found, what is said (3.2, 3.3)."""

from datetime import date

import pytest

from interfaces.error_catalogue import CATALOGUE
from interfaces.files.choices import Choices, Horizon
from interfaces.files.parsed_file import ERRORS_LISTED, QUOTED_CHARACTERS, FileError, ParsedFile
from interfaces.files.reading import ROW_LIMIT, SIZE_LIMIT_BYTES
from interfaces.files.recognition import parse
from interfaces.files.template.columns import COLUMNS

TODAY = date(2026, 1, 5)
HEADER = ",".join(COLUMNS)
GOOD = "AAPL,100,158.00,2024-01-15"
CALL = "SPY250919C00460000"


def parsed(content: str | bytes, name: str = "p.csv", market_end: date | None = None) -> ParsedFile:
    raw = content.encode() if isinstance(content, str) else content
    return parse(raw, name, Choices(horizon=Horizon(today=TODAY, market_end=market_end)))


def error_of(row: str, market_end: date | None = None) -> FileError:
    """The one error of a file whose fourth line is this row, among comments and good rows."""
    file = parsed(f"# a comment\n{HEADER}\n\n{row}\nOTHER,1,1.00,2020-01-02\n", "p.csv", market_end)
    (error,) = file.errors
    assert file.total_errors == 1
    assert [terms.symbol for terms in file.positions] == ["OTHER"]
    return error


ROWS = [
    (",1,1,2024-01-15", "ERR_POS_001", "Symbol", None),
    (",1,1,2024-01-15,,,LONGROOT,5,2025-01-17,PUT", "ERR_POS_001", "Symbol", None),
    ("A B,1,1,2024-01-15", "ERR_POS_002", "Symbol", "A B"),
    ("CAFÉ,1,1,2024-01-15", "ERR_POS_002", "Symbol", "CAFÉ"),
    ("=A1,1,1,2024-01-15", "ERR_POS_002", "Symbol", "=A1"),
    ("1A    250919C00460000,1,1,2024-01-15", "ERR_POS_002", "Symbol", "1A 250919C00460000"),
    ("TOOLONG 250919C00460000,1,1,2024-01-15", "ERR_POS_002", "Symbol", "TOOLONG 250919C00460000"),
    ("SPY   250931C00460000,1,1,2024-01-15", "ERR_POS_002", "Symbol", "SPY 250931C00460000"),
    ("X" * 101 + ",1,1,2024-01-15", "ERR_POS_003", "Symbol", "X" * 99 + "…"),
    ("X,,1,2024-01-15", "ERR_POS_004", "Quantity", None),
    ("X,many,1,2024-01-15", "ERR_POS_004", "Quantity", "many"),
    ("X,1e2,1,2024-01-15", "ERR_POS_004", "Quantity", "1e2"),
    ("X,1_000,1,2024-01-15", "ERR_POS_004", "Quantity", "1_000"),
    ("X,0x10,1,2024-01-15", "ERR_POS_004", "Quantity", "0x10"),
    ("X,NaN,1,2024-01-15", "ERR_POS_004", "Quantity", "NaN"),
    ("X,-Infinity,1,2024-01-15", "ERR_POS_004", "Quantity", "-Infinity"),
    ("X,.,1,2024-01-15", "ERR_POS_004", "Quantity", "."),
    ("X,--1,1,2024-01-15", "ERR_POS_004", "Quantity", "--1"),
    (
        "X,\N{FULLWIDTH DIGIT ONE},1,2024-01-15",
        "ERR_POS_004",
        "Quantity",
        "\N{FULLWIDTH DIGIT ONE}",
    ),
    ("X,0,1,2024-01-15", "ERR_POS_005", "Quantity", "0"),
    ("X,-0.00,1,2024-01-15", "ERR_POS_005", "Quantity", "-0.00"),
    ("X,1.0000001,1,2024-01-15", "ERR_POS_006", "Quantity", "1.0000001"),
    ("X,1,,2024-01-15", "ERR_POS_007", "Entry Price Per Share", None),
    ("X,1,one,2024-01-15", "ERR_POS_007", "Entry Price Per Share", "one"),
    ("X,1,0,2024-01-15", "ERR_POS_008", "Entry Price Per Share", "0"),
    ("X,1,-1,2024-01-15", "ERR_POS_008", "Entry Price Per Share", "-1"),
    ("X,1,1.005,2024-01-15", "ERR_POS_009", "Entry Price Per Share", "1.005"),
    ("X,1,1,", "ERR_POS_010", "Entry Date", None),
    ("X,1,1,01/15/2024", "ERR_POS_011", "Entry Date", "01/15/2024"),
    ("X,1,1,2024-1-15", "ERR_POS_011", "Entry Date", "2024-1-15"),
    ("X,1,1,20240115", "ERR_POS_011", "Entry Date", "20240115"),
    ("X,1,1,2023-02-29", "ERR_POS_011", "Entry Date", "2023-02-29"),
    ("X,1,1,2024-01-15T00:00", "ERR_POS_011", "Entry Date", "2024-01-15T00:00"),
    ("X,1,1,2026-01-06", "ERR_POS_012", "Entry Date", "2026-01-06"),
    ("X,1,1,1926-01-04", "ERR_POS_013", "Entry Date", "1926-01-04"),
    ("X,1,1,2024-01-15,STOCK", "ERR_POS_014", "Investment Class", "STOCK"),
    ("X,1,1,2024-01-15,PUBLIC,FUND", "ERR_POS_015", "Investment Subtype", "FUND"),
    ("X,1,1,2024-01-15,,HEDGE_FUND", "ERR_POS_015", "Investment Subtype", "HEDGE_FUND"),
    ("X,1,1,2024-01-15,PRIVATE,STOCK", "ERR_POS_015", "Investment Subtype", "STOCK"),
    (f"{CALL},1,1,2024-01-15,,STOCK", "ERR_POS_015", "Investment Subtype", "STOCK"),
    ("X,1,1,2024-01-15,,,,,,,soon,2", "ERR_POS_016", "Exit Date", "soon"),
    ("X,1,1,2024-01-15,,,,,,,2026-01-06,2", "ERR_POS_016", "Exit Date", "2026-01-06"),
    ("X,1,1,2024-01-15,,,,,,,2024-01-14,2", "ERR_POS_016", "Exit Date", "2024-01-14"),
    ("X,1,1,2024-01-15,,,,,,,2024-01-16,", "ERR_POS_017", "Exit Price Per Share", None),
    ("X,1,1,2024-01-15,,,,,,,,2", "ERR_POS_017", "Exit Price Per Share", "2"),
    ("X,1,1,2024-01-15,OPTIONS", "ERR_POS_018", "options columns", None),
    ("X,1,1,2024-01-15,,,X,5,,PUT", "ERR_POS_018", "options columns", None),
    ("X,1,1,2024-01-15,,,X,0,2025-01-17,PUT", "ERR_POS_019", "Strike Price", "0"),
    ("X,1,1,2024-01-15,,,X,-5,2025-01-17,PUT", "ERR_POS_019", "Strike Price", "-5"),
    (",1,1,2024-01-15,,,X,five,2025-01-17,PUT", "ERR_POS_019", "Strike Price", "five"),
    (",1,1,2024-01-15,,,X,5,01/17/25,PUT", "ERR_POS_020", "Expiration Date", "01/17/25"),
    (",1,1,2024-01-15,,,X,5,2024-01-14,PUT", "ERR_POS_020", "Expiration Date", "2024-01-14"),
    (f"{CALL},1,1,2025-09-20", "ERR_POS_020", "Expiration Date", None),
    (",1,1,2024-01-15,,,X,5,2025-01-17,P", "ERR_POS_021", "Option Type", "P"),
    ("X,1,1,2024-01-15,,,,,,,2024-01-16,$2", "ERR_POS_023", "Exit Price Per Share", "$2"),
    ("X,1,1,2024-01-15,,,,,,,2024-01-16,-2", "ERR_POS_023", "Exit Price Per Share", "-2"),
    ("X,1,1,2024-01-15,,,,,,,2024-01-16,2.001", "ERR_POS_023", "Exit Price Per Share", "2.001"),
    ("X,1,1,2024-01-15,,,,,,,2024-01-16,0", "ERR_POS_023", "Exit Price Per Share", "0"),
    (f"{CALL},1,1,2024-01-15,,,QQQ", "ERR_POS_024", "options columns", None),
    ("SPY1  250919C00460000,1,1,2024-01-15,,,SPY2", "ERR_POS_024", "options columns", None),
    (f"{CALL},1,1,2024-01-15,,,,461,,PUT", "ERR_POS_024", "options columns", None),
    (f"{CALL},1,1,2024-01-15,,PUT", "ERR_POS_024", "options columns", None),
    (",1,1,2024-01-15,OPTIONS,CALL,X,5,2025-01-17,PUT", "ERR_POS_024", "options columns", None),
    ("X,1,1,2024-01-15,,,,,,,,,", "ERR_POS_025", "row", None),
    ("X,1,1,2024-01-15,,,,,,,,,x", "ERR_POS_025", "row", None),
    (
        ",1,1,2024-01-15,,,TOOLONGNAME,5,2025-01-17,PUT",
        "ERR_POS_026",
        "Underlying Symbol",
        "TOOLONGNAME",
    ),
    (",1,1,2024-01-15,,,A B,5,2025-01-17,PUT", "ERR_POS_026", "Underlying Symbol", "A B"),
    ("X,1000000000.1,1,2024-01-15", "ERR_POS_027", "Quantity", "1000000000.1"),
    ("X,1,1000000000.01,2024-01-15", "ERR_POS_027", "Entry Price Per Share", "1000000000.01"),
    (
        "X,1,1,2024-01-15,,,X,1000000000.01,2025-01-17,PUT",
        "ERR_POS_027",
        "Strike Price",
        "1000000000.01",
    ),
    (
        "X,1,1,2024-01-15,,,,,,,2024-01-16,1000000001",
        "ERR_POS_027",
        "Exit Price Per Share",
        "1000000001",
    ),
    ("X,-1000000000,1000.01,2024-01-15", "ERR_POS_027", "Quantity", "-1000000000"),
    (f"{CALL},1000000000,10.01,2024-01-15", "ERR_POS_027", "Quantity", "1000000000"),
]


@pytest.mark.parametrize(("row", "code", "field", "value"), ROWS)
def test_a_row_with_one_fault_has_one_error(
    row: str, code: str, field: str, value: str | None
) -> None:
    error = error_of(row)
    assert (error.row, error.code, error.field, error.value) == (4, code, field, value)
    assert error.message.startswith("Row 4: ")
    assert error.message.endswith(".")


def test_every_row_code_of_the_catalogue_has_its_row_here() -> None:
    shown = {code for _, code, _, _ in ROWS} | {"ERR_POS_022"}
    about_held_positions = {f"ERR_POS_{n}" for n in ("028", "029", "030", "031", "404")}
    assert shown == {code for code in CATALOGUE if code[:8] == "ERR_POS_"} - about_held_positions


def test_the_symbol_of_an_error_is_the_rows_in_upper_case() -> None:
    assert error_of("vtsax,1,1,2024-01-15,,FUND").symbol == "VTSAX"
    assert error_of(",1,1,2024-01-15").symbol is None


def test_an_unknown_subtype_is_told_the_allowed_ones() -> None:
    assert error_of("VTSAX,1,1,2024-01-15,,FUND").message == (
        "Row 4: 'FUND' is not a subtype of PUBLIC. Use STOCK, ETF, MUTUAL_FUND, BOND or CASH."
    )


def test_a_subtype_of_another_class_is_told_which() -> None:
    message = error_of("X,1,1,2024-01-15,,CALL").message
    assert message.endswith("CALL belongs to the Investment Class OPTIONS.")


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ('"$1,234.50"', "1234.50"),
        ("(100)", "-100"),
        ('"($1,234.50)"', "-1234.50"),
        ("\N{MINUS SIGN}5", "-5"),
        ("$ 12", "12"),
        ('"158,05"', "158.05"),
        ('"1,234,567"', "1234567"),
    ],
)
def test_a_number_in_another_spelling_is_told_how_to_write_it(text: str, instead: str) -> None:
    assert error_of(f"X,{text},1,2024-01-15").message.endswith(f" Write {instead}.")


@pytest.mark.parametrize("text", ["abc", "1.2.3", '"12,34,5"', "$", "()", "10%"])
def test_a_text_that_is_no_number_in_any_spelling_is_told_the_form(text: str) -> None:
    message = error_of(f"X,{text},1,2024-01-15").message
    assert message.endswith(" Write digits and a decimal point, such as 1234.50.")


def test_missing_option_terms_are_named() -> None:
    message = error_of("X,1,1,2024-01-15,,,X,,,PUT").message
    assert "lacks Strike Price and Expiration Date." in message


def test_each_disagreement_with_the_symbol_is_named() -> None:
    message = error_of(f"{CALL},1,1,2024-01-15,,,QQQ,461,2025-09-20,PUT").message
    assert (
        "Underlying Symbol says QQQ, the symbol SPY, Strike Price says 461, the symbol 460, "
        "Expiration Date says 2025-09-20, the symbol 2025-09-19, "
        "Option Type says PUT, the symbol CALL." in message
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (GOOD, "aapl,5,1.00,2024-01-15"),
        (f"{CALL},1,1,2024-01-15", "SPY   250919C00460000,1,1,2024-01-15"),
        (f"{CALL},1,1,2024-01-15", ",1,1,2024-01-15,,,SPY,460,2025-09-19,CALL"),
    ],
)
def test_a_duplicate_names_both_rows(first: str, second: str) -> None:
    file = parsed(f"{HEADER}\n{first}\nOTHER,1,1,2024-01-15\n{second}\n")
    (error,) = file.errors
    assert (error.row, error.code, error.field) == (4, "ERR_POS_022", "row")
    assert error.message.startswith("Row 4: ")
    assert "is in row 2 already" in error.message


def test_a_row_is_a_duplicate_of_a_faulty_row_too() -> None:
    file = parsed(f"{HEADER}\nX,zero,1,2024-01-15\nX,1,1,2024-01-15")
    assert [(error.row, error.code) for error in file.errors] == [
        (2, "ERR_POS_004"),
        (3, "ERR_POS_022"),
    ]


def test_after_the_sample_market_ends_there_are_no_entries_and_no_exits() -> None:
    end = date(2013, 3, 1)
    late_entry = parsed(f"{HEADER}\nX,1,1,2013-03-01\nY,1,1,2013-03-02", market_end=end)
    assert [(error.row, error.code) for error in late_entry.errors] == [(3, "ERR_POS_012")]
    assert "2013-03-01, the last day of the sample market" in late_entry.errors[0].message
    late_exit = parsed(f"{HEADER}\nX,1,1,2012-01-03,,,,,,,2013-03-04,2", market_end=end)
    assert [error.code for error in late_exit.errors] == ["ERR_POS_016"]
    assert "sample market" in late_exit.errors[0].message


def test_all_errors_of_a_row_are_reported_in_the_order_of_the_columns() -> None:
    row = "A B,0,-1.234,1/2/24,PUB,FUND,A B,0,soon,P,2023-02-30,-1.001,x"
    file = parsed(f"{HEADER}\n{row}")
    assert [error.code[-3:] for error in file.errors] == [
        *("002", "005", "008", "009", "011", "014", "015", "026", "019", "020", "021"),
        *("016", "023", "023", "025"),
    ]
    assert {error.row for error in file.errors} == {2}
    assert file.positions == ()


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ("X,1,1,2024-01-15,OPTIONS,CALL,X,five,2025-01-17,PUT", ["019", "024"]),
        ("X,1,1,2024-01-15,OPTIONS,CALL,X,,2024-01-14,PUT", ["020", "018", "024"]),
        (f"{CALL},0,1.001,2025-09-20,,PUT", ["005", "009", "020", "024"]),
    ],
)
def test_a_faulty_term_of_an_option_hides_no_fault_of_another(row: str, codes: list[str]) -> None:
    file = parsed(f"{HEADER}\n{row}")
    assert [error.code[-3:] for error in file.errors] == codes


def test_errors_of_all_rows_are_reported_with_physical_rows() -> None:
    rows = 'A,0,1,2024-01-15,,,,,,,,\n\n"two\nlines",0,1,2024-01-15\n#\nB,0,1,2024-01-15\n'
    file = parsed(f"# one\r\n{HEADER}\n{rows}")
    assert [(error.row, error.symbol, error.code) for error in file.errors] == [
        (3, "A", "ERR_POS_005"),
        (5, "TWO LINES", "ERR_POS_002"),
        (5, "TWO LINES", "ERR_POS_005"),
        (8, "B", "ERR_POS_005"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_are_told_as_an_editor_counts_them_whatever_ends_a_line(end: str) -> None:
    lines = [
        *("# before the header", "", HEADER, "A,0,1,2024-01-15", " \t# between rows", ",,", "  "),
        *(
            '"B',
            "",
            "# no comment",
            'B",0,1,2024-01-15',
            "C,0,1,2024-01-15",
            "#",
            "D,0,1,2024-01-15",
        ),
    ]
    file = parsed(end.join(lines))
    assert [(error.row, error.code) for error in file.errors] == [
        (4, "ERR_POS_005"),
        (8, "ERR_POS_002"),
        (8, "ERR_POS_005"),
        (12, "ERR_POS_005"),
        (14, "ERR_POS_005"),
    ]
    assert [error.message.partition(":")[0] for error in file.errors] == [
        f"Row {error.row}" for error in file.errors
    ]


def test_at_most_a_thousand_errors_are_listed_and_all_are_counted() -> None:
    file = parsed(HEADER + "\nX,1,1,soon" * 1_500)
    assert len(file.errors) == ERRORS_LISTED == 1_000
    assert file.total_errors == 1_500


def test_values_given_back_are_short_and_on_one_line() -> None:
    error = error_of('X,"' + "a\nb" * 200 + '",1,2024-01-15')
    assert error.value is not None
    assert len(error.value) == QUOTED_CHARACTERS
    assert error.value.startswith("a ba ba b")
    assert error.value in error.message


TWO_ACCOUNTS = (
    "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Current Value,"
    "Cost Basis Total\n"
    "Z00000001,Individual,MSFT,MICROSOFT CORP,1,$400.00,$400.00,$300.00\n"
    "Z00000002,ROTH IRA,MSFT,MICROSOFT CORP,2,$400.00,$800.00,$600.00\n"
)
FILES = [
    ("p.csv", b"#" * (SIZE_LIMIT_BYTES + 1), "ERR_CSV_001"),
    ("p.xlsx", f"{HEADER}\n{GOOD}".encode(), "ERR_CSV_002"),
    ("p.csv", b"PK\x03\x04 a spreadsheet", "ERR_CSV_002"),
    ("p.csv", f"{HEADER}\n{GOOD}\0".encode(), "ERR_CSV_002"),
    ("p.csv", b"", "ERR_CSV_003"),
    ("p.csv", b"\n ,,\n# only a comment\n", "ERR_CSV_003"),
    ("p.csv", HEADER.encode() + b"\n\n# no rows\n", "ERR_CSV_003"),
    ("p.csv", b"Ticker,Quantity,Price\nAAPL,1,1", "ERR_CSV_004"),
    ("p.csv", b"Symbol,Quantity,Entry Date\nAAPL,1,2024-01-15", "ERR_CSV_005"),
    ("p.csv", f"{HEADER}\n{GOOD}\n".encode() + b'"MSFT,1,1,2024-01-15\n', "ERR_CSV_006"),
    ("p.csv", f'"{HEADER}\n{GOOD}\n'.encode(), "ERR_CSV_006"),
    ("p.csv", f"{HEADER},quantity\n{GOOD}\n".encode(), "ERR_CSV_006"),
    ("p.csv", f"{HEADER}\n{GOOD}\n".encode() + b"\x81", "ERR_CSV_006"),
    ("p.csv", f"{HEADER}\n{GOOD}\n".encode() + b"x" * 100_001, "ERR_CSV_006"),
    ("p.csv", TWO_ACCOUNTS.encode(), "ERR_CSV_008"),
]


@pytest.mark.parametrize(("name", "content", "code"), FILES)
def test_a_file_with_one_fault_has_one_error(name: str, content: bytes, code: str) -> None:
    file = parsed(content, name)
    (error,) = file.errors
    assert error == FileError(None, None, None, code, None, error.message)
    assert error.message.endswith(".")


def test_every_file_code_of_the_catalogue_has_its_file_here() -> None:
    of_this_table = {code for _, _, code in FILES}
    in_the_catalogue = {code for code in CATALOGUE if "_CSV_" in code}
    assert in_the_catalogue - of_this_table == {"ERR_CSV_007"}  # in the next test


def test_where_the_good_rows_are_asked_for_a_file_without_one_says_so() -> None:
    choices = Choices(horizon=Horizon(today=TODAY), accepts_valid=True)
    file = parse(f"{HEADER}\n\nA,0,1,2024-01-15\n\nB,1,1,soon\n".encode(), "p.csv", choices)
    assert [(error.row, error.code) for error in file.errors] == [
        (3, "ERR_POS_005"),
        (5, "ERR_POS_011"),
        (None, "ERR_CSV_007"),
    ]
    assert file.refuses_file


def test_where_the_good_rows_are_asked_for_errors_are_all_listed_and_good_rows_given() -> None:
    choices = Choices(horizon=Horizon(today=TODAY), accepts_valid=True)
    content = f"{HEADER}\n{GOOD}" + "\nX,1,1,soon" * 1_500
    file = parse(content.encode(), "p.csv", choices)
    assert len(file.errors) == file.total_errors == 1_500
    assert [terms.row for terms in file.positions] == [2]
    assert not file.refuses_file


def test_too_many_rows_are_one_error() -> None:
    row = f"{GOOD},,,,,,,,,x\n"  # faulty, so that no 100,000 positions are made
    file = parsed(f"{HEADER}\n{row * ROW_LIMIT}{row}{row}")
    assert file.total_errors == ROW_LIMIT * 2  # more cells; duplicates; one file error
    at_limit = parsed(f"{HEADER}\n{row * ROW_LIMIT}")
    assert at_limit.total_errors == ROW_LIMIT * 2 - 1


def test_each_missing_column_is_one_error_and_the_others_are_still_checked() -> None:
    file = parsed("Symbol,Quantity,Notes\nAAPL,100,\nMSFT,0,\n")
    assert [(error.row, error.code) for error in file.errors] == [
        (None, "ERR_CSV_005"),
        (None, "ERR_CSV_005"),
        (3, "ERR_POS_005"),
    ]
    assert "Entry Price Per Share" in file.errors[0].message
    assert "Entry Date" in file.errors[1].message
    assert file.positions == ()


def test_a_column_that_stands_twice_is_told_with_both_its_places() -> None:
    (error,) = parsed(f"{HEADER},quantity\n{GOOD}").errors
    assert "line 1 has Quantity twice, as columns 2 and 13." in error.message


def test_a_file_without_header_is_told_the_columns_found() -> None:
    (error,) = parsed("Ticker,Shares\nAAPL,1").errors
    assert "The first line reads 'Ticker', 'Shares'." in error.message


def test_an_open_quote_stands_in_file_order_and_hides_nothing() -> None:
    file = parsed(f'{HEADER}\nA,0,1,2024-01-15\n"B,0,1,2024-01-15\nC,0,1,2024-01-15\n')
    assert [(error.row, error.code) for error in file.errors] == [
        (2, "ERR_POS_005"),
        (None, "ERR_CSV_006"),
        (4, "ERR_POS_005"),
    ]
    assert "line 3 " in file.errors[1].message
