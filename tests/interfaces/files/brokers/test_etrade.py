"""Specification of reading E*TRADE's positions (spec 3.6, 03b)."""

import csv
import io
import random
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.instrument import OptionTerms
from interfaces.files.brokers.broker_file import BrokerFile, Holding, Kind, RowNote
from interfaces.files.brokers.etrade import FORMAT
from interfaces.files.brokers.values import day
from interfaces.files.reading import Record, Text, open_text, records

ROOT = Path(__file__).parents[4]
FIXTURES = ROOT / "tests" / "fixtures" / "brokers"
TITLE = "View Summary - All Positions\n"
HEADER = "Symbol,Last Price $,Quantity,Price Paid $,Value $\n"


def of(content: bytes) -> list[Record]:
    text = open_text(content, "PortfolioDownload.csv")
    assert isinstance(text, Text)
    found = list(records(text, ","))
    assert all(isinstance(item, Record) for item in found)
    return [item for item in found if isinstance(item, Record)]


def fixture(name: str) -> list[Record]:
    return of((FIXTURES / name).read_bytes())


def read(source: str) -> BrokerFile:
    return FORMAT.read(fixture(source), "PortfolioDownload.csv")


def below_the_header(rows: str) -> BrokerFile:
    return FORMAT.read(of((TITLE + HEADER + rows).encode()), "PortfolioDownload.csv")


def only(file: BrokerFile) -> Holding:
    (holding,) = file.holdings
    return holding


def named(file: BrokerFile, name: str) -> Holding:
    (found,) = [h for h in file.holdings if name in (h.symbol, h.description)]
    return found


# Recognising


@pytest.mark.parametrize(
    "name",
    ["etrade_positions.csv", "etrade_lots.csv", "etrade_custom_view.csv", "etrade_resaved.csv"],
)
def test_each_shape_is_recognised(name: str) -> None:
    assert FORMAT.recognises(fixture(name)[:100])


def test_a_table_without_its_title_is_recognised_by_the_spelling_of_its_columns() -> None:
    assert FORMAT.recognises(of(HEADER.encode()))


def test_a_view_of_few_columns_is_recognised_by_its_title() -> None:
    assert FORMAT.recognises(of(b"View Summary - Mine\nSymbol,Quantity\n"))


def test_the_filter_line_alone_is_no_table_of_positions() -> None:
    filters = "Filters applied:\nSymbol,Security type(s),Sort by,Sort order,\n,All,Symbol,Asc,\n"
    assert not FORMAT.recognises(of((TITLE + filters).encode()))


OTHERS = [
    '"Positions for account Individual ...632 as of 02:19 PM ET, 2026/05/11"\n\n"Symbol",'
    '"Description","Qty (Quantity)","Price","Price Chng $ (Price Change $)","Mkt Val (Market '
    'Value)","Cost Basis","Gain $ (Gain/Loss $)","Asset Type"\n',
    '"Symbol","Description","Quantity","Price","Price Change $","Price Change %","Market Value",'
    '"Day Change $","Cost Basis","Gain/Loss $","% Of Account","Security Type",\n',
    "FNDA Lot Details for Individual ...632 as of 08/25/2020\n\nOpen Date,Quantity,Price,"
    "Cost/Share,Market Value,Cost Basis\n",
    "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,"
    "Current Value,Cost Basis Total,Average Cost Basis,Type\n",
    "Account number,Account name,Symbol,Description,Quantity,Last price,Current value,"
    "Cost basis total,Average cost basis,Type\n",
    "Symbol/CUSIP,Description,Quantity,Price,Beginning Value,Ending Value,Cost Basis\n",
    "Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,\n",
    "Account Number,Trade Date,Settlement Date,Transaction Type,Transaction Description,"
    "Investment Name,Symbol,Shares,Share Price,Principal Amount,Commissions and Fees,Net Amount,\n",
    "Fund Account Number,Fund Name,Price,Shares,Total Value\n",
    "Account,Symbol/CUSIP,Description,Position type,Quantity,Total cost,Market value\n",
    "Account Summary\nSymbol,Quantity,Price,Value\n",
    "Symbol,Quantity,Price,Value $\n",
    "Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Class,Investment Subtype,"
    "Underlying Symbol,Strike Price,Expiration Date,Option Type,Exit Date,Exit Price Per Share\n",
    "Activity/Trade Date,Transaction Date,Settlement Date,Activity Type,Description,Symbol,Cusip,"
    "Quantity #,Price $,Amount $,Commission,Category,Note\n",
]


