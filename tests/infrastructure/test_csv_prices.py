"""A folder of CSV files as a provider: what is read, what is left out with file and line."""

import os
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from application.ports import Close, Fetched, PriceSource
from domain.corporate_action import CorporateAction
from infrastructure.csv_prices import CsvPrices
from tests.support.price_sources import CALENDAR

MONDAY, TUESDAY, WEDNESDAY = date(2024, 1, 8), date(2024, 1, 9), date(2024, 1, 10)
WEEK = (MONDAY, date(2024, 1, 12))


@pytest.fixture
def source(tmp_path: Path) -> PriceSource:
    """The provider of the test's folder."""
    return CsvPrices(tmp_path, CALENDAR)


def write(folder: Path, name: str, *lines: str) -> None:
    """Put a file into the folder, stamped later than the one that it replaces."""
    path = folder / name
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    if before:
        os.utime(path, ns=(before + 1_000_000, before + 1_000_000))


def fetch(source: PriceSource, *symbols: str) -> Fetched:
    """What the files say of symbols in the week of 2024-01-08."""
    return source.fetch(dict.fromkeys(symbols or ("AAPL",), WEEK))


def prices(closes: Sequence[Close]) -> dict[tuple[str, date], str]:
    """Closes as symbol and session with the price as text."""
    return {(close.symbol, close.session): str(close.price) for close in closes}


def test_closes_come_from_all_files_whatever_the_order_of_their_columns(
    tmp_path: Path, source: PriceSource
) -> None:
    write(tmp_path, "a.csv", "symbol,date,close", "AAPL,2024-01-08,185.56", "", "msft,2024-01-08,1")
    write(tmp_path, "b.CSV", "Close, Volume ,DATE,Symbol", "375.79,9,2024-01-09,MSFT")
    write(tmp_path, "notes.txt", "symbol,date,close", "AAPL,2024-01-09,1.00")
    fetched = fetch(source, "AAPL", "MSFT", "IBM")
    assert prices(fetched.closes) == {
        ("AAPL", MONDAY): "185.56",
        ("MSFT", MONDAY): "1",
        ("MSFT", TUESDAY): "375.79",
    }
    assert {close.source for close in fetched.closes} == {"csv"}
    assert (list(fetched.missing), list(fetched.warnings)) == (["IBM"], [])
    assert not fetched.is_outage


def test_only_days_within_the_span_are_answered(tmp_path: Path, source: PriceSource) -> None:
    rows = [f"AAPL,2024-01-{day:02},100" for day in (5, 8, 12, 16)]
    write(tmp_path, "a.csv", "symbol,date,close", *rows)
    assert [c.session.day for c in fetch(source).closes] == [8, 12]


def test_a_file_that_changed_is_read_again_and_one_that_went_is_forgotten(
    tmp_path: Path, source: PriceSource
) -> None:
    write(tmp_path, "a.csv", "symbol,date,close", "AAPL,2024-01-08,185.56")
    assert prices(fetch(source).closes) == {("AAPL", MONDAY): "185.56"}
    write(tmp_path, "a.csv", "symbol,date,close", "AAPL,2024-01-08,185.57")
    assert prices(fetch(source).closes) == {("AAPL", MONDAY): "185.57"}
    (tmp_path / "a.csv").unlink()
    assert fetch(source).missing == ["AAPL"]


def test_a_file_that_did_not_change_is_not_read_again(tmp_path: Path, source: PriceSource) -> None:
    write(tmp_path, "a.csv", "symbol,date,close", "AAPL,2024-01-08,185.56")
    stamp = (tmp_path / "a.csv").stat().st_mtime_ns
    fetch(source)
    (tmp_path / "a.csv").write_text("symbol,date,close\nAAPL,2024-01-08,185.99\n")
    os.utime(tmp_path / "a.csv", ns=(stamp, stamp))
    assert prices(fetch(source).closes) == {("AAPL", MONDAY): "185.56"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("AAPL,2024-01-08,abc", "The close is a plain decimal such as 430.47, without signs."),
        ("AAPL,2024-01-08,-1", "The close is a plain decimal such as 430.47, without signs."),
        ("AAPL,2024-01-08,NaN", "The close is a plain decimal such as 430.47, without signs."),
        ("AAPL,2024-01-08,1e3", "The close is a plain decimal such as 430.47, without signs."),
        ('AAPL,2024-01-08,"1,000"', "The close is a plain decimal such as 430.47, without signs."),
        ("AAPL,2024-01-08,", "The close is a plain decimal such as 430.47, without signs."),
        ("AAPL,2024-01-08", "The close is a plain decimal such as 430.47, without signs."),
        ("AAPL,2024-01-08,0", "A close is above zero and has at most 6 decimals."),
        ("AAPL,2024-01-08,1.1234567", "A close is above zero and has at most 6 decimals."),
        ("AAPL,2024-01-06,185", "2024-01-06 is a day without trading."),
        ("AAPL,2024-01-15,185", "2024-01-15 is a day without trading."),
        ("AAPL,08/01/2024,185", "The date is written YYYY-MM-DD, such as 2013-03-01."),
        ("AAPL,2024-02-30,185", "The date is written YYYY-MM-DD, such as 2013-03-01."),
        (",2024-01-08,185", "The row has no symbol."),
        ("A\x01B,2024-01-08,185", "The row has no symbol."),
    ],
)
def test_a_bad_row_is_a_warning_with_file_and_line_and_never_a_price(
    tmp_path: Path, source: PriceSource, row: str, reason: str
) -> None:
    write(tmp_path, "a.csv", "symbol,date,close", "AAPL,2024-01-09,185.14", row)
    fetched = fetch(source)
    if row.startswith("A\x01B"):  # nobody can ask for it
        assert list(fetched.warnings) == []
    else:
        assert fetched.warnings == [f"a.csv, line 3: {reason} The row was not used."]
    assert prices(fetched.closes) == {("AAPL", TUESDAY): "185.14"}


