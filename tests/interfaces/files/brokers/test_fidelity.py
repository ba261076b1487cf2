"""Specification of reading Fidelity's positions export (spec 3.6, 03b)."""

import codecs
import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.instrument import OptionTerms
from interfaces.files.brokers.broker_file import BrokerFile, Holding, Kind
from interfaces.files.brokers.fidelity import FORMAT
from interfaces.files.brokers.values import day
from interfaces.files.reading import Record, Text, open_text, records

FIXTURES = Path(__file__).parents[3] / "fixtures" / "brokers"
NAMES = (
    *("Account Number", "Account Name", "Symbol", "Description", "Quantity", "Last Price"),
    *("Last Price Change", "Current Value", "Today's Gain/Loss Dollar"),
    *("Today's Gain/Loss Percent", "Total Gain/Loss Dollar", "Total Gain/Loss Percent"),
    *("Percent Of Account", "Cost Basis Total", "Average Cost Basis", "Type"),
)
HEADER = ",".join(NAMES)
TITLE_CASE = "fidelity_title_case.csv"
SENTENCE_CASE = "fidelity_sentence_case.csv"
FOREIGN_HEADERS = {
    "template": "Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Class",
    "template with Fidelity's columns added": f"Entry Price Per Share,Entry Date,{HEADER}",
    "Fidelity 2018 statement": (
        "Symbol/CUSIP,Description,Quantity,Price,Beginning Value,Ending Value,Cost Basis"
    ),
    "Fidelity 2018 accounts": (
        "Account Type,Account #,Beginning mkt Value,Change in Investment,Ending mkt Value"
    ),
    "Fidelity transactions": (
        "Run Date,Account,Account Number,Action,Symbol,Description,Type,Price ($),Quantity,"
        "Commission ($),Fees ($),Accrued Interest ($),Amount ($),Settlement Date"
    ),
    "Schwab 2019": (
        "Symbol,Description,Quantity,Price,Price Change $,Price Change %,Market Value,"
        "Day Change $,Day Change %,Cost Basis,Gain/Loss $,Gain/Loss %,Reinvest Dividends?,"
        "Capital Gains?,% Of Account,Security Type"
    ),
    "Schwab 2025": (
        "Symbol,Description,Qty (Quantity),Price,Mkt Val (Market Value),Cost Basis,"
        "Gain % (Gain/Loss %),% of Acct (% of Account),,Security Type"
    ),
    "Schwab lots": "Open Date,Quantity,Price,Cost/Share,Market Value,Cost Basis",
    "Vanguard holdings": "Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,",
    "Vanguard 529": "Fund Account Number,Fund Name,Price,Shares,Total Value",
    "Vanguard cost": (
        "Account,Symbol/CUSIP,Description,Position type,Quantity,Total cost,Market value"
    ),
    "Vanguard transactions": (
        "Account Number,Trade Date,Settlement Date,Transaction Type,Transaction Description,"
        "Investment Name,Symbol,Shares,Share Price,Principal Amount,Net Amount,Account Type,"
    ),
    "E*TRADE": (
        "Symbol,Last Price $,Change $,Change %,Quantity,Price Paid $,Day's Gain $,Total Gain $,"
        "Total Gain %,Value $"
    ),
    "E*TRADE summary": "Account,Net Account Value,Total Gain $,Total Gain %",
}


def records_of(content: bytes | str) -> list[Record]:
    text = open_text(content.encode() if isinstance(content, str) else content, "positions.csv")
    assert isinstance(text, Text)
    return [item for item in records(text, ",") if isinstance(item, Record)]


def read(content: bytes | str, file_name: str = "positions.csv") -> BrokerFile:
    found = records_of(content)
    assert FORMAT.recognises(found[:100])
    return FORMAT.read(found, file_name)


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def rows(*lines: str, header: str = HEADER) -> BrokerFile:
    """A file of this header and these rows."""
    return read("\n".join((header, *lines)))


