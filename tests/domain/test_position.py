"""Specification of positions: what follows from the stated terms (spec 3.4)."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from domain.instrument import InvestmentClass, OptionTerms
from domain.position import PositionTerms

SHARES = PositionTerms(
    symbol="AAPL",
    quantity=Decimal(100),
    entry_price=Decimal("158.00"),
    entry_on=date(2024, 1, 15),
    investment_class=InvestmentClass.PUBLIC,
)
CALL = PositionTerms(
    symbol="SPY250919C00460000",
    quantity=Decimal(-2),
    entry_price=Decimal("7.05"),
    entry_on=date(2024, 1, 15),
    investment_class=InvestmentClass.OPTIONS,
    underlying="SPY",
    strike=Decimal(460),
    expires_on=date(2025, 9, 19),
    right="CALL",
)


def changed(terms: PositionTerms, **fields: Any) -> PositionTerms:
    return msgspec.structs.replace(terms, **fields)


@pytest.mark.parametrize(
    ("terms", "position_type"),
    [
        (SHARES, "LONG"),
        (changed(SHARES, quantity=Decimal(-1)), "SHORT"),
        (changed(CALL, quantity=Decimal(2)), "LC"),
        (CALL, "SC"),
        (changed(CALL, quantity=Decimal(2), right="PUT"), "LP"),
        (changed(CALL, right="PUT"), "SP"),
    ],
)
def test_sign_and_option_type_make_the_position_type(
    terms: PositionTerms, position_type: str
) -> None:
    assert terms.position_type == position_type


def test_an_option_knows_its_terms_and_its_multiplier() -> None:
    assert CALL.option == OptionTerms("SPY", date(2025, 9, 19), "CALL", Decimal(460))
    assert CALL.multiplier == 100


@pytest.mark.parametrize("lacking", ["underlying", "strike", "expires_on", "right"])
def test_without_one_of_its_terms_there_is_no_option(lacking: str) -> None:
    assert changed(CALL, **{lacking: None}).option is None


def test_shares_are_no_option_and_count_once() -> None:
    assert SHARES.option is None
    assert SHARES.multiplier == 1


@pytest.mark.parametrize(
    ("symbol", "subtype", "cash_like"),
    [("SPAXX", None, True), ("CASH_USD", "CASH", True), ("AAPL", "STOCK", False)],
)
def test_cash_like_lines_are_told_by_symbol_or_subtype(
    symbol: str, subtype: str | None, *, cash_like: bool
) -> None:
    line = changed(SHARES, symbol=symbol, investment_subtype=subtype)
    assert line.is_cash_like is cash_like
