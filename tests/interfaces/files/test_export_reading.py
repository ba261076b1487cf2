"""Specification of the export as it is read: lots of several parts, and their errors (spec 3.7)."""

import tracemalloc
from datetime import date
from decimal import Decimal

import pytest

from domain.position import Closing
from interfaces.files.choices import Choices, Horizon
from interfaces.files.parsed_file import Layout, ParsedFile
from interfaces.files.recognition import parse
from interfaces.files.template.columns import COLUMNS, EXPORT_COLUMNS

TODAY = date(2026, 1, 5)
HEADER = ",".join(EXPORT_COLUMNS)
OPEN = "AAPL,50,158.00,2024-01-15,PUBLIC,STOCK,,,,,,,1,"
SOLD = "AAPL,20,158.00,2024-01-15,PUBLIC,STOCK,,,,,2024-02-01,165.50,1,"


def parsed(*rows: str, header: str = HEADER, accepts_valid: bool = False) -> ParsedFile:
    """The file with these rows, the first in line 2."""
    choices = Choices(horizon=Horizon(today=TODAY), accepts_valid=accepts_valid)
    return parse("\n".join([header, *rows]).encode(), "p.csv", choices)


def codes(file: ParsedFile) -> list[tuple[int | None, str]]:
    return [(error.row, error.code) for error in file.errors]


def contradiction(*rows: str) -> str:
    """The message of the file's one error, a row that contradicts the one in line 2."""
    file = parsed(*rows)
    assert codes(file) == [(len(rows) + 1, "ERR_POS_022")]
    assert file.errors[0].field == "row"
    assert file.positions == ()
    return file.errors[0].message


def test_a_header_with_a_lot_makes_it_an_export() -> None:
    file = parsed(OPEN)
    assert (file.source_format, file.errors, file.warnings) == ("sigmasight", (), ())
    assert parsed("AAPL,1,1,2024-01-15,x", header=",".join([*COLUMNS[:4], " LOT "])).errors == ()


def test_rows_of_a_lot_are_parts_of_one_position() -> None:
    file = parsed(SOLD, OPEN, "MSFT,1,1,2024-01-15,,,,,,,,,1,", SOLD.replace("20", "5", 1))
    aapl, msft = file.positions
    assert (aapl.quantity, aapl.row, msft.row) == (Decimal(75), 2, 4)
    assert aapl.closings == tuple(
        Closing(closed_on=date(2024, 2, 1), quantity=Decimal(part), price=Decimal("165.50"))
        for part in (20, 5)
    )
    assert file.layout == Layout(",", (1,), {2: [3, 5]})


def test_another_lot_is_another_position() -> None:
    same_day = OPEN.replace(",1,", ",2,")
    assert [terms.row for terms in parsed(OPEN, same_day).positions] == [2, 3]


def test_a_file_without_lot_numbers_has_one_lot_of_each_symbol_and_day() -> None:
    (position,) = parsed(SOLD.replace(",1,", ",,"), OPEN.replace(",1,", ",,")).positions
    assert position.quantity == 70


def test_what_the_file_called_the_asset_comes_back() -> None:
    (position,) = parsed(OPEN + '"Apple, ""the""\n\n  fruit"').positions
    assert position.stated_as == 'Apple, "the"\n\n  fruit'
    assert parsed(OPEN).positions[0].stated_as is None


def test_quantities_have_8_decimals_and_prices_6() -> None:
    row = "AAPL,0.12345678,1.123456,2024-01-15,,,,,,,2024-01-16,2.123456,1,"
    (position,) = parsed(row).positions
    assert position.quantity == Decimal("0.12345678")
    assert position.exit_price == Decimal("2.123456")
    finer = "AAPL,0.123456789,1.1234567,2024-01-15,,,,,,,2024-01-16,2.1234567,1,"
    assert codes(parsed(finer)) == [(2, f"ERR_POS_{code}") for code in ("006", "009", "023")]


def test_a_blank_subtype_is_none_even_of_what_looks_like_cash() -> None:
    (position,) = parsed("CASH_FUND,1,1,2024-01-15,PRIVATE,,,,,,,,1,").positions
    assert position.investment_subtype is None
    (position,) = parsed("CASH_FUND,1,1,2024-01-15,,,,,,,,,1,").positions
    assert position.investment_subtype == "CASH"


def test_a_private_asset_may_have_become_worthless() -> None:
    (position,) = parsed("START_UP,1,9.5,2024-01-15,PRIVATE,OTHER,,,,,2025-01-15,0.00,1,").positions
    assert position.exit_price == 0


