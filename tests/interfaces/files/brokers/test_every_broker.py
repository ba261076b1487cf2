"""Every broker's files, from bytes to positions, against results worked out by hand.

`expected_positions.json` says for each account of each file: cash, errors by line, and of each
position the line, symbol, quantity, total cost and entry date.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from interfaces.files.choices import Choices, Horizon
from interfaces.files.parsed_file import ParsedFile
from interfaces.files.reading import Record, Text, open_text, records
from interfaces.files.recognition import BROKERS, GUIDES, parse
from interfaces.files.template.template import template_csv

FIXTURES = Path(__file__).parents[3] / "fixtures" / "brokers"
EXPECTED: dict[str, Any] = json.loads((FIXTURES / "expected_positions.json").read_text("utf-8"))
ACCOUNTS = [(name, account) for name, file in EXPECTED.items() for account in file["accounts"]]
HORIZON = Horizon(today=date(2026, 11, 20))


def parsed(name: str, **choices: Any) -> ParsedFile:
    """A fixture, read by the front door."""
    return parse((FIXTURES / name).read_bytes(), name, Choices(horizon=HORIZON, **choices))


def imported(name: str, account: str) -> ParsedFile:
    """An account of a fixture; what the file lacks is given."""
    return parsed(
        name,
        source_account=account,
        default_entry_date="2016-01-04",
        uses_last_price=True,
        accepts_valid=False,
    )


def test_every_fixture_has_its_expected_positions() -> None:
    assert {path.name for path in FIXTURES.glob("*.csv")} == EXPECTED.keys()


@pytest.mark.parametrize(("name", "account"), ACCOUNTS)
def test_an_account_has_the_positions_worked_out_by_hand(name: str, account: str) -> None:
    file, expected = imported(name, account), EXPECTED[name]["accounts"][account]
    assert [
        [
            terms.row,
            terms.symbol,
            f"{terms.quantity:f}",
            f"{round(terms.quantity * terms.entry_price * terms.multiplier, 2):f}",
            terms.entry_on.isoformat(),
        ]
        for terms in file.positions
        if terms.symbol != "CASH_USD"
    ] == expected["positions"]
    assert [[error.row, error.code] for error in file.errors] == expected["errors"]
    assert (None if file.cash is None else str(file.cash)) == expected["cash"]


@pytest.mark.parametrize(("name", "account"), ACCOUNTS)
def test_cash_is_held_as_much_as_there_is(name: str, account: str) -> None:
    file = imported(name, account)
    held = [
        terms.quantity * terms.entry_price for terms in file.positions if terms.symbol == "CASH_USD"
    ]
    assert sum(held) == (file.cash or 0)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_is_recognised_by_one_format_with_its_day_and_accounts(name: str) -> None:
    file, expected = parsed(name), EXPECTED[name]
    accounts = tuple(expected["accounts"])
    assert (file.source_format, file.accounts) == (expected["format"], accounts)
    assert ("ERR_CSV_008" in [error.code for error in file.errors]) is (len(accounts) > 1)
    assert (file.as_of and file.as_of.isoformat()) == expected["as_of"]
    known = [broker.guide.name for broker in BROKERS if broker.recognises(head(name))]
    assert known == [expected["format"]]


def head(name: str) -> list[Record]:
    """The first records of a fixture."""
    text = open_text((FIXTURES / name).read_bytes(), name)
    assert isinstance(text, Text)
    return [record for record in records(text, ",") if isinstance(record, Record)][:100]


def test_the_template_is_no_brokers() -> None:
    text = open_text(template_csv(), "t.csv")
    assert isinstance(text, Text)
    rows = [record for record in records(text, ",") if isinstance(record, Record)]
    assert not any(broker.recognises(rows) for broker in BROKERS)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_every_format_has_a_page_for_its_users(guide: Any) -> None:
    page = Path(__file__).parents[4] / guide.documentation
    text = page.read_text("utf-8")
    assert "# " in text
    assert len(text.splitlines()) < 120


def test_what_is_nobodys_is_told_what_is_known_and_what_was_found() -> None:
    statement = b"Symbol/CUSIP,Description,Quantity,Price,Ending Value,Cost Basis\nAAPL,A,1,2,3,4\n"
    file = parse(statement, "statement.csv", Choices(horizon=HORIZON))
    (error,) = file.errors
    assert (error.code, file.source_format) == ("ERR_CSV_004", None)
    for said in ("Schwab", "Fidelity", "Vanguard", "E*TRADE", "template", "'Symbol/CUSIP'"):
        assert said in error.message
