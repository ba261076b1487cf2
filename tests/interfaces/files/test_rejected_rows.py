"""Specification of rejected rows: a file to mend and to import again (spec 3.7, 9.3)."""

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.position_import import LeftOutRow
from interfaces.files.choices import Choices, Horizon
from interfaces.files.parsed_file import ParsedFile
from interfaces.files.recognition import parse
from interfaces.files.rejected_rows import left_out_rows, rejected_csv
from interfaces.files.template.columns import COLUMNS, EXPORT_COLUMNS

TODAY = date(2026, 1, 5)
SHORT = "Symbol,Quantity,Entry Price Per Share,Entry Date"


CHOICES = Choices(horizon=Horizon(today=TODAY), accepts_valid=True)


def parsed(content: str, choices: Choices = CHOICES) -> ParsedFile:
    return parse(content.encode(), "p.csv", choices)


def rejected(content: str, choices: Choices = CHOICES) -> str:
    return rejected_csv(content.encode(), "p.csv", parsed(content, choices))


def faults(file: ParsedFile) -> list[tuple[str | None, str, str | None]]:
    """The errors of rows without the rows' numbers."""
    return [(e.symbol, e.code, e.value) for e in file.errors if e.row is not None]


def mended(csv_text: str, wrong: str, right: str) -> str:
    assert wrong in csv_text
    return csv_text.replace(wrong, right, 1)


# The rows in short


def test_each_row_with_errors_is_left_out_with_its_codes() -> None:
    file = parsed(f"{SHORT}\nA,zero,1,soon\nB,1,1,2024-01-15\n\nC,0,-1,2024-01-15\nD,1,1.001,-\n")
    assert left_out_rows(file) == (
        LeftOutRow(2, "A", ("ERR_POS_004", "ERR_POS_011")),
        LeftOutRow(5, "C", ("ERR_POS_005", "ERR_POS_008")),
        LeftOutRow(6, "D", ("ERR_POS_009", "ERR_POS_011")),
    )


def test_a_code_counts_once_a_row_and_errors_of_the_file_are_no_rows() -> None:
    option = "X,1,1,2024-01-15,OPTIONS,CALL,QQQQQQQQQQQ Q,5,2025-01-17,PUT"
    file = parsed(f"{','.join(COLUMNS)}\n{option}\n")
    assert left_out_rows(file) == (LeftOutRow(2, "X", ("ERR_POS_026", "ERR_POS_024")),)
    assert left_out_rows(parsed(f"{SHORT}\nA,1,1,2024-01-15\n")) == ()


# The template


def test_the_rejected_rows_stand_below_their_header_with_their_messages() -> None:
    content = f"{SHORT}\nA,zero,1,soon\nB,1,1,2024-01-15\nC,0,1,2024-01-15\n"
    assert rejected(content) == (
        f"{SHORT},Error\r\n"
        "A,zero,1,soon,\"Row 2: Quantity 'zero' is not a plain number. Write digits and a decimal "
        "point, such as 1234.50. Row 2: Entry Date 'soon' is not a date. Write it as YYYY-MM-DD "
        'with leading zeros, such as 2024-01-15."\r\n'
        'C,0,1,2024-01-15,"Row 4: Quantity is zero. Write the number held, negative for a short '
        'position."\r\n'
    )


def test_short_rows_are_padded_and_what_stands_above_the_header_is_kept() -> None:
    header_line = SHORT.replace(",", ";")
    rows = "A;1;1\nB;1;1;2024-01-15;x\n"
    content = f"# note\nMy positions;of 2024\n\n{header_line};Notes\n{rows}"
    title, header, row = csv.reader(io.StringIO(rejected(content)), delimiter=";")
    assert title == ["My positions", "of 2024"]
    assert header == [*SHORT.split(","), "Notes", "Error"]
    assert row[:5] == ["A", "1", "1", "", ""]
    assert row[5].startswith("Row 5: Entry Date is missing.")


def test_a_row_with_too_many_cells_still_has_too_many() -> None:
    content = f"{SHORT}\nA,1,1,2024-01-15,,x\n"
    (_, row) = csv.reader(io.StringIO(rejected(content)))
    assert (row[:4], row[4][:7], row[5:]) == (["A", "1", "1", "2024-01-15"], "Row 2: ", ["", "x"])
    assert faults(parsed(rejected(content))) == faults(parsed(content))


def test_the_errors_of_a_second_round_take_the_place_of_the_first_ones() -> None:
    once = rejected(f"{SHORT},Notes\nA,0,1,2024-01-15,n\nB,1,soon,2024-01-15,n\n")
    twice = rejected(mended(once, "A,0,", "A,1,"))
    header, row = csv.reader(io.StringIO(twice))
    assert header == [*SHORT.split(","), "Notes", "Error"]
    assert row[:5] == ["B", "1", "soon", "2024-01-15", "n"]
    assert row[5].startswith("Row 3: Entry Price Per Share 'soon' ")
    assert len(row) == 6