@pytest.mark.parametrize("text", OTHERS)
def test_neither_another_file_nor_the_template_is_taken_for_it(text: str) -> None:
    assert not FORMAT.recognises(of(text.encode()))


# The account, the date, the table


def test_the_account_is_named_as_the_summary_names_it() -> None:
    file = read("etrade_positions.csv")
    assert file.accounts == ["Individual Brokerage -4242"]
    assert {holding.account for holding in file.holdings} == {"Individual Brokerage -4242"}


@pytest.mark.parametrize("row", ["", ",100.00,5.00\n"])
def test_a_summary_without_a_name_still_gives_an_account(row: str) -> None:
    summary = "Account Summary\nAccount,Net Account Value,Total Gain $\n" + row
    file = FORMAT.read(of((summary + TITLE + HEADER + "A,1,1,1,1\n").encode()), "a.csv")
    assert (file.accounts, only(file).account) == (["E*TRADE"], "E*TRADE")


def test_a_nameless_file_below_another_is_not_of_the_other_s_account() -> None:
    nameless = of(f"Account Summary\n{TITLE}{HEADER}A,1,1,1,1\n".encode())
    file = FORMAT.read([*fixture("etrade_custom_view.csv"), *nameless], "both.csv")
    assert file.accounts == ["Roth IRA -1357", "E*TRADE"]
    assert named(file, "A").account == "E*TRADE"


def test_two_views_of_one_account_name_it_once() -> None:
    table = f"{TITLE}{HEADER}A,1,1,1,1\n"
    assert FORMAT.read(of((table + table).encode()), "a.csv").accounts == ["E*TRADE"]


def test_two_files_in_one_keep_their_accounts_apart() -> None:
    both = fixture("etrade_positions.csv") + fixture("etrade_custom_view.csv")
    file = FORMAT.read(both, "both.csv")
    assert file.accounts == ["Individual Brokerage -4242", "Roth IRA -1357"]
    assert named(file, "BRK.B").account == "Individual Brokerage -4242"
    assert named(file, "NOLOT").account == "Roth IRA -1357"
    assert len(file.header_rows) == 2


@pytest.mark.parametrize(
    ("name", "as_of"),
    [
        ("etrade_positions.csv", date(2025, 11, 17)),
        ("etrade_lots.csv", date(2019, 1, 18)),
        ("etrade_resaved.csv", date(2025, 11, 17)),
    ],
)
def test_the_file_is_of_the_day_it_was_generated_on(name: str, as_of: date) -> None:
    assert day(read(name).as_of) == as_of


@pytest.mark.parametrize("footer", ["", "Generated at noon\n"])
def test_a_file_without_a_day_has_none(footer: str) -> None:
    assert below_the_header("A,1,1,1,1\n" + footer).as_of == ""


def test_a_line_of_text_below_the_table_is_no_position() -> None:
    assert below_the_header("Quotes are delayed by 20 minutes.,,,,\n").holdings == []


def test_the_header_of_positions_is_known_by_its_line() -> None:
    assert read("etrade_positions.csv").header_rows == [10]