def only(*lines: str, header: str = HEADER) -> Holding:
    """The one holding of such a file."""
    [holding] = rows(*lines, header=header).holdings
    return holding


def by_row(file: BrokerFile) -> dict[int, Holding]:
    return {holding.row: holding for holding in file.holdings}


def cash(file: BrokerFile) -> list[tuple[str, str]]:
    return [(h.account, h.value) for h in file.holdings if h.kind is Kind.CASH]


def symbols(file: BrokerFile) -> list[str]:
    return [h.symbol for h in file.holdings if h.kind is Kind.ASSET]


def test_title_case_of_2025_is_read() -> None:
    file = read(fixture(TITLE_CASE))
    assert file.accounts == ("Z90000001 Individual - TOD", "237000002 ROTH IRA")
    assert file.header_rows == (1,)
    assert file.notes == ()
    options = ["-KLMN260116C45", "-QRS251219P52.5"]
    assert symbols(file) == ["KLMN", "QRS", *options, "01234AB56", "GONE", "TUV"]
    assert cash(file) == [
        ("Z90000001 Individual - TOD", "$1204.55"),
        ("Z90000001 Individual - TOD", "-$310.00"),
        ("237000002 ROTH IRA", "$88.10"),
    ]


def test_sentence_case_of_2026_is_read() -> None:
    file = read(fixture(SENTENCE_CASE))
    assert file.accounts == (
        "W1 Everyday",
        "W2 Fidelity Crypto®",
        "W3 ROTH IRA",
        "W4 EXAMPLE CO 401K",
        "W5 BrokerageLink",
        "W6 Checking",
    )
    assert symbols(file) == ["KLMN", "ETH/USD", "00999X10Y", "01234AB56"]
    assert cash(file) == [
        ("W1 Everyday", "$900.00"),
        ("W2 Fidelity Crypto®", "$0.00"),
        ("W3 ROTH IRA", "-$1250.40"),
        ("W6 Checking", "$0.52"),
    ]


def test_a_holding_has_the_texts_of_its_row_by_meaning() -> None:
    assert by_row(read(fixture(TITLE_CASE)))[4] == Holding(
        row=4,
        account="Z90000001 Individual - TOD",
        symbol="QRS",
        description="QUARRIS HOLDINGS, INC CL B",
        quantity="-20",
        total_cost="$1200.00",
        price_paid="$60.00",
        last_price="$55.00",
        value="-$1100.00",
    )


def test_the_layout_with_one_account_column_is_read() -> None:
    file = read(fixture("fidelity_one_account_column.csv"))
    assert file.accounts == ("X90000003",)
    assert [(h.symbol, h.total_cost, h.price_paid) for h in file.holdings[:2]] == [
        ("SPAXX**", "n/a", "$1.00"),
        ("KLMN", "$160.00", "$20.00"),
    ]
    assert cash(file) == [("X90000003", "$64.20")]
    assert day(file.as_of) == date(2020, 6, 30)


def test_a_file_saved_again_by_a_spreadsheet_is_read() -> None:
    file = read(fixture("fidelity_resaved.csv"))
    assert file.accounts == ("Z90000001 Individual - TOD",)
    assert symbols(file) == ["KLMN", "QRS", "-KLMN260116C45"]
    assert [value for _, value in cash(file)] == ["$1,204.55", "($310.00)"]
    assert file.notes == ()
    assert day(file.as_of) == date(2025, 11, 19)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("name", [TITLE_CASE, SENTENCE_CASE])
def test_line_ends_and_mark_make_no_difference(name: str, mark: bytes, line_end: bytes) -> None:
    lines = fixture(name).removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n")
    assert read(mark + lines.replace(b"\n", line_end)) == read(fixture(name))


@pytest.mark.parametrize("change", [str.lower, str.upper, str.title])
def test_the_case_of_the_names_makes_no_difference(change: type[str]) -> None:
    content = fixture(SENTENCE_CASE).decode()
    header, below = content.split("\n", 1)
    assert read(f"{change(header)}\n{below}") == read(content)


