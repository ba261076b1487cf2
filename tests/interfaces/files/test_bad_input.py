"""What mutants once broke, each as its smallest file (spec 3.1, 3.3, 3.6)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from interfaces.files.choices import Choices, Horizon
from interfaces.files.parsed_file import ERRORS_KEPT, ERRORS_LISTED, ParsedFile
from interfaces.files.reading import ROW_LIMIT
from interfaces.files.recognition import parse

HORIZON = Horizon(today=date(2026, 1, 5))
COSTS = "Account,Symbol/CUSIP,Description,Position type,Quantity,Total cost,Market value\n"
SCHWAB = (
    "Positions for account Mine ...905 as of 2025/11/16\n"
    "Symbol,Description,Quantity,Price,Market Value,Cost Basis,Security Type\n"
)
FIDELITY = "Account Number,Symbol,Description,Quantity,Last Price,Current Value,Cost Basis Total\n"
ETRADE = "View Summary - All Positions\nSymbol,Last Price $,Quantity,Price Paid $,Value $\n"
TOO_LARGE = "9" * 40


def read(text: str, **choices: str) -> ParsedFile:
    beside = {"default_entry_date": "2025-01-02", **choices}
    return parse(text.encode(), "positions.csv", Choices(horizon=HORIZON, **beside))  # type: ignore[arg-type]  # texts only


def codes(file: ParsedFile) -> list[tuple[int | None, str]]:
    return [(error.row, error.code) for error in file.errors]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (f"1,ABC,ABC CORP,Long,{TOO_LARGE},$10.00,$10.00\n", "ERR_POS_027"),
        (f"1,ABC,ABC CORP,Long,1,${TOO_LARGE},$10.00\n", "ERR_POS_027"),
        (f"1,ABC,ABC CORP,Long,0.{'0' * 60}1,$10.00,$10.00\n", "ERR_CSV_003"),
    ],
    ids=["quantity", "cost", "quantity too small to be held"],
)
def test_numbers_beyond_all_bounds_are_errors_of_their_row(row: str, code: str) -> None:
    file = read(COSTS + row)
    assert file.positions == ()
    assert [told for _, told in codes(file)][-1] == code


def test_a_brokers_header_is_looked_for_in_the_first_ten_thousand_cells() -> None:
    table = f"{FIDELITY}1,ABC,ABC CORP,1,$1.00,$1.00,$1.00\n"
    for cells, source_format in ((200, "fidelity"), (201, "template")):
        above = ("x," * cells)[:-1] + "\n"
        assert read(above * 50 + table).source_format == source_format


def test_what_rounds_to_nothing_is_left_out_with_a_note() -> None:
    file = read(
        COSTS + "1,ABC,ABC CORP,Long,.000000001,$1.00,$1.00\n1,DEF,DEF,Long,1,$1.00,$1.00\n"
    )
    assert [terms.symbol for terms in file.positions] == ["DEF"]
    assert file.warnings == ("Row 2: ABC has the quantity 0 and is left out.",)


def test_a_last_price_over_a_billion_is_no_price_to_close_at() -> None:
    file = read(f"{SCHWAB}ABC,ABC CORP,1,${TOO_LARGE},$1.00,$1.00,Option\n")
    assert dict(file.last_prices) == {}


def test_cash_over_a_billion_is_an_error_of_its_row() -> None:
    file = read(f"{SCHWAB}Cash & Cash Investments,--,--,--,${TOO_LARGE},--,--\n")
    assert codes(file) == [(3, "ERR_POS_027")]


def test_cash_is_kept_at_six_decimals_as_prices_are() -> None:
    file = read(f"{SCHWAB}Cash & Cash Investments,--,--,--,$1.00000051,--,--\n")
    assert (file.cash, file.positions[0].entry_price) == (Decimal("1.000001"), Decimal("1.000001"))


def test_a_broker_s_file_may_have_as_many_rows_as_the_template() -> None:
    full = ETRADE + "remark\n" * (ROW_LIMIT - 2)
    assert codes(read(full)) == [(None, "ERR_CSV_003")]
    over = read(f"{full}remark\n")
    assert codes(over) == [(None, "ERR_CSV_006")]
    assert f"line {ROW_LIMIT + 1} is the first too many" in over.errors[0].message


def test_with_more_errors_than_fit_into_the_memory_no_row_comes_in() -> None:
    wrong = "?,a,b,c\n" * (ERRORS_KEPT // 4 + 1)
    content = (
        f"Symbol,Quantity,Entry Price Per Share,Entry Date\nA,1,1,2025-01-02\n{wrong}".encode()
    )
    file = parse(content, "p.csv", Choices(horizon=HORIZON, accepts_valid=True))
    assert file.refuses_file
    assert codes(file)[:2] == [(None, "ERR_CSV_006"), (3, "ERR_POS_002")]
    assert (len(file.errors), file.total_errors) == (ERRORS_LISTED + 1, ERRORS_KEPT + 5)


SAID_BACK: dict[str, Callable[[str], str]] = {
    "a title": lambda text: f"{text}\nremark,\n",
    "an unknown column": lambda text: f"Symbol,Quantity,Entry Price Per Share,Entry Date,{text}\n",
    "an account without rows": lambda text: SCHWAB.replace("Mine ...905", text),
    "an account": lambda text: f"{FIDELITY}{text},A,A,1,1,1,1\nX,A,A,1,1,1,1\n",
    "a row above": lambda text: f"{FIDELITY}{text},A,A,1,1,1,1\n,A,A,1,1,1,1\n",
    "a symbol of nothing": lambda text: (
        f"{SCHWAB}A{text},A,0,$1,$1,$1,Equity\nA,A,1,1,1,1,Equity\n"
    ),
    "a future": lambda text: f"{SCHWAB}/{text},A,2,$1,$1,$1,Futures\nA,A,1,1,1,1,Equity\n",
    "an amount": lambda text: f"{FIDELITY}1,Pending activity,,{text},$1,,\n",
    "lots": lambda text: f"{ETRADE}A{text},1,5,1,5\n  10/05/2016,1,3,1,5\n",
    "a quantity": lambda text: f"{COSTS}1,ABC,ABC CORP,Long,{text},$10.00,$10.00\n",
}


@pytest.mark.parametrize("file_of", SAID_BACK.values(), ids=SAID_BACK)
@pytest.mark.parametrize("text", ["\x1b[31m\x07x\x01", "x" * 5_000], ids=["controls", "length"])
def test_no_text_of_the_file_is_said_back_as_it_is(
    file_of: Callable[[str], str], text: str
) -> None:
    file = read(file_of(text))
    told = [*(error.message for error in file.errors), *file.warnings]
    told += [assumption.text for assumption in file.assumptions]
    assert told
    assert [sentence for sentence in told if not sentence.isprintable()] == []
    assert [sentence for sentence in told if len(sentence) > 1_000] == []


def test_an_account_that_is_not_there_is_said_back_as_it_was_typed() -> None:
    file = read(f"{FIDELITY}X1,A,A,1,1,1,1\n", source_account="O'Hara\\ \x1b")
    assert file.errors[0].message == (
        "The file has no account 'O'Hara\\ \N{REPLACEMENT CHARACTER}'. The file has the accounts "
        "'X1'. Send the one to import as source_account."
    )