def test_totals_filters_and_footers_are_neither_positions_nor_notes() -> None:
    file = read("etrade_positions.csv")
    assert [(h.row, h.symbol or h.description) for h in file.holdings] == [
        (11, "BRK.B"),
        (12, "HARBOR BANK NA CD 4.10% 03/15/2027"),
        (13, "IWM Jan 15 '27 $212.5 Call"),
        (14, "OLDCO LIQUIDATING TRUST UNITS"),
        (15, "VMFXX"),
        (16, "XOM Dec 19 '25 $1,100 Put"),
        (17, "ZVZZT"),
        (18, "CASH"),
    ]
    assert file.notes == []


# Rows


def test_a_share_has_the_figures_of_its_row() -> None:
    assert named(read("etrade_positions.csv"), "BRK.B") == Holding(
        row=11,
        account="Individual Brokerage -4242",
        symbol="BRK.B",
        quantity="12.5000",
        price_paid="390.1234",
        last_price="410.00",
        value="5125.0000",
    )


def test_a_money_fund_is_an_ordinary_position() -> None:
    fund = named(read("etrade_positions.csv"), "VMFXX")
    assert (fund.kind, fund.quantity, fund.price_paid) == (Kind.ASSET, "20000.0000", "1.00")


def test_a_row_of_quantity_zero_is_handed_over() -> None:
    assert named(read("etrade_positions.csv"), "ZVZZT").quantity == ".0000"


def test_a_certificate_is_a_bond_known_by_its_description() -> None:
    certificate = named(read("etrade_positions.csv"), "HARBOR BANK NA CD 4.10% 03/15/2027")
    assert (certificate.symbol, certificate.subtype) == ("", "BOND")
    assert (certificate.quantity, certificate.price_paid) == ("25000.0000", "100.00")
    assert certificate.assumptions == (
        "Read as a bond, because its description names a maturity date.",
    )


def test_a_description_without_a_maturity_date_tells_no_subtype() -> None:
    trust = named(read("etrade_positions.csv"), "OLDCO LIQUIDATING TRUST UNITS")
    assert (trust.symbol, trust.subtype) == ("", None)


def test_a_price_paid_of_zero_is_a_cost_not_known() -> None:
    trust = named(read("etrade_positions.csv"), "OLDCO LIQUIDATING TRUST UNITS")
    assert trust.price_paid == ""
    assert trust.assumptions == ("A cost of 0.00 was read as one that E*TRADE does not know.",)


def test_cells_that_say_nothing_are_blank() -> None:
    assert only(below_the_header("A,--,2,N/A,\n")) == Holding(
        row=3, account="E*TRADE", symbol="A", quantity="2"
    )


def test_a_row_shorter_than_its_header_lacks_the_rest() -> None:
    assert only(below_the_header("A,5.00,2\n")).price_paid == ""


def test_a_row_longer_than_its_header_is_read_to_the_header_s_end() -> None:
    assert only(below_the_header("A,5.00,2,4.00,10.00,surplus,cells\n")).value == "10.00"


def test_the_ticker_na_is_not_taken_for_an_empty_cell() -> None:
    assert only(below_the_header("NA,5.00,2,4.00,10.00\n")).symbol == "NA"


def test_a_row_without_a_symbol_is_handed_over_so_that_it_is_refused() -> None:
    assert only(below_the_header(",5.00,2,4.00,10.00\n")).quantity == "2"


# Cash


def test_the_row_cash_is_cash_whatever_its_length() -> None:
    cash = read("etrade_positions.csv").holdings[-1]
    assert (cash.kind, cash.value, cash.row) == (Kind.CASH, "1500.26", 18)


def test_cash_may_be_a_debt() -> None:
    assert read("etrade_lots.csv").holdings[-1].value == "-210.55"


@pytest.mark.parametrize(
    "row", ["CASH,,,,70.25,\n", "cash,,,,70.25\n", "CASH,70.25\n", "CASH,1.00,70.25,1.00,70.25\n"]
)
def test_cash_is_its_value_or_the_only_figure_of_its_row(row: str) -> None:
    cash = only(below_the_header(row))
    assert (cash.kind, cash.value) == (Kind.CASH, "70.25")


