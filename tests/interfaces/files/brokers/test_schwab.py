"""Specification of Schwab's exports (spec 3.6, 03b). The fixtures imitate them, all invented."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.instrument import SUBTYPES, OptionTerms
from interfaces.files.brokers.broker_file import BrokerFile, Holding, Kind
from interfaces.files.brokers.schwab import FORMAT
from interfaces.files.brokers.values import day
from interfaces.files.reading import Record, Text, open_text, records
from interfaces.files.template.columns import COLUMNS

ROOT = Path(__file__).parents[4]
FIXTURES = ROOT / "tests" / "fixtures" / "brokers"
NAMES = (
    "schwab_2019.csv",
    "schwab_all_accounts_2020.csv",
    "schwab_lots_2020.csv",
    "schwab_2025.csv",
    "schwab_2026.csv",
)
NO_TITLE = "Position list, made by hand\n"
SINGLE = '"Positions for account Individual ...905 as of 11:52 AM ET, 2025/11/16"\n\n'
SEVERAL = '"Positions for All-Accounts as of 06:04 PM ET, 11/15/2020"\n\n'
HEADER = "Symbol,Description,Quantity,Price,Market Value,Cost Basis,Security Type\n"
ROW = 'ABC,ABC CORP,5,$10.00,$50.00,"$1,045.00",Equity\n'


def content_of(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def recorded(content: bytes | str) -> list[Record]:
    text = open_text(content.encode() if isinstance(content, str) else content, "positions.csv")
    assert isinstance(text, Text)
    return [item for item in records(text, ",") if isinstance(item, Record)]


def recognised(content: bytes | str) -> bool:
    return FORMAT.recognises(recorded(content)[:100])


def read(content: bytes | str, file_name: str = "positions.csv") -> BrokerFile:
    """What the file says, once it is known to be Schwab's."""
    assert recognised(content)
    return FORMAT.read(recorded(content), file_name)


def read_fixture(name: str) -> BrokerFile:
    return read(content_of(name), name)


def by_symbol(file: BrokerFile) -> dict[str, Holding]:
    return {holding.symbol: holding for holding in file.holdings if holding.kind is Kind.ASSET}


def rewritten(content: bytes, change: Callable[[list[str]], list[str]]) -> str:
    """The file after `change` of each record, written anew as a spreadsheet writes it."""
    out = io.StringIO()
    writer = csv.writer(out)
    for cells in csv.reader(io.StringIO(content.decode(), newline="")):
        writer.writerow(change(cells))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "account", "as_of"),
    [
        ("schwab_2019.csv", "Rainy Day XXXX-0042", date(2018, 12, 24)),
        ("schwab_2025.csv", "Individual ...905", date(2025, 11, 16)),
        ("schwab_2026.csv", "Individual ...905", date(2026, 5, 11)),
    ],
)
def test_the_title_names_the_account_and_the_day(name: str, account: str, as_of: date) -> None:
    file = read_fixture(name)
    assert list(file.accounts) == [account]
    assert {holding.account for holding in file.holdings} == {account}
    assert day(file.as_of) == as_of
    assert list(file.header_rows) == [3]


def test_a_row_of_2019_is_sorted_by_meaning() -> None:
    assert by_symbol(read_fixture("schwab_2019.csv"))["BRK/B"] == Holding(
        row=5,
        account="Rainy Day XXXX-0042",
        symbol="BRK/B",
        description="BERKSHIRE HATHAWAY CLASS B",
        quantity="1,010",
        total_cost="$150,040.10",
        last_price="$201.10",
        value="$203,111.00",
        subtype="STOCK",
    )


def test_a_row_of_2025_is_sorted_by_meaning() -> None:
    assert by_symbol(read_fixture("schwab_2025.csv"))["SCHX"] == Holding(
        row=4,
        account="Individual ...905",
        symbol="SCHX",
        description="SCHWAB U.S. LARGE-CAP ETF",
        quantity="300.4417",
        total_cost="$6,000.00",
        last_price="$26.50",
        value="$7,961.71",
        subtype="ETF",
    )


def test_a_row_of_2026_has_an_asset_type_and_a_price_without_dollar_sign() -> None:
    found = by_symbol(read_fixture("schwab_2026.csv"))["QRST"]
    assert (found.last_price, found.subtype) == ("88.4100", "STOCK")


