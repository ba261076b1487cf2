"""A file on its way in, as both ways in hand it on."""

from datetime import date
from decimal import Decimal

import pytest

from domain.position import PositionTerms
from domain.position_import import ImportMode, LeftOutRow
from interfaces.bootstrap import Program
from interfaces.files.choices import Choices, Horizon
from interfaces.importing import FileToImport, cost_of, horizon_of
from tests.support.accounts import shares
from tests.support.importing import HEADER

TODAY = date(2026, 1, 5)
CHOICES = Choices(horizon=Horizon(today=TODAY))
ACCEPTING = Choices(horizon=Horizon(today=TODAY), accepts_valid=True)
AAPL = "AAPL,1,150.00,2024-01-15"
MSFT = "MSFT,2,300.00,2024-01-15"
BAD = "IBM,ten,190.00,2024-01-15"
SCHWAB = (
    b'"Positions for account Individual ...053 as of 11:52 AM ET, 2025/11/16"\n\n'
    b'"Symbol","Description","Qty (Quantity)","Price","Mkt Val (Market Value)","Cost Basis",\n'
    b'"AAPL","APPLE INC","2","$200.00","$400.00","$300.00",\n'
)


def template(
    *rows: str, choices: Choices = CHOICES, mode: ImportMode = ImportMode.ADD
) -> FileToImport:
    """A template with these rows."""
    content = "\n".join([HEADER, *rows, ""]).encode()
    return FileToImport.read(content, "a.csv", choices, mode)


def stated(file: FileToImport) -> list[PositionTerms]:
    """Its positions."""
    return list(file.intake().terms)


def test_a_template_speaks_of_the_last_day_of_its_market_and_of_no_splits() -> None:
    ended = Choices(horizon=Horizon(today=TODAY, market_end=date(2013, 3, 1)))
    intake = template("AAPL,1,150.00,2012-01-17", choices=ended).intake()
    assert intake.stated_on == date(2013, 3, 1)
    assert intake.quantities_as_of is None
    assert (intake.mode, intake.is_forced) == (ImportMode.ADD, False)
    assert intake.source.format == "template"


def test_a_brokers_file_speaks_of_its_own_day_its_account_and_its_prices() -> None:
    dated = Choices(horizon=Horizon(today=TODAY), default_entry_date="2025-01-02")
    file = FileToImport.read(SCHWAB, "a.csv", dated, ImportMode.REPLACE)
    intake = file.intake(is_forced=True)
    assert intake.stated_on == intake.quantities_as_of == date(2025, 11, 16)
    assert intake.source.account == "Individual ...053"
    assert {symbol: str(price) for symbol, price in intake.prices.items()} == {"AAPL": "200.00"}
    assert (intake.mode, intake.is_forced) == (ImportMode.REPLACE, True)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\0b\n.csv", "a b .csv"),
        ("x" * 300 + ".csv", "x" * 251 + ".csv"),
        ("é\udcff.csv", "é .csv"),
        ("/home/ada/a.csv", "a.csv"),
        ("C:\\Users\\Ada\\a.csv", "a.csv"),
        ("", ""),
    ],
)
def test_a_file_name_is_kept_as_it_can_be_shown(given: str, kept: str) -> None:
    assert FileToImport.read(b"", given, CHOICES).source.file_name == kept


def test_one_error_keeps_all_of_a_file_out() -> None:
    assert not template(AAPL).is_refused
    assert template(AAPL, BAD).is_refused


def test_rows_without_errors_come_in_alone_where_that_is_wanted() -> None:
    file = template(AAPL, BAD, choices=ACCEPTING)
    assert not file.is_refused
    assert [terms.symbol for terms in stated(file)] == ["AAPL"]
    assert file.source.left_out == (LeftOutRow(3, "IBM", ("ERR_POS_004",)),)
    rejected = file.rejected_rows
    assert rejected is not None
    assert "IBM" in rejected
    assert "AAPL" not in rejected


def test_a_replacing_file_needs_all_its_rows() -> None:
    assert template(AAPL, BAD, choices=ACCEPTING, mode=ImportMode.REPLACE).is_refused


def test_a_file_without_errors_rejects_no_row() -> None:
    file = template(AAPL, choices=ACCEPTING)
    assert (file.rejected_rows, file.source.left_out) == (None, ())


def test_a_row_that_is_held_already_is_an_error_like_any_other() -> None:
    file = template(AAPL, BAD, MSFT)
    (aapl, msft) = stated(file)
    compared = file.without([msft])
    assert stated(compared) == [aapl]
    assert compared.is_refused
    found = [(error.row, error.symbol, error.code) for error in compared.parsed.errors]
    assert found == [(3, "IBM", "ERR_POS_004"), (4, "MSFT", "ERR_POS_022")]
    assert compared.parsed.total_errors == 2
    assert file.without([]) is file


def test_where_only_rows_held_already_are_left_nothing_comes_in() -> None:
    file = template(AAPL, BAD, choices=ACCEPTING)
    compared = file.without(stated(file))
    assert compared.is_refused
    assert compared.parsed.errors[-1].code == "ERR_CSV_007"
    assert compared.parsed.total_errors == 3


def test_the_cost_is_told_to_the_cent_half_even() -> None:
    assert cost_of(shares("A", "0.5", "0.01", TODAY)) == Decimal("0.00")
    assert cost_of(shares("A", "-1.5", "0.01", TODAY)) == Decimal("-0.02")


def test_the_sample_market_has_an_end_and_the_live_one_has_none(program: Program) -> None:
    live, sample = horizon_of(program.markets, "live"), horizon_of(program.markets, "sample")
    assert live.market_end is None
    assert sample.market_end == date(2013, 3, 1)
    assert live.today == sample.today == program.markets["live"].today()
