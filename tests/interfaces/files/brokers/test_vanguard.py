"""Specification of reading Vanguard's exports (spec 3.6, 03b)."""

import codecs
import csv
import io
import random
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.instrument import OptionTerms
from interfaces.files.brokers.broker_file import BrokerFile, Holding, Kind
from interfaces.files.brokers.values import day
from interfaces.files.brokers.vanguard import FORMAT
from interfaces.files.reading import Record, Text, open_text, records
from interfaces.files.template.columns import COLUMNS

ROOT = Path(__file__).parents[4]
FIXTURES = ROOT / "tests" / "fixtures" / "brokers"
HELD = "Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,\n"
TRADED = (
    "Account Number,Trade Date,Settlement Date,Transaction Type,Transaction Description,"
    "Investment Name,Symbol,Shares,Share Price,Principal Amount,Commissions and Fees,Net Amount,"
    "Accrued Interest,Account Type,\n"
)
FUNDS = "Fund Account Number,Fund Name,Price,Shares,Total Value\n"
COSTS = "Account,Symbol/CUSIP,Description,Position type,Quantity,Total cost,Market value\n"
OURS = ["vanguard_2017.csv", "vanguard_2026.csv", "vanguard_529.csv", "vanguard_cost.csv"]


def of(content: bytes, delimiter: str = ",") -> list[Record]:
    text = open_text(content, "OfxDownload.csv")
    assert isinstance(text, Text)
    return [item for item in records(text, delimiter) if isinstance(item, Record)]


def fixture(name: str) -> list[Record]:
    return of((FIXTURES / name).read_bytes())


def read(source: str) -> BrokerFile:
    return FORMAT.read(fixture(source), "OfxDownload.csv")


def read_text(text: str) -> BrokerFile:
    return FORMAT.read(of(text.encode()), "OfxDownload.csv")


def held(row: str) -> Holding:
    """The one row of a table of what is held."""
    (holding,) = read_text(HELD + row).holdings
    return holding


def named(file: BrokerFile, name: str) -> Holding:
    (found,) = [h for h in file.holdings if h.symbol == name or h.description.startswith(name)]
    return found


def traded(kind: str, on: str, shares: str, net: str = "0", symbol: str = "VO") -> str:
    return f"1,{on},{on},{kind},{kind},VANGUARD MID CAP ETF,{symbol},{shares},0,0,0,{net},0,Cash,\n"


# Recognising


@pytest.mark.parametrize("name", [*OURS, "vanguard_resaved.csv"])
def test_each_shape_is_recognised(name: str) -> None:
    assert FORMAT.recognises(fixture(name)[:100])


@pytest.mark.parametrize(
    "header",
    [
        "ACCOUNT NUMBER,investment  name,SYMBOL,SHARES,SHARE PRICE,TOTAL VALUE",
        "Total Value,Shares,Investment Name",
        "Symbol,Shares,Share Price,Total Value",
        "Fund Name,Shares,Price,Total Value",
        "Total Cost,Quantity,Symbol/CUSIP",
    ],
)
def test_a_header_is_recognised_by_its_names_in_any_case_order_and_number(header: str) -> None:
    assert FORMAT.recognises(of(f"A line before it\n{header}\n".encode()))


@pytest.mark.parametrize(
    "header",
    [
        ",".join(COLUMNS),
        "Symbol,Shares,Share Price,Total Value,Entry Price Per Share",
        "Symbol/CUSIP,Description,Quantity,Price,Beginning Value,Ending Value,Cost Basis",
        "Symbol,Last Price $,Change $,Change %,Quantity,Price Paid $,Total Gain $,Value $",
        "Symbol,Quantity,Total Cost,Value $",
        "Account number,Account name,Symbol,Description,Quantity,Last price,Current value,Type",
        "Symbol,Description,Qty (Quantity),Price,Mkt Val (Market Value),Cost Basis,Asset Type",
        "Open Date,Quantity,Price,Cost/Share,Market Value,Cost Basis",
        "Symbol,Shares,Share Price",
        TRADED.strip(),
    ],
)
def test_no_other_header_is_taken_for_vanguards(header: str) -> None:
    assert not FORMAT.recognises(of(header.encode()))


@pytest.mark.parametrize(
    "path",
    sorted(path for path in FIXTURES.glob("*.csv") if not path.name.startswith("vanguard")),
    ids=lambda path: path.name,
)
def test_no_other_brokers_file_is_taken_for_vanguards(path: Path) -> None:
    assert not FORMAT.recognises(of(path.read_bytes())[:100])