def test_each_holding_knows_its_line_in_the_file() -> None:
    rows = {symbol: found.row for symbol, found in by_symbol(read_fixture(NAMES[0])).items()}
    assert rows == {
        "VOO": 4,
        "BRK/B": 5,
        "91279XYZ8": 6,
        "MAR 12/28/2018 112.00 C": 7,
        "SWVXX": 8,
        "OLDX": 9,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("schwab_2019.csv", "$611.40"),
        ("schwab_2025.csv", "$1,204.11"),
        ("schwab_2026.csv", "$10.01"),
    ],
)
def test_cash_is_cash_with_its_value(name: str, value: str) -> None:
    cash = [found for found in read_fixture(name).holdings if found.kind is Kind.CASH]
    assert [(found.quantity, found.value) for found in cash] == [("", value)]


def test_cash_keeps_the_files_word_for_it() -> None:
    cash = [found.symbol for found in read_fixture(NAMES[0]).holdings if found.kind is Kind.CASH]
    assert cash == ["Cash & Money Market"]


def test_a_row_of_the_cash_type_without_a_quantity_is_cash_whatever_its_name() -> None:
    row = "Bank Sweep,--,--,--,$7.00,--,Cash and Money Market\n"
    assert [found.kind for found in read(SINGLE + HEADER + row).holdings] == [Kind.CASH]


def test_a_share_called_cash_is_an_asset() -> None:
    row = "CASH,PATHWARD FINANCIAL INC,3,$70.00,$210.00,$200.00,Equity\n"
    assert list(by_symbol(read(SINGLE + HEADER + row))) == ["CASH"]


def test_a_money_fund_is_an_ordinary_row_of_subtype_cash() -> None:
    found = by_symbol(read_fixture("schwab_2019.csv"))["SWVXX"]
    assert (found.kind, found.quantity, found.subtype) == (Kind.ASSET, "5,000", "CASH")


def test_a_treasury_bill_keeps_its_price_per_100_and_its_face_value() -> None:
    found = by_symbol(read_fixture("schwab_2019.csv"))["91279XYZ8"]
    assert (found.quantity, found.last_price, found.value) == ("20,000", "$99.51", "$19,902.00")
    assert found.subtype == "BOND"


def test_a_bond_without_a_symbol_has_its_description() -> None:
    found = by_symbol(read_fixture("schwab_2025.csv"))[""]
    assert found.description == "NORTHERN TOWN GO UTX 4.25% 07/01/31"


def test_each_type_has_its_subtype() -> None:
    types = {
        "Equity": "STOCK",
        "ETFs & Closed End Funds": "ETF",
        "Mutual Fund": "MUTUAL_FUND",
        "Fixed Income": "BOND",
        "Cryptocurrency": "CRYPTOCURRENCY",
        "Cash and Money Market": "CASH",
        "Other": None,
        "--": None,
    }
    rows = "".join(f"S{n},D,1,1,1,1,{name}\n" for n, name in enumerate(types))
    found = read(SINGLE + HEADER + rows).holdings
    assert [holding.subtype for holding in found] == list(types.values())
    assert {name for name in types.values() if name} <= set().union(*SUBTYPES.values())


def test_a_quantity_of_zero_is_handed_over() -> None:
    found = by_symbol(read_fixture("schwab_2019.csv"))["OLDX"]
    assert (found.quantity, found.total_cost) == ("0", "")


def test_totals_are_no_holdings_and_not_worth_a_note() -> None:
    file = read_fixture("schwab_2025.csv")
    assert not [name for name in by_symbol(file) if "Total" in name]
    assert list(file.notes) == []


@pytest.mark.parametrize("cost", ["Incomplete", "Missing", "N/A", "--", ""])
def test_a_cost_that_schwab_does_not_know_is_none(cost: str) -> None:
    row = f"ABC,ABC CORP,5,$10.00,$50.00,{cost},Equity\n"
    assert by_symbol(read(SINGLE + HEADER + row))["ABC"].total_cost == ""


def test_a_cost_a_share_may_stand_in_for_the_cost_basis() -> None:
    text = SINGLE + "Symbol,Quantity,Cost/Share,Last\nABC,5,$9.00,$10.00\n"
    found = by_symbol(read(text))["ABC"]
    assert (found.price_paid, found.last_price) == ("$9.00", "$10.00")


def test_no_entry_date_is_known() -> None:
    assert {found.entry_date for found in read_fixture("schwab_2025.csv").holdings} == {""}


