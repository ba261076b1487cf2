"""Specification of instruments: option symbols, cash-like lines, multipliers (spec 2.1, 3.4)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.instrument import (
    SUBTYPE_SPELLINGS,
    SUBTYPES,
    InvestmentClass,
    OptionTerms,
    is_cash_like,
    multiplier,
)

SPY_CALL = OptionTerms("SPY", date(2025, 9, 19), "CALL", Decimal(460))

option_terms = st.builds(
    OptionTerms,
    st.from_regex(r"[A-Z][A-Z0-9]{0,5}", fullmatch=True),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["CALL", "PUT"]),
    st.integers(1, 10**8 - 1).map(lambda thousandths: Decimal(thousandths) / 1000),
)


@given(option_terms, st.sampled_from(["compact", "padded"]))
def test_an_option_symbol_printed_and_read_gives_the_same_terms(
    terms: OptionTerms, spelling: str
) -> None:
    symbol = terms.occ_symbol
    assert symbol is not None
    if spelling == "padded":
        symbol = f"{symbol[:-15]:6}{symbol[-15:]}"
    assert OptionTerms.parse(symbol) == terms


@pytest.mark.parametrize(
    ("symbol", "terms"),
    [
        ("SPY250919C00460000", SPY_CALL),
        ("SPY   250919C00460000", SPY_CALL),
        ("SPY 250919C00460000", SPY_CALL),
        ("F240119P00012500", OptionTerms("F", date(2024, 1, 19), "PUT", Decimal("12.5"))),
        ("AAPL1250117C00100000", OptionTerms("AAPL1", date(2025, 1, 17), "CALL", Decimal(100))),
        ("AAPL1 250117C00100000", OptionTerms("AAPL1", date(2025, 1, 17), "CALL", Decimal(100))),
        (
            "X12345240229P00000001",
            OptionTerms("X12345", date(2024, 2, 29), "PUT", Decimal("0.001")),
        ),
    ],
)
def test_occ_symbols_are_read_padded_or_compact(symbol: str, terms: OptionTerms) -> None:
    assert OptionTerms.parse(symbol) == terms


@pytest.mark.parametrize(
    "symbol",
    [
        "",
        "SPY",
        "SPY250919X00460000",
        "SPY251319C00460000",
        "SPY250230C00460000",
        "SPY250919C0046000",
        "SPY250919C00000000",
        "TOOLONG250919C00460000",
        "1SPY250919C00460000",
        "spy250919C00460000",
        "BRK.B250919C00460000",
        "SPY250919C00460000\n",
        "SPY250919C0046000\N{ARABIC-INDIC DIGIT ZERO}",
    ],
)
def test_anything_else_is_no_option(symbol: str) -> None:
    assert OptionTerms.parse(symbol) is None


def test_the_symbol_of_a_class_share_option_leaves_the_punctuation_out() -> None:
    terms = OptionTerms("BRK.B", date(2025, 9, 19), "CALL", Decimal(400))
    assert terms.occ_symbol == "BRKB250919C00400000"


@pytest.mark.parametrize(
    "terms",
    [
        OptionTerms("LONGROOT", date(2025, 9, 19), "CALL", Decimal(1)),
        OptionTerms("3M", date(2025, 9, 19), "CALL", Decimal(1)),
        OptionTerms("...", date(2025, 9, 19), "CALL", Decimal(1)),
        OptionTerms("SPY", date(1999, 9, 19), "CALL", Decimal(1)),
        OptionTerms("SPY", date(2125, 9, 19), "CALL", Decimal(1)),
        OptionTerms("SPY", date(2025, 9, 19), "CALL", Decimal("1.0005")),
        OptionTerms("SPY", date(2025, 9, 19), "CALL", Decimal("1." + "0" * 40 + "1")),
        OptionTerms("SPY", date(2025, 9, 19), "CALL", Decimal(100_000)),
        OptionTerms("SPY", date(2025, 9, 19), "CALL", Decimal("1e400")),
    ],
)
def test_terms_beyond_the_form_have_no_occ_symbol(terms: OptionTerms) -> None:
    assert terms.occ_symbol is None


@pytest.mark.parametrize(
    ("root", "underlying", "agrees"),
    [
        ("SPY", "SPY", True),
        ("SPY", "QQQ", False),
        ("AAPL1", "AAPL", True),
        ("AAPL1", "AAPL1", True),
        ("AAPL", "AAPL1", False),
        ("BRKB", "BRK.B", True),
        ("BRKB", "BRK/B", True),
        ("SPXW", "SPX", False),
    ],
)
def test_an_option_is_on_its_root_whatever_the_punctuation_or_adjustment(
    root: str, underlying: str, *, agrees: bool
) -> None:
    terms = OptionTerms(root, date(2025, 9, 19), "CALL", Decimal(460))
    assert terms.is_on(underlying) is agrees


def test_every_spelling_leads_to_an_allowed_subtype() -> None:
    allowed = {subtype for subtypes in SUBTYPES.values() for subtype in subtypes}
    assert set(SUBTYPE_SPELLINGS.values()) <= allowed
    assert not set(SUBTYPE_SPELLINGS) & allowed


@pytest.mark.parametrize(
    ("symbol", "subtype", "cash_like"),
    [
        ("SPAXX", None, True),
        ("VMFXX", "MUTUAL_FUND", True),
        ("CASH_USD", "CASH", True),
        ("FUND", "MONEY_MARKET", True),
        ("CASH_USD", None, False),
        ("TBILL", "TREASURY_BILLS", False),
        ("AAPL", "STOCK", False),
    ],
)
def test_cash_like_lines(symbol: str, subtype: str | None, *, cash_like: bool) -> None:
    assert is_cash_like(symbol, subtype) is cash_like


def test_only_options_stand_for_a_hundred_shares() -> None:
    assert {name: multiplier(name) for name in InvestmentClass} == {
        InvestmentClass.PUBLIC: 1,
        InvestmentClass.OPTIONS: 100,
        InvestmentClass.PRIVATE: 1,
    }