def test_shares_of_the_company_with_the_symbol_cash_are_shares() -> None:
    shares = only(below_the_header("CASH,75.00,10.0000,60.00,750.0000\n"))
    assert (shares.kind, shares.symbol, shares.quantity) == (Kind.ASSET, "CASH", "10.0000")


# Options


@pytest.mark.parametrize(
    ("spelling", "terms"),
    [
        ("QQQ Dec 31 '26 $600 Put", ("QQQ", date(2026, 12, 31), "PUT", Decimal(600))),
        ("TWTR Feb 15 '19 $41 Call", ("TWTR", date(2019, 2, 15), "CALL", Decimal(41))),
        ("ARBE May 5 '26 $1.50 call", ("ARBE", date(2026, 5, 5), "CALL", Decimal("1.50"))),
        ('"SPXW Jan 15 \'27 $5,000 Put"', ("SPXW", date(2027, 1, 15), "PUT", Decimal(5000))),
        ("BRK.B Jan 15 ’27 $400 Put", ("BRK.B", date(2027, 1, 15), "PUT", Decimal(400))),  # noqa: RUF001 -- what a spreadsheet makes of the apostrophe
    ],
)
def test_an_option_is_read_from_the_broker_s_spelling(
    spelling: str, terms: tuple[str, date, str, Decimal]
) -> None:
    option = only(below_the_header(f"{spelling},8.40,-3.0000,9.15,-2520.0000\n"))
    assert option.option == OptionTerms(*terms)
    assert (option.symbol, option.quantity) == (spelling.strip('"'), "-3.0000")


@pytest.mark.parametrize(
    "spelling",
    ["QQQ Feb 30 '26 $600 Put", "QQQ Dec 31 '26 $6,00 Put", "QQQ Dec 31 '26 $0 Put", "Q $5 Call"],
)
def test_an_option_that_cannot_be_read_does_not_become_an_asset(spelling: str) -> None:
    option = only(below_the_header(f'"{spelling}",8.40,1,9.15,840\n'))
    assert (option.symbol, option.description) == (spelling, "")
    assert option.option is not None
    assert option.option.occ_symbol is None


# Lots


def test_a_symbol_s_lots_take_the_place_of_its_own_row() -> None:
    file = read("etrade_lots.csv")
    lots = [(h.row, h.quantity, h.price_paid, day(h.entry_date)) for h in file.holdings[:3]]
    assert lots == [
        (9, "100.0000", "10.00", date(2016, 10, 5)),
        (10, "25.0000", "15.50", date(2018, 3, 19)),
        (11, "25.0000", "18.50", date(2018, 3, 19)),
    ]
    assert {h.symbol for h in file.holdings[:3]} == {"ACME"}


def test_a_symbol_held_twice_keeps_the_lots_of_each_row_and_a_lot_may_lack_its_date() -> None:
    lot = next(h for h in read("etrade_lots.csv").holdings if h.row == 13)
    assert (lot.symbol, lot.quantity, lot.entry_date, lot.price_paid) == ("ACME", "66.0000", "", "")


def test_the_lots_of_an_option_are_options() -> None:
    lot = named(read("etrade_lots.csv"), "SPY Feb 15 '19 $281 Call")
    assert lot.option == OptionTerms("SPY", date(2019, 2, 15), "CALL", Decimal(281))
    assert (lot.quantity, day(lot.entry_date)) == ("-35.0000", date(2019, 1, 7))


def test_a_symbol_without_lots_among_others_with_them_is_its_own_row() -> None:
    alone = named(read("etrade_lots.csv"), "SOLO")
    assert (alone.row, alone.quantity, alone.entry_date) == (22, "7.0000", "")


def test_lots_that_do_not_add_up_are_taken_and_noted() -> None:
    file = read("etrade_lots.csv")
    assert named(file, "SHORT").quantity == "-50.0000"
    assert file.notes == [
        RowNote(
            18,
            file.accounts[0],
            "The lots of SHORT add up to -50.0000, its own row says -80.0000. The lots were "
            "taken; compare them with your account.",
        )
    ]