def test_a_mended_row_is_accepted_whether_or_not_its_message_stays() -> None:
    again = rejected(f"{SHORT}\nA,0,1,2024-01-15\nB,1,1,2024-01-15\n")
    file = parsed(mended(again, "A,0,", "A,7,"))
    assert (file.errors, file.warnings) == ((), ())
    assert [(terms.symbol, terms.quantity) for terms in file.positions] == [("A", Decimal(7))]


def test_nothing_in_it_runs_in_a_spreadsheet_and_nothing_is_lost() -> None:
    content = f"{SHORT},Notes\n=cmd|x,1,1,2024-01-15,@SUM(A1)\nA,-$5,1,2024-01-15,'-x\n"
    again = rejected(content)
    assert [row[:2] + row[4:5] for row in csv.reader(io.StringIO(again))][1:] == [
        ["'=cmd|x", "1", "'@SUM(A1)"],
        ["A", "'-$5", "'-x"],
    ]
    assert faults(parsed(again)) == faults(parsed(content))


def test_a_cell_that_begins_like_a_comment_is_none() -> None:
    content = f'{SHORT}\n"#1",1,1,2024-01-15\n'
    assert faults(parsed(rejected(content))) == faults(parsed(content)) != []


def test_a_duplicate_of_a_row_that_came_in_is_no_duplicate_in_its_new_file() -> None:
    content = f"{SHORT}\nA,1,1,2024-01-15\nA,2,1,2024-01-15\n"
    assert [code for _, code, _ in faults(parsed(content))] == ["ERR_POS_022"]
    assert [terms.quantity for terms in parsed(rejected(content)).positions] == [2]


# The export


def test_a_lot_is_left_out_or_imported_with_all_its_rows() -> None:
    row = "{},{},1,2024-01-15,,,,,,,{},{},1,"
    rows = [
        row.format("A", 1, "2024-02-01", 2),
        row.format("B", 1, "2024-02-01", 2),
        row.format("A", 1, "soon", 2),
        row.format("B", 2, "", ""),
        row.format("A", 3, "", ""),
    ]
    content = "\n".join([",".join(EXPORT_COLUMNS), *rows])
    again = rejected(content)
    lines = list(csv.reader(io.StringIO(again)))
    assert [(line[0], line[10], line[14:][0][:6]) for line in lines if line[14:]][1:] == [
        ("A", "soon", "Row 4:")
    ]
    assert [line[:2] for line in lines[1:]] == [["A", "1"], ["A", "1"], ["A", "3"]]
    assert faults(parsed(again)) == faults(parsed(content))
    (position,) = parsed(mended(again, "soon", "2024-02-02")).positions
    assert (position.quantity, len(position.closings)) == (Decimal(5), 2)


# Brokers' files

SCHWAB = (
    '"Positions for All-Accounts as of 06:04 PM ET, 11/15/2020"\n\n'
    '"Individual XXXX-1111"\n'
    '"Symbol","Description","Quantity","Price","Market Value","Cost Basis","Security Type",\n'
    '"AAPL","APPLE INC","10","$119.26","$1,192.60","$800.00","Equity",\n'
    '"MSFT","MICROSOFT CORP","5","$216.51","$1,082.55","Incomplete","Equity",\n'
    '"Cash & Cash Investments","--","--","--","-$50.25","--","Cash and Money Market",\n'
    '"Account Total","--","--","--","$2,224.90","--","--",\n\n'
    '"Roth IRA XXXX-2222"\n'
    '"Symbol","Description","Quantity","Price","Market Value","Cost Basis","Security Type",\n'
    '"GOOG","ALPHABET INC","1","$1,777.02","$1,777.02","$900.00","Equity",\n'
)
OF_SCHWAB = replace(CHOICES, source_account="Individual XXXX-1111", default_entry_date="2020-01-15")


def test_a_brokers_file_keeps_its_titles_headers_totals_and_other_accounts() -> None:
    again = rejected(SCHWAB, OF_SCHWAB)
    lines = list(csv.reader(io.StringIO(again)))
    message = lines[3].pop(8)
    assert lines == [
        ["Positions for All-Accounts as of 06:04 PM ET, 11/15/2020"],
        ["Individual XXXX-1111"],
        [*("Symbol", "Description", "Quantity", "Price", "Market Value", "Cost Basis"),
         *("Security Type", "", "Error")],
        [*("MSFT", "MICROSOFT CORP", "5", "$216.51", "$1,082.55", "Incomplete", "Equity", "")],
        ["Account Total", "'--", "'--", "'--", "$2,224.90", "'--", "'--", ""],
        ["Roth IRA XXXX-2222"],
        [*("Symbol", "Description", "Quantity", "Price", "Market Value", "Cost Basis"),
         *("Security Type", "", "Error")],
        [*("GOOG", "ALPHABET INC", "1", "$1,777.02", "$1,777.02", "$900.00", "Equity", "")],
    ]  # fmt: skip
    assert message.startswith("Row 6: 'MSFT' has no cost in this file.")


