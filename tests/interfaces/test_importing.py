"""What a file brings, as both ways in hand it on."""

from datetime import date

import pytest

from domain.position_import import ImportMode
from interfaces.bootstrap import Program
from interfaces.files.choices import Choices, Horizon
from interfaces.files.recognition import parse
from interfaces.importing import horizon_of, intake_of
from tests.support.importing import HEADER

TODAY = date(2026, 1, 5)
HORIZON = Horizon(today=TODAY)
TEMPLATE = f"{HEADER}\nAAPL,1,150.00,2024-01-15\n".encode()
SCHWAB = (
    b'"Positions for account Individual ...053 as of 11:52 AM ET, 2025/11/16"\n\n'
    b'"Symbol","Description","Qty (Quantity)","Price","Mkt Val (Market Value)","Cost Basis",\n'
    b'"AAPL","APPLE INC","2","$200.00","$400.00","$300.00",\n'
)


def test_a_template_speaks_of_the_last_day_of_its_market_and_of_no_splits() -> None:
    horizon = Horizon(today=TODAY, market_end=date(2013, 3, 1))
    intake = intake_of(parse(TEMPLATE, "a.csv", Choices(horizon=HORIZON)), "a.csv", horizon)
    assert intake.stated_on == date(2013, 3, 1)
    assert intake.quantities_as_of is None
    assert (intake.mode, intake.is_forced) == (ImportMode.ADD, False)
    assert intake.source.format == "template"


def test_a_brokers_file_speaks_of_its_own_day_its_account_and_its_prices() -> None:
    parsed = parse(SCHWAB, "a.csv", Choices(horizon=HORIZON, default_entry_date="2025-01-02"))
    intake = intake_of(parsed, "a.csv", HORIZON, mode=ImportMode.REPLACE, is_forced=True)
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
    ],
)
def test_a_file_name_is_kept_as_it_can_be_shown(given: str, kept: str) -> None:
    parsed = parse(TEMPLATE, "a.csv", Choices(horizon=HORIZON))
    assert intake_of(parsed, given, HORIZON).source.file_name == kept


def test_the_sample_market_has_an_end_and_the_live_one_has_none(program: Program) -> None:
    live, sample = horizon_of(program.markets, "live"), horizon_of(program.markets, "sample")
    assert live.market_end is None
    assert sample.market_end == date(2013, 3, 1)
    assert live.today == sample.today == program.markets["live"].today()