@pytest.mark.parametrize(
    ("name", "symbol", "terms"),
    [
        (
            "schwab_2019.csv",
            "MAR 12/28/2018 112.00 C",
            OptionTerms("MAR", date(2018, 12, 28), "CALL", Decimal(112)),
        ),
        (
            "schwab_all_accounts_2020.csv",
            "IWM 01/15/2021 170.50 P",
            OptionTerms("IWM", date(2021, 1, 15), "PUT", Decimal("170.5")),
        ),
        (
            "schwab_2025.csv",
            "XYZ 01/16/2026 1,250.00 C",
            OptionTerms("XYZ", date(2026, 1, 16), "CALL", Decimal(1250)),
        ),
    ],
)
def test_the_symbol_of_an_option_tells_its_terms(
    name: str, symbol: str, terms: OptionTerms
) -> None:
    found = by_symbol(read_fixture(name))[symbol]
    assert (found.option, found.subtype) == (terms, None)


def test_a_short_option_keeps_its_sign() -> None:
    found = by_symbol(read_fixture("schwab_2019.csv"))["MAR 12/28/2018 112.00 C"]
    assert (found.quantity, found.total_cost, found.value) == ("-2", "-$184.68", "-$30.00")


def test_a_type_that_contradicts_an_options_symbol_does_not_count() -> None:
    row = "SML 04/01/2020 32.00 P,PUT,1,$12.53,$1253,$1253,ETFs & Closed End Funds\n"
    found = by_symbol(read(SINGLE + HEADER + row))["SML 04/01/2020 32.00 P"]
    assert found.subtype is None
    assert found.option is not None


def test_an_options_cost_a_share_is_not_used_since_it_may_be_a_contracts() -> None:
    row = "ABC 01/16/2026 50.00 C,1,$3.40,$340.00\n"
    found = read(SINGLE + "Symbol,Quantity,Cost/Share,Market Value\n" + row).holdings
    assert [holding.price_paid for holding in found] == [""]


@pytest.mark.parametrize(
    "symbol",
    ["ABC 13/45/2018 112.00 C", "ABC 12/28/2018 0.00 C", "ABC 12/28/2018 1,2.0 C", "ABC 1 2 X"],
)
def test_what_is_almost_an_options_symbol_is_handed_over_as_it_is(symbol: str) -> None:
    row = f'"{symbol}",D,1,1,1,1,Option\n'
    found = by_symbol(read(SINGLE + HEADER + row))[symbol]
    assert found.option is None


def test_futures_cash_is_left_out_with_a_note_unless_it_is_zero() -> None:
    file = read_fixture("schwab_2019.csv")
    sentence = "Futures Cash ($125.50) was left out: futures are not imported."
    assert [(note.row, note.text) for note in file.notes] == [(11, sentence)]


def test_sums_of_futures_are_known_without_their_type_too() -> None:
    file = read(SINGLE + "Symbol,Market Value\nFutures Cash,$5.00\n")
    assert (list(file.holdings), [note.row for note in file.notes]) == ([], [4])


def test_a_contract_on_a_future_is_left_out_with_a_note() -> None:
    rows = "/ESZ25,E-MINI,1,$6000,$300000,--,Futures\n/MES,MICRO,2,$1,--,--,\n"
    file = read(SINGLE + HEADER + rows)
    assert list(file.holdings) == []
    assert [note.row for note in file.notes] == [4, 5]


def test_the_line_above_each_header_names_the_account() -> None:
    file = read_fixture("schwab_all_accounts_2020.csv")
    assert list(file.accounts) == ["Brokerage XXXX-1111", "Roth IRA XXXX-2222"]
    assert [(found.row, found.account) for found in file.holdings] == [
        (5, "Brokerage XXXX-1111"),
        (11, "Roth IRA XXXX-2222"),
        (12, "Roth IRA XXXX-2222"),
        (13, "Roth IRA XXXX-2222"),
    ]
    assert list(file.header_rows) == [4, 10]
    assert day(file.as_of) == date(2020, 11, 15)


def test_cash_may_be_negative() -> None:
    cash = read_fixture("schwab_all_accounts_2020.csv").holdings[-1]
    assert (cash.kind, cash.value) == (Kind.CASH, "-$75.25")


def test_a_row_may_have_bare_cells_and_lack_the_last_comma() -> None:
    found = read_fixture("schwab_all_accounts_2020.csv").holdings[2]
    assert (found.quantity, found.total_cost) == ("3", "$1950")