def test_a_curly_apostrophe_and_blanks_in_names_make_no_difference() -> None:
    header = HEADER.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}").replace(" ", "  ")
    assert rows("X1,Mine,KLMN,KELMAN,3", header=header) == rows("X1,Mine,KLMN,KELMAN,3")


def test_two_of_its_own_names_make_a_header_and_an_account_is_one() -> None:
    for names in (
        "Account Number,Symbol,Quantity,Current Value",
        "Symbol,Quantity,Cost Basis Total,Current Value",
        "Symbol,Quantity,Today\N{RIGHT SINGLE QUOTATION MARK}s Gain/Loss Dollar,Current Value",
    ):
        assert FORMAT.recognises(records_of(names))
    for names in ("Symbol,Quantity,Current Value", "Account Number,Account Name,Symbol,Quantity"):
        assert not FORMAT.recognises(records_of(names))


@given(order=st.permutations(range(len(NAMES))))
@settings(max_examples=50, deadline=None)
def test_the_order_of_columns_makes_no_difference(order: Sequence[int]) -> None:
    lines = [[*record.cells] for record in records_of(fixture(SENTENCE_CASE))[:-1]]
    shuffled = io.StringIO()
    csv.writer(shuffled).writerows([[line[place] for place in order] for line in lines])
    assert read(shuffled.getvalue()) == read(fixture(SENTENCE_CASE))


@pytest.mark.parametrize(
    ("left_out", "meaning"),
    [
        ("Description", "description"),
        ("Last Price", "last_price"),
        ("Current Value", "value"),
        ("Cost Basis Total", "total_cost"),
        ("Average Cost Basis", "price_paid"),
    ],
)
def test_a_column_left_out_leaves_its_text_blank(left_out: str, meaning: str) -> None:
    texts = dict(zip(NAMES, ["X1", "Mine", "KLMN", "KELMAN", "3", *["$9.00"] * 10], strict=False))
    del texts[left_out]
    holding = only(",".join(texts.values()), header=",".join(texts))
    assert getattr(holding, meaning) == ""
    assert (holding.account, holding.symbol, holding.quantity) == ("X1 Mine", "KLMN", "3")


@pytest.mark.parametrize(
    ("header", "cells", "account"),
    [
        ("Account Number,Symbol,Quantity,Current Value", "X1,KLMN,3,$9.00", "X1"),
        ("Account Name,Symbol,Quantity,Current Value", "Mine,KLMN,3,$9.00", "Mine"),
        ("Symbol,Quantity,Cost Basis Total,Current Value", "KLMN,3,$5.00,$9.00", ""),
    ],
)
def test_an_account_is_called_by_what_the_file_has_of_it(
    header: str, cells: str, account: str
) -> None:
    file = rows(cells, header=header)
    assert [holding.account for holding in file.holdings] == [account]
    assert file.accounts == ((account,) if account else ())


def test_a_row_without_account_belongs_to_the_one_above_and_says_so() -> None:
    file = rows("X1,Mine,KLMN,KELMAN,3,$9.00", ",,QRS,QUARRIS,4,$9.00", ",,Pending activity,,,,,$5")
    assert file.accounts == ("X1 Mine",)
    assert {holding.account for holding in file.holdings} == {"X1 Mine"}
    said = "It was taken for account X1 Mine, as the row above it."
    assert [holding.assumptions for holding in file.holdings] == [(), (said,), (said,)]


def test_rows_may_be_shorter_or_longer_than_the_header() -> None:
    file = rows("X1,Mine,KLMN,KELMAN,3", "X1,Mine,QRS,QUARRIS,4" + "," * 20 + "more")
    assert [(h.symbol, h.quantity, h.total_cost) for h in file.holdings] == [
        ("KLMN", "3", ""),
        ("QRS", "4", ""),
    ]