# Holdings


def test_a_row_is_sorted_by_meaning() -> None:
    assert held("00000047,VANGUARD MID CAP ETF,VO,1.50000,150.20,225.30,\n") == Holding(
        row=2,
        account="00000047",
        symbol="VO",
        description="VANGUARD MID CAP ETF",
        quantity="1.50000",
        last_price="150.20",
        value="225.30",
    )


@pytest.mark.parametrize("symbol", ["", "null", "--"])
@pytest.mark.parametrize(
    "name",
    [
        "U S TREASURY BILL CPN  0.00000 % MTD 2018-03-01 DTD 2017-08-31",
        "U S TREASURY NOTE INFLATION INDEX NOTE 1.875 01/15/36",
        "EXAMPLE BANK CPN  4.10000 % MTD 2027-05-03 DTD 2025-05-01",
    ],
)
def test_a_bond_has_no_symbol_and_is_known_by_its_name(symbol: str, name: str) -> None:
    holding = held(f"1,{name},{symbol},4000,99.525,3981.00,\n")
    assert (holding.symbol, holding.description, holding.subtype) == ("", name, "BOND")
    assert (holding.quantity, holding.last_price) == ("4000", "99.525")


@pytest.mark.parametrize("name", ["US TREASURY 3 MONTH BILL ETF", "U S TREASURY BOND FUND"])
def test_a_fund_of_bonds_is_no_bond(name: str) -> None:
    assert held(f"1,{name},TBX,5,50,250,\n").subtype is None


def test_a_money_fund_cost_what_it_is_worth() -> None:
    holding = named(read("vanguard_2017.csv"), "VMFXX")
    assert (holding.kind, holding.total_cost, holding.entry_date) == (Kind.ASSET, "812.40000", "")
    assert holding.assumptions == (
        "It is a money fund, worth 1.00 USD a share: its cost was taken to be its value.",
    )


def test_a_money_fund_without_a_symbol_is_known_by_name_and_price() -> None:
    assert held("1,Example Money Market Fund,,10,1.0,10.00,\n").total_cost == "10.00"
    assert held("1,Example Money Market Fund,,10,1.0,,\n").total_cost == "10"
    assert held("1,Example Money Market Fund,,10,1.1,11.00,\n").total_cost == ""


def test_one_symbol_may_stand_in_several_rows() -> None:
    funds = [h for h in read("vanguard_2026.csv").holdings if h.symbol == "VMFXX"]
    assert [(h.row, h.quantity, h.total_cost) for h in funds] == [
        (2, "2500", "2500"),
        (3, "31.25", "31.25"),
    ]


def test_a_position_of_zero_shares_is_handed_over() -> None:
    assert named(read("vanguard_2026.csv"), "XCLOX").quantity == "0"


def test_cash_without_a_fund_is_cash_and_a_share_with_that_symbol_is_not() -> None:
    cash = held("1,CASH,,,,125.50,\n")
    assert (cash.kind, cash.account, cash.value, cash.row) == (Kind.CASH, "1", "125.50", 2)
    assert held("1,PATHWARD FINANCIAL INC,CASH,3,70,210,\n").kind is Kind.ASSET


def test_an_option_is_known_by_its_occ_symbol() -> None:
    option = held("1,PUT SPDR S&P 500,SPY   260619P00460000,-1,3.10,-310,\n").option
    assert option == OptionTerms("SPY", date(2026, 6, 19), "PUT", Decimal(460))


def test_columns_that_the_user_added_are_read() -> None:
    text = (
        "Symbol,Shares,Share Price,Total Value,Entry Date,Total Cost\nVO,2,150,300,2020-01-02,250\n"
    )
    (holding,) = read_text(text).holdings
    assert (holding.entry_date, holding.total_cost) == ("2020-01-02", "250")


def test_totals_and_remarks_are_passed_over_silently() -> None:
    rows = (
        '1,A FUND,AFX,1,2,2,\nTotal,,,,,2,\n,Total,,9,,2,\n,,,,,2,\n"A, note",,,\nOne, two, three\n'
    )
    file = read_text(HELD + rows)
    assert [h.row for h in file.holdings] == [2]
    assert (file.notes, file.accounts) == ([], ("1",))