def test_a_group_of_accounts_is_read_like_all_of_them() -> None:
    text = '"Positions for CUSTACCS as of 01:18 AM ET, 02/10/2026"\n\nMine ...013\n'
    file = read(text + HEADER + ROW)
    assert (list(file.accounts), day(file.as_of)) == (["Mine ...013"], date(2026, 2, 10))


def test_labels_without_a_masked_number_are_labels_above_a_header() -> None:
    file = read(SEVERAL + "First\n" + HEADER + ROW + "Second\n" + HEADER + ROW)
    assert list(file.accounts) == ["First", "Second"]


def test_a_label_may_be_split_at_its_commas() -> None:
    file = read(SEVERAL + "Doe Trust, Jan Doe ...426\n" + HEADER + ROW)
    assert list(file.accounts) == ["Doe Trust, Jan Doe ...426"]


def test_an_account_without_positions_is_named_too() -> None:
    file = read(SEVERAL + "Empty ...001\n\nFull ...002\n" + HEADER + ROW)
    assert list(file.accounts) == ["Empty ...001", "Full ...002"]


@pytest.mark.parametrize("symbol", ["ABC", "ABC 12/18/2020 50.00 P"])
def test_a_row_of_the_symbol_alone_is_neither_label_nor_remark(symbol: str) -> None:
    file = read(SEVERAL + "Mine ...013\n" + HEADER + symbol + "\n" + ROW)
    assert list(file.accounts) == ["Mine ...013"]
    assert [found.row for found in file.holdings] == [5, 6]


def test_rows_without_a_label_belong_to_what_the_title_names() -> None:
    file = read(SEVERAL + HEADER + ROW + HEADER + ROW)
    assert (list(file.accounts), len(file.holdings)) == (["All-Accounts"], 2)


def test_a_line_above_the_header_is_no_label_where_the_title_names_the_account() -> None:
    file = read(SINGLE + "as I like it\n" + HEADER + ROW)
    assert list(file.accounts) == ["Individual ...905"]


def test_each_row_of_lot_details_is_a_lot_of_the_titles_symbol_with_its_own_date() -> None:
    file = read_fixture("schwab_lots_2020.csv")
    assert [(found.row, found.symbol, found.entry_date) for found in file.holdings] == [
        (4, "FNDA", "08/24/2020 13:22:52"),
        (5, "FNDA", "03/02/2018 00:00:00"),
        (6, "FNDA", "03/02/2018 00:00:00"),
    ]
    days = [day(found.entry_date) for found in file.holdings]
    assert days == [date(2020, 8, 24), date(2018, 3, 2), date(2018, 3, 2)]


def test_the_title_of_lot_details_names_account_and_day() -> None:
    file = read_fixture("schwab_lots_2020.csv")
    assert (list(file.accounts), day(file.as_of)) == (["XXXX-4321"], date(2020, 12, 19))
    assert list(file.header_rows) == [3]


def test_a_lot_is_sorted_by_meaning() -> None:
    assert read_fixture("schwab_lots_2020.csv").holdings[1] == Holding(
        row=5,
        account="XXXX-4321",
        symbol="FNDA",
        quantity="60.25",
        total_cost="$1,758.10",
        price_paid="$29.18",
        last_price="$38.30",
        value="$2,307.58",
        entry_date="03/02/2018 00:00:00",
    )


def test_a_lot_may_lack_its_cost() -> None:
    lot = read_fixture("schwab_lots_2020.csv").holdings[2]
    assert (lot.total_cost, lot.price_paid) == ("", "")


def test_a_lot_without_a_date_is_still_a_lot() -> None:
    text = "ABC Lot Details for ...12 as of 12/19/2020\nOpen Date,Quantity\nN/A,4\nTotal,4\n"
    assert [(lot.quantity, lot.entry_date) for lot in read(text).holdings] == [("4", "")]


def test_the_title_of_lot_details_may_name_an_option() -> None:
    title = "SPY 12/18/2020 350.00 C Lot Details for XXXX-4321 as of 12/01/2020\n"
    lots = read(title + "Open Date,Quantity,Cost Basis\n11/02/2020 10:00:00,-1,-$310.00\n")
    terms = OptionTerms("SPY", date(2020, 12, 18), "CALL", Decimal(350))
    assert [lot.option for lot in lots.holdings] == [terms]