@pytest.mark.parametrize("symbol", ["SPAXX**", "FZFXX**", "FDRXX**", "FCASH**", "CORE**", "USD***"])
def test_core_cash_is_cash(symbol: str) -> None:
    holding = only(f"X1,Mine,{symbol},SWEEP,,,,$12.34,,,,,1.00%,,,Cash,")
    assert (holding.kind, holding.value) == (Kind.CASH, "$12.34")


def test_core_cash_that_is_no_fund_is_cash_with_a_quantity_too() -> None:
    assert only("X1,Mine,FCASH**,CASH,50,$1.00,,$50.00").kind is Kind.CASH


@pytest.mark.parametrize("words", ["SPAXX,FIDELITY GOVERNMENT", "FCASH,HELD IN FCASH"])
def test_core_cash_that_lost_its_asterisks_is_cash(words: str) -> None:
    assert only(f"X1,Mine,{words},--,--,,$12.34").kind is Kind.CASH


@pytest.mark.parametrize("symbol", ["USD", "CASH"])
def test_a_ticker_that_reads_like_cash_is_an_asset(symbol: str) -> None:
    holding = only(f"X1,Mine,{symbol},SOME COMPANY,3,$9.00,,$27.00,,,,,,$20.00,$6.67")
    assert (holding.kind, holding.symbol) == (Kind.ASSET, symbol)


def test_a_core_fund_with_quantity_is_an_asset_bought_at_one_dollar() -> None:
    holding = only("X1,Mine,SPAXX**,GOVERNMENT FUND,50,$1.00,,$50.00,,,,,,--,--")
    assert (holding.kind, holding.symbol, holding.price_paid) == (Kind.ASSET, "SPAXX**", "$1.00")
    assert holding.assumptions == ("SPAXX** is a core fund: its cost was taken as $1.00.",)


@pytest.mark.parametrize(
    ("price", "cost"), [("$1.00", "$50.00"), ("$1.01", "--")], ids=["with cost", "not at 1"]
)
def test_nothing_is_assumed_of_other_core_funds(price: str, cost: str) -> None:
    holding = only(f"X1,Mine,FXXXX**,SOME FUND,50,{price},,$50.00,,,,,,{cost},--")
    assert (holding.total_cost, holding.price_paid, holding.assumptions) == (cost, "--", ())


@pytest.mark.parametrize(
    "cells", ["", "--,--,--,--", ",,,n/a"], ids=["blank", "dashes", "not available"]
)
@pytest.mark.parametrize("name", ["SPAXX**", "Pending activity"])
def test_cash_without_an_amount_is_skipped_with_a_note(name: str, cells: str) -> None:
    file = rows(f"X1,Mine,{name},,{cells}")
    assert file.holdings == ()
    (note,) = file.notes
    assert (note.row, note.text) == (2, f"{name} has no amount and was skipped.")
    assert file.accounts == ("X1 Mine",)


@pytest.mark.parametrize("name", ["Pending Activity", "Pending activity", "PENDING ACTIVITY"])
@pytest.mark.parametrize("blanks", [3, 4, 5], ids=["left", "in place", "right"])
@pytest.mark.parametrize("described", [False, True])
def test_pending_activity_is_cash_wherever_its_amount_stands(
    name: str, blanks: int, *, described: bool
) -> None:
    description = name if described else ""
    line = f"9000,Mine,{name},{description},{',' * (blanks - 1)}-$26.57,,,,1.00%"
    holding = only(line)
    assert (holding.kind, holding.value, holding.account) == (Kind.CASH, "-$26.57", "9000 Mine")
    said = "The amount -$26.57 stands beside Current Value."
    assert holding.assumptions == (() if blanks == 4 else (said,))


def test_the_current_value_of_pending_activity_counts_before_its_neighbours() -> None:
    assert only("X1,Mine,Pending activity,,,,$1.00,$2.00,$3.00").value == "$2.00"


def test_without_a_column_for_it_the_first_amount_is_that_of_pending_activity() -> None:
    header = "Last Price,Symbol,Cost Basis Total,Account Number,Quantity"
    assert only("$9.00,Pending activity,$2.00,X1", header=header).value == "$9.00"