def test_a_row_that_says_nothing_of_its_amount_is_noted() -> None:
    file = read_text(HELD + "1,A FUND,AFX,1,2,2,\n1,B FUND,BFX,--,3,,\n")
    assert [h.symbol for h in file.holdings] == ["AFX"]
    (note,) = file.notes
    assert (note.row, note.text) == (
        3,
        "BFX has neither a quantity nor a value and was left out.",
    )


def test_a_nameless_row_with_shares_is_not_lost() -> None:
    assert held("1,,,10,5,50,\n").quantity == "10"


def test_rows_may_be_shorter_and_longer_than_the_header() -> None:
    file = read_text(HELD + "1,A FUND,AFX,1\n1,B FUND,BFX,2,3,6,,,,more,\n")
    assert [(h.symbol, h.quantity, h.value) for h in file.holdings] == [
        ("AFX", "1", ""),
        ("BFX", "2", "6"),
    ]


# Accounts, tables, days


def test_each_account_that_holds_something_is_named_once_in_file_order() -> None:
    file = read("vanguard_2026.csv")
    assert file.accounts == ("00000047", "00000085", "076001")
    assert [h.account for h in file.holdings] == ["00000047"] * 3 + ["00000085"] * 2 + ["076001"]


def test_a_row_without_an_account_belongs_to_the_one_above() -> None:
    file = read_text(HELD + "1,A FUND,AFX,1,2,2,\n,B FUND,BFX,2,3,6,\n")
    assert [h.account for h in file.holdings] == ["1", "1"]
    assert file.holdings[1].assumptions == ("It was taken for account 1, as the row above it.",)


def test_a_file_without_account_numbers_is_one_account() -> None:
    file = read_text("Symbol,Shares,Share Price,Total Value\nVO,2,150,300\n")
    assert (file.accounts, file.holdings[0].account) == (("Vanguard",), "Vanguard")
    assert file.holdings[0].assumptions == ()


def test_a_file_that_holds_nothing_has_the_account_of_its_transactions() -> None:
    assert read_text(HELD + TRADED + traded("Sell", "2020-01-02", "-5", "9")).accounts == ("1",)
    assert read_text(HELD).accounts == ("Vanguard",)


def test_a_third_table_is_read_if_it_holds_something_and_else_passed_over() -> None:
    file = read("vanguard_2026.csv")
    plan = named(file, "Vanguard Target Retirement")
    assert (plan.row, plan.account, plan.quantity) == (19, "076001", "18.250")
    assert (plan.last_price, plan.value, plan.subtype) == ("61.40", "1120.55", "MUTUAL_FUND")
    assert file.header_rows == [1, 18]
    assert len(file.holdings) == 6


def test_the_download_has_no_day_of_its_own() -> None:
    assert read("vanguard_2017.csv").as_of == ""


def test_a_529_plan_has_prices_before_shares_and_no_symbols() -> None:
    fund = named(read("vanguard_529.csv"), "Growth Index")
    assert (fund.account, fund.symbol, fund.subtype) == ("555000111-02", "", "MUTUAL_FUND")
    assert (fund.quantity, fund.last_price, fund.value) == ("10.0000", "$52.40", "$524.00")


def test_an_older_fund_account_is_the_number_behind_the_funds() -> None:
    rows = "0584-12340000,A Fund,9.5,10,95.0,\n0066-12340000,B Money Market Fund,1.0,10,10,\n"
    file = read_text(FUNDS + rows)
    assert file.accounts == ("12340000",)
    assert [h.total_cost for h in file.holdings] == ["", "10"]


# The cost file


def test_the_cost_file_has_costs_by_lot_and_a_day() -> None:
    file = read("vanguard_cost.csv")
    assert (file.accounts, file.header_rows) == (("55501234",), [4])
    assert day(file.as_of) == date(2026, 4, 30)
    lots = [h for h in file.holdings if h.symbol == "VO"]
    assert [(h.row, h.quantity, h.total_cost) for h in lots] == [
        (5, "10", "$1,407.00"),
        (6, "4.5", "$598.50"),
    ]
    assert len(file.holdings) == 6


def test_the_day_may_stand_in_the_header() -> None:
    dated = COSTS.replace("Market value", "Market value as of 04/30/2026")
    file = read_text(dated + "1,VO,VANGUARD MID CAP ETF,Long,1,2,3\n")
    assert (day(file.as_of), file.holdings[0].value) == (date(2026, 4, 30), "3")