def test_a_second_open_part_names_both_rows() -> None:
    assert contradiction(OPEN, OPEN) == (
        "Row 3: The open part of the lot is in row 2 already. Put both into one row, or change the "
        "Lot of one."
    )


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        (SOLD.replace("158.00", "159"), "Entry Price Per Share says 159 here, 158.00 there"),
        (SOLD.replace("AAPL,20", "AAPL,-20"), "Quantity says 'short' here, 'long' there"),
        (SOLD.replace("STOCK", ""), "Investment Subtype says nothing here, 'STOCK' there"),
        (SOLD + "Apple", "Description says 'Apple' here, nothing there"),
        (
            SOLD.replace("PUBLIC,STOCK", "PRIVATE,OTHER"),
            "Investment Class says 'PRIVATE' here, 'PUBLIC' there; "
            "Investment Subtype says 'OTHER' here, 'STOCK' there",
        ),
    ],
)
def test_parts_that_disagree_are_told_in_what_and_where(other: str, difference: str) -> None:
    assert contradiction(OPEN, other) == (
        f"Row 3: The lot has other terms in row 2: {difference}. Parts of a lot differ in quantity "
        "and exit only. Correct one, or change its Lot."
    )


def test_parts_of_an_option_agree_in_its_terms() -> None:
    call = "MINE,1,1,2024-01-15,OPTIONS,CALL,SPY,460,2025-09-19,CALL,,,1,"
    sold = "MINE,1,1,2024-01-15,OPTIONS,,QQQ,461,2025-09-18,PUT,2024-02-01,2,1,"
    assert (
        "Investment Subtype says 'PUT' here, 'CALL' there; "
        "Underlying Symbol says 'QQQ' here, 'SPY' there; Strike Price says 461 here, 460 there; "
        "Expiration Date says '2025-09-18' here, '2025-09-19' there; "
        "Option Type says 'PUT' here, 'CALL' there."
    ) in contradiction(call, sold)


def test_a_faulty_part_hides_no_contradiction() -> None:
    file = parsed(OPEN.replace("50", "zero"), SOLD.replace("158.00", "159"), OPEN)
    assert codes(file) == [(2, "ERR_POS_004"), (3, "ERR_POS_022"), (4, "ERR_POS_022")]
    file = parsed(OPEN, SOLD.replace("20", "zero", 1).replace("158.00", "159"))
    assert codes(file) == [(3, "ERR_POS_004"), (3, "ERR_POS_022")]


def test_a_faulty_part_among_others_hides_nothing_of_what_is_blank() -> None:
    file = parsed(OPEN, SOLD.replace("20", "zero", 1), SOLD.replace("STOCK", ""), SOLD + "Apple")
    assert codes(file) == [(3, "ERR_POS_004"), (4, "ERR_POS_022"), (5, "ERR_POS_022")]


def test_a_faulty_part_is_not_held_against_the_others_for_what_it_lacks() -> None:
    file = parsed(OPEN.replace("158.00", ""), SOLD)
    assert codes(file) == [(2, "ERR_POS_007")]


def test_a_lot_with_a_faulty_part_stays_out_as_a_whole() -> None:
    other = "MSFT,1,1,2024-01-15,,,,,,,,,1,"
    file = parsed(OPEN, other, SOLD.replace("165.50", "soon"), accepts_valid=True)
    assert codes(file) == [(4, "ERR_POS_023")]
    assert [terms.symbol for terms in file.positions] == ["MSFT"]
    assert file.layout == Layout(",", (1,))
    assert file.warnings == (
        "Rows without an error were left out, because their lot has one in another row: 2.",
    )


def test_parts_are_not_larger_together_than_one_row_may_be() -> None:
    most = "AAPL,1000000000,1000.00,2024-01-15,,,,,,,{},1,"
    (error,) = parsed(most.format(","), most.format("2024-02-01,1")).errors
    assert (error.row, error.code, error.field) == (3, "ERR_POS_027", "Quantity")
    half = "AAPL,500000000,1000.00,2024-01-15,,,,,,,{},1,"
    assert parsed(half.format(","), half.format("2024-02-01,1")).errors == ()


@pytest.mark.parametrize("columns", [COLUMNS, EXPORT_COLUMNS])
def test_the_column_of_rejected_rows_is_passed_over(columns: tuple[str, ...]) -> None:
    cells = ["AAPL", "1", "1", "2024-01-15", *[""] * (len(columns) - 4), "Row 2: It was bad."]
    file = parsed(",".join(cells), header=",".join([*columns, "ERROR"]))
    assert (file.errors, file.warnings) == ((), ())


@pytest.mark.parametrize(
    "row",
    [
        "S{n},{n}.123456,158.25,2024-01-15,PUBLIC,STOCK,,,,,,,1,a description of some company",
        "S,{n}.123456,158.25,2024-01-15,PUBLIC,STOCK,,,,,,,{n},a description of some company",
        "S,1,158.25,2024-01-15,PUBLIC,STOCK,,,,,2025-01-02,{n}.123456,1,a description of some size",
    ],
    ids=["symbols", "lots", "parts"],
)
def test_memory_stays_below_ten_times_the_file(row: str) -> None:
    lines = "\n".join(row.format(n=n) for n in range(1, 10_001))
    content = f"{HEADER}\n{lines}".encode()
    tracemalloc.start()
    file = parse(content, "p.csv", Choices(horizon=Horizon(today=TODAY)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert file.errors == ()
    assert peak < 10 * len(content)


def test_a_lot_column_that_stands_twice_is_malformed() -> None:
    file = parsed(OPEN + ",", header=f"{HEADER},lot")
    assert codes(file) == [(None, "ERR_CSV_006")]