def test_a_percentage_beside_it_is_no_amount_of_pending_activity() -> None:
    holding = only("X1,Mine,Pending activity,,,,-1.00%,,5.00%,-$26.57")
    assert holding.value == "-$26.57"


def test_a_wrapper_of_another_account_is_skipped_with_a_note_but_its_account_is_read() -> None:
    file = read(fixture(SENTENCE_CASE))
    (note,) = file.notes
    assert note.row == 8
    assert note.account in file.accounts
    assert note.text.startswith("BROKERAGELINK stands for another account and was skipped")
    assert [h.account for h in file.holdings if h.symbol == "01234AB56"] == ["W5 BrokerageLink"]


@pytest.mark.parametrize("words", ["BROKERAGELINK,", ",BROKERAGELINK ROTH", "--,BrokerageLink"])
def test_a_wrapper_is_known_by_symbol_or_description(words: str) -> None:
    file = rows(f"K1,401K,{words},100.5,$1.00,,$100.50")
    assert (file.holdings, len(file.notes)) == ((), 1)


@pytest.mark.parametrize(
    ("symbol", "terms"),
    [
        ("-KLMN270917C1500", ("KLMN", date(2027, 9, 17), "CALL", "1500")),
        (" -QRS251219P52.5", ("QRS", date(2025, 12, 19), "PUT", "52.5")),
        ("-KLMN1260116C0.75", ("KLMN1", date(2026, 1, 16), "CALL", "0.75")),
        ("-klmn260116c45", ("KLMN", date(2026, 1, 16), "CALL", "45")),
        ("-KLMN260116C00045500", ("KLMN", date(2026, 1, 16), "CALL", "45.5")),
        ("KLMN260116C00045500", ("KLMN", date(2026, 1, 16), "CALL", "45.5")),
    ],
)
def test_an_option_is_read_from_its_symbol(symbol: str, terms: tuple[str, date, str, str]) -> None:
    underlying, expires_on, right, strike = terms
    holding = only(f"X1,Mine,{symbol},SOME OPTION,1,$1.35")
    assert holding.option == OptionTerms(underlying, expires_on, right, Decimal(strike))
    assert holding.symbol == symbol.strip()


@pytest.mark.parametrize("quantity", ["2", "-2"])
def test_the_sign_of_the_quantity_decides_not_the_dash(quantity: str) -> None:
    holding = only(f"X1,Mine, -KLMN260116C45,KLMN JAN 16 2026 $45 CALL,{quantity},$1.35")
    assert holding.quantity == quantity


@pytest.mark.parametrize("symbol", ["#NAME?", "", "--", "KLMN260116C1045.5"])
def test_an_option_is_read_from_its_description_where_the_symbol_is_lost(symbol: str) -> None:
    holding = only(f'X1,Mine,{symbol},"KLMN JAN 16 2026 $1,045.50 CALL",1,$1.35')
    assert holding.option == OptionTerms("KLMN", date(2026, 1, 16), "CALL", Decimal("1045.5"))
    assert holding.symbol == ("KLMN260116C1045.5" if symbol.startswith("KLMN") else "")


@pytest.mark.parametrize(
    "words",
    [
        "KLMN,KELMAN INDUSTRIES",
        "-KLMN261331C45,NO SUCH DAY",
        "-KLMN260116C0,NO STRIKE",
        "-KLMN260116X45,NO RIGHT",
        "A270917C1,CUSIP WITHOUT DASH",
        ",KLMN JAN 35 2026 $45 CALL",
        ",CALLS ON KLMN JAN 16 2026 $45 CALL",
        "-KLMN\N{ARABIC-INDIC DIGIT TWO}60116C45,FOREIGN DIGITS",
    ],
)
def test_other_things_are_no_options(words: str) -> None:
    assert only(f"X1,Mine,{words},1,$1.35").option is None