def test_short_in_the_cost_file_makes_the_quantity_negative_and_says_so() -> None:
    short = named(read("vanguard_cost.csv"), "ACME")
    assert (short.quantity, short.total_cost) == ("-20", "$800.00")
    assert short.assumptions == (
        "The position type is Short, so the quantity was read as negative.",
    )
    (again,) = read_text(COSTS + "1,ACME,ACME CORP,Short,(20),800,-760\n").holdings
    assert (again.quantity, again.assumptions) == ("(20)", ())


def test_a_cost_that_the_cost_file_lacks_stays_blank_except_for_money() -> None:
    file = read("vanguard_cost.csv")
    assert named(file, "OLDX").total_cost == ""
    assert named(file, "VMFXX").total_cost == "$812.40"


def test_a_bond_in_the_cost_file_keeps_its_cusip() -> None:
    note = named(read("vanguard_cost.csv"), "91282CXX1")
    assert (note.subtype, note.quantity, note.total_cost) == ("BOND", "2000", "$1,970.00")


# Transactions


def test_cost_and_date_are_concluded_where_the_transactions_reach_back_far_enough() -> None:
    fund = named(read("vanguard_2017.csv"), "VO")
    # 20 shares for 2,714.00 with commissions; 6 sold at average; 0.5 reinvested for 74.50.
    assert (fund.entry_date, fund.total_cost) == ("2017-01-10", "1974.30")
    assert fund.assumptions == (
        "The cost is from the file's transactions: the average cost of what is held.",
        "The entry date is from the file's transactions: that of the earliest purchase still held, "
        "first in, first out.",
    )


def test_nothing_is_concluded_where_they_do_not() -> None:
    fund = named(read("vanguard_2017.csv"), "VNQ")
    assert (fund.entry_date, fund.total_cost, fund.assumptions) == ("", "", ())


def test_what_has_no_symbol_is_matched_by_name_whatever_its_blanks() -> None:
    bill = named(read("vanguard_2017.csv"), "U S TREASURY BILL")
    assert (bill.entry_date, bill.total_cost) == ("2017-08-31", "3976.00")


def test_accrued_interest_is_no_cost_whether_the_net_amount_contains_it_or_not() -> None:
    assert named(read("vanguard_2017.csv"), "U S TREASURY NOTE").total_cost == "1970.00"
    without = "1,2020-01-02,,Buy,,N,VO,10,0,-500,0,-500,-3,Cash,\n"
    (fund,) = read_text(HELD + "1,N,VO,10,50,500,\n" + TRADED + without).holdings
    assert fund.total_cost == "500.00"


def test_accounts_do_not_borrow_each_others_transactions() -> None:
    bonds = [h for h in read("vanguard_2026.csv").holdings if h.symbol == "BND"]
    assert [(h.entry_date, h.total_cost) for h in bonds] == [("2026-03-02", "2910.00"), ("", "")]


def test_contributions_and_exchanges_of_a_529_plan_are_purchases() -> None:
    file = read("vanguard_529.csv")
    fund = named(file, "2038/2039")
    # What was contributed on February 2nd was withdrawn again and leaves nothing behind.
    assert (fund.entry_date, fund.total_cost) == ("2026-03-02", "600.00")
    assert named(file, "Growth").total_cost == ""


def test_rows_of_one_instrument_share_its_cost_by_their_shares() -> None:
    rows = "1,A,VO,6,150,0,\n1,A,VO,4,150,0,\n"
    file = read_text(HELD + rows + TRADED + traded("Buy", "2020-01-02", "10", "-1000"))
    assert [h.total_cost for h in file.holdings] == ["600.00", "400.00"]
    assert {h.entry_date for h in file.holdings} == {"2020-01-02"}


def test_what_the_file_says_itself_is_kept() -> None:
    header = HELD.replace("Total Value,", "Total Value,Total Cost,Entry Date")
    rows = "1,A,VO,10,150,0,77,\n"
    file = read_text(header + rows + TRADED + traded("Buy", "2020-01-02", "10", "-1000"))
    assert (file.holdings[0].total_cost, file.holdings[0].entry_date) == ("77", "2020-01-02")


