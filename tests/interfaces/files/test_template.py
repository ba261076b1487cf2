"""Specification of the template: what a good file becomes (spec 3.1, 3.4)."""

import hashlib
import tracemalloc
from datetime import date
from decimal import Decimal

import pytest

from domain.instrument import SUBTYPES, InvestmentClass
from domain.position import Closing, PositionTerms
from interfaces.files.choices import Choices, Horizon
from interfaces.files.parsed_file import ParsedFile
from interfaces.files.recognition import parse
from interfaces.files.template.columns import COLUMNS
from interfaces.files.template.template import template_csv

TODAY = date(2026, 1, 5)
HEADER = ",".join(COLUMNS)


def parsed(content: str | bytes, today: date = TODAY) -> ParsedFile:
    """The parsed file, which must be without errors."""
    raw = content.encode() if isinstance(content, str) else content
    file = parse(raw, "p.csv", Choices(horizon=Horizon(today=today)))
    assert file.errors == ()
    assert file.total_errors == 0
    return file


def position(row: str) -> PositionTerms:
    """The one position of a file with this row."""
    (terms,) = parsed(f"{HEADER}\n{row}").positions
    return terms


def test_a_row_becomes_a_position() -> None:
    row = "msft,75.5,380.00,2024-01-19,public,stock,,,,,2024-07-15,450.25"
    assert position(row) == PositionTerms(
        symbol="MSFT",
        quantity=Decimal("75.5"),
        entry_price=Decimal("380.00"),
        entry_on=date(2024, 1, 19),
        investment_class=InvestmentClass.PUBLIC,
        investment_subtype="STOCK",
        closings=(
            Closing(closed_on=date(2024, 7, 15), quantity=Decimal("75.5"), price=Decimal("450.25")),
        ),
        row=2,
    )


SPY_CALL = PositionTerms(
    symbol="SPY250919C00460000",
    quantity=Decimal(-2),
    entry_price=Decimal("7.05"),
    entry_on=date(2024, 1, 15),
    investment_class=InvestmentClass.OPTIONS,
    investment_subtype="CALL",
    underlying="SPY",
    strike=Decimal(460),
    expires_on=date(2025, 9, 19),
    right="CALL",
    row=2,
)


@pytest.mark.parametrize(
    "row",
    [
        "SPY250919C00460000,-2,7.05,2024-01-15",
        "SPY   250919C00460000,-2,7.05,2024-01-15,OPTIONS",
        "spy250919c00460000,-2,7.05,2024-01-15,options,call",
        "SPY250919C00460000,-2,7.05,2024-01-15,,,SPY,460.00,2025-09-19,CALL",
        ",-2,7.05,2024-01-15,,,SPY,460,2025-09-19,call",
        ",-2,7.05,2024-01-15,OPTIONS,CALL,spy,460,2025-09-19,Call",
    ],
    ids=["compact", "padded", "lower case", "with columns", "columns only", "columns and class"],
)
def test_an_option_is_one_by_symbol_or_by_columns(row: str) -> None:
    assert position(row) == SPY_CALL


def test_an_option_may_go_by_a_symbol_of_its_own() -> None:
    terms = position("MYCALL,1,1,2024-01-15,,,LONGSYMBOL,460.1234,2125-09-19,PUT")
    assert terms.symbol == "MYCALL"
    assert terms.option is not None
    assert terms.option.strike == Decimal("460.1234")


@pytest.mark.parametrize("symbol", ["AAPL1250117C00100000", "AAPL1 250117C00100000"])
def test_an_adjusted_root_stands_unless_the_column_names_the_share(symbol: str) -> None:
    alone = position(f"{symbol},1,1.00,2024-01-15")
    assert (alone.symbol, alone.underlying) == ("AAPL1250117C00100000", "AAPL1")
    named = position(f"{symbol},1,1.00,2024-01-15,,,AAPL")
    assert (named.symbol, named.underlying) == ("AAPL1250117C00100000", "AAPL")