@pytest.mark.parametrize(("whole", "notes"), [("3.00015", 0), ("2.99985", 0), ("3.00016", 1)])
def test_lots_may_differ_from_the_sum_by_what_rounding_to_four_decimals_does(
    whole: str, notes: int
) -> None:
    lots = "01/02/2024,5,1,4,5\n01/03/2024,5,2,4,10\n"  # with their sum, three numbers rounded
    assert len(below_the_header(f"A,5,{whole},4,15\n{lots}").notes) == notes


@pytest.mark.parametrize(("whole", "part"), [("--", "2"), ("2", "two")])
def test_quantities_that_are_no_numbers_are_not_compared(whole: str, part: str) -> None:
    file = below_the_header(f"A,5,{whole},4,10\n01/02/2024,5,{part},4,10\n")
    assert (only(file).quantity, file.notes) == (part, [])


def test_a_lot_without_a_symbol_above_it_is_handed_over_so_that_it_is_refused() -> None:
    file = below_the_header("01/02/2024,5,2,4,10\n01/03/2024,5,1,4,5\n")
    assert [(h.symbol, h.description, h.entry_date) for h in file.holdings] == [
        ("", "", "01/02/2024"),
        ("", "", "01/03/2024"),
    ]


@pytest.mark.parametrize("spelling", ["1/2/2024", "2024-01-02", "1/2/24", "01/02/2024 00:00"])
def test_a_lot_is_known_by_its_date_as_a_spreadsheet_writes_it(spelling: str) -> None:
    lot = only(below_the_header(f"A,5,2,4,10\n{spelling},5,2,4,10\n"))
    assert (lot.symbol, day(lot.entry_date)) == ("A", date(2024, 1, 2))


@pytest.mark.parametrize("spelling", ["13/45/2024", "02-Jan-24", "02.01.2024"])
def test_a_date_that_cannot_be_read_is_a_lot_with_that_date_and_no_symbol(spelling: str) -> None:
    lot = only(below_the_header(f"A,5,2,4,10\n{spelling},5,2,4,10\n"))
    assert (lot.symbol, lot.entry_date) == ("A", spelling)


# Views of the user's own, re-saved files


def test_columns_are_found_by_name_wherever_they_stand() -> None:
    assert read("etrade_custom_view.csv").holdings == [
        Holding(
            row=12,
            account="Roth IRA -1357",
            symbol="ACME",
            quantity="60.0000",
            total_cost="1500.0000",
            price_paid="25.00",
            value="1800.0000",
            entry_date="01/15/2022",
        ),
        Holding(
            row=13,
            account="Roth IRA -1357",
            symbol="ACME",
            quantity="40.0000",
            total_cost="1050.0000",
            price_paid="26.25",
            value="1200.0000",
            entry_date="03/10/2023",
        ),
        Holding(
            row=14,
            account="Roth IRA -1357",
            symbol="NOLOT",
            quantity="100.0000",
            price_paid="19.00",
            value="2000.0000",
            entry_date="06/30/2021",
        ),
        Holding(row=15, account="Roth IRA -1357", kind=Kind.CASH, symbol="CASH", value="210.00"),
    ]


def test_the_first_of_two_columns_of_one_meaning_counts() -> None:
    file = FORMAT.read(of((TITLE + "Symbol,Qty #,Quantity\nA,2,3\n").encode()), "a.csv")
    assert only(file).quantity == "2"


def test_a_column_with_entry_dates_may_be_added() -> None:
    header = "Entry Date,Symbol,Quantity,Price Paid $,Date Acquired\n"
    rows = "01/02/2024,A,5,2.00,--\n,B,5,2.00,03/04/2023\n,C,5,2.00,\n"
    file = FORMAT.read(of((TITLE + header + rows).encode()), "a.csv")
    assert [h.entry_date for h in file.holdings] == ["01/02/2024", "03/04/2023", ""]