@pytest.mark.parametrize("line", [1, 2, 3])
def test_a_cell_that_is_far_too_long_costs_its_row_alone(
    tmp_path: Path, source: PriceSource, line: int
) -> None:
    lines = ["symbol,date,close", "AAPL,2024-01-08,185.56"]
    write(tmp_path, "a.csv", *lines[: line - 1], "A" * 131_073, *lines[line - 1 :])
    fetched = fetch(source)
    assert fetched.warnings == [
        f"a.csv, line {line}: A cell has over 131,072 characters. The row was not used."
    ]
    assert prices(fetched.closes) == {("AAPL", MONDAY): "185.56"}


def test_a_bad_row_is_told_to_those_who_ask_for_its_symbol(
    tmp_path: Path, source: PriceSource
) -> None:
    write(tmp_path, "a.csv", "symbol,date,close", "AAPL,2024-01-08,?", "MSFT,2024-01-08,375")
    assert list(fetch(source, "MSFT").warnings) == []
    assert len(fetch(source, "MSFT", "AAPL").warnings) == 1


def test_many_bad_rows_of_a_file_are_a_few_sentences(tmp_path: Path, source: PriceSource) -> None:
    write(tmp_path, "a.csv", "symbol,date,close", *["AAPL,2024-01-08,?"] * 100)
    warnings = fetch(source).warnings
    assert len(warnings) == 6
    assert warnings[-1] == "a.csv: 95 more rows were not used."


@pytest.mark.parametrize("content", [b"", b"AAPL,2024-01-08,185\n", b"symbol,date\nAAPL,1\n"])
def test_a_file_without_the_columns_is_a_warning(
    tmp_path: Path, source: PriceSource, content: bytes
) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    assert fetch(source).warnings == [
        "a.csv, line 1: The header needs symbol,date,close or symbol,ex_date,kind,value."
        " The row was not used."
    ]


def test_a_file_that_is_no_text_is_a_warning(tmp_path: Path, source: PriceSource) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00symbol")
    (tmp_path / "b.csv").write_text("symbol,date,close\nAAPL,2024-01-08,185\n")
    fetched = fetch(source)
    assert fetched.warnings == [
        "a.csv, line 1: The file is not text in UTF-8. The row was not used."
    ]
    assert prices(fetched.closes) == {("AAPL", MONDAY): "185"}


def test_splits_and_dividends_have_files_of_their_own(tmp_path: Path, source: PriceSource) -> None:
    write(
        tmp_path,
        "actions.csv",
        *("symbol,ex_date,kind,value", "AAPL,2024-01-09,split,4", "AAPL,2024-01-10,Dividend,0.24"),
        *("AAPL,2024-01-10,merger,1", "AAPL,2024-01-10,split,0", "AAPL,2025-01-10,split,2"),
    )
    fetched = fetch(source)
    assert fetched.actions == [
        CorporateAction("AAPL", TUESDAY, "split", Decimal(4), "csv"),
        CorporateAction("AAPL", WEDNESDAY, "dividend", Decimal("0.24"), "csv"),
    ]
    assert fetched.warnings == [
        "actions.csv, line 4: The kind is split or dividend. The row was not used.",
        "actions.csv, line 5: The value is above zero. The row was not used.",
    ]


def test_of_two_prices_of_one_day_both_are_told_the_later_one_last(
    tmp_path: Path, source: PriceSource
) -> None:
    write(tmp_path, "2.csv", "symbol,date,close", "AAPL,2024-01-08,2")
    write(tmp_path, "1.csv", "symbol,date,close", "AAPL,2024-01-08,1")
    assert [str(close.price) for close in fetch(source).closes] == ["1", "2"]


def test_a_folder_that_is_not_there_is_an_outage_and_no_missing_symbol(tmp_path: Path) -> None:
    fetched = CsvPrices(tmp_path / "gone", CALENDAR).fetch({"AAPL": WEEK})
    assert fetched.is_outage
    assert list(fetched.missing) == []
    assert fetched.warnings == ["The folder of prices 'gone' cannot be read: look at MARKET_DATA."]
