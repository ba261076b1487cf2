"""The genuine exports beside the project give the positions, costs and cash expected of them.

They are not ours to keep here: where they are not beside the checkout, these tests are skipped and
say so. The synthetic files of tests/fixtures/brokers have the same shapes.
"""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.position import PositionTerms
from interfaces.files.choices import Choices, Horizon
from interfaces.files.recognition import parse

FOLDER = Path(__file__).parents[5] / "shared" / "data" / "brokers"
EXPECTED = FOLDER / "expected_positions.json"

OUR_SYMBOLS = {
    "SMAL 04/01/2020 32.00 P": "SMAL200401P00032000",
    "-SNDK270917C1500": "SNDK270917C01500000",
    "QQQ Dec 31 '26 $600 Put": "QQQ261231P00600000",
    "KEY BANK CD CLEVELAND OH CD 3.85% 08/24/2026": "KEY_BANK_CD_CLEVELAND_OH_CD_3_85_08_24_2026",
    None: "U_S_TREASURY_BILL_CPN_0_00000_MTD_2017_04_10_DTD_2017_08_14",
}
"""What the expectation calls an asset, where we make a symbol of the broker's text."""

CENTS = Decimal("0.02")
PRICE_STEP = Decimal("0.0000006")  # an entry price has six decimals


def accounts() -> list[Any]:
    """Each account of each file, with what is expected of it."""
    if not EXPECTED.exists():
        skipped = pytest.mark.skip(reason=f"the genuine exports are not at {FOLDER}")
        return [pytest.param("", "", {}, marks=skipped, id="none")]
    files = json.loads(EXPECTED.read_text("utf-8"))
    return [
        pytest.param(name, account, expected, id=f"{name}-{account}")
        for name, file in files.items()
        for account, expected in file["accounts"].items()
    ]


@pytest.mark.parametrize(("name", "account", "expected"), accounts())
def test_an_account_of_a_genuine_export(name: str, account: str, expected: dict[str, Any]) -> None:
    choices = Choices(
        horizon=Horizon(today=date(2026, 11, 28), market_end=None),
        default_entry_date="2018-01-02",
        uses_last_price=True,
        source_account=account,
    )
    parsed = parse((FOLDER / name).read_bytes(), name, choices)
    is_empty = not expected["positions"] and not parsed.positions
    assert [error.code for error in parsed.errors] == (["ERR_CSV_003"] if is_empty else [])
    cash, fund = told_cash(expected.get("cash"))
    wanted = {
        OUR_SYMBOLS.get(each["symbol"], each["symbol"]): each for each in expected["positions"]
    }
    held = [stated for stated in parsed.positions if stated.symbol not in ("CASH_USD", fund)]

    assert {stated.symbol for stated in held} == set(wanted)
    for symbol, told in wanted.items():
        lots = [stated for stated in held if stated.symbol == symbol]
        quantity = sum((stated.quantity for stated in lots), Decimal(0))
        assert quantity == Decimal(told["quantity"]), symbol
        if told.get("total_cost") is not None:
            difference = abs(cost_of(lots)) - abs(Decimal(told["total_cost"]))
            assert abs(difference) <= CENTS + PRICE_STEP * abs(quantity), symbol
    if cash is not None:
        counted = [stated for stated in parsed.positions if stated.symbol in ("CASH_USD", fund)]
        assert cost_of(counted) == cash


def told_cash(text: str | None) -> tuple[Decimal | None, str | None]:
    """The expected cash, and the money fund it lies in, if it says one."""
    if text is None:
        return None, None
    amount, fund = re.fullmatch(r"(-?[\d.]+)(?: \((\w+)\))?", text).groups()  # type: ignore[union-attr]
    return Decimal(amount), fund


def cost_of(lots: list[PositionTerms]) -> Decimal:
    """What the lots cost together."""
    costs = (lot.quantity * lot.multiplier * lot.entry_price for lot in lots)
    return sum(costs, Decimal(0))
