"""Specification of the export as it is written (spec 3.7)."""

from datetime import date
from decimal import Decimal

import pytest

from domain.instrument import InvestmentClass
from domain.position import Closing, PositionTerms
from interfaces.files.export import GUIDE, export_csv
from interfaces.files.recognition import GUIDES
from interfaces.files.template.columns import COLUMNS

HEADER = (
    "Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Class,Investment Subtype,"
    "Underlying Symbol,Strike Price,Expiration Date,Option Type,Exit Date,Exit Price Per Share,"
    "Lot,Description"
)
AAPL = PositionTerms(
    symbol="AAPL",
    quantity=Decimal(100),
    entry_price=Decimal(158),
    entry_on=date(2024, 1, 15),
    investment_class=InvestmentClass.PUBLIC,
    investment_subtype="STOCK",
)
SPY_CALL = PositionTerms(
    symbol="SPY250919C00460000",
    quantity=Decimal(-2),
    entry_price=Decimal("7.05"),
    entry_on=date(2024, 1, 15),
    investment_class=InvestmentClass.OPTIONS,
    investment_subtype="CALL",
    underlying="SPY",
    strike=Decimal("460.00"),
    expires_on=date(2025, 9, 19),
    right="CALL",
)


def changed(position: PositionTerms, **fields: object) -> PositionTerms:
    known = {name: getattr(position, name) for name in position.__struct_fields__}
    return PositionTerms(**(known | fields))


def closing(quantity: str, on: date, price: str) -> Closing:
    return Closing(closed_on=on, quantity=Decimal(quantity), price=Decimal(price))


def rows(*positions: PositionTerms) -> list[str]:
    """The lines below the header."""
    header, *below = export_csv(positions).removesuffix("\r\n").split("\r\n")
    assert header == HEADER
    return below


def test_the_header_is_the_templates_and_two_columns_more() -> None:
    assert export_csv([]) == f"{HEADER}\r\n"
    assert HEADER.startswith(",".join(COLUMNS))


def test_an_open_position_is_one_row() -> None:
    assert rows(AAPL) == ["AAPL,100,158.00,2024-01-15,PUBLIC,STOCK,,,,,,,1,"]


def test_an_option_says_its_terms_beside_its_symbol() -> None:
    assert rows(SPY_CALL) == [
        "SPY250919C00460000,-2,7.05,2024-01-15,OPTIONS,CALL,SPY,460,2025-09-19,CALL,,,1,"
    ]


def test_each_closed_part_is_a_row_and_so_is_what_is_open() -> None:
    first, second = date(2024, 2, 1), date(2024, 3, 1)
    sold = changed(AAPL, closings=(closing("30", second, "170"), closing("20", first, "165.5")))
    assert rows(sold) == [
        "AAPL,30,158.00,2024-01-15,PUBLIC,STOCK,,,,,2024-03-01,170.00,1,",
        "AAPL,20,158.00,2024-01-15,PUBLIC,STOCK,,,,,2024-02-01,165.50,1,",
        "AAPL,50,158.00,2024-01-15,PUBLIC,STOCK,,,,,,,1,",
    ]


def test_what_was_closed_entirely_has_no_open_row() -> None:
    expired = changed(SPY_CALL, closings=(closing("-2", date(2025, 9, 19), "0"),))
    (row,) = rows(expired)
    assert row.endswith(",2025-09-19,0.00,1,")


def test_rows_stand_by_symbol_and_day_and_lots_are_counted_within_them() -> None:
    later = changed(AAPL, entry_on=date(2024, 1, 16))
    dearer = changed(AAPL, entry_price=Decimal("158.5"))
    positions = (SPY_CALL, later, dearer, AAPL, AAPL)
    assert [row.split(",")[0:14:3] for row in rows(*positions)] == [
        ["AAPL", "2024-01-15", "", "", "1"],
        ["AAPL", "2024-01-15", "", "", "2"],
        ["AAPL", "2024-01-15", "", "", "3"],
        ["AAPL", "2024-01-16", "", "", "1"],
        ["SPY250919C00460000", "2024-01-15", "SPY", "CALL", "1"],
    ]
    assert export_csv(positions) == export_csv(reversed(positions))


@pytest.mark.parametrize(
    "otherwise",
    [
        {"investment_class": InvestmentClass.PRIVATE},
        {"investment_subtype": "PUT"},
        {"underlying": "TQQQ"},
        {"strike": Decimal(461)},
        {"expires_on": date(2025, 10, 17)},
        {"right": "PUT"},
        {"entry_price": Decimal(8)},
        {"quantity": Decimal(-1)},
        {"closings": (closing("-1", date(2024, 2, 1), "3"),)},
        {"stated_as": "SPY Sep 19 '25 $460 Call"},
    ],
    ids=lambda otherwise: next(iter(otherwise)),
)
def test_lots_that_differ_in_one_thing_only_are_always_in_one_order(
    otherwise: dict[str, object],
) -> None:
    less, more = SPY_CALL, changed(SPY_CALL, **otherwise)
    assert export_csv([less, more]) == export_csv([more, less])
    assert rows(less, more)[0] == rows(less)[0]


@pytest.mark.parametrize(
    "unsaid", ["investment_subtype", "underlying", "strike", "expires_on", "right"]
)
def test_a_lot_that_says_less_stands_before_one_that_says_more(unsaid: str) -> None:
    less = changed(SPY_CALL, **{unsaid: None})
    assert rows(SPY_CALL, less)[0] == rows(less)[0]
    assert export_csv([SPY_CALL, less]) == export_csv([less, SPY_CALL])


@pytest.mark.parametrize(
    ("quantity", "price", "written"),
    [
        ("100", "158", "100,158.00"),
        ("100.00", "158.000000", "100,158.00"),
        ("0.5", "158.1", "0.5,158.10"),
        ("-0.00000001", "0.000001", "-0.00000001,0.000001"),
        ("1E+9", "1E+3", "1000000000,1000.00"),
        ("1000000000.12345678", "12345.123450", "1000000000.12345678,12345.12345"),
    ],
)
def test_numbers_are_exact_and_plain(quantity: str, price: str, written: str) -> None:
    position = changed(AAPL, quantity=Decimal(quantity), entry_price=Decimal(price))
    assert rows(position)[0].startswith(f"AAPL,{written},")


def test_nothing_that_is_written_can_run_in_a_spreadsheet() -> None:
    risky = changed(AAPL, symbol="-A", stated_as='=HYPERLINK("x", 1)')
    assert rows(risky) == [
        '\'-A,100,158.00,2024-01-15,PUBLIC,STOCK,,,,,,,1,"\'=HYPERLINK(""x"", 1)"'
    ]


def test_the_export_is_listed_among_the_formats_after_the_template() -> None:
    assert [guide.name for guide in GUIDES][:2] == ["template", "sigmasight"]
    assert GUIDE in GUIDES