@pytest.mark.parametrize(
    ("words", "subtype"),
    [
        ("BTC/USD,BITCOIN", "CRYPTOCURRENCY"),
        ("eth/usd,ETHEREUM", "CRYPTOCURRENCY"),
        ("BRK/B,BERKSHIRE", None),
        ("01234AB56,NOWHERE BK CD 4.20000% 02/17/2028", "BOND"),
        ("01234AB56,UNITED STATES TREAS BILLS ZERO CPN", "BOND"),
        ("01234AB56,ANYTOWN GO 5.00000% 08/01/2030", "BOND"),
        ("01234AB56,INDEX TRUST 2030", None),
        ("01234AB56,INDEX TRUST 08/01/2030", None),
        ("01234AB56,INDEX TRUST 5%", None),
        ("TLTX,ISHARES 20 YR TREAS BD ETF", None),
        ("KLMN,KELMAN INDUSTRIES", None),
    ],
)
def test_the_subtype_is_given_only_where_the_file_tells(words: str, subtype: str | None) -> None:
    assert only(f"X1,Mine,{words},10,$1.35,,,,,,,,,,Margin").subtype == subtype


def test_a_row_without_cost_is_handed_over_as_it_is() -> None:
    holding = by_row(read(fixture(TITLE_CASE)))[12]
    assert (holding.symbol, holding.total_cost, holding.price_paid) == ("TUV", "n/a", "n/a")


def test_a_row_of_quantity_zero_is_handed_over() -> None:
    assert by_row(read(fixture(TITLE_CASE)))[8].quantity == "0"


def test_a_row_without_a_quantity_is_handed_over_so_that_it_can_be_refused() -> None:
    assert [h.quantity for h in rows("X1,Mine,KLMN,KELMAN", "X1,Mine,QRS,,--,$5").holdings] == [
        "",
        "--",
    ]


def test_a_column_of_entry_dates_that_the_user_added_is_read() -> None:
    holding = only("2024-02-29,X1,Mine,KLMN,KELMAN,3,$9.00", header=f"entry date,{HEADER}")
    assert (holding.last_price, holding.entry_date) == ("$9.00", "2024-02-29")


@pytest.mark.parametrize(
    "line",
    [
        '"The data is provided to you solely for your use, and is not for distribution."',
        "The data is provided to you solely for your use, and is not for distribution, ever, said",
        "Brokerage services,,,,,,,,,,,,,,,,",
        ",,Brokerage services",
        "Total,,,,,,,$99.00",
        ",,Account Total,,,,,$99.00",
        ",,,Grand Total,--,,,$99.00",
        ',,,,,Total,,"$6,290.00"',
    ],
)
def test_disclaimers_and_totals_are_passed_over(line: str) -> None:
    file = rows("X1,Mine,KLMN,KELMAN,3,$9.00", line)
    assert (symbols(file), file.accounts, file.notes) == (["KLMN"], ("X1 Mine",), ())
    assert len(file.holdings) == 1


def test_what_stands_above_the_header_is_passed_over() -> None:
    file = read(f"My positions,,,\nX1,Mine,QRS,QUARRIS,1\n\n{HEADER}\nX1,Mine,KLMN,KELMAN,3")
    assert (file.header_rows, symbols(file)) == ((4,), ["KLMN"])


def test_a_second_header_starts_a_second_table() -> None:
    first = f"{HEADER}\nX1,Mine,KLMN,KELMAN,3"
    file = read(f"{first}\n\nAccount number,Symbol,Current value,Quantity\nX2,QRS,$5.00,4")
    assert file.header_rows == (1, 4)
    assert [(h.account, h.quantity) for h in file.holdings] == [("X1 Mine", "3"), ("X2", "4")]


def test_the_first_of_two_columns_of_one_name_counts() -> None:
    assert (
        only("X1,Mine,KLMN,KELMAN,3" + "," * 12 + "7", header=f"{HEADER},Quantity").quantity == "3"
    )