def test_a_view_without_costs_gives_none() -> None:
    file = FORMAT.read(of((TITLE + "symbol,QTY #,Value $\nA,2,10\n").encode()), "a.csv")
    assert only(file) == Holding(row=3, account="E*TRADE", symbol="A", quantity="2", value="10")


def test_a_file_saved_again_by_a_spreadsheet_says_the_same() -> None:
    file = read("etrade_resaved.csv")
    assert file.accounts == ["Individual Brokerage -4242"]
    assert [(h.symbol, h.quantity, day(h.entry_date), h.value) for h in file.holdings] == [
        ("BRK.B", "2.5", date(2024, 1, 5), "1025"),
        ("BRK.B", "10", date(2024, 12, 31), "4100"),
        ("IWM Jan 15 ’27 $212.50 Call", "-3", None, "-2520"),  # noqa: RUF001 -- as the file has it
        ("CASH", "", None, "1,500.26"),
    ]
    assert file.holdings[2].option == OptionTerms(
        "IWM", date(2027, 1, 15), "CALL", Decimal("212.5")
    )


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_line_ends_and_marks_make_no_difference(end: str, encoding: str) -> None:
    text = (FIXTURES / "etrade_positions.csv").read_text(encoding="utf-8")
    again = of(text.replace("\n", end).encode(encoding))
    assert FORMAT.read(again, "a.csv") == read("etrade_positions.csv")


@given(st.randoms(use_true_random=False))
def test_no_order_of_the_columns_changes_what_is_read(shuffle: random.Random) -> None:
    table = [list(row) for row in csv.reader(io.StringIO(HEADER + LOTS))]
    order = list(range(len(table[0])))
    shuffle.shuffle(order)
    out = io.StringIO()
    csv.writer(out).writerows([row[index] for index in order] for row in table)
    assert FORMAT.read(of(out.getvalue().encode()), "a.csv").holdings == EXPECTED


LOTS = """A,5.00,2.0000,4.00,10.0000
01/02/2024,5.00,2.0000,4.00,10.0000
SPY Feb 15 '19 $281 Call,0.22,-1.0000,0.20,-22.0000
CASH,,,,3.00
TOTAL,,,,-9.00
"""
EXPECTED = FORMAT.read(of((HEADER + LOTS).encode()), "a.csv").holdings


# Garbage

CELLS = st.sampled_from(
    [
        *("Account Summary", "Account", "View Summary - x", "Symbol", "Quantity", "Qty #"),
        *("Price Paid $", "Cost/Share", "Total Cost", "Last Price $", "Value $", "Date Acquired"),
        *("A", "CASH", "TOTAL", "--", "01/02/2024", "99/99/9999", "QQQ Dec 31 '26 $600 Put"),
        *("KEY CD 1% 01/02/2030", "1", "-2.5", "0.00", "Generated at 01/18/2019", ""),
    ]
) | st.text(max_size=12)
GARBAGE = st.lists(st.lists(CELLS, max_size=8), max_size=30)


def as_records(rows: Sequence[Sequence[str]]) -> list[Record]:
    return [Record(row, cells) for row, cells in enumerate(rows, 1)]


@given(GARBAGE)
def test_nothing_makes_recognising_raise(rows: list[list[str]]) -> None:
    assert FORMAT.recognises(as_records(rows)) in (True, False)


@given(GARBAGE, st.text(max_size=10))
def test_nothing_makes_reading_raise(rows: list[list[str]], file_name: str) -> None:
    heads = [[], [["View Summary - All Positions"], HEADER.strip().split(",")]]
    for head in heads:
        file = FORMAT.read(as_records([*head, *rows]), file_name)
        assert {holding.account for holding in file.holdings} <= set(file.accounts)
        assert {holding.row for holding in file.holdings} <= set(range(len(head) + len(rows) + 1))


def test_the_guide_names_a_page_that_exists() -> None:
    assert (ROOT / FORMAT.guide.documentation).is_file()