def test_a_brokers_file_has_the_same_errors_until_it_is_mended() -> None:
    first, again = parsed(SCHWAB, OF_SCHWAB), rejected(SCHWAB, OF_SCHWAB)
    second = parsed(again, OF_SCHWAB)
    assert [terms.symbol for terms in first.positions] == ["AAPL", "CASH_USD"]
    assert (second.positions, faults(second)) == ((), faults(first))
    assert (second.source_format, second.accounts) == ("schwab", first.accounts)
    third = parsed(mended(again, "Incomplete", "$400.00"), OF_SCHWAB)
    assert [(terms.symbol, terms.entry_price) for terms in third.positions] == [
        ("MSFT", Decimal(80))
    ]
    assert third.errors == ()


FIDELITY = (
    "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Current Value,"
    "Cost Basis Total,Average Cost Basis,Type\r\n"
    "Z00000001,Individual,SPAXX**,HELD IN MONEY MARKET,,,$100.50,--,--,Cash,\r\n"
    "Z00000001,Individual,MSFT,MICROSOFT CORP,many,$400.00,$400.00,$300.00,$300.00,Margin,\r\n"
    "Z00000001,Individual, -SNDK270917C1500,SNDK SEP 17 2027 $1500 CALL,-1,$1.00,-$100.00,n/a,"
    "n/a,Margin,\r\n"
    "Z00000001,Individual,AAPL,APPLE INC,2,$200.00,$400.00,$300.00,$150.00,Cash,\r\n\r\n"
    '"The data and information in this spreadsheet is provided to you solely for your use, and"\r\n'
    '"Date downloaded Nov-19-2025 12:11 p.m ET"\r\n'
)
OF_FIDELITY = replace(CHOICES, default_entry_date="2025-01-15")


def test_a_row_with_a_cell_more_than_its_header_keeps_its_columns() -> None:
    first, again = parsed(FIDELITY, OF_FIDELITY), rejected(FIDELITY, OF_FIDELITY)
    second = parsed(again, OF_FIDELITY)
    assert [terms.symbol for terms in first.positions] == ["CASH_USD", "AAPL"]
    assert (second.positions, faults(second)) == ((), faults(first))
    assert [code for _, code, _ in faults(first)] == ["ERR_POS_004", "ERR_POS_007"]
    assert second.as_of == date(2025, 11, 19)
    assert "'-SNDK270917C1500" in again
    mend = mended(mended(again, "many", "1"), "n/a", "-$150.00")
    third = parsed(mend, OF_FIDELITY)
    assert third.errors == ()
    assert [(terms.symbol, terms.entry_price) for terms in third.positions] == [
        ("MSFT", Decimal(300)),
        ("SNDK270917C01500000", Decimal("1.5")),
    ]


ETRADE = (
    "Account Summary\nAccount,Net Account Value\nIndividual Brokerage -0000,1000\n\n"
    "View Summary - All Positions\n"
    "Symbol,Last Price $,Quantity,Price Paid $,Value $\n"
    "AAPL,10.00,7,8.00,70.00\n"
    "  01/15/2018,10.00,3,8.00,30.00\n"
    "  02/15/2018,10.00,4,8.00,40.00\n"
    "MSFT,10.00,7,8.00,70.00\n"
    "  01/15/2018,10.00,3,8.00,30.00\n"
    "  02/30/2018,10.00,4,8.00,40.00\n"
    "CASH,,,,,99.50\n"
    "TOTAL,,,,,239.50\n"
)


def test_the_sum_of_lots_that_came_in_does_not_come_in_after_them() -> None:
    first, again = parsed(ETRADE), rejected(ETRADE)
    assert [terms.symbol for terms in first.positions] == ["AAPL", "AAPL", "MSFT", "CASH_USD"]
    assert "AAPL" not in again
    second = parsed(again)
    assert (second.positions, faults(second)) == ((), faults(first))
    (lot,) = parsed(mended(again, "02/30/2018", "02/28/2018")).positions
    assert (lot.symbol, lot.quantity, lot.entry_on) == ("MSFT", Decimal(4), date(2018, 2, 28))


def test_cash_that_stands_beyond_the_header_is_still_found() -> None:
    undated = ETRADE.replace("  02/30/2018", "  --")
    first, again = parsed(undated), rejected(undated)
    assert [code for _, code, _ in faults(first)] == ["ERR_POS_010", "ERR_POS_010"]
    assert faults(parsed(again)) == faults(first)
    assert parsed(again, replace(CHOICES, default_entry_date="2018-03-01")).cash == Decimal("99.50")


@pytest.mark.parametrize("content", ["", "no header\n", "\0"])
def test_a_file_that_was_not_read_has_no_rejected_rows(content: str) -> None:
    with pytest.raises(ValueError, match="header"):
        rejected(content)