def test_several_lot_details_can_be_pasted_into_one_file() -> None:
    first = content_of("schwab_lots_2020.csv")
    second = first.replace(b"FNDA", b"FNDX").replace(b"12/19/2020", b"12/20/2020")
    second = second.replace(b"\r\n", b"\r\nCost basis method,FIFO\r\n", 1)
    file = read(first + b"\r\n" + second)
    assert [found.symbol for found in file.holdings] == ["FNDA"] * 3 + ["FNDX"] * 3
    assert (list(file.accounts), file.as_of) == (["XXXX-4321"], "12/19/2020")


def test_lot_details_without_account_take_the_brokers_name() -> None:
    assert list(read("ABC Lot Details\nOpen Date,Quantity\n01/02/2020,4\n").accounts) == ["Schwab"]


@pytest.mark.parametrize("name", NAMES)
def test_line_ends_and_a_mark_make_no_difference(name: str) -> None:
    unix = content_of(name).replace(b"\r\n", b"\n")
    expected = read_fixture(name)
    for content in (unix, unix.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + unix):
        assert read(content, name) == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_spreadsheet_may_pad_all_rows_and_drop_the_quotes(name: str) -> None:
    def padded(cells: list[str]) -> list[str]:
        return cells + [""] * (30 - len(cells))

    assert read(rewritten(content_of(name), padded), name) == read_fixture(name)


@pytest.mark.parametrize("name", NAMES)
def test_columns_may_stand_in_any_order(name: str) -> None:
    def reversed_table(cells: list[str]) -> list[str]:
        padded = cells + [""] * (26 - len(cells))
        return padded[::-1] if sum(map(bool, cells)) > 1 else cells

    assert read(rewritten(content_of(name), reversed_table), name) == read_fixture(name)