@pytest.mark.parametrize(
    ("symbol", "stored", "root", "strike"),
    [
        ("f250919c00012500", "F250919C00012500", "F", "12.5"),
        ("F     250919C00012500", "F250919C00012500", "F", "12.5"),
        ("SPXW  250919C05000000", "SPXW250919C05000000", "SPXW", "5000"),
        ("A1    250919C00000500", "A1250919C00000500", "A1", "0.5"),
        ("A1250919C00000500", "A1250919C00000500", "A1", "0.5"),
        ("ABC123250919C99999999", "ABC123250919C99999999", "ABC123", "99999.999"),
    ],
)
def test_occ_symbols_are_read_padded_and_compact_and_stored_compact(
    symbol: str, stored: str, root: str, strike: str
) -> None:
    terms = position(f"{symbol},1,1.00,2024-01-15")
    assert (terms.symbol, terms.underlying) == (stored, root)
    assert (terms.strike, terms.expires_on) == (Decimal(strike), date(2025, 9, 19))


def test_an_option_that_expired_worthless_was_closed_at_zero() -> None:
    terms = position("SPY250919C00460000,-2,7.05,2024-01-15,,,,,,,2025-09-19,0")
    assert terms.exit_price == 0


@pytest.mark.parametrize(
    ("row", "investment_class", "subtype"),
    [
        ("AAPL,1,1,2024-01-15", "PUBLIC", None),
        ("SPAXX,1,1,2024-01-15", "PUBLIC", None),
        ("CASH_USD,1,1,2024-01-15", "PRIVATE", "CASH"),
        ("cash_usd,1,1,2024-01-15,PRIVATE", "PRIVATE", "CASH"),
        ("CASH_USD,1,1,2024-01-15,,MONEY_MARKET", "PRIVATE", "MONEY_MARKET"),
        ("CASH_USD,1,1,2024-01-15,PUBLIC", "PUBLIC", None),
        ("BTC,1,1,2024-01-15,PRIVATE,Crypto", "PRIVATE", "CRYPTOCURRENCY"),
        ("HOUSE,1,1,2024-01-15,Private", "PRIVATE", None),
    ],
)
def test_a_blank_class_is_found_out(row: str, investment_class: str, subtype: str | None) -> None:
    terms = position(row)
    assert (terms.investment_class, terms.investment_subtype) == (investment_class, subtype)


def test_what_looks_like_an_option_but_says_otherwise_is_believed_and_warned_of() -> None:
    rows = "SPY250919C00460000,1,1,2024-01-15,PUBLIC\nX,1,1,2024-01-15,PRIVATE,OTHER,,5"
    file = parsed(f"{HEADER}\n{rows}")
    assert [terms.investment_class for terms in file.positions] == ["PUBLIC", "PRIVATE"]
    assert [terms.option for terms in file.positions] == [None, None]
    assert file.warnings == (
        "Rows that look like options but have another Investment Class were read as that class, "
        "without their options columns: 2, 3.",
    )


@pytest.mark.parametrize(
    "symbol", ["BRK.B", "BRK/B", "BF-B", "cash_eur", "X" * 100, "7", "A.b_C-d/9"]
)
def test_symbols_keep_their_characters_and_turn_upper_case(symbol: str) -> None:
    assert position(f"{symbol},1,1,2024-01-15").symbol == symbol.upper()


@pytest.mark.parametrize(
    ("text", "quantity"),
    [("100", "100"), ("+1", "1"), ("-0.000001", "-0.000001"), (".5", "0.5"), ("5.", "5"),
     ("007", "7"), ("1000000000", "1000000000")],
)  # fmt: skip
def test_plain_decimals_are_numbers(text: str, quantity: str) -> None:
    assert position(f"X,{text},1,2024-01-15").quantity == Decimal(quantity)


@pytest.mark.parametrize("entry", ["2026-01-05", "1926-01-05", "2024-02-29"])
def test_entries_reach_from_a_hundred_years_ago_to_today(entry: str) -> None:
    assert position(f"X,1,1,{entry}").entry_on == date.fromisoformat(entry)


def test_a_hundred_years_before_a_leap_day_is_a_day() -> None:
    file = parsed(f"{HEADER}\nX,1,1,1924-02-29", date(2024, 2, 29))
    assert file.positions[0].entry_on == date(1924, 2, 29)