@pytest.mark.parametrize(
    ("footer", "file_name", "as_of"),
    [
        ('"Date downloaded Nov-19-2025 12:11 p.m ET"', "positions.csv", date(2025, 11, 19)),
        ("Date downloaded Jun-15-2026 at 4:36 p.m ET,,,", "positions.csv", date(2026, 6, 15)),
        ("Date downloaded,11/19/2025 4:05 PM ET", "positions.csv", date(2025, 11, 19)),
        ("date downloaded: 2025-11-19", "positions.csv", date(2025, 11, 19)),
        (
            "Date downloaded Nov-19-2025 12:11 p.m ET",
            "Portfolio_Positions_Nov-21-2025.csv",
            date(2025, 11, 19),
        ),
        ("", "Portfolio_Positions_Nov-19-2025.csv", date(2025, 11, 19)),
        ("", "Portfolio_Positions_Nov-19-2025 (1).CSV", date(2025, 11, 19)),
        ("Date downloaded yesterday", "Portfolio_Positions_Dec-01-2025.csv", date(2025, 12, 1)),
    ],
)
def test_the_date_comes_from_the_footer_else_from_the_name(
    footer: str, file_name: str, as_of: date
) -> None:
    file = read(f"{HEADER}\nX1,Mine,KLMN,KELMAN,3\n\n{footer}\n", file_name)
    assert day(file.as_of) == as_of
    assert len(file.holdings) == 1


@pytest.mark.parametrize("file_name", ["positions.csv", "Portfolio_Positions_Nov-35-2025.csv", ""])
def test_a_file_without_a_date_has_none(file_name: str) -> None:
    assert read(fixture(SENTENCE_CASE), file_name).as_of == ""


@pytest.mark.parametrize("header", FOREIGN_HEADERS.values(), ids=FOREIGN_HEADERS)
def test_other_files_are_not_taken_for_this_one(header: str) -> None:
    assert not FORMAT.recognises(records_of(f"{header}\nX1,KLMN,3,4,5"))


def test_the_file_name_and_the_words_of_a_footer_make_no_file_of_this_broker() -> None:
    assert not FORMAT.recognises(
        records_of("Symbol,Quantity\nSPAXX**,3\nDate downloaded Nov-19-2025 12:11 p.m ET")
    )


def test_the_guide_says_what_the_file_lacks() -> None:
    guide = FORMAT.guide
    assert (guide.name, guide.has_cost, guide.has_entry_dates) == ("fidelity", True, False)
    assert (Path(__file__).parents[4] / guide.documentation).is_file()


snippets = st.sampled_from(
    [
        *NAMES,
        *("", "X1", "KLMN", "-KLMN270917C1500", "SPAXX**", "USD***", "*", "#NAME?", "BTC/USD"),
        *("Pending activity", "BROKERAGELINK", "01234AB56", "Total", "--", "n/a", "0", "-3"),
        *("$1.00", "(1,234.50)", "9.30%", "KLMN FEB 30 2026 $45 CALL", "KLMN FEB 20 2026 $, PUT"),
        *("Date downloaded Nov-19-2025", "Date downloaded"),
    ]
)
cell_lists = st.lists(snippets | st.text(max_size=30), max_size=20)


@example(
    below=[["Date downloaded", "Account Number", "Symbol", "Quantity", "Last Price Change"]],
    has_header=False,
    file_name="",
)
@given(below=st.lists(cell_lists, max_size=8), has_header=st.booleans(), file_name=st.text())
@settings(max_examples=500, deadline=None)
def test_no_cells_make_it_raise(
    below: list[list[str]], file_name: str, *, has_header: bool
) -> None:
    lines = [list(NAMES), *below] if has_header else below
    found = [Record(row, cells) for row, cells in enumerate(lines, 1)]
    file = FORMAT.read(found, file_name)
    assert FORMAT.recognises(found) is bool(file.header_rows)
    assert {h.row for h in file.holdings} <= set(range(1, len(lines) + 1)) - {*file.header_rows}
    assert {h.account for h in file.holdings} - {""} <= {*file.accounts}
    assert file.as_of == "" or day(file.as_of)