def test_a_money_fund_gets_its_date_from_amounts_and_its_cost_from_its_value() -> None:
    row = "1,2020-01-02,,Sweep in,,Settlement  Fund,,0,1,-65,0,-65,0,Cash,\n"
    (money,) = read_text(HELD + "1,SETTLEMENT FUND,VMFXX,65,1,65,\n" + TRADED + row).holdings
    assert (money.entry_date, money.total_cost) == ("2020-01-02", "65")


# Files as they come


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def quoted(rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode()


@pytest.mark.parametrize("name", OURS)
def test_line_ends_marks_and_quotes_make_no_difference(name: str) -> None:
    plain = (FIXTURES / name).read_bytes().removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n")
    expected = FORMAT.read(of(plain), "")
    variants = [
        codecs.BOM_UTF8 + plain,
        plain.replace(b"\n", b"\r\n"),
        quoted(rows_of(plain)),
    ]
    for variant in variants:
        assert FORMAT.recognises(of(variant)[:100])
        assert FORMAT.read(of(variant), "") == expected


def test_a_spreadsheet_may_reorder_drop_and_pad_columns() -> None:
    file = read("vanguard_resaved.csv")
    assert file.header_rows == [1]
    fund, money = file.holdings
    assert (fund.symbol, fund.account, fund.quantity) == ("VO", "55501234", "14.5")
    assert (fund.entry_date, fund.total_cost) == ("2017-05-02", "2038.00")
    assert money.total_cost == "812.4"


def shuffled(rows: Iterable[list[str]], dice: random.Random) -> list[list[str]]:
    """Each table's columns in an order of its own, as a header begins a table."""
    found: list[list[str]] = []
    order: list[int] = []
    for row in rows:
        if "Account Number" in row or "Plan Number" in row:
            order = dice.sample(range(len(row)), len(row))
        found.append([row[place] for place in order] if row else row)
    return found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", ["vanguard_2017.csv", "vanguard_2026.csv"])
def test_the_order_of_columns_makes_no_difference(name: str, seed: int) -> None:
    plain = (FIXTURES / name).read_bytes().replace(b"\r\n", b"\n").removeprefix(codecs.BOM_UTF8)
    dice = random.Random(seed)  # noqa: S311 - shuffles columns, keeps no secret
    mixed = quoted(shuffled(rows_of(plain), dice))
    assert FORMAT.recognises(of(mixed)[:100])
    assert FORMAT.read(of(mixed), "") == FORMAT.read(of(plain), "")


# Anything


names_of_columns = sorted(
    {*HELD.split(","), *TRADED.split(","), *FUNDS.split(","), *COSTS.split(",")}
)
cells = st.one_of(
    st.text(max_size=8),
    st.sampled_from([name.strip() for name in names_of_columns]),
    st.sampled_from(
        ["1", "0", "-1", "1e9", "9" * 400, "0." + "0" * 400 + "1", "null", "--", "CASH"]
    ),
    st.sampled_from(["2020-01-02", "02/30/2020", "as of 01/02/2020", "Total", "VO", "VMFXX"]),
    st.sampled_from(["Buy", "Sell", "Stock split", "Sweep in", "Transfer (incoming)", "Short"]),
)


@given(
    st.sampled_from([HELD, FUNDS, COSTS]),
    st.lists(st.lists(cells, max_size=8), max_size=6),
    st.lists(st.lists(cells, max_size=15), max_size=8),
    st.permutations(range(14)),
)
def test_no_cells_make_it_raise(
    header: str, rows: list[list[str]], transactions: list[list[str]], order: list[int]
) -> None:
    names = TRADED.strip().split(",")
    table = [header.strip().split(","), *rows, [names[place] for place in order], *transactions]
    found = [Record(number, row) for number, row in enumerate(table, 1)]
    assert FORMAT.recognises(found)
    file = FORMAT.read(found, "")
    assert {holding.account for holding in file.holdings} <= set(file.accounts)
    assert all(holding.row in range(2, len(table) + 1) for holding in file.holdings)


@given(st.lists(st.lists(cells, max_size=8), max_size=8), st.text(max_size=8))
def test_no_table_makes_recognising_or_reading_raise(table: list[list[str]], name: str) -> None:
    found = [Record(number, row) for number, row in enumerate(table, 1)]
    file = FORMAT.read(found, name)
    assert file.accounts
    assert bool(file.header_rows) <= FORMAT.recognises(found)


def test_the_guide_names_a_page_that_speaks_of_the_same_file() -> None:
    page = ROOT / FORMAT.guide.documentation
    assert FORMAT.guide.file_name in page.read_text()