def test_a_hundred_years_before_a_leap_day_is_the_day_before_it_in_every_year() -> None:
    assert Horizon(today=date(2024, 2, 29)).first_day == date(1924, 2, 28)
    assert Horizon(today=date(2000, 2, 29)).first_day == date(1900, 2, 28)
    assert Horizon(today=date(2024, 2, 28)).first_day == date(1924, 2, 28)
    assert Horizon(today=date(2024, 3, 29)).first_day == date(1924, 3, 29)


def test_header_names_match_in_any_case_order_and_spelling_of_blanks() -> None:
    file = parsed(
        'ENTRY_DATE;entry price  per_share;Notes;\t symbol ;"QUANTITY"\n'
        '2024-01-15;158.00;"ours; all";AAPL;100\n'
    )
    assert [(terms.symbol, terms.quantity) for terms in file.positions] == [("AAPL", Decimal(100))]
    assert file.warnings == ("Columns that are not known were not read: 'Notes'.",)


def test_the_last_columns_may_be_left_out_of_a_row() -> None:
    assert position("AAPL,100,158.00,2024-01-15").exit_on is None


def test_what_stands_above_the_header_is_passed_over_and_said_so() -> None:
    file = parsed(f"# a comment\nMy positions\n\n{HEADER}\nAAPL,1,1,2024-01-15")
    assert [terms.row for terms in file.positions] == [5]
    assert file.warnings == ("What stands above the header in line 4 was not read.",)


def test_comments_and_blanks_alone_above_the_header_are_no_warning() -> None:
    assert parsed(f"# a comment\n,,\n{HEADER}\nAAPL,1,1,2024-01-15").warnings == ()


def test_same_symbol_on_another_day_is_another_lot() -> None:
    file = parsed(f"{HEADER}\nAAPL,1,1,2024-01-15\nAAPL,1,1,2024-01-16")
    assert len(file.positions) == 2


def test_the_file_is_known_by_its_digest() -> None:
    content = f"{HEADER}\nAAPL,1,1,2024-01-15".encode()
    file = parsed(content)
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert file.source_format == "template"


def test_the_served_template_passes_its_own_rules() -> None:
    file = parsed(template_csv())
    assert file.warnings == ()
    assert template_csv().isascii()


def test_the_served_template_has_the_columns_and_an_example_of_each_kind() -> None:
    lines = template_csv().decode().splitlines()
    assert HEADER in lines
    positions = parsed(template_csv()).positions
    shown = {(terms.investment_class, terms.investment_subtype) for terms in positions}
    assert shown == {(name, subtype) for name in SUBTYPES for subtype in SUBTYPES[name]}
    assert any(terms.quantity < 0 for terms in positions)
    assert any(terms.exit_on for terms in positions)
    rows = dict(enumerate(lines, 1))
    options = [rows[terms.row] for terms in positions if terms.option and terms.row]
    assert [row.startswith(",") for row in options] == [False, True]


def test_the_served_template_explains_the_account_types() -> None:
    comments = [line for line in template_csv().decode().splitlines() if line.startswith("#")]
    account_types = "taxable ira roth_ira 401k 403b 529 hsa trust other"
    assert any(line.endswith(account_types) for line in comments)


@pytest.mark.parametrize(
    "row",
    [
        "S{n},{n}.123456,158.25,2024-01-15,PUBLIC,STOCK,,,,,,,a note that fills the row up to size",
        ",{n},7.05,2024-01-15,OPTIONS,CALL,X{n},460.5,2026-09-18,CALL,2025-01-02,8.00,some note",
    ],
    ids=["stocks", "options"],
)
def test_memory_stays_below_ten_times_the_file(row: str) -> None:
    notes = "\n".join(row.format(n=n) for n in range(1, 10_001))
    content = f"{HEADER},Notes\n{notes}".encode()
    parsed(content)  # what is imported for large files is imported once
    tracemalloc.start()
    file = parsed(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(file.positions) == 10_000
    assert peak < 10 * len(content)


def test_a_file_without_header_takes_no_more_memory() -> None:
    content = b"aa,bb,cc,dd,ee,ff,gg,hh,ii,jj\n" * 20_000
    tracemalloc.start()
    file = parse(content, "p.csv", Choices(horizon=Horizon(today=TODAY)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [error.code for error in file.errors] == ["ERR_CSV_004"]
    assert peak < 10 * len(content)