@pytest.mark.parametrize("name", NAMES)
def test_names_of_columns_match_in_any_case(name: str) -> None:
    shouted = [
        Record(record.row, [cell.upper() for cell in record.cells])
        if record.row in read_fixture(name).header_rows
        else record
        for record in recorded(content_of(name))
    ]
    assert FORMAT.recognises(shouted)
    assert FORMAT.read(shouted, name) == read_fixture(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_trailing_comma_is_no_cell(name: str) -> None:
    added = rewritten(content_of(name), lambda cells: [*cells, ""] if cells else cells)
    assert read(added, name) == read_fixture(name)


def test_columns_the_user_left_out_are_blank() -> None:
    found = by_symbol(read(SINGLE + "Symbol,Qty (Quantity)\nABC,5\n"))["ABC"]
    assert found == Holding(row=4, account="Individual ...905", symbol="ABC", quantity="5")


def test_a_row_may_be_shorter_than_its_header() -> None:
    found = by_symbol(read(SINGLE + HEADER + "ABC,ABC CORP,5\n"))["ABC"]
    assert (found.quantity, found.total_cost, found.subtype) == ("5", "", None)


def test_the_first_of_two_columns_of_one_meaning_counts() -> None:
    text = SINGLE + "Symbol,Price,Last,Quantity,Quantity\nABC,10,11,5,6\n"
    found = by_symbol(read(text))["ABC"]
    assert (found.last_price, found.quantity) == ("10", "5")


def test_what_stands_above_and_below_the_table_is_not_read() -> None:
    footer = "This is not advice.\n,,\n--,--,--\nExported with care\n"
    file = read("My file\n" + SINGLE + "# a comment\n" + HEADER + ROW + footer)
    assert [found.symbol for found in file.holdings] == ["ABC"]
    assert list(file.accounts) == ["Individual ...905"]


def test_a_title_whose_comma_split_it_is_read() -> None:
    file = read(SINGLE.replace('"', "") + HEADER + ROW)
    assert (list(file.accounts), file.as_of) == (["Individual ...905"], "2025/11/16")


def test_without_a_title_the_names_of_columns_tell_and_the_files_name_helps() -> None:
    untitled = content_of("schwab_2026.csv").split(b"\n", 2)[2]
    file = read(untitled, "Individual-Positions-2026-05-11-141900.csv")
    assert (list(file.accounts), file.as_of) == (["Individual"], "2026-05-11")
    assert len(file.holdings) == 3


def test_nothing_names_account_or_day_in_the_worst_case() -> None:
    file = read(content_of("schwab_2026.csv").split(b"\n", 2)[2], "mine.csv")
    assert (list(file.accounts), file.as_of) == (["Schwab"], "")


STRANGERS = {
    "the template": ",".join(COLUMNS) + "\n",
    "Fidelity's positions": (
        "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,"
        "Current Value,Today's Gain/Loss Dollar,Today's Gain/Loss Percent,Total Gain/Loss Dollar,"
        "Total Gain/Loss Percent,Percent Of Account,Cost Basis Total,Average Cost Basis,Type\n"
    ),
    "Fidelity's statement of 2018": (
        "Symbol/CUSIP,Description,Quantity,Price,Beginning Value,Ending Value,Cost Basis\n"
    ),
    "Vanguard's holdings": (
        "Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,\n"
    ),
    "Vanguard's costs": (
        "Account,Symbol/CUSIP,Description,Position type,Quantity,Total cost,Market value\n"
    ),
    "E*TRADE's positions": (
        "Symbol,Last Price $,Change $,Change %,Quantity,Price Paid $,Day's Gain $,Total Gain $,"
        "Total Gain %,Value $\n"
    ),
    "a table of somebody else": NO_TITLE + HEADER + ROW,
    "Schwab's transactions": (
        '"Transactions  for account Individual ...905 as of 11/16/2025 10:00:00 ET"\n'
        "Date,Action,Symbol,Description,Quantity,Price,Fees & Comm,Amount\n"
    ),
    "Schwab's closed lots": (
        "Realized Gain/Loss - Lot Details for All_Accounts as of Tue Mar 03 2026\nMine ...999\n"
        "Symbol,Name,Closed Date,Opened Date,Quantity,Proceeds,Cost Basis (CB),Term\n"
    ),
    "a table of which one name is like Schwab's": "Symbol,Quantity,Reinvest Dividends?\nABC,5,No\n",
    "a title without a table": SINGLE,
    "a title above a single word": SINGLE + "Symbol\nABC\n",
}


@pytest.mark.parametrize("name", NAMES)
def test_each_of_schwabs_shapes_is_recognised(name: str) -> None:
    assert recognised(content_of(name))


@pytest.mark.parametrize("stranger", STRANGERS)
def test_nothing_else_is_taken_for_it(stranger: str) -> None:
    assert not recognised(STRANGERS[stranger])


def test_lot_details_need_their_dates() -> None:
    undated = content_of("schwab_lots_2020.csv").replace(b"Open Date", b"Opened")
    assert not recognised(undated)


def test_lot_details_need_their_title_since_it_has_the_symbol() -> None:
    assert not recognised(content_of("schwab_lots_2020.csv").split(b"\r\n", 2)[2])


def test_the_guide_says_what_a_user_needs() -> None:
    guide = FORMAT.guide
    assert (guide.name, guide.has_cost, guide.has_entry_dates) == ("schwab", True, False)
    assert (ROOT / guide.documentation).is_file()
    sentences = (guide.how_to_export, guide.where_cost, guide.where_dates, *guide.assumptions)
    assert all(sentence.endswith(".") for sentence in sentences)


telling = st.sampled_from(
    [
        *("Symbol", "Quantity", "Qty (Quantity)", "Mkt Val (Market Value)", "Cost Basis"),
        *("Open Date", "Security Type", "Total", "Account Total", "Cash & Cash Investments"),
        *("Futures", "Futures Cash", "/ESZ25", "Mine ...1", "MAR 02/30/2018 1.0 C", "--", "", " "),
        *("MAR 12/28/2018 112.00 C", "Positions for account A as of 1/1/1", "Positions for B"),
        *("C Lot Details", "D Lot Details for E as of 99/99/9999", "Positions for \x00", "\u0130"),
    ]
)
rows_of_cells = st.lists(st.lists(telling | st.text(max_size=30), max_size=8), max_size=12)


def numbered(rows: Sequence[Sequence[str]]) -> list[Record]:
    return [Record(row, cells) for row, cells in enumerate(rows, 1)]


@given(rows_of_cells, st.text(max_size=30))
def test_no_cells_make_it_raise(rows: list[list[str]], file_name: str) -> None:
    given_records = numbered(rows)
    file = FORMAT.read(iter(given_records), file_name)
    told = {found.row for found in file.holdings} | {note.row for note in file.notes}
    assert FORMAT.recognises(given_records) in (True, False)
    assert told <= {record.row for record in given_records}
    assert {found.account for found in file.holdings} <= set(file.accounts)
    assert all(file.accounts)


@given(st.lists(st.lists(st.text(max_size=30), max_size=8), max_size=12))
def test_cells_at_random_are_not_taken_for_schwabs(rows: list[list[str]]) -> None:
    assert not FORMAT.recognises(numbered(rows))
